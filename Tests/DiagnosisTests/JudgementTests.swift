import Diagnosis
import Testing
import Wire

func address(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(.any) }

func hardware(_ number: UInt64) -> HardwareAddress { HardwareAddress(rawValue: 0x0200_0000_0000 + number) }

func prefix(_ text: String, _ length: UInt8) -> AddressPrefix { AddressPrefix(address(text), length: length) }

/// A director with a router and a service behind it, on which nothing is wrong.
func host(_ change: (inout HostFacts) -> Void = { _ in }) -> HostFacts {
  let router = Intent.Router(
    name: "VI_1", interface: "eth0", virtualRouter: 51, addresses: [address("192.0.2.10")], group: address("224.0.0.18")
  )
  let service = Intent.Service(
    name: "192.0.2.10:80", addresses: [address("192.0.2.10")],
    servers: [Intent.Server(Endpoint(address("192.0.2.21"), port: 80), .nat)])
  var facts = HostFacts(Intent(routers: [router], services: [service]))
  facts.ipvs = .available
  facts.schedulers = ["wlc": .available]
  facts.parameters = [
    "net/ipv4/ip_forward": 1, "net/ipv4/vs/expire_nodest_conn": 1, "net/ipv4/vs/conntrack": 0,
    "net/ipv4/conf/all/rp_filter": 0, "net/ipv4/conf/eth0/rp_filter": 0, "net/ipv4/conf/all/arp_ignore": 0,
    "net/ipv4/conf/all/arp_announce": 0, "net/ipv4/conf/eth0/arp_ignore": 0, "net/ipv4/conf/eth0/arp_announce": 0,
  ]
  facts.interfaces = [
    HostFacts.Interface("lo", mtu: 65_536, addresses: [prefix("127.0.0.1", 8)]),
    HostFacts.Interface("eth0", hardwareAddress: hardware(1), addresses: [prefix("192.0.2.1", 24)]),
  ]
  facts.adverts = [
    HostFacts.HeardAdvert(
      interface: "eth0", source: address("192.0.2.2"), hardwareAddress: hardware(2), virtualRouter: 51,
      addresses: [address("192.0.2.10")])
  ]
  facts.claims = [
    HostFacts.Claim(interface: "eth0", address: address("192.0.2.10"), hardwareAddress: hardware(2))
  ]
  facts.clockIsSynchronised = true
  facts.daemonRuns = true
  change(&facts)
  return facts
}

extension HostFacts {
  /// The checks that find something.
  var checks: [String] { findings.map(\.check) }
}

/// A case: what is otherwise than on the good host, and what is to be found.
struct Case: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let checks: [String]
  let fix: String
  let change: @Sendable (inout HostFacts) -> Void

  init(_ title: String, _ check: String?, fix: String = "", _ change: @escaping @Sendable (inout HostFacts) -> Void) {
    testDescription = title
    checks = check.map { [$0] } ?? []
    self.fix = fix
    self.change = change
  }
}

@Suite struct `The doctor` {
  @Test func `finds nothing on a host that is in order, or of which nothing is known`() {
    #expect(host().findings.isEmpty)
    var unknown = HostFacts(host().intent)
    #expect(unknown.findings.isEmpty)
    unknown.intent = Intent()
    #expect(unknown.findings.isEmpty)
  }

  static let kernel: [Case] = [
    Case("no IPVS", "ip_vs", fix: "modprobe ip_vs") { $0.ipvs = .missing },
    Case("no IPVS where nobody wants it", nil) {
      $0.ipvs = .missing
      $0.intent.services = []
    },
    Case("no scheduler", "ip_vs", fix: "modprobe ip_vs_wlc") { $0.schedulers["wlc"] = .missing },
    Case("no forwarding", "ip_forward", fix: "sysctl -w net.ipv4.ip_forward=1") {
      $0.parameters["net/ipv4/ip_forward"] = 0
    },
    Case("no forwarding, direct routing", nil) {
      $0.parameters["net/ipv4/ip_forward"] = 0
      $0.intent.services[0].servers[0].forwarding = .directRouting
    },
    Case("no forwarding of IPv6", "ip_forward", fix: "net.ipv6.conf.all.forwarding=1") {
      $0.intent.services[0].family = .ipv6
      $0.parameters["net/ipv6/conf/all/forwarding"] = 0
    },
    Case("an address on lo that is answered for", "arp", fix: "realserver start --vip 192.0.2.10") {
      $0.interfaces[0].addresses.append(prefix("192.0.2.10", 32))
    },
    Case("an address on lo, half set up", "arp") {
      $0.interfaces[0].addresses.append(prefix("192.0.2.10", 32))
      $0.parameters["net/ipv4/conf/all/arp_ignore"] = 1
    },
    Case("an address on lo as it should be", nil) {
      $0.interfaces[0].addresses.append(prefix("192.0.2.10", 32))
      $0.parameters["net/ipv4/conf/all/arp_ignore"] = 1
      $0.parameters["net/ipv4/conf/eth0/arp_announce"] = 2
    },
    Case("a virtual MAC and a strict filter", "rp_filter", fix: "net.ipv4.conf.all.rp_filter=0") {
      $0.intent.routers[0].usesVirtualMAC = true
      $0.parameters["net/ipv4/conf/all/rp_filter"] = 1
    },
    Case("a virtual MAC with a dot in its name", "rp_filter", fix: "net/ipv4/conf/vrrp.51/rp_filter=0") {
      $0.intent.routers[0].usesVirtualMAC = true
      $0.parameters["net/ipv4/conf/vrrp.51/rp_filter"] = 1
    },
    Case("a virtual MAC and a loose filter", nil) {
      $0.intent.routers[0].usesVirtualMAC = true
      $0.parameters["net/ipv4/conf/all/rp_filter"] = 2
    },
    Case("a tunnel's end with a strict filter", "rp_filter", fix: "net.ipv4.conf.tunl0.rp_filter=0") {
      $0.intent.services[0].servers[0].forwarding = .tunnel
      $0.interfaces.append(HostFacts.Interface("tunl0", mtu: 1480, addresses: [prefix("192.0.2.10", 32)]))
      $0.interfaces[1].mtu = 9000
      $0.parameters["net/ipv4/conf/tunl0/rp_filter"] = 1
      $0.intent.services[0].addresses = [address("198.51.100.1"), address("192.0.2.10")]
      $0.interfaces[1].addresses = [prefix("10.0.0.1", 8)]
      $0.claims = []
    },
    Case("connections to nobody", "expire_nodest_conn", fix: "net.ipv4.vs.expire_nodest_conn=1") {
      $0.parameters["net/ipv4/vs/expire_nodest_conn"] = 0
    },
    Case("persistent clients of a drained server", "expire_quiescent_template") {
      $0.intent.services[0].isPersistent = true
      $0.parameters["net/ipv4/vs/expire_quiescent_template"] = 0
    },
    Case("a full table of connections", "conntrack", fix: "nf_conntrack_max=4000") {
      $0.parameters["net/netfilter/nf_conntrack_max"] = 1000
      $0.parameters["net/netfilter/nf_conntrack_count"] = 801
    },
    Case("a table with room", nil) {
      $0.parameters["net/netfilter/nf_conntrack_max"] = 1000
      $0.parameters["net/netfilter/nf_conntrack_count"] = 800
    },
    Case("masquerading past IPVS", "conntrack", fix: "net.ipv4.vs.conntrack=1") { $0.iptables = "*nat\n-j MASQUERADE" },
  ]

  @Test(arguments: kernel)
  func `judges the kernel`(one: Case) { check(one) }

  static let network: [Case] = [
    Case("a bridge that snoops on a group of the site", "snooping", fix: "mcast_querier 1") {
      $0.intent.routers[0].group = address("239.1.2.3")
      $0.interfaces[1].bridge = HostFacts.Bridge("br0", snoops: true, asks: false)
    },
    Case("a bridge that snoops on the standard group", nil) {
      $0.interfaces[1].bridge = HostFacts.Bridge("br0", snoops: true, asks: false)
    },
    Case("a bridge that asks", nil) {
      $0.intent.routers[0].group = address("239.1.2.3")
      $0.interfaces[1].bridge = HostFacts.Bridge("br0", snoops: true, asks: true)
    },
    Case("a stranger with our VRID", "vrid", fix: "virtual_router_id 1") {
      $0.adverts?.append(
        HostFacts.HeardAdvert(
          interface: "eth0", source: address("192.0.2.77"), hardwareAddress: hardware(77), virtualRouter: 51,
          addresses: [address("192.0.2.200")]))
    },
    Case("a stranger with our VRID on another link", nil) {
      $0.adverts?.append(
        HostFacts.HeardAdvert(
          interface: "eth1", source: address("192.0.2.77"), hardwareAddress: hardware(77), virtualRouter: 51,
          addresses: [address("192.0.2.200")]))
    },
    Case("a peer of another version", "vrid", fix: "vrrp_version 3") { $0.adverts?[0].version = 3 },
    Case("two masters", "vrid", fix: "understudyctl why VI_1") {
      $0.adverts?.append(
        HostFacts.HeardAdvert(
          interface: "eth0", source: address("192.0.2.3"), hardwareAddress: hardware(3), virtualRouter: 51,
          addresses: [address("192.0.2.10")]))
    },
    Case("a master that resigns while another begins", nil) {
      $0.adverts?.append(
        HostFacts.HeardAdvert(
          interface: "eth0", source: address("192.0.2.3"), hardwareAddress: hardware(3), virtualRouter: 51, priority: 0,
          addresses: [address("192.0.2.10")]))
    },
    Case("no master", "vrid") {
      $0.adverts = []
      $0.claims = []
    },
    Case("no advert, because this is the master", nil) {
      $0.adverts = []
      $0.claims = []
      $0.interfaces[1].addresses.append(prefix("192.0.2.10", 32))
    },
    Case("a stranger with our address", "claimed", fix: "realserver start --vip 192.0.2.10") {
      $0.claims.append(
        HostFacts.Claim(interface: "eth0", address: address("192.0.2.10"), hardwareAddress: hardware(9)))
    },
    Case("a master with a virtual MAC", nil) {
      $0.claims = [
        HostFacts.Claim(
          interface: "eth0", address: address("192.0.2.10"), hardwareAddress: .virtualRouter(51, .ipv4))
      ]
    },
    Case("a unicast peer with the address", nil) {
      $0.intent.routers[0].group = nil
      $0.adverts = []
    },
    Case("a unicast peer with an address that is here", "claimed") {
      $0.intent.routers[0].group = nil
      $0.adverts = []
      $0.interfaces[1].addresses.append(prefix("192.0.2.10", 32))
    },
    Case("a wrong clock", "clock", fix: "timedatectl set-ntp true") {
      $0.intent.routers[0].needsClock = true
      $0.clockIsSynchronised = false
    },
    Case("a wrong clock that nobody needs", nil) { $0.clockIsSynchronised = false },
    Case("a tunnel that is too narrow", "mtu", fix: "ip link set dev eth0 mtu 1580") {
      $0.intent.services[0].servers[0].forwarding = .tunnel
    },
    Case("a tunnel that is wide enough", nil) {
      $0.intent.services[0].servers[0].forwarding = .tunnel
      $0.intent.services[0].addresses = [address("203.0.113.1")]
      $0.interfaces[1].mtu = 1520
    },
  ]

  @Test(arguments: network)
  func `judges the network`(one: Case) { check(one) }

  static let programs: [Case] = [
    Case("no script", "script", fix: "ls -l /x") { $0.scripts = [HostFacts.Script("/x", .missing)] },
    Case("a script without x", "script", fix: "chmod a+x /x") { $0.scripts = [HostFacts.Script("/x", .notExecutable)] },
    Case("a script of somebody", "script", fix: "chown root:root /d") {
      $0.scripts = [HostFacts.Script("/d/x", .foreignOwner("/d"))]
    },
    Case("a script of everybody", "script", fix: "chmod go-w /d/x") {
      $0.scripts = [HostFacts.Script("/d/x", .writable("/d/x"))]
    },
    Case("a good script", nil) { $0.scripts = [HostFacts.Script("/d/x", nil)] },
    Case("a closed port", "port", fix: "nc -vz 192.0.2.21 80") {
      $0.reaches = [HostFacts.Reach(Endpoint(address("192.0.2.21"), port: 80), failure: "Connection refused")]
    },
    Case("an open port", nil) {
      $0.reaches = [HostFacts.Reach(Endpoint(address("192.0.2.21"), port: 80), failure: nil)]
    },
    Case("keepalived beside us", "rival", fix: "systemctl disable --now keepalived") { $0.keepalived = 7 },
    Case("keepalived instead of us", nil) {
      $0.keepalived = 7
      $0.daemonRuns = false
    },
  ]

  @Test(arguments: programs)
  func `judges programs and ports`(one: Case) { check(one) }

  private func check(_ one: Case) {
    let findings = host(one.change).findings
    #expect(findings.map(\.check) == one.checks)
    for finding in findings {
      #expect(!finding.fixes.isEmpty)
      #expect(finding.fixes.joined(separator: "\n").contains(one.fix), "\(finding.fixes)")
    }
  }

  @Test func `prints the worst first, each with what to type, and exits with 1 for trouble alone`() {
    let findings = [
      Finding(.note, "a", "one"), Finding(.warning, "b", "two", fixes: ["x", "y"]), Finding(.trouble, "c", "three"),
    ]
    #expect(findings.lines == ["trouble [c] three", "warning [b] two", "    fix: x", "    fix: y", "note [a] one"])
    #expect(findings.exitStatus == 1)
    #expect(Array(findings.prefix(2)).exitStatus == 0)
  }
}
