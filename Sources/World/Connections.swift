package import VirtualServices
package import Wire

/// What a connection to be opened looks like.
package struct ConnectionRequest: Hashable, Sendable {
  /// The ways to talk to somebody.
  package enum Transport: Hashable, Sendable {
    case tcp
    case tls(TLSSettings)
    case udp
    /// ICMP echo; the endpoint's port means nothing.
    case ping
  }

  /// The other side.
  package var endpoint: Endpoint
  package var transport: Transport
  /// The local address and port to bind to (bindto, bind_port); nil lets the kernel choose.
  package var local: Endpoint?
  /// The interface to bind to (bind_if), by name.
  package var interface: String?
  /// SO_MARK; zero for none.
  package var firewallMark: UInt32

  /// A connection to `endpoint`.
  package init(
    to endpoint: Endpoint, over transport: Transport, local: Endpoint? = nil, interface: String? = nil,
    firewallMark: UInt32 = 0
  ) {
    self.endpoint = endpoint
    self.transport = transport
    self.local = local
    self.interface = interface
    self.firewallMark = firewallMark
  }
}

/// How a TLS client behaves.
package struct TLSSettings: Hashable, Sendable {
  /// The server name to send (SNI); nil for none.
  package var serverName: String?
  /// Whether the server's certificate and name must be right.
  package var verifies: Bool
  /// PEM file with trusted certificates; nil for the system's.
  package var authorityFile: String?
  /// PEM files with the client's certificate and key.
  package var certificateFile: String?
  package var keyFile: String?
  /// The password of the key.
  package var keyPassword: String?
  /// The oldest version that is accepted; nil for the library's default.
  package var oldestVersion: TLSVersion?

  /// A client that, as keepalived's, does not verify.
  package init(serverName: String? = nil, verifies: Bool = false) {
    self.serverName = serverName
    self.verifies = verifies
  }
}

/// What happens on a connection; the words are those of the dialogues.
package enum ConnectionEvent: Hashable, Sendable {
  /// The connection stands, with TLS where asked for.
  case connected
  case received(ArraySlice<UInt8>)
  /// The other side has finished sending.
  case ended
  /// It could not be opened, or broke; nothing follows.
  case failed(ConnectionFailure)
}

/// Why there is no connection.
package enum ConnectionFailure: Error, Hashable, Sendable {
  /// The other side or the network said no, for instance "connection refused".
  case refused(reason: String)
  /// TLS could not be agreed upon.
  case handshake(reason: String)
  /// This host could not even try: no descriptor, no such local address, no such interface.
  case impossible(SystemFailure)
}

/// Opens connections without waiting.
package protocol Connector: AnyObject, Sendable {
  /// Begins to connect; every event, of failure too, comes later through `event`, on the loop.
  func open(_ request: ConnectionRequest, event: @escaping @Sendable (ConnectionEvent) -> Void) -> any Connection
}

/// A connection that is open or being opened.
package protocol Connection: AnyObject, Sendable {
  /// Queues octets to be sent.
  func send(_ octets: [UInt8])
  /// Begins with TLS on a connection that stands in clear; `connected` comes again when it is agreed upon. Nothing may
  /// wait to be sent.
  func secure(_ settings: TLSSettings)
  /// Closes at once; no event follows.
  func close()
}

extension Connection {
  /// A connection that cannot carry TLS says nothing more.
  package func secure(_ settings: TLSSettings) { close() }
}
