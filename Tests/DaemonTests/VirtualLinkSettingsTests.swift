import ConfigurationLanguage
import Daemon
import Failover
import Testing
import VRRP
import Wire
import World

@Suite struct `Virtual interfaces of the configuration` {
  private func settings(_ lines: String, globals: String = "") throws -> ElectionSettings {
    let text = """
      global_defs {
      \(globals)
      }
      vrrp_instance V {
      interface eth0
      virtual_router_id 51
      priority 100
      \(lines)
      }

      """
    return ElectionSettings(try configuration(of: text))
  }

  private func member(_ lines: String, globals: String = "") throws -> GroupSettings.Member {
    try #require(try settings(lines, globals: globals).groups["instance V"]?.members.first)
  }

  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  @Test func `an instance without them has none`() throws {
    let member = try member("virtual_ipaddress { \n 192.0.2.10/24 dev eth0\n }")
    #expect(member.virtualLink == nil && member.addressLinks.isEmpty)
    #expect(member.router.addresses.map(\.interface) == ["eth0"])
  }

  @Test func `use_vmac asks for a macvlan with the virtual router's address`() throws {
    let member = try member(
      "use_vmac\nvirtual_ipaddress { \n 192.0.2.10/24 dev eth0\n 192.0.2.11/24\n 198.51.100.1/24 dev eth1\n }",
      globals: "vmac_prefix vm")
    var expected = VirtualLinkSpecification(
      .numbered(prefix: "vm", virtualRouter: 51, family: .ipv4), on: "eth0", kind: .macvlan(.virtualRouter(51, .ipv4)))
    expected.groups = [try address("224.0.0.18")]
    #expect(member.virtualLink == expected)
    #expect(!member.transmitsOnBase)
    #expect(member.router.addresses.map(\.interface) == [nil, nil, "eth1"], "dev eth0 is on top of eth0")
    #expect(member.router.interface == "eth0")
  }

  @Test func `name, address, group and the base for adverts are as written`() throws {
    let member = try member(
      "use_vmac ha0 02:00:00:00:00:77 group 9\nvmac_xmit_base\nvirtual_ipaddress { \n 192.0.2.10/24\n }")
    let link = try #require(member.virtualLink)
    #expect(link.name == .fixed("ha0") && link.group == 9)
    #expect(link.kind == .macvlan(try #require(HardwareAddress("02:00:00:00:00:77"))))
    #expect(member.transmitsOnBase)
  }

  @Test func `an IPv6 instance has the other prefix, and groups in which its addresses are asked for`() throws {
    let link = try #require(
      try member("use_vmac\nvirtual_ipaddress { \n fe80::10\n 2001:db8::12:3456\n }").virtualLink)
    #expect(link.kind == .macvlan(.virtualRouter(51, .ipv6)))
    #expect(link.families == [.ipv6])
    #expect(link.groups == Set(try ["ff02::12", "ff02::1:ff00:10", "ff02::1:ff12:3456"].map(address)))
  }

  @Test func `excluded addresses of the other family are on the same link`() throws {
    let link = try #require(
      try member(
        "use_vmac\nvirtual_ipaddress { \n 192.0.2.10/24\n }\nvirtual_ipaddress_excluded { \n 2001:db8::10/64\n }"
      ).virtualLink)
    #expect(link.families == [.ipv4, .ipv6])
  }

  @Test func `use_vmac_addr gives a link to each family on each other interface`() throws {
    let member = try member(
      """
      use_vmac
      use_vmac_addr
      virtual_ipaddress {
      192.0.2.10/24
      198.51.100.1/24 dev eth1
      198.51.100.2/24 dev eth1
      }
      virtual_ipaddress_excluded {
      2001:db8::10/64
      }
      """, globals: "vmac_addr_prefix vip")
    #expect(member.virtualLink?.families == [.ipv4])
    let links = member.addressLinks
    #expect(Set(links.keys) == Set(try ["198.51.100.1", "198.51.100.2", "2001:db8::10"].map(address)))
    #expect(links[try address("198.51.100.1")] == links[try address("198.51.100.2")])
    let other = try #require(links[try address("2001:db8::10")])
    #expect(other.base == "eth0" && other.kind == .macvlan(.virtualRouter(51, .ipv6)))
    #expect(other.candidates.first == "vip.51")
    #expect(other.groups == [try address("ff02::1:ff00:10")])
  }

  @Test func `use_vmac of an address gives a link to it alone`() throws {
    let member = try member(
      "virtual_ipaddress { \n 192.0.2.10/24\n 198.51.100.1/24 dev eth1 use_vmac\n 198.51.100.2/24 dev eth1\n }")
    #expect(member.virtualLink == nil)
    #expect(Array(member.addressLinks.keys) == [try address("198.51.100.1")])
  }

  @Test func `use_ipvlan asks for an ipvlan whose address is the source`() throws {
    let member = try member("use_ipvlan ipv0 192.0.2.77/24 private\nvirtual_ipaddress { \n 192.0.2.10/24\n }")
    let link = try #require(member.virtualLink)
    #expect(link.name == .fixed("ipv0") && link.kind == .ipvlan(.isPrivate))
    #expect(link.address?.description == "192.0.2.77/24")
    #expect(member.router.source == (try address("192.0.2.77")))
  }

  @Test func `no_accept refuses the addresses of those who do not own them`() throws {
    let addresses = "virtual_ipaddress { \n 192.0.2.10/24\n }\nvirtual_ipaddress_excluded { \n 2001:db8::10/64\n }"
    #expect(try settings("no_accept\n" + addresses).refusedAddresses.count == 2)
    #expect(try settings("accept\n" + addresses).refusedAddresses.isEmpty)
    let owner = addresses + "\nstate MASTER\npriority 255\nno_accept"
    #expect(try settings(owner).refusedAddresses.isEmpty)
  }
}
