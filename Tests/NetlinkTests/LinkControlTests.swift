import Glibc
import Netlink
import Testing
import Wire
import World

@Suite(.enabled(if: isRoot, "network namespaces need root"))
struct `Link control` {
  /// Runs in a namespace with a wire "eth0" to "eth1", both up, and a directory for state files.
  static func onWire(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/links-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw NamespaceFailure(step: "mkdtemp") }
    let directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unsafe _ = system("rm -r \(directory)") }
    try inFreshNamespace {
      try command("ip link add eth0 type veth peer name eth1 && ip link set eth1 up && ip link set eth0 up")
      try body(directory)
    }
  }

  static let address4 = HardwareAddress.virtualRouter(51, .ipv4)
  static let numbered = VirtualLinkSpecification.Name.numbered(prefix: "vrrp", virtualRouter: 51, family: .ipv4)
  static let router51 = VirtualLinkSpecification(numbered, on: "eth0", kind: .macvlan(address4))

  static func value(_ family: AddressFamily, _ interface: String, _ name: String) throws -> String {
    try KernelParameter(family, interface: interface, name).read()
  }

  /// What is said of a link, but that the kernel has no packet filter.
  static func worries(_ link: VirtualLink) -> [SystemFailure] { link.complaints.filter { $0.call != "nf_tables" } }

  static func isThere(_ name: String) -> Bool { unsafe if_nametoindex(name) != 0 }

  @Test func `a macvlan is private, up, of the base's group, and silent about what is not its own`() throws {
    try Self.onWire { directory in
      try command("ip link set eth0 group 7")
      let link = try KernelLinkControl(stateDirectory: directory).establish(Self.router51)
      #expect(link.name == "vrrp.51" && link.index == interfaceIndex("vrrp.51") && Self.worries(link).isEmpty)
      try command(
        "ip -d link show vrrp.51 | tr '\\n' ' ' | grep -q 'vrrp.51@eth0.*UP.* group 7 .*00:00:5e:00:01:33.*mode private'"
      )
      let values = try ["arp_ignore", "accept_local", "rp_filter", "promote_secondaries"]
        .map { try Self.value(.ipv4, "vrrp.51", $0) }
      #expect(values == ["1", "1", "0", "1"])
      #expect(try Self.value(.ipv6, "vrrp.51", "disable_ipv6") == "1")
      #expect(try ["arp_ignore", "arp_filter"].map { try Self.value(.ipv4, "eth0", $0) } == ["1", "1"])
    }
  }

  @Test func `a link for IPv6 makes no address by itself`() throws {
    try Self.onWire { directory in
      let wanted = VirtualLinkSpecification(
        .numbered(prefix: "vrrp", virtualRouter: 51, family: .ipv6), on: "eth0",
        kind: .macvlan(.virtualRouter(51, .ipv6)), families: [.ipv6])
      let link = try KernelLinkControl(stateDirectory: directory).establish(wanted)
      #expect(link.name == "vrrp.51" && Self.worries(link).isEmpty)
      #expect(
        try ["disable_ipv6", "accept_ra", "autoconf", "addr_gen_mode"]
          .map { try Self.value(.ipv6, "vrrp.51", $0) } == ["0", "0", "0", "1"])
      #expect(try !NetworkMonitor().snapshot.addresses.contains { $0.interface == link.index })
    }
  }

  @Test func `a name that is taken by something else is passed over`() throws {
    try Self.onWire { directory in
      try command("ip link add vrrp.51 type veth peer name eth2")
      let control = try KernelLinkControl(stateDirectory: directory)
      #expect(try control.establish(Self.router51).name == "vrrp1.51")
      let six = VirtualLinkSpecification(
        .numbered(prefix: "vrrp", virtualRouter: 51, family: .ipv6), on: "eth0",
        kind: .macvlan(.virtualRouter(51, .ipv6)), families: [.ipv6])
      #expect(try control.establish(six).name == "vrrp6.51")
      var fixed = Self.router51
      fixed.name = .fixed("vrrp.51")
      let failure = #expect(throws: SystemFailure.self) { try control.establish(fixed) }
      #expect(failure?.code == EEXIST && failure?.subject == "vrrp.51 on eth0")
    }
  }

  @Test func `establishing again changes nothing, and mends what somebody changed`() throws {
    try Self.onWire { directory in
      let control = try KernelLinkControl(stateDirectory: directory)
      var first = try control.establish(Self.router51)
      first.complaints = []
      #expect(try control.establish(Self.router51) == first)
      try command("ip link set vrrp.51 down && sysctl -qw net/ipv4/conf/vrrp.51/rp_filter=2")
      #expect(try control.establish(Self.router51) == first)
      #expect(try Self.value(.ipv4, "vrrp.51", "rp_filter") == "0")
      try command("ip link show vrrp.51 | grep -q ',UP'")
      try command("ip link del vrrp.51")
      let again = try control.establish(Self.router51)
      #expect(again.name == "vrrp.51" && again.index != first.index)
    }
  }

  @Test func `removal leaves the host as it was found`() throws {
    try Self.onWire { directory in
      try command("sysctl -qw net/ipv4/conf/eth0/arp_filter=0 net/ipv4/conf/eth0/arp_ignore=8")
      let control = try KernelLinkControl(stateDirectory: directory)
      let link = try control.establish(Self.router51)
      #expect(try Self.value(.ipv4, "eth0", "arp_ignore") == "8", "stricter is right too")
      #expect(control.remove(link.name).isEmpty)
      #expect(!Self.isThere("vrrp.51"))
      #expect(try Self.value(.ipv4, "eth0", "arp_ignore") == "8")
      #expect(try Self.value(.ipv4, "eth0", "arp_filter") == "0")
      #expect(unsafe system("test -z \"$(ls \(directory))\"") == 0, "nothing to undo, no file")
    }
  }

  @Test func `secondary addresses outlive the primary where that is asked for, and the value before comes back`() throws
  {
    try Self.onWire { directory in
      try command("sysctl -qw net/ipv4/conf/eth0/promote_secondaries=0 net/ipv4/conf/eth1/promote_secondaries=1")
      func values() throws -> [String] {
        try ["eth0", "eth1"].map { try Self.value(.ipv4, $0, "promote_secondaries") }
      }
      let control = try KernelLinkControl(stateDirectory: directory)
      #expect(control.promoteSecondaries(on: ["eth0", "eth1", "nothing0"]).isEmpty)
      #expect(try values() == ["1", "1"])
      // A later process knows what this one found.
      let later = try KernelLinkControl(stateDirectory: directory)
      #expect(later.promoteSecondaries(on: ["eth0"]).isEmpty && later.removeLeftovers().isEmpty)
      #expect(try values() == ["1", "1"])
      #expect(later.promoteSecondaries(on: []).isEmpty)
      #expect(try values() == ["0", "1"])
      #expect(unsafe system("test -z \"$(ls \(directory))\"") == 0, "nothing to undo, no file")
    }
  }

  @Test func `a reverse path filter of all is handed down, and comes back`() throws {
    try Self.onWire { directory in
      try command("sysctl -qw net/ipv4/conf/all/rp_filter=1 net/ipv4/conf/default/rp_filter=0")
      try command("sysctl -qw net/ipv4/conf/eth0/rp_filter=2 net/ipv4/conf/eth1/rp_filter=0")
      let names = ["all", "default", "eth0", "eth1"]
      let control = try KernelLinkControl(stateDirectory: directory)
      let link = try control.establish(Self.router51)
      #expect(try names.map { try Self.value(.ipv4, $0, "rp_filter") } == ["0", "1", "2", "1"])
      #expect(try Self.value(.ipv4, link.name, "rp_filter") == "0")
      #expect(control.remove(link.name).isEmpty)
      #expect(try names.map { try Self.value(.ipv4, $0, "rp_filter") } == ["1", "0", "2", "0"])
    }
  }

  @Test func `what a base needs stays until its last link goes`() throws {
    try Self.onWire { directory in
      let control = try KernelLinkControl(stateDirectory: directory)
      let other = VirtualLinkSpecification(
        .fixed("ha0"), on: "eth0", kind: .macvlan(.virtualRouter(52, .ipv4)))
      let links = try [Self.router51, other].map { try control.establish($0) }
      _ = control.remove(links[0].name)
      #expect(try Self.value(.ipv4, "eth0", "arp_filter") == "1")
      _ = control.remove(links[1].name)
      #expect(try Self.value(.ipv4, "eth0", "arp_filter") == "0")
    }
  }

  @Test func `what somebody else has set since is left alone`() throws {
    try Self.onWire { directory in
      let control = try KernelLinkControl(stateDirectory: directory)
      let link = try control.establish(Self.router51)
      try command("sysctl -qw net/ipv4/conf/eth0/arp_ignore=2")
      #expect(control.remove(link.name).isEmpty)
      #expect(try Self.value(.ipv4, "eth0", "arp_ignore") == "2")
    }
  }

  @Test func `after a crash the next run takes the link over and restores what was found`() throws {
    try Self.onWire { directory in
      let first = try KernelLinkControl(stateDirectory: directory).establish(Self.router51)
      // The first control was let go without a word.
      let control = try KernelLinkControl(stateDirectory: directory)
      #expect(try control.establish(Self.router51) == first)
      #expect(control.removeLeftovers().isEmpty)
      #expect(Self.isThere("vrrp.51"), "it is wanted again")
      #expect(control.remove(first.name).isEmpty)
      #expect(!Self.isThere("vrrp.51"))
      #expect(try ["arp_ignore", "arp_filter"].map { try Self.value(.ipv4, "eth0", $0) } == ["0", "0"])
    }
  }

  @Test func `after a crash what is not wanted any more goes`() throws {
    try Self.onWire { directory in
      _ = try KernelLinkControl(stateDirectory: directory).establish(Self.router51)
      let control = try KernelLinkControl(stateDirectory: directory)
      #expect(control.removeLeftovers().isEmpty)
      #expect(!Self.isThere("vrrp.51"))
      #expect(try Self.value(.ipv4, "eth0", "arp_ignore") == "0")
    }
  }

  @Test func `a link that somebody else made is used and not removed`() throws {
    try Self.onWire { directory in
      try command("ip link add link eth0 name vrrp.51 address \(Self.address4) type macvlan mode private")
      let control = try KernelLinkControl(stateDirectory: directory)
      let link = try control.establish(Self.router51)
      #expect(link.name == "vrrp.51" && Self.worries(link).isEmpty)
      #expect(try Self.value(.ipv4, "vrrp.51", "accept_local") == "1")
      #expect(control.remove(link.name).isEmpty)
      #expect(Self.isThere("vrrp.51"))
      #expect(try Self.value(.ipv4, "vrrp.51", "accept_local") == "0")
    }
  }

  @Test func `an ipvlan is of mode L2 with the isolation asked for`() throws {
    try Self.onWire { directory in
      let wanted = VirtualLinkSpecification(.fixed("ipv0"), on: "eth0", kind: .ipvlan(.isPrivate))
      let control = try KernelLinkControl(stateDirectory: directory)
      do throws(SystemFailure) {
        let link = try control.establish(wanted)
        #expect(link.name == "ipv0")
      } catch {
        // A kernel without ipvlan says so.
        #expect(error.code == EOPNOTSUPP)
        return
      }
      try command("ip -d link show ipv0 | grep -q 'ipvlan *mode l2 private'")
      #expect(control.remove("ipv0").isEmpty)
      #expect(!Self.isThere("ipv0"))
    }
  }

  @Test func `what cannot be is told, and leaves nothing behind`() throws {
    try Self.onWire { directory in
      let control = try KernelLinkControl(stateDirectory: directory)
      var missing = Self.router51
      missing.base = "eth9"
      #expect(#expect(throws: SystemFailure.self) { try control.establish(missing) }?.code == ENODEV)
      // Somebody's macvlan of another mode has the hardware address already.
      try command("ip link add link eth0 name other address \(Self.address4) type macvlan mode bridge")
      try command("ip link set other up")
      let failure = #expect(throws: SystemFailure.self) { try control.establish(Self.router51) }
      #expect(failure?.code == EADDRINUSE && failure?.call == "IFF_UP" && failure?.subject == "vrrp.51 on eth0")
      #expect(failure?.reason.contains("another interface there has its hardware address") == true)
      #expect(!Self.isThere("vrrp.51"))
      #expect(try Self.value(.ipv4, "eth0", "arp_filter") == "0")
    }
  }

  @Test func `other parameters of a link do not make another`() throws {
    try Self.onWire { directory in
      let control = try KernelLinkControl(stateDirectory: directory)
      var first = try control.establish(Self.router51)
      first.complaints = []
      var wider = Self.router51
      wider.families = [.ipv4, .ipv6]
      #expect(try control.establish(wider) == first)
      #expect(try Self.value(.ipv6, "vrrp.51", "disable_ipv6") == "0")
    }
  }

  @Test func `a link follows its base into a VRF, but not into a bridge`() throws {
    try Self.onWire { directory in
      guard unsafe system("ip link add red type vrf table 10 2>/dev/null && ip link set red up") == 0 else { return }
      try command("ip link set eth0 master red")
      let control = try KernelLinkControl(stateDirectory: directory)
      #expect(Self.worries(try control.establish(Self.router51)).isEmpty)
      try command("ip link show vrrp.51 | grep -q 'master red'")
      #expect(control.remove("vrrp.51").isEmpty)
      guard unsafe system("ip link add br0 type bridge 2>/dev/null") == 0 else { return }
      try command("ip link set eth1 master br0")
      var other = Self.router51
      other.base = "eth1"
      // Ports of a bridge carry no macvlan: that is told and leaves nothing.
      let failure = #expect(throws: SystemFailure.self) { try control.establish(other) }
      #expect(failure?.code == EBUSY)
      #expect(!Self.isThere("vrrp.51"))
    }
  }
}
