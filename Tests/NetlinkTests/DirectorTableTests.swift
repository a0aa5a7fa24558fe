import Glibc
import Netlink
import Testing
import VirtualServices
import Wire
import World

/// Real IPVS. These run in a machine that has it, told by UNDERSTUDY_KERNEL=ipvs; see contrib/lab/in-uml.
@Suite(.enabled(if: hasDirector, "needs IPVS: UNDERSTUDY_KERNEL=ipvs"))
struct `Director table` {
  typealias Messages = `Messages of IPVS`

  static func destinations(_ count: Int, port: UInt16 = 80) -> [Endpoint] {
    (0..<count).map { Endpoint(.v4(IPv4Address(rawValue: 0x0A01_0001 + UInt32($0))), port: port) }
  }

  static let routed = DestinationAttributes(forwarding: .directRouting, weight: 1)

  static func withTable(_ body: (KernelDirectorTable) throws -> Void) throws {
    try inFreshNamespace {
      try command("ip link set lo up && ip link add eth0 type veth peer name eth1 && ip link set eth0 up")
      try body(try KernelDirectorTable())
    }
  }

  @Test func `what is written is read again, with every attribute`() throws {
    try Self.withTable { table in
      #expect(try table.read() == [:])
      let gue = Tunnel(type: 1, port: 6080, flags: 1)
      let server6 = Endpoint(.v6(IPv6Address(groups: [0x2001, 0xDB8, 0, 0, 0, 0, 0, 0x21])), port: 53)
      let operations: [TableOperation] = [
        .addService(Messages.web, Messages.persistent),
        .addService(
          Messages.web6,
          ServiceAttributes(scheduler: "wlc", flags: 5, persistenceTimeout: 60, persistenceMask: 64)),
        .addService(Messages.marked, ServiceAttributes(scheduler: "mh", flags: 0x18, persistenceMask: 128)),
        .addDestination(Messages.web, Messages.server, Self.routed),
        .addDestination(
          Messages.web, Endpoint(.v4(IPv4Address(192, 168, 0, 238)), port: 8898),
          DestinationAttributes(forwarding: .tunnel(gue), weight: 65535, upperThreshold: 100, lowerThreshold: 50)),
        .addDestination(Messages.web6, server6, DestinationAttributes(forwarding: .masquerade, weight: 0)),
        .addDestination(
          Messages.marked, Endpoint(server6.address, port: 0),
          DestinationAttributes(forwarding: .tunnel(Tunnel(type: 2, flags: 1)), weight: 2)),
      ]
      #expect(table.apply(operations) == [:])
      var wanted: [ServiceKey: TableService] = [:]
      for operation in operations {
        switch operation {
        case .addService(let key, let attributes): wanted[key] = TableService(attributes: attributes)
        case .addDestination(let key, let endpoint, let attributes):
          wanted[key]?.destinations[endpoint] = TableDestination(attributes: attributes)
        default: break
        }
      }
      #expect(try table.read() == wanted)
      #expect(table.faults == [:])
      try command("ipvsadm -Sn | grep -qx -- '-A -t 192.168.0.239:8898 -s rr -p 50 -M 255.255.255.0'")
      try command("ipvsadm -Sn | grep -qx -- '-a -t 192.168.0.239:8898 -r 192.168.0.236:8898 -g -w 1'")
      try command("ipvsadm -Sn | grep -q -- '-a -f 7 -6 -r .2001:db8::21.:0 -i -w 2 --tun-type gre --tun-csum'")
    }
  }

  @Test func `what ipvsadm wrote is read`() throws {
    try Self.withTable { table in
      try command("ipvsadm -A -t 192.168.0.239:8898 -s rr -p 50 -M 255.255.255.0")
      try command("ipvsadm -a -t 192.168.0.239:8898 -r 192.168.0.236:8898 -g -w 1")
      let found = try table.read()
      #expect(found[Messages.web]?.attributes == Messages.persistent)
      #expect(found[Messages.web]?.destinations[Messages.server]?.attributes == Self.routed)
    }
  }

  @Test func `changes and removals are carried out`() throws {
    try Self.withTable { table in
      _ = table.apply([
        .addService(Messages.web, Messages.persistent), .addDestination(Messages.web, Messages.server, Self.routed),
      ])
      let plain = ServiceAttributes(scheduler: "sh", persistenceMask: .max)
      var quiet = Self.routed
      quiet.weight = 0
      #expect(
        table.apply([.editService(Messages.web, plain), .editDestination(Messages.web, Messages.server, quiet)]) == [:])
      var service = try #require(try table.read()[Messages.web])
      #expect(service.attributes == plain && service.destinations[Messages.server]?.attributes == quiet)
      #expect(table.apply([.removeDestination(Messages.web, Messages.server)]) == [:])
      service = try #require(try table.read()[Messages.web])
      #expect(service.destinations.isEmpty)
      #expect(table.apply([.flush]) == [:])
      #expect(try table.read() == [:])
    }
  }

  @Test func `a table that is not as expected ends as wanted`() throws {
    try Self.withTable { table in
      try command("ipvsadm -A -t 192.168.0.239:8898 -s wlc")
      try command("ipvsadm -a -t 192.168.0.239:8898 -r 192.168.0.236:8898 -m -w 5")
      let other = Endpoint(.v4(IPv4Address(192, 168, 0, 238)), port: 8898)
      let outcome = table.apply([
        .addService(Messages.web, Messages.persistent), .addDestination(Messages.web, Messages.server, Self.routed),
        .editDestination(Messages.web, other, Self.routed),
        .removeDestination(Messages.web, Endpoint(other.address, port: 1)),
        .removeDestination(Messages.web6, other), .removeService(Messages.web6),
      ])
      #expect(outcome == [:])
      let service = try #require(try table.read()[Messages.web])
      #expect(service.attributes == Messages.persistent)
      #expect(service.destinations.mapValues(\.attributes) == [Messages.server: Self.routed, other: Self.routed])
    }
  }

  @Test func `what fails is told by its place and in words`() throws {
    try Self.withTable { table in
      var heavy = Self.routed
      heavy.weight = 0x8000_0000
      let outcome = table.apply([
        .addService(Messages.web, ServiceAttributes(scheduler: "nonesuch", persistenceMask: .max)),
        .addService(Messages.web, Messages.persistent),
        .addDestination(Messages.web, Messages.server, heavy),
        .editDestination(Messages.web6, Messages.server, Self.routed),
        .addDestination(Messages.web, Messages.server, Self.routed),
      ])
      #expect(outcome.mapValues(\.code) == [0: ENOENT, 2: ERANGE, 3: ESRCH])
      #expect(outcome[0]?.reason.hasSuffix("(the kernel has no scheduler nonesuch)") == true)
      #expect(outcome[3]?.subject == "192.168.0.236:8898 of udp [2001:db8::10]:53")
      let services = try table.read()
      #expect(services[Messages.web]?.destinations.count == 1)
    }
  }

  @Test func `time-outs are set, and zero leaves one as it is`() throws {
    try Self.withTable { table in
      try table.setTimeouts(tcp: 601, tcpFin: 61, udp: 62)
      try table.setTimeouts(tcp: 0, tcpFin: 71, udp: 0)
      let now = try table.timeouts()
      #expect(now == (601, 71, 62))
    }
  }

  @Test func `sync daemons are started, changed and stopped, and repetition does no harm`() throws {
    try Self.withTable { table in
      #expect(try table.syncDaemons() == [])
      var master = SyncDaemon(state: .master, interface: "eth0", identifier: 51)
      try table.startSyncDaemon(master)
      try table.startSyncDaemon(master)
      try table.startSyncDaemon(SyncDaemon(state: .backup, interface: "eth0", identifier: 51))
      let both = try table.syncDaemons()
      #expect(Set(both.map(\.state)) == [.master, .backup])
      let sending = try #require(both.first { $0.state == .master })
      #expect(master.isSatisfied(by: sending))
      #expect((sending.group, sending.port, sending.timeToLive) == (IPAddress("224.0.0.81"), 8848, 1))
      master.identifier = 66
      master.port = 9000
      try table.startSyncDaemon(master)
      #expect(try table.syncDaemons().contains { master.isSatisfied(by: $0) })
      try table.stopSyncDaemon(.backup)
      try table.stopSyncDaemon(.backup)
      try table.stopSyncDaemon(.master)
      #expect(try table.syncDaemons() == [])
      let failure = #expect(throws: SystemFailure.self) {
        try table.startSyncDaemon(SyncDaemon(state: .master, interface: "none", identifier: 1))
      }
      #expect(failure?.code == ENODEV && failure?.subject == "master on none")
    }
  }

  @Test(arguments: [1_000, 10_000]) func `many destinations go in, are read, and go out`(count: Int) throws {
    try Self.withTable { table in
      _ = table.apply([.addService(Messages.web, Messages.persistent)])
      let clock = ContinuousClock()
      let endpoints = Self.destinations(count)
      let added = clock.measure {
        #expect(table.apply(endpoints.map { .addDestination(Messages.web, $0, Self.routed) }) == [:])
      }
      var service: TableService?
      let read = try clock.measure { service = try table.read()[Messages.web] }
      #expect(service.map { Set($0.destinations.keys) } == Set(endpoints))
      let removed = clock.measure {
        #expect(table.apply(endpoints.map { .removeDestination(Messages.web, $0) }) == [:])
      }
      #expect(try table.read()[Messages.web]?.destinations.isEmpty == true)
      print("\(count) destinations: added in \(added), read in \(read), removed in \(removed)")
    }
  }

  @Test func `connections and packets are counted`() throws {
    try Self.withTable { table in
      try command("ip addr add 10.0.0.1/32 dev lo && ip addr add 10.0.0.2/32 dev lo")
      let virtual = ServiceKey.endpoint(.tcp, Endpoint(.v4(IPv4Address(10, 0, 0, 2)), port: 80))
      let server = Endpoint(.v4(IPv4Address(10, 0, 0, 1)), port: 8080)
      let listener = try Socket.listening(at: server)
      _ = table.apply([
        .addService(virtual, ServiceAttributes(scheduler: "rr", persistenceMask: .max)),
        .addDestination(virtual, server, DestinationAttributes(forwarding: .masquerade, weight: 1)),
      ])
      let connection = try Socket.connected(to: Endpoint(.v4(IPv4Address(10, 0, 0, 2)), port: 80))
      var service = try #require(try table.read()[virtual])
      #expect(service.destinations[server]?.activeConnections == 1)
      // The kernel brings the counters up to date every two seconds.
      for _ in 0..<50 where service.counters.connections == 0 {
        _ = poll(nil, 0, 100)
        service = try #require(try table.read()[virtual])
      }
      #expect(service.counters.connections == 1 && service.counters.incomingPackets >= 2)
      #expect(service.destinations[server]?.counters == service.counters)
      _ = (listener, connection)
    }
  }
}
