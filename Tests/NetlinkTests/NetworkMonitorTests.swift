import Glibc
import Netlink
import Testing
import Wire
import World

@Suite(.enabled(if: isRoot, "network namespaces need root"))
struct `Network monitor` {
  /// Everything that waits at the monitor.
  static func changes(_ monitor: NetworkMonitor) -> [NetworkChange] {
    var all: [NetworkChange] = []
    while true {
      var poll = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe Glibc.poll(&poll, 1, 0) > 0 else { return all }
      all += monitor.readReady()
    }
  }

  /// The monitor sees what one that is opened now sees. The kernel changes the state of a link some time after the link
  /// itself, so this waits until both agree.
  static func expectUpToDate(_ monitor: NetworkMonitor, _ location: SourceLocation = #_sourceLocation) throws {
    var now = try NetworkMonitor().snapshot
    let clock = ContinuousClock()
    let end = clock.now + .seconds(10)
    while clock.now < end, monitor.snapshot.links != now.links || Set(monitor.snapshot.addresses) != Set(now.addresses)
    {
      var readiness = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      if unsafe Glibc.poll(&readiness, 1, 100) > 0 { _ = monitor.readReady() }
      now = try NetworkMonitor().snapshot
    }
    #expect(monitor.snapshot.links == now.links, sourceLocation: location)
    #expect(Set(monitor.snapshot.addresses) == Set(now.addresses), sourceLocation: location)
  }

  @Test func `links are known with all that is told of them`() throws {
    try `Network control`.onWire { _, wire in
      try command("ip link set eth0 address 02:00:00:00:00:0a mtu 1400 && ip link add mac0 link eth0 type macvlan")
      let links = try NetworkMonitor().snapshot.links
      let link = try #require(links[wire])
      #expect(link.name == "eth0" && link.mtu == 1400 && link.isUp && link.isRunning && !link.hasNoNeighbours)
      #expect(link.hardwareAddress == HardwareAddress("02:00:00:00:00:0a"))
      #expect(links[interfaceIndex("mac0")]?.lower == wire)
      let loopback = try #require(links[interfaceIndex("lo")])
      #expect(loopback.hasNoNeighbours && loopback.lower == nil)
    }
  }

  @Test func `changes are told in order, and each once`() throws {
    try `Network control`.onWire { control, wire in
      let monitor = try NetworkMonitor()
      let address = try `Network control`.specification("192.0.2.10/32", wire)
      _ = control.apply([.addAddress(address), .addAddress(address), .removeAddress(address), .removeAddress(address)])
      let changes = Self.changes(monitor)
      #expect(changes.count == 2)
      guard case .addressAdded(let added) = changes.first, case .addressRemoved(let removed) = changes.last else {
        Issue.record("not an addition and a removal: \(changes)")
        return
      }
      #expect(added.prefix == address.prefix && removed == added)
      try Self.expectUpToDate(monitor)
    }
  }

  @Test func `a link that goes down and away takes its addresses along`() throws {
    try `Network control`.onWire { _, wire in
      let monitor = try NetworkMonitor()
      try command("ip link set eth0 down")
      let down = Self.changes(monitor)
      let isDown = down.contains {
        guard case .linkChanged(let link) = $0 else { return false }
        return link.index == wire && !link.isUp
      }
      #expect(isDown)
      try Self.expectUpToDate(monitor)
      try command("ip link del eth0")
      let gone = Self.changes(monitor)
      #expect(gone.last { $0 == .linkRemoved(index: wire) } != nil)
      #expect(monitor.snapshot.addresses.allSatisfy { $0.interface != wire })
      try Self.expectUpToDate(monitor)
    }
  }

  @Test func `a port that leaves a bridge is not taken for a link that is gone`() throws {
    try `Network control`.onWire { _, wire in
      try command("ip link add br0 type bridge && ip link set eth0 master br0")
      let monitor = try NetworkMonitor()
      try command("ip link set eth0 nomaster")
      #expect(!Self.changes(monitor).contains(.linkRemoved(index: wire)))
      try Self.expectUpToDate(monitor)
    }
  }

  @Test func `the end of duplicate address detection is a change`() throws {
    try `Network control`.onWire { _, wire in
      let monitor = try NetworkMonitor()
      try command("ip addr add 2001:db8::77/64 dev eth0")
      let prefix = try #require(AddressPrefix(text: "2001:db8::77/64"))
      var seen: [Bool] = []
      for _ in 0..<50 where seen.last != false {
        var poll = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe Glibc.poll(&poll, 1, 100)
        for case .addressAdded(let address) in monitor.readReady() where address.prefix == prefix {
          seen.append(address.isUnusable)
        }
      }
      #expect(seen == [true, false])
    }
  }

  @Test func `routes and rules of ours that others remove are told`() throws {
    try `Network control`.onWire { control, wire in
      let monitor = try NetworkMonitor()
      monitor.watchRoutesAndRules()
      var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
      route.nextHops = [Route.NextHop(gateway: IPAddress("192.0.2.254"), interface: wire)]
      var rule = Rule(family: .ipv4, table: 1000)
      rule.priority = 100
      rule.firewallMark = 7
      #expect(control.apply([.addRoute(route), .addRule(rule)]) == [nil, nil])
      #expect(Self.changes(monitor).isEmpty)
      try command("ip route add 203.0.113.0/24 via 192.0.2.254 && ip route del 203.0.113.0/24")
      try command("ip route del 198.51.100.0/24 && ip rule del priority 100")
      let changes = Self.changes(monitor)
      #expect(changes.count == 2)
      guard case .routeRemoved(let lost) = changes.first, case .ruleRemoved(let lostRule) = changes.last else {
        Issue.record("not a route and a rule: \(changes)")
        return
      }
      #expect(lost.identity == route.identity && lostRule == rule.normalized)
    }
  }

  @Test(arguments: ["ip link set eth0 down", "ip addr del 192.0.2.1/24 dev eth0"])
  func `routes that the kernel drops without a word are missed all the same`(event: String) throws {
    try `Network control`.onWire { control, wire in
      var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
      route.nextHops = [Route.NextHop(gateway: IPAddress("192.0.2.254"), interface: wire)]
      route.preferredSource = IPAddress("192.0.2.1")
      #expect(control.apply([.addRoute(route)]) == [nil])
      let monitor = try NetworkMonitor()
      monitor.watchRoutesAndRules()
      #expect(monitor.snapshot.routes.count == 1)
      try command(event)
      let lost = Self.changes(monitor).compactMap { change -> Route? in
        guard case .routeRemoved(let route) = change else { return nil }
        return route
      }
      #expect(lost.map(\.identity) == [route.identity])
    }
  }

  @Test func `a route of ours that is replaced by another's is told`() throws {
    try `Network control`.onWire { control, wire in
      var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
      route.nextHops = [Route.NextHop(gateway: IPAddress("192.0.2.254"), interface: wire)]
      #expect(control.apply([.addRoute(route)]) == [nil])
      let monitor = try NetworkMonitor()
      monitor.watchRoutesAndRules()
      try command("ip route replace 198.51.100.0/24 via 192.0.2.253")
      guard case .routeRemoved(let lost) = Self.changes(monitor).first else {
        Issue.record("the loss was not told")
        return
      }
      #expect(lost.identity == route.identity)
    }
  }

  @Test func `after reports were lost everything is read again`() throws {
    try `Network control`.onWire { control, wire in
      let monitor = try NetworkMonitor()
      let stays = try `Network control`.specification("192.0.2.10/32", wire)
      let flickers = (0..<500).map { number in
        AddressSpecification(
          interface: wire, prefix: AddressPrefix(host: .v4(IPv4Address(rawValue: 0x0A00_0001 + UInt32(number)))))
      }
      // More reports than the buffer holds, then one that is certainly lost.
      for _ in 0..<20 {
        _ = control.apply(flickers.map(NetworkOperation.addAddress))
        _ = control.apply(flickers.map(NetworkOperation.removeAddress))
      }
      #expect(control.apply([.addAddress(stays)]) == [nil])
      let changes = Self.changes(monitor)
      #expect(changes.contains(.resynchronized))
      #expect(monitor.snapshot.addresses.contains { $0.prefix == stays.prefix })
      #expect(!monitor.needsRetry)
      try Self.expectUpToDate(monitor)
    }
  }
}
