import Netlink
import Testing
import Wire
import World

/// Writes one message and reads it again.
func roundTrip<Value>(
  _ write: (inout MessageWriter) -> Void, _ read: (Message) throws -> Value?
) throws -> Value? {
  var writer = MessageWriter()
  write(&writer)
  var reader = DatagramReader(writer.octets[...])
  let message = try #require(try reader.next())
  #expect(try reader.next() == nil)
  return try read(message)
}

@Suite struct `Messages of rtnetlink` {
  @Test(arguments: ["192.0.2.1/24", "198.51.100.7/32", "2001:db8::10/128"])
  func `an address is told as it was asked for`(text: String) throws {
    var wanted = AddressSpecification(interface: 3, prefix: try #require(AddressPrefix(text: text)), flags: 0x202)
    wanted.label = "eth0:1"
    let report = try #require(
      try roundTrip({ AddressMessages.writeAddition(wanted, &$0) }, AddressMessages.read))
    #expect(report.address.interface == 3)
    #expect(report.address.prefix == wanted.prefix)
    #expect(report.address.flags == 0x202)
    #expect(report.address.origin == 18)
    #expect(report.address.label == (wanted.prefix.address.family == .ipv4 ? "eth0:1" : nil))
    #expect(report.peer == nil)
  }

  @Test func `the octets of an address are those of rtnetlink(7)`() throws {
    var writer = MessageWriter()
    writer.sequence = 1
    let prefix = try #require(AddressPrefix(text: "192.168.0.239/32"))
    AddressMessages.writeAddition(AddressSpecification(interface: 2, prefix: prefix, preferredLifetime: 0), &writer)
    #expect(
      writer.octets == [
        68, 0, 0, 0, 20, 0, 1, 6, 1, 0, 0, 0, 0, 0, 0, 0,  // RTM_NEWADDR, REQUEST | CREATE | EXCL
        2, 32, 0, 0, 2, 0, 0, 0,  // struct ifaddrmsg
        8, 0, 2, 0, 192, 168, 0, 239,  // IFA_LOCAL
        8, 0, 1, 0, 192, 168, 0, 239,  // IFA_ADDRESS
        20, 0, 6, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0,  // IFA_CACHEINFO
        5, 0, 11, 0, 18, 0, 0, 0,  // IFA_PROTO
      ])
  }

  static let tunnel = Route.Encapsulation.tunnel(
    .ipv4, identifier: 7, destination: IPAddress("192.0.2.9"), source: nil, typeOfService: nil, timeToLive: 64,
    flags: nil)

  @Test(
    arguments: [
      (
        tunnel,
        [
          6, 0, 21, 0, 2, 0, 0, 0,  // RTA_ENCAP_TYPE: LWTUNNEL_ENCAP_IP
          32, 0, 22, 128,  // RTA_ENCAP
          12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7,  // LWTUNNEL_IP_ID
          8, 0, 2, 0, 192, 0, 2, 9,  // LWTUNNEL_IP_DST
          5, 0, 4, 0, 64, 0, 0, 0,  // LWTUNNEL_IP_TTL
        ]
      ),
      (
        Route.Encapsulation.labels([16, 100]),
        [
          6, 0, 21, 0, 1, 0, 0, 0,  // LWTUNNEL_ENCAP_MPLS
          16, 0, 22, 128, 12, 0, 1, 0,  // MPLS_IPTUNNEL_DST
          0, 1, 0, 0, 0, 6, 65, 0,  // label 16; label 100, bottom of the stack
        ]
      ),
      (
        Route.Encapsulation.locator(0x0001_0002_0003_0004),
        [6, 0, 21, 0, 3, 0, 0, 0, 16, 0, 22, 128, 12, 0, 1, 0, 0, 1, 0, 2, 0, 3, 0, 4]  // LWTUNNEL_ENCAP_ILA
      ),
    ] as [(Route.Encapsulation, [UInt8])])
  func `the octets of an encapsulation are those of lwtunnel`(encapsulation: Route.Encapsulation, octets: [UInt8])
    throws
  {
    var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
    route.nextHops = [Route.NextHop(gateway: nil, interface: 2)]
    let count = { (route: Route) -> [UInt8] in
      var writer = MessageWriter()
      RouteMessages.writeAddition(route, &writer)
      return writer.octets
    }
    let plain = count(route)
    route.nextHops[0].encapsulation = encapsulation
    #expect(Array(count(route).dropFirst(plain.count)) == octets)
  }

  @Test func `a route stands among its equals where it was asked to`() throws {
    var route = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
    var flags: [UInt8] = []
    for placement in [Route.Placement.first, .last, .only] {
      route.placement = placement
      var writer = MessageWriter()
      RouteMessages.writeAddition(route, &writer)
      flags.append(writer.octets[7])
    }
    // CREATE 0x400, APPEND 0x800, EXCL 0x200
    #expect(flags == [4, 12, 6])
  }

  @Test func `an address with a peer names both ends`() throws {
    var wanted = AddressSpecification(interface: 3, prefix: try #require(AddressPrefix(text: "192.0.2.1/32")))
    wanted.peer = AddressPrefix(text: "192.0.2.9/30")
    let report = try #require(try roundTrip({ AddressMessages.writeRemoval(wanted, &$0) }, AddressMessages.read))
    #expect(report.address.prefix == AddressPrefix(text: "192.0.2.1/30"))
    #expect(report.peer == IPAddress("192.0.2.9"))
  }

  static func routes() throws -> [Route] {
    let gateway = try #require(IPAddress("192.0.2.254"))
    var plain = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.0/24")))
    plain.nextHops = [Route.NextHop(gateway: gateway, interface: 2, isOnLink: true)]
    plain.priority = 10
    plain.typeOfService = 16
    plain.preferredSource = IPAddress("192.0.2.1")
    plain.metrics = [2: 1400, 1: 4]
    plain.congestionControl = "reno"
    plain.realms = 0x10002
    var blackhole = Route(family: .ipv6, destination: try #require(AddressPrefix(text: "2001:db8:1::/48")))
    blackhole.type = 6
    blackhole.table = 1000
    blackhole.preference = 3
    var several = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "0.0.0.0/0")))
    several.nextHops = [
      Route.NextHop(gateway: gateway, interface: 2, weight: 3),
      Route.NextHop(gateway: IPAddress("2001:db8::1"), interface: 3, weight: 256, isOnLink: true),
    ]
    return [plain, blackhole, several]
  }

  @Test(arguments: 0..<3) func `a route is told as it was asked for`(index: Int) throws {
    let wanted = try Self.routes()[index]
    #expect(try roundTrip({ RouteMessages.writeAddition(wanted, &$0) }, RouteMessages.read) == wanted)
  }

  @Test func `host bits of a destination do not reach the kernel`() throws {
    let wanted = Route(family: .ipv4, destination: try #require(AddressPrefix(text: "198.51.100.77/24")))
    let told = try #require(try roundTrip({ RouteMessages.writeAddition(wanted, &$0) }, RouteMessages.read))
    #expect(told.destination == AddressPrefix(text: "198.51.100.0/24"))
    #expect(told.identity == wanted.identity)
  }

  @Test func `a rule is told as it was asked for`() throws {
    var wanted = Rule(family: .ipv4, table: 5000)
    wanted.from = AddressPrefix(text: "192.0.2.0/24")
    wanted.to = AddressPrefix(text: "198.51.100.1/32")
    wanted.priority = 16384
    wanted.firewallMark = 7
    wanted.inputInterface = "eth0"
    wanted.outputInterface = "eth1"
    wanted.isInverted = true
    wanted.typeOfService = 8
    wanted.users = 1000...2000
    wanted.transport = 6
    wanted.sourcePorts = 1...9
    wanted.destinationPorts = 80...80
    wanted.tunnel = 77
    wanted.suppressedPrefixLength = 0
    wanted.realms = 3
    let told = try #require(try roundTrip({ RuleMessages.writeAddition(wanted, &$0) }, RuleMessages.read))
    #expect(told == wanted.normalized)
    #expect(told.firewallMask == .max)
  }
}
