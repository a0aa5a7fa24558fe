import Glibc
import Netlink
import Testing
import Wire
import World

@Suite(.enabled(if: isRoot, "network namespaces need root"))
struct `Network control` {
  /// Runs in a namespace with a wire "eth0" to "eth1", both up, "eth0" with 192.0.2.1/24 and 2001:db8::1/64.
  static func onWire(_ body: (KernelNetworkControl, Int32) throws -> Void) throws {
    try inFreshNamespace {
      try command(
        "ip link add eth0 type veth peer name eth1 && ip link set lo up && ip link set eth1 up && ip link set eth0 up")
      try command("ip addr add 192.0.2.1/24 dev eth0 && ip addr add 2001:db8::1/64 dev eth0 nodad")
      try body(try KernelNetworkControl(), interfaceIndex("eth0"))
    }
  }

  static func specification(_ text: String, _ interface: Int32) throws -> AddressSpecification {
    AddressSpecification(interface: interface, prefix: try #require(AddressPrefix(text: text)))
  }

  static func countOfOurs() throws -> Int {
    try NetworkMonitor().snapshot.addresses.count { $0.origin == 18 }
  }

  @Test func `an address is added with all its parameters, and again without complaint`() throws {
    try Self.onWire { control, wire in
      var wanted = try Self.specification("192.0.2.10/32", wire)
      wanted.label = "eth0:vip"
      wanted.broadcast = IPv4Address(192, 0, 2, 255)
      wanted.scope = 253
      var wanted6 = try Self.specification("2001:db8::10/128", wire)
      wanted6.flags = 0x02
      wanted6.preferredLifetime = 0
      #expect(control.apply([.addAddress(wanted), .addAddress(wanted6)]) == [nil, nil])
      #expect(control.apply([.addAddress(wanted), .addAddress(wanted6)]) == [nil, nil])
      try command("ip -4 addr show dev eth0 | grep -q 'inet 192.0.2.10/32 brd 192.0.2.255 scope link eth0:vip'")
      try command("ip -6 addr show dev eth0 | grep -A1 '2001:db8::10/128' | grep -q 'preferred_lft 0sec'")
      let addresses = try NetworkMonitor().snapshot.addresses
      let found = try #require(addresses.first { $0.prefix == wanted.prefix })
      #expect((found.interface, found.label, found.origin) == (wire, "eth0:vip", 18))
      let found6 = try #require(addresses.first { $0.prefix == wanted6.prefix })
      #expect(found6.flags & 0x22 == 0x22, "without duplicate address detection, and deprecated")
    }
  }

  @Test func `an address is removed whatever its label, and again without complaint`() throws {
    try Self.onWire { control, wire in
      var wanted = try Self.specification("192.0.2.10/32", wire)
      wanted.label = "eth0:1"
      #expect(control.apply([.addAddress(wanted)]) == [nil])
      wanted.label = "eth0:2"
      #expect(control.apply([.removeAddress(wanted), .removeAddress(wanted)]) == [nil, nil])
      #expect(try !NetworkMonitor().snapshot.addresses.contains { $0.prefix == wanted.prefix })
    }
  }

  @Test func `an address with a peer is added and removed`() throws {
    try Self.onWire { control, wire in
      var wanted = try Self.specification("192.0.2.10/32", wire)
      wanted.peer = AddressPrefix(text: "192.0.2.11/32")
      #expect(control.apply([.addAddress(wanted)]) == [nil])
      try command("ip addr show dev eth0 | grep -q 'inet 192.0.2.10 peer 192.0.2.11/32'")
      #expect(control.apply([.removeAddress(wanted)]) == [nil])
      try command("! ip addr show dev eth0 | grep -q 192.0.2.10")
    }
  }

  @Test func `what fails in a batch is told by its place, and the rest is done`() throws {
    try Self.onWire { control, wire in
      let good = try Self.specification("192.0.2.10/32", wire)
      let bad = try Self.specification("192.0.2.11/32", 9999)
      let last = try Self.specification("192.0.2.12/32", wire)
      let outcomes = control.apply([.addAddress(bad), .addAddress(good), .addAddress(bad), .addAddress(last)])
      #expect(outcomes.map { $0?.code } == [ENODEV, nil, ENODEV, nil])
      let failure = try #require(outcomes[0])
      #expect(failure.call == "RTM_NEWADDR" && failure.subject == "192.0.2.11/32 on interface 9999")
      let present = Set(try NetworkMonitor().snapshot.addresses.map(\.prefix))
      #expect(present.isSuperset(of: [good.prefix, last.prefix]))
      #expect(control.apply([.removeAddress(bad)]) == [nil], "with its interface an address is gone")
    }
  }

  @Test func `a thousand addresses go in and out in one batch`() throws {
    try Self.onWire { control, wire in
      let addresses = (0..<1000).map { number in
        AddressSpecification(
          interface: wire, prefix: AddressPrefix(host: .v4(IPv4Address(rawValue: 0x0A00_0001 + UInt32(number)))))
      }
      #expect(control.apply(addresses.map(NetworkOperation.addAddress)).allSatisfy { $0 == nil })
      let present = try Self.countOfOurs()
      #expect(present == 1000)
      #expect(control.apply(addresses.map(NetworkOperation.removeAddress)).allSatisfy { $0 == nil })
      let left = try Self.countOfOurs()
      #expect(left == 0)
    }
  }

  @Test func `routes are added beside those of others and exactly they are removed`() throws {
    try Self.onWire { control, wire in
      try command("ip route add 198.51.100.0/24 via 192.0.2.99 metric 5")
      var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
      route.nextHops = [Route.NextHop(gateway: IPAddress("192.0.2.254"), interface: wire)]
      route.priority = 5
      route.metrics = [2: 1400]
      var several = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "203.0.113.0/24")))
      several.table = 1000
      several.nextHops = [
        Route.NextHop(gateway: IPAddress("192.0.2.7"), interface: wire, weight: 2),
        Route.NextHop(gateway: IPAddress("10.9.9.9"), interface: wire, isOnLink: true),
      ]
      var blackhole = Route(family: .ipv6, destination: try #require(AddressPrefix(text: "2001:db8:9::/48")))
      blackhole.type = 6
      let additions = [route, several, blackhole].map(NetworkOperation.addRoute)
      #expect(control.apply(additions + additions).allSatisfy { $0 == nil })
      try command(
        "ip route show 198.51.100.0/24 | grep -q 'via 192.0.2.254 dev eth0 proto keepalived metric 5 mtu 1400'")
      try command("ip route show table 1000 | grep -q 'nexthop via 192.0.2.7 dev eth0 weight 2'")
      try command("ip -6 route show | grep -q 'blackhole 2001:db8:9::/48'")
      let removals = [route, several, blackhole].map(NetworkOperation.removeRoute)
      #expect(control.apply(removals + removals).allSatisfy { $0 == nil })
      try command("test \"$(ip route show 198.51.100.0/24)\" = '198.51.100.0/24 via 192.0.2.99 dev eth0 metric 5 '")
      try command("test -z \"$(ip route show table 1000)\"")
    }
  }

  @Test func `a refused route carries the kernel's explanation`() throws {
    try Self.onWire { control, wire in
      var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
      route.nextHops = [Route.NextHop(gateway: IPAddress("203.0.113.1"), interface: wire)]
      let failure = try #require(control.apply([.addRoute(route)])[0])
      #expect(failure.code == ENETUNREACH)
      #expect(failure.reason.contains("Nexthop has invalid gateway"))
      #expect(failure.subject == "198.51.100.0/24 in table 254 via 203.0.113.1")
    }
  }

  @Test func `rules are added and removed`() throws {
    try Self.onWire { control, _ in
      var rule = Rule(family: .ipv4, table: 1000)
      rule.from = AddressPrefix(text: "192.0.2.7/24")
      rule.priority = 16384
      rule.firewallMark = 7
      var blackhole = Rule(family: .ipv6, table: 0)
      blackhole.action = 6
      blackhole.to = AddressPrefix(text: "2001:db8:9::/48")
      blackhole.priority = 16383
      let additions = [rule, blackhole].map(NetworkOperation.addRule)
      #expect(control.apply(additions + additions).allSatisfy { $0 == nil })
      try command("ip rule | grep -q '16384:.from 192.0.2.0/24 fwmark 0x7 lookup 1000 proto keepalived'")
      try command("ip -6 rule | grep -q '16383:.from all to 2001:db8:9::/48 blackhole'")
      let removals = [rule, blackhole].map(NetworkOperation.removeRule)
      #expect(control.apply(removals + removals).allSatisfy { $0 == nil })
      try command("! ip rule | grep -q keepalived")
    }
  }

  @Test func `parameters of the kernel are read and written`() throws {
    try Self.onWire { _, _ in
      let parameter = KernelParameter(.ipv4, interface: "eth0", "arp_ignore")
      #expect(try parameter.read() == "0")
      try parameter.write("1")
      #expect(try parameter.read() == "1")
      #expect(throws: SystemFailure.self) { try KernelParameter(.ipv4, interface: "none", "arp_ignore").read() }
    }
  }
}
