import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import Wire
import World

private func endpoint(_ address: String, _ port: UInt16) -> Endpoint {
  Endpoint(IPAddress(address) ?? .v4(.any), port: port)
}

/// A server on the test's reactor that answers every connection with what `answer` makes of the octets it sends.
private final class Server: Sendable {
  let port: UInt16
  let peers = Collected<linux_endpoint>()
  private let listener: Descriptor
  private let connections = Cell<[Descriptor]>([])
  private let watches = Cell<[Watch]>([])

  init(_ address: String, on reactor: Reactor, hangsUp: Bool = false) throws {
    let listener = Descriptor(
      try succeed("listen", linux_listen(linux_endpoint(endpoint(address, 0).address), 16)))
    self.listener = listener
    port = linux_local_endpoint(listener.number).port
    let watch = try reactor.watch(listener.number, .readable) { [connections, watches, peers] _ in
      let descriptor = Descriptor(linux_accept(listener.number))
      peers.append(linux_remote_endpoint(descriptor.number))
      if hangsUp { return }
      let echo = try? reactor.watch(descriptor.number, .readable) { _ in
        if let octets = descriptor.take(65_536), !octets.isEmpty { descriptor.put(octets) }
      }
      connections.value.append(descriptor)
      if let echo { watches.value.append(echo) }
    }
    watches.value.append(watch)
  }

  func stop() {
    for watch in watches.value { watch.cancel() }
    watches.value = []
  }
}

@Suite struct ConnectorTests {
  let wired: Wired
  let reactor: Reactor
  let connector: LinuxConnector
  let events = Collected<ConnectionEvent>()

  init() throws {
    wired = try Wired()
    reactor = try Reactor()
    connector = LinuxConnector(reactor)
  }

  func open(_ request: ConnectionRequest) throws -> any Connection {
    try wired.left.inside { connector.open(request) { [events] in events.append($0) } }
  }

  func text(_ events: [ConnectionEvent]) -> [String] {
    events.map { event in
      switch event {
      case .connected: "connected"
      case .received(let octets): "received \(String(decoding: octets, as: UTF8.self))"
      case .ended: "ended"
      case .failed(.refused(let reason)): "refused: \(reason)"
      case .failed(.handshake(let reason)): "handshake: \(reason)"
      case .failed(.impossible(let failure)): "impossible: \(failure)"
      }
    }
  }

  @Test(arguments: ["192.0.2.2", "2001:db8::2", "fe80::2"])
  func `octets go both ways over TCP`(address: String) throws {
    let server = try wired.right.inside { try Server("::", on: reactor) }
    let connection = try open(
      ConnectionRequest(to: endpoint(address, server.port), over: .tcp, interface: "wire", firewallMark: 5))
    #expect(events.count == 0)
    connection.send(Array("before".utf8))
    #expect(reactor.turns { events.count == 2 })
    connection.send(Array("after".utf8))
    #expect(reactor.turns { events.count == 3 })
    #expect(text(events.all) == ["connected", "received before", "received after"])
    connection.close()
    server.stop()
  }

  @Test func `more octets than the sockets hold arrive in order`() throws {
    let server = try wired.right.inside { try Server("::", on: reactor, hangsUp: false) }
    let connection = try open(ConnectionRequest(to: endpoint("192.0.2.2", server.port), over: .tcp))
    let octets = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
    connection.send(octets)
    func received() -> [UInt8] {
      events.all.flatMap { event -> [UInt8] in
        if case .received(let octets) = event { Array(octets) } else { [] }
      }
    }
    #expect(reactor.turns { received().count == octets.count })
    let arrived = received() == octets
    #expect(arrived)
    connection.close()
    server.stop()
  }

  @Test func `a connection that holds too much to send fails instead of growing`() throws {
    try wired.left.ip("neighbour add 192.0.2.3 lladdr 02:00:00:00:00:33 dev wire nud permanent")
    let connection = try open(ConnectionRequest(to: endpoint("192.0.2.3", 9), over: .tcp))
    connection.send([UInt8](repeating: 0, count: 2 << 20))
    #expect(reactor.turns { events.count == 1 })
    #expect(text(events.all).first?.hasPrefix("impossible") == true)
    connection.close()
  }

  @Test func `the end of the other side is told once, and sending goes on`() throws {
    let server = try wired.right.inside { try Server("::", on: reactor, hangsUp: true) }
    let connection = try open(ConnectionRequest(to: endpoint("192.0.2.2", server.port), over: .tcp))
    #expect(reactor.turns { events.count == 2 })
    reactor.turns(for: .milliseconds(10))
    #expect(text(events.all) == ["connected", "ended"])
    connection.close()
    server.stop()
  }

  @Test(arguments: [
    ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .tcp),
    ConnectionRequest(to: endpoint("2001:db8::2", 9), over: .tcp),
    ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .tls(TLSSettings())),
    ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .udp),
    ConnectionRequest(to: endpoint("2001:db8::2", 9), over: .udp),
  ])
  func `a closed port refuses`(request: ConnectionRequest) throws {
    let connection = try open(request)
    connection.send([1])
    if case .udp = request.transport {
      #expect(reactor.turns { events.count == 1 })
      connection.send([1])
    }
    #expect(reactor.turns { events.all.contains { if case .failed = $0 { true } else { false } } })
    #expect(text(events.all).last == "refused: connection refused")
    connection.close()
  }

  @Test(arguments: [
    ConnectionRequest.Transport.tcp, .udp, .ping,
  ])
  func `a router's "unreachable" refuses`(transport: ConnectionRequest.Transport) throws {
    try wired.left.ip("route add 198.51.100.0/24 via 192.0.2.2")
    try wired.right.ip("route add unreachable 198.51.100.0/24")
    try command("ip netns exec \(wired.right.name) sysctl -q net.ipv4.ip_forward=1")
    let connection = try open(ConnectionRequest(to: endpoint("198.51.100.1", 9), over: transport))
    reactor.turns(for: .milliseconds(1))
    connection.send([1])
    #expect(reactor.turns { events.all.contains { if case .failed = $0 { true } else { false } } })
    #expect(text(events.all).last == "refused: no route to host")
    connection.close()
  }

  @Test func `no route refuses`() throws {
    let connection = try open(ConnectionRequest(to: endpoint("203.0.113.1", 9), over: .tcp))
    #expect(reactor.turns { events.count == 1 })
    #expect(text(events.all) == ["refused: network is unreachable"])
    connection.close()
  }

  @Test func `a side that does not answer leaves the connection to the dialogue's deadline`() throws {
    try wired.left.ip("neighbour add 192.0.2.3 lladdr 02:00:00:00:00:33 dev wire nud permanent")
    let connection = try open(ConnectionRequest(to: endpoint("192.0.2.3", 9), over: .tcp))
    reactor.turns(for: .milliseconds(30))
    connection.close()
    reactor.turns(for: .milliseconds(5))
    #expect(events.count == 0)
  }

  @Test(arguments: [
    (ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .tcp, local: endpoint("192.0.2.77", 0)), "bind"),
    (ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .udp, local: endpoint("192.0.2.77", 0)), "bind"),
    (ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .tcp, interface: "nowhere0"), "SO_BINDTODEVICE"),
    (ConnectionRequest(to: endpoint("192.0.2.2", 9), over: .ping, interface: "nowhere0"), "SO_BINDTODEVICE"),
  ])
  func `what this host cannot even try is no fault of the server`(request: ConnectionRequest, call: String) throws {
    let connection = try open(request)
    #expect(events.count == 0)
    #expect(reactor.turns { events.count == 1 })
    guard case .failed(.impossible(let failure)) = events.all.first else {
      Issue.record("\(events.all)")
      return
    }
    #expect(failure.call == call)
    connection.close()
  }

  @Test(arguments: [UInt16(0), 4242])
  func `the source is the one that was asked for`(port: UInt16) throws {
    try wired.left.ip("address add 192.0.2.50/24 dev wire")
    let server = try wired.right.inside { try Server("0.0.0.0", on: reactor) }
    let connection = try open(
      ConnectionRequest(to: endpoint("192.0.2.2", server.port), over: .tcp, local: endpoint("192.0.2.50", port)))
    #expect(reactor.turns { server.peers.count == 1 })
    let peer = try #require(server.peers.all.last)
    #expect(peer.address == IPAddress("192.0.2.50"))
    #expect(port == 0 ? peer.port != 0 : peer.port == port)
    connection.close()
    server.stop()
  }

  @Test func `nothing follows a close`() throws {
    let server = try wired.right.inside { try Server("::", on: reactor) }
    let connection = try open(ConnectionRequest(to: endpoint("192.0.2.2", server.port), over: .tcp))
    let failing = try open(ConnectionRequest(to: endpoint("203.0.113.1", 9), over: .tcp))
    connection.close()
    failing.close()
    reactor.turns(for: .milliseconds(10))
    #expect(events.count == 0)
    server.stop()
  }

  @Test(arguments: [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")])
  func `datagrams go both ways over UDP, empty ones too`(near: String, far: String) throws {
    let (near, far) = (endpoint(near, 5354), endpoint(far, 5353))
    let peer = try wired.right.inside { () throws(SystemFailure) -> Descriptor in
      let family: Int32 = far.address.family == .ipv6 ? 6 : 4
      let descriptor = Descriptor(try succeed("socket", linux_socket(Int32(linux_datagram.rawValue), family, 0)))
      try succeed("bind", linux_bind(descriptor.number, linux_endpoint(far.address, port: far.port)))
      try succeed("connect", linux_connect(descriptor.number, linux_endpoint(near.address, port: near.port)))
      return descriptor
    }
    let connection = try open(ConnectionRequest(to: far, over: .udp, local: near))
    #expect(reactor.turns { events.count == 1 })
    connection.send([7, 8])
    var question: [UInt8]?
    #expect(
      reactor.turns {
        question = peer.take(100)
        return question != nil
      })
    #expect(question == [7, 8])
    peer.put([9])
    _ = linux_send(peer.number, nil, 0)
    #expect(reactor.turns { events.count == 3 })
    #expect(events.all == [.connected, .received([9]), .received([])])
    connection.close()
  }

  @Test(arguments: ["192.0.2.2", "2001:db8::2", "fe80::2"], ["1 0", "0 0"])
  func `a ping comes back with its payload`(address: String, groups: String) throws {
    try command("ip netns exec \(wired.left.name) sysctl -q net.ipv4.ping_group_range='\(groups)'")
    let connection = try open(ConnectionRequest(to: endpoint(address, 0), over: .ping, interface: "wire"))
    #expect(reactor.turns { events.count == 1 })
    let payload = (0..<56).map { UInt8($0) }
    connection.send(payload)
    #expect(reactor.turns { events.count == 2 })
    #expect(events.all == [.connected, .received(payload[...])])
    connection.close()
  }
}
