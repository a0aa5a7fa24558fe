import Glibc
import Netlink
import Testing
import Wire
import World

/// Whether the kernel has nf_tables.
private let hasPacketFilter = unsafe system("unshare -n nft add table inet probe >/dev/null 2>&1") == 0

@Suite(
  .enabled(if: isRoot, "network namespaces need root"), .enabled(if: hasPacketFilter, "this kernel has no nf_tables"))
struct `The packet filter` {
  static func inWire(_ body: (KernelLinkControl, String) throws -> Void) throws {
    try `Link control`.onWire { directory in
      try body(try KernelLinkControl(stateDirectory: directory), directory)
    }
  }

  static func isListed(_ text: String, _ table: String = "keepalived") -> Bool {
    unsafe system("nft list table inet \(table) 2>/dev/null | tr -d '\\n\\t' | grep -q '\(text)'") == 0
  }

  @Test func `refuses packets to addresses, but not neighbour discovery or the host's own`() throws {
    try Self.inWire { control, _ in
      let addresses = try ["192.0.2.10", "2001:db8::10"].map { try #require(IPAddress($0)) }
      #expect(control.refuse(Set(addresses), table: "keepalived", priority: -7).isEmpty)
      #expect(Self.isListed("hook input priority filter - 7; policy accept;iif \"lo\" accept"))
      #expect(Self.isListed("ip daddr @refused4 drop.*@discovery accept.*ip6 daddr @refused6 drop"))
      #expect(Self.isListed("type ipv4_addr.*elements = { 192.0.2.10 }"))
      #expect(Self.isListed("type ipv6_addr.*elements = { 2001:db8::10 }"))
      #expect(Self.isListed("{ nd-neighbor-solicit, *nd-neighbor-advert }"))
      try command("ip link set lo up && ip addr add 192.0.2.10/24 dev eth0 && ip addr add 192.0.2.11/24 dev eth0")
      try command("ping -qc1 -W1 192.0.2.10 >/dev/null")
      // Another host, behind the wire.
      try command("ip netns add us-fw-\(getpid()) && ip link set eth1 netns us-fw-\(getpid())")
      defer { unsafe _ = system("ip netns del us-fw-\(getpid())") }
      let there = "ip netns exec us-fw-\(getpid())"
      try command("\(there) ip addr add 192.0.2.1/24 dev eth1 && \(there) ip link set eth1 up")
      try command("\(there) ping -qc1 -W2 192.0.2.11 >/dev/null")
      try command("! \(there) ping -qc1 -W1 192.0.2.10 >/dev/null")
    }
  }

  @Test func `has a table only while one is needed, and moves it`() throws {
    try Self.inWire { control, directory in
      let address = try #require(IPAddress("192.0.2.10"))
      #expect(control.refuse([], table: "a", priority: 0).isEmpty)
      #expect(!Self.isListed("", "a"))
      #expect(control.refuse([address], table: "a", priority: 0).isEmpty)
      #expect(control.refuse([address], table: "b", priority: 0).isEmpty)
      #expect(!Self.isListed("", "a") && Self.isListed("192.0.2.10", "b"))
      #expect(control.refuse([], table: "b", priority: 0).isEmpty)
      #expect(!Self.isListed("", "b"))
      #expect(unsafe system("test -z \"$(ls \(directory))\"") == 0)
    }
  }

  @Test func `takes thousands of addresses`() throws {
    try Self.inWire { control, _ in
      let addresses = (0..<5000).map { IPAddress.v4(IPv4Address(rawValue: 0x0A00_0000 + UInt32($0))) }
      #expect(control.refuse(Set(addresses), table: "keepalived", priority: -1).isEmpty)
      #expect(Self.isListed("10.0.0.0") && Self.isListed("10.0.19.135"))
    }
  }

  @Test func `a table that a crash left behind goes`() throws {
    try Self.inWire { control, directory in
      _ = control.refuse([try #require(IPAddress("192.0.2.10"))], table: "keepalived", priority: -1)
      let next = try KernelLinkControl(stateDirectory: directory)
      #expect(next.removeLeftovers().isEmpty)
      #expect(!Self.isListed(""))
    }
  }

  @Test func `a macvlan reports no groups, its base does`() throws {
    try Self.inWire { control, _ in
      var wanted = `Link control`.router51
      wanted.families = [.ipv4, .ipv6]
      wanted.groups = Set(try ["239.1.2.3", "ff02::12", "ff02::1:ff00:10"].map { try #require(IPAddress($0)) })
      let link = try control.establish(wanted)
      #expect(link.complaints.isEmpty)
      #expect(Self.isListed("type ifname.*elements = { \"vrrp.51\" }"))
      #expect(Self.isListed("oifname @silent meta l4proto igmp drop"))
      #expect(Self.isListed("{ mld-listener-report, *mld-listener-done,.*nd-router-solicit, *mld2-listener-report }"))
      #expect(Self.isListed("oifname @silent icmpv6 type @reports drop"))
      for group in ["239.1.2.3", "ff02::12", "ff02::1:ff00:10"] {
        try command("ip maddr show dev eth0 | grep -q 'inet.* \(group)$'")
      }
      wanted.groups = [try #require(IPAddress("239.1.2.4"))]
      _ = try control.establish(wanted)
      try command("ip maddr show dev eth0 | grep -q 239.1.2.4")
      try command("! ip maddr show dev eth0 | grep -q 239.1.2.3")
      #expect(control.remove(link.name).isEmpty)
      #expect(!Self.isListed(""))
      try command("! ip maddr show dev eth0 | grep -q 239.1.2.4")
    }
  }
}
