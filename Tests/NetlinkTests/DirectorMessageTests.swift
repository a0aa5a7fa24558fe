import Netlink
import Testing
import VirtualServices
import Wire
import World

@Suite struct `Messages of IPVS` {
  static let web = ServiceKey.endpoint(
    .tcp, Endpoint(.v4(IPv4Address(192, 168, 0, 239)), port: 8898))
  static let web6 = ServiceKey.endpoint(
    .udp, Endpoint(.v6(IPv6Address(groups: [0x2001, 0xDB8, 0, 0, 0, 0, 0, 0x10])), port: 53))
  static let marked = ServiceKey.firewallMark(7, .ipv6)
  static let server = Endpoint(.v4(IPv4Address(192, 168, 0, 236)), port: 8898)

  static let persistent = ServiceAttributes(
    scheduler: "rr", flags: 1, persistenceTimeout: 50, persistenceMask: 0xFFFF_FF00)
  static let operations: [TableOperation] = [
    .addService(web, persistent), .editService(web6, ServiceAttributes(scheduler: "wlc", persistenceMask: 64)),
    .addService(marked, ServiceAttributes(scheduler: "mh", flags: 0x18, persistenceMask: 128)),
    .addDestination(web, server, DestinationAttributes(forwarding: .directRouting, weight: 1)),
    .editDestination(
      web6, server,
      DestinationAttributes(
        forwarding: .tunnel(Tunnel(type: 1, port: 6080, flags: 1)), weight: 0, upperThreshold: 9, lowerThreshold: 3)),
    .removeDestination(web, server), .removeService(marked), .flush,
  ]

  @Test func `the octets of a new service are those of ip_vs.h`() {
    var writer = MessageWriter()
    DirectorMessages(family: 0x22).write(Self.operations[0], &writer)
    #expect(
      writer.octets == [
        104, 0, 0, 0, 0x22, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0,  // NEW_SERVICE, version 1
        84, 0, 1, 0x80,  // IPVS_CMD_ATTR_SERVICE
        6, 0, 1, 0, 2, 0, 0, 0,  // AF_INET
        6, 0, 2, 0, 6, 0, 0, 0,  // TCP
        20, 0, 3, 0, 192, 168, 0, 239, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        6, 0, 4, 0, 0x22, 0xC2, 0, 0,  // port 8898
        7, 0, 6, 0, 0x72, 0x72, 0, 0,  // "rr"
        12, 0, 7, 0, 1, 0, 0, 0, 255, 255, 255, 255,  // PERSISTENT, mask
        8, 0, 8, 0, 50, 0, 0, 0,
        8, 0, 9, 0, 255, 255, 255, 0,
      ])
  }

  @Test func `a service is told as it was asked for`() throws {
    for operation in Self.operations {
      guard case .addService(let key, let attributes) = operation else { continue }
      let told = try #require(
        try roundTrip({ DirectorMessages(family: 34).write(operation, &$0) }, DirectorMessages.readService))
      #expect(told.key == key)
      #expect(told.service.attributes == attributes)
    }
  }

  @Test func `a destination is told as it was asked for`() throws {
    for operation in Self.operations {
      let (endpoint, attributes): (Endpoint, DestinationAttributes)
      switch operation {
      case .addDestination(_, let place, let what), .editDestination(_, let place, let what):
        (endpoint, attributes) = (place, what)
      default: continue
      }
      let told = try #require(
        try roundTrip({ DirectorMessages(family: 34).write(operation, &$0) }) {
          try DirectorMessages.readDestination($0, of: .ipv6)
        })
      #expect(told.endpoint == endpoint)
      #expect(told.destination.attributes == attributes)
    }
  }

  @Test func `a service of a protocol we do not know is left out`() throws {
    var writer = MessageWriter()
    writer.message(type: 34, flags: 0) { message in
      message.number(UInt32(1))
      message.nest(Attribute<AttributeSet>(1)) { service in
        service.put(Attribute<UInt16>(1), 2)
        service.put(Attribute<UInt16>(2), 50)
      }
    }
    var reader = DatagramReader(writer.octets[...])
    let message = try #require(try reader.next())
    #expect(try DirectorMessages.readService(message) == nil)
  }

  @Test func `a sync daemon is told as it was asked for`() throws {
    var daemon = SyncDaemon(state: .backup, interface: "eth0", identifier: 66)
    daemon.maximumLength = 1400
    daemon.port = 8848
    daemon.timeToLive = 3
    daemon.group = IPAddress("ff02::81")
    let told = try roundTrip({ DirectorMessages(family: 34).writeStart(daemon, &$0) }, DirectorMessages.readDaemon)
    #expect(told == daemon)
  }

  @Test(.enabled(if: isRoot && lacksDirector, "only for kernels without IPVS"))
  func `a kernel without IPVS says so for every operation, and does no harm`() throws {
    let table = try KernelDirectorTable()
    let failure = #expect(throws: SystemFailure.self) { try table.read() }
    #expect(failure?.reason.hasPrefix("the kernel has no IPVS") == true)
    #expect(table.apply(Self.operations).count == Self.operations.count)
    #expect(throws: SystemFailure.self) { try table.setTimeouts(tcp: 1, tcpFin: 1, udp: 1) }
    #expect(throws: SystemFailure.self) { try table.syncDaemons() }
  }
}
