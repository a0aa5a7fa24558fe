import CLinux
import Glibc
import Wire
package import World

// Connections of checks and mails
//
// Role. Opens what a dialogue talks over: TCP, TLS, UDP, ICMP echo. Every connection lives on the reactor; nothing waits.
//
// Blame. A check must tell a server that does not answer from a director that could not ask. `.refused` is what the other
// side or the network said; `.handshake` is TLS without agreement; `.impossible` is this host's fault (no descriptor, no
// such address or interface, a certificate file that cannot be read) and no verdict on the server.
//
// Bounds. A connection reads at most `StreamConnection.readsInTurn` times 16 KiB in a turn and holds at most
// `StreamConnection.mostOutgoing` octets to be sent. Time limits are the dialogue's, which has a deadline in every state.
//
// TLS is the system's OpenSSL on the descriptor itself: the distribution's patches, trust store and crypto policy apply.
// One context for each set of settings; `readCertificatesAgain` is for a reload. As keepalived, a client verifies nothing
// unless told to. A server that hangs up without close_notify has ended its answer, as many do.
//
// Closing. FIN, not RST: what waits in the receive queue is discarded before the descriptor closes, else the kernel would
// answer with a reset, which servers log as an error.
//
// Ping. The datagram socket of ping_group_range where the kernel allows it, else a raw socket. The ICMP header is put on
// and taken off here; the dialogue sees the payload only.
//
// Sources: connect(2), ip(7) IP_RECVERR, icmp(7), ssl(7), SSL_get_error(3).

/// Opens connections on a reactor.
package final class LinuxConnector: Connector, @unchecked Sendable {
  private let reactor: Reactor
  private let contexts = TLSContexts()
  private let room = ReceiveRoom()

  /// A connector whose connections' events come on a reactor.
  package init(_ reactor: Reactor) {
    self.reactor = reactor
    // OpenSSL writes without MSG_NOSIGNAL.
    linux_ignore_broken_pipes()
  }

  /// Begins to connect; all events come in later turns.
  package func open(
    _ request: ConnectionRequest, event: @escaping @Sendable (ConnectionEvent) -> Void
  ) -> any Connection {
    switch request.transport {
    case .tcp, .tls:
      let connection = StreamConnection(request, on: reactor, room: room, contexts: contexts, event: event)
      connection.begin()
      return connection
    case .udp, .ping:
      let connection = DatagramConnection(request, on: reactor, room: room, event: event)
      connection.begin()
      return connection
    }
  }

  /// Has certificates, keys and authorities read again from their files for connections opened from now on.
  package func readCertificatesAgain() {
    contexts.forget()
  }
}

/// Where octets are received before they are copied into an event; one for all connections.
@safe final class ReceiveRoom: @unchecked Sendable {
  /// For the largest datagram. What nothing has been received into yet takes no memory.
  private let octets: UnsafeMutableRawBufferPointer

  init() {
    unsafe octets = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  }

  deinit {
    unsafe octets.deallocate()
  }

  /// Receives from a descriptor: octets, or a negative error number.
  func receive(from descriptor: Int32, atMost limit: Int = 65_536) -> Result<ArraySlice<UInt8>, SystemFailure> {
    let count = unsafe fill { buffer in
      unsafe linux_receive(descriptor, buffer.baseAddress, min(limit, buffer.count))
    }
    guard count >= 0 else { return .failure(SystemFailure("recv", code: Int32(-count))) }
    return .success(taken(count))
  }

  /// Lets `body` fill the room.
  func fill<Outcome>(_ body: (UnsafeMutableRawBufferPointer) -> Outcome) -> Outcome {
    unsafe body(octets)
  }

  /// A copy of the first octets.
  func taken(_ count: Int) -> ArraySlice<UInt8> {
    unsafe Array(octets.prefix(count))[...]
  }
}

/// A socket as a request wants it, not yet connected.
enum OutgoingSocket {
  private static let bindAddressNoPort: Int32 = 24

  static func make(_ kind: linux_socket_kind, _ request: ConnectionRequest, transport: Int32 = 0)
    throws(SystemFailure) -> Descriptor
  {
    let family = request.endpoint.address.family.number
    let descriptor = Descriptor(
      try succeed("socket", about: "\(request.endpoint)", linux_socket(Int32(kind.rawValue), family, transport)))
    let socket = descriptor.number
    if let interface = request.interface {
      try succeed("SO_BINDTODEVICE", about: interface, unsafe linux_bind_to_device(socket, interface))
    }
    if request.firewallMark != 0 {
      let mark = Int32(bitPattern: request.firewallMark)
      try succeed("SO_MARK", about: "\(request.firewallMark)", linux_set_option(socket, SOL_SOCKET, SO_MARK, mark))
    }
    guard let local = request.local else { return descriptor }
    // Without a port of its own the kernel may choose it when it knows the other side, and has all of them to choose
    // from; with one, the port of a connection just closed must not be in the way.
    if local.port == 0 {
      linux_set_option(socket, Int32(IPPROTO_IP), bindAddressNoPort, 1)
    } else {
      linux_set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1)
    }
    try succeed(
      "bind", about: "\(local)",
      linux_bind(socket, linux_endpoint(local.address, port: local.port, scope: scope(request))))
    return descriptor
  }

  /// Begins to connect; zero when connected, or a positive error number.
  static func connect(_ descriptor: Descriptor, _ request: ConnectionRequest) -> Int32 {
    let endpoint = request.endpoint
    return -linux_connect(
      descriptor.number, linux_endpoint(endpoint.address, port: endpoint.port, scope: scope(request)))
  }

  private static func scope(_ request: ConnectionRequest) -> Int32 {
    request.interface.map { Int32(bitPattern: unsafe if_nametoindex($0)) } ?? 0
  }
}
