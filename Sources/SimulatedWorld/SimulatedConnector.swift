import Machines
import Wire
package import World

/// Opens connections from a process to the servers of a segment.
package final class SimulatedConnector: Connector, @unchecked Sendable {
  let host: SimulatedHost
  let loop: SimulatedLoop
  let segment: SimulatedSegment
  private let link: String
  private let servers: [Endpoint: SimulatedServer]
  /// Why no connection can be tried at present, for instance because descriptors ran out; nil when it can.
  package var failure: SystemFailure?
  /// How many connections are open, or being opened.
  package internal(set) var openCount = 0

  /// A process's way to the servers of a segment, which the host reaches by the link of this name.
  package init(
    _ host: SimulatedHost, _ loop: SimulatedLoop, link: String, to segment: SimulatedSegment,
    servers: [SimulatedServer]
  ) {
    (self.host, self.loop, self.link, self.segment) = (host, loop, link, segment)
    self.servers = Dictionary(servers.map { ($0.endpoint, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Begins to connect; all events come in later turns.
  package func open(
    _ request: ConnectionRequest, event: @escaping @Sendable (ConnectionEvent) -> Void
  ) -> any Connection {
    let connection = SimulatedConnection(request, self, event)
    openCount += 1
    connection.begin()
    return connection
  }

  func server(_ endpoint: Endpoint) -> SimulatedServer? { servers[endpoint] }

  /// Whether frames go both ways between the host and a server.
  func reaches(_ endpoint: Endpoint) -> Bool {
    let server = endpoint.address.description
    return host.link(named: link)?.isRunning == true && segment.passes(from: host.name, to: server)
      && segment.passes(from: server, to: host.name)
  }
}

/// A connection to a server.
///
/// Each step takes a round trip. A step of TCP that gets lost is sent again after a second, then after two and so on; one
/// of a datagram is just lost.
final class SimulatedConnection: Connection, @unchecked Sendable {
  private let request: ConnectionRequest
  private let connector: SimulatedConnector
  private let event: @Sendable (ConnectionEvent) -> Void
  private var isClosed = false

  init(
    _ request: ConnectionRequest, _ connector: SimulatedConnector,
    _ event: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    (self.request, self.connector, self.event) = (request, connector, event)
  }

  private var isDatagram: Bool {
    switch request.transport {
    case .tcp, .tls: false
    case .udp, .ping: true
    }
  }

  func begin() {
    if let failure = connector.failure {
      return deliver(.failed(.impossible(failure)))
    }
    if isDatagram {
      deliver(.connected)
    } else {
      step { [weak self] server in self?.connect(server) }
    }
  }

  private func connect(_ server: SimulatedServer) {
    switch server.health {
    case .refusing: deliver(.failed(.refused(reason: "connection refused")))
    case .well, .slow, .failing:
      deliver(.connected)
      if let greeting = server.greeting { later(server) { $0.deliver(.received(greeting[...])) } }
    case .silent: break
    }
  }

  func send(_ octets: [UInt8]) {
    step { [weak self] server in
      guard let self else { return }
      switch server.health {
      case .silent: return
      case .refusing: deliver(.failed(.refused(reason: isDatagram ? "connection refused" : "connection reset by peer")))
      case .well, .slow, .failing:
        guard let answer = server.answer(octets) else { return }
        later(server) { connection in
          connection.deliver(.received(answer.octets[...]))
          if answer.isLast { connection.deliver(.ended) }
        }
      }
    }
  }

  /// Lets a server take its time.
  private func later(_ server: SimulatedServer, _ body: @escaping (SimulatedConnection) -> Void) {
    guard case .slow(let delay) = server.health else { return body(self) }
    connector.host.timeline.plan(after: delay) { [weak self] in
      if let self { body(self) }
    }
  }

  /// Goes to the server and back.
  private func step(attempt: Int = 0, _ arrived: @escaping (SimulatedServer) -> Void) {
    let timeline = connector.host.timeline
    guard !isClosed, attempt < 6 else { return }
    let isLost = connector.segment.isLost() || connector.segment.isLost() || !connector.reaches(request.endpoint)
    guard isLost else {
      timeline.plan(after: connector.segment.roundTrip()) { [weak self] in
        guard let self, !isClosed, let server = connector.server(request.endpoint) else { return }
        arrived(server)
      }
      return
    }
    guard !isDatagram else { return }
    timeline.plan(after: .seconds(1 << attempt)) { [weak self] in self?.step(attempt: attempt + 1, arrived) }
  }

  private func deliver(_ what: ConnectionEvent) {
    guard let what = connector.loop.tampering.connecting.map({ $0(request.endpoint, what) }) ?? what else { return }
    connector.host.timeline.trace.note(
      .connection, at: connector.host.timeline.now, Trace.digest(request.endpoint.address.octets),
      Self.digest(what), text: "\(connector.host.name) \(request.endpoint): \(what)")
    connector.loop.read { [self] in
      if !isClosed { event(what) }
    }
  }

  private static func digest(_ event: ConnectionEvent) -> UInt64 {
    switch event {
    case .received(let octets): Trace.digest(octets)
    case .connected: Trace.digest("connected".utf8)
    case .ended: Trace.digest("ended".utf8)
    case .failed: Trace.digest("\(event)".utf8)
    }
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    connector.openCount -= 1
  }
}
