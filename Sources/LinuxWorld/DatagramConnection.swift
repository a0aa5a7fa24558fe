import CLinux
import Glibc
package import Wire
import World

/// Datagrams to one peer: UDP, or the payloads of ICMP echo messages.
final class DatagramConnection: Connection, @unchecked Sendable {
  /// Datagrams received in one turn.
  private static let receivesInTurn = 16

  private enum State {
    case idle
    case open(Descriptor, Watch, Echo?)
    case closed
  }

  private let request: ConnectionRequest
  private let reactor: Reactor
  private let room: ReceiveRoom
  private let event: @Sendable (ConnectionEvent) -> Void
  private var state = State.idle

  init(
    _ request: ConnectionRequest, on reactor: Reactor, room: ReceiveRoom,
    event: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    self.request = request
    self.reactor = reactor
    self.room = room
    self.event = event
  }

  deinit {
    close()
  }

  /// Opens the socket; the outcome comes in a later turn.
  func begin() {
    do throws(SystemFailure) {
      let (descriptor, echo) = try makeSocket()
      // Errors that ICMP reports come back on this socket, the soft ones too: host and network unreachable.
      switch request.endpoint.address {
      case .v4: linux_set_option(descriptor.number, Int32(IPPROTO_IP), IP_RECVERR, 1)
      case .v6: linux_set_option(descriptor.number, Int32(IPPROTO_IPV6), IPV6_RECVERR, 1)
      }
      let error = OutgoingSocket.connect(descriptor, request)
      guard error == 0 else {
        return failLater(ConnectionFailure("connect", code: error, subject: "\(request.endpoint)"))
      }
      let watch = try reactor.watch(descriptor.number, .readable) { [weak self] _ in self?.receive() }
      state = .open(descriptor, watch, echo)
      reactor.later { [weak self] in self?.reportConnected() }
    } catch {
      failLater(.impossible(error))
    }
  }

  func send(_ octets: [UInt8]) {
    guard case .open(let descriptor, let watch, var echo) = state else { return }
    let message = echo?.request(octets) ?? octets
    state = .open(descriptor, watch, echo)
    let sent = unsafe message.withUnsafeBytes { unsafe linux_send(descriptor.number, $0.baseAddress, $0.count) }
    // A full queue loses the datagram, as any queue on its way may.
    if sent < 0, sent != -Int(EAGAIN), sent != -Int(ENOBUFS) {
      failLater(ConnectionFailure("send", code: Int32(-sent), subject: "\(request.endpoint)"))
    }
  }

  func close() {
    if case .open(_, let watch, _) = state { watch.cancelByClosing() }
    state = .closed
  }

  private func makeSocket() throws(SystemFailure) -> (Descriptor, Echo?) {
    guard case .ping = request.transport else { return (try OutgoingSocket.make(linux_datagram, request), nil) }
    let family = request.endpoint.address.family
    do throws(SystemFailure) {
      return (try OutgoingSocket.make(linux_ping, request), Echo(family: family, identifier: nil))
    } catch {
      guard [EACCES, EPERM, EPROTONOSUPPORT].contains(error.code) else { throw error }
      let transport = Int32(family == .ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6)
      let descriptor = try OutgoingSocket.make(linux_raw, request, transport: transport)
      try succeed("ICMP_FILTER", linux_only_echo_replies(descriptor.number, family.number))
      return (descriptor, Echo(family: family, identifier: .random(in: .min ... .max)))
    }
  }

  private func reportConnected() {
    if case .open = state { event(.connected) }
  }

  private func receive() {
    for _ in 0..<Self.receivesInTurn {
      guard case .open(let descriptor, _, let echo) = state else { return }
      switch room.receive(from: descriptor.number) {
      case .success(let octets):
        if let octets = echo.map({ $0.payload(ofReply: octets) }) ?? octets { event(.received(octets)) }
      case .failure(let failure) where failure.code == EAGAIN: return
      case .failure(let failure):
        return fail(ConnectionFailure("recv", code: failure.code, subject: "\(request.endpoint)"))
      }
    }
  }

  private func fail(_ failure: ConnectionFailure) {
    if case .closed = state { return }
    close()
    event(.failed(failure))
  }

  private func failLater(_ failure: ConnectionFailure) {
    reactor.later { [weak self] in self?.fail(failure) }
  }
}

/// The ICMP side of a ping (RFC 792, RFC 4443 §4).
package struct Echo {
  let family: AddressFamily
  /// The identifier of raw sockets; nil where the kernel chooses it and keeps other replies away.
  let identifier: UInt16?
  private var sequence: UInt16 = 0

  /// Echoes of one connection.
  package init(family: AddressFamily, identifier: UInt16?) {
    self.family = family
    self.identifier = identifier
  }

  /// An echo request. Checksums of ICMPv6 are the kernel's work in every case.
  package mutating func request(_ payload: [UInt8]) -> [UInt8] {
    sequence &+= 1
    var message: [UInt8] = [family == .ipv4 ? 8 : 128, 0, 0, 0]
    message.append(number: identifier ?? 0)
    message.append(number: sequence)
    message += payload
    if family == .ipv4 {
      let checksum = InternetChecksum.of(message)
      message[2] = UInt8(truncatingIfNeeded: checksum >> 8)
      message[3] = UInt8(truncatingIfNeeded: checksum)
    }
    return message
  }

  /// The payload of the reply to the latest request; nil for any other message.
  package func payload(ofReply packet: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var message = packet
    if identifier != nil, family == .ipv4 {
      // Raw sockets of IPv4 receive the IP header too.
      guard let header = IPv4Header(packet) else { return nil }
      message = packet.dropFirst(header.headerLength)
    }
    var reader = ByteReader(message)
    guard reader.octet() == (family == .ipv4 ? 0 : 129), reader.octet() == 0, reader.octets(2) != nil,
      let identifier = reader.number(UInt16.self), self.identifier ?? identifier == identifier,
      reader.number(UInt16.self) == sequence
    else { return nil }
    return reader.remaining
  }
}
