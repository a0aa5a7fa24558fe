import Balancing
import Machines
import Testing
import VirtualServices
import Wire
import World

private let foreign = ServiceKey.firewallMark(99, .ipv4)
private let attributes = ServiceAttributes(scheduler: "rr", persistenceMask: 0xFFFF_FFFF)
private let works = TableDestination(attributes: DestinationAttributes(forwarding: .masquerade, weight: 1))

private func service(_ destinations: [Endpoint: TableDestination]) -> TableService {
  var service = TableService(attributes: attributes)
  service.destinations = destinations
  return service
}

@Suite struct `The kernel's table` {
  @Test func `is adopted as it is after a restart`() {
    var settings = Sample.service(Sample.server(1), Sample.server(2))
    settings.sorryServer = SorryServerSettings(Sample.sorry, forwarding: .masquerade)
    let bench = Bench(settings)
    bench.table.services[Sample.key] = service([Sample.two: works])
    bench.connector.behaviours[Sample.one] = .refuses
    bench.start()
    bench.loop.pass(.seconds(20))
    #expect(bench.table.operations.isEmpty)
    bench.connector.behaviours[Sample.one] = .accepts
    bench.loop.pass(.seconds(6))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
  }

  @Test func `is put right within a period when others change ours, and theirs is left alone`() {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2, weight: 5)))
    bench.table.services[foreign] = service([Sample.sorry: works])
    bench.start()
    let wanted = bench.table.services
    var chance = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      for _ in 0..<10 { meddle(bench.table, &chance) }
      bench.loop.pass(.seconds(30))
      #expect(bench.table.services[Sample.key] == wanted[Sample.key])
      #expect(bench.table.services[foreign] == wanted[foreign])
    }
    #expect(bench.reports.lines.contains { $0.contains("changed by somebody else") })
  }

  private func meddle(_ table: TestTable, _ chance: inout SeededGenerator) {
    switch Int.random(in: 0..<5, using: &chance) {
    case 0: table.services[Sample.key]?.destinations[Sample.one] = nil
    case 1: table.services[Sample.key]?.destinations[Sample.two]?.attributes.weight = 77
    case 2: table.services[Sample.key]?.destinations[Sample.address(50)] = works
    case 3: table.services[Sample.key]?.attributes.scheduler = "lc"
    default: table.services[Sample.key] = nil
    }
  }

  @Test func `is read again soon when a service has vanished under our hands`() {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2)))
    bench.start()
    bench.loop.pass(.seconds(5))
    bench.table.services = [:]
    bench.connector.behaviours[Sample.one] = .refuses
    bench.loop.pass(.seconds(4))
    bench.connector.behaviours[Sample.one] = .accepts
    bench.loop.pass(.seconds(12))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
    #expect(bench.loop.now < .origin + .seconds(30))
  }

  @Test func `spares a service that cannot be made the errors of its servers`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.table.refuses = {
      if case .addService = $0 { TestTable.failure(2, "no such scheduler") } else { nil }
    }
    bench.start()
    #expect(bench.reports.lines.filter { $0.contains("failed") }.count == 1)
  }

  @Test(arguments: [10, 120])
  func `is waited for when it cannot be read, and is there soon when it can, however long that took`(seconds: Int) {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.table.readFailure = TestTable.failure(2, "no such family")
    bench.start()
    bench.loop.pass(.seconds(seconds))
    #expect(bench.table.operations.isEmpty)
    #expect(bench.reports.lines.filter { $0.contains("cannot be read") }.count == 1)
    bench.table.readFailure = nil
    bench.loop.pass(.seconds(5))
    #expect(bench.table.weights() == [Sample.one: 1])
  }

  @Test func `costs no memory for changes while it cannot be read`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.table.readFailure = TestTable.failure(2, "no such family")
    bench.start()
    for number in 0..<500 {
      let service = Sample.service(Sample.server(1, weight: 1 + UInt32(number % 7)))
      bench.deliver(.settingsChanged(DirectorSettings(services: [service])))
    }
    #expect(bench.snapshot.pendingServices < 100)
    bench.table.readFailure = nil
    bench.loop.pass(.seconds(10))
    #expect(bench.table.weights() == [Sample.one: 3])
  }

  @Test func `is written in batches between which the loop turns`() {
    var settings = Sample.service()
    settings.servers = (1...2_000).map { number in
      RealServerSettings(Sample.address(number), forwarding: .masquerade)
    }
    let bench = Bench(settings)
    bench.start()
    #expect(bench.table.weights()?.count == 2_000)
    #expect(bench.table.batches.count == 4 && bench.table.batches.allSatisfy { $0 <= 512 })
  }

  @Test func `is emptied at the start and gets time-outs when asked to`() {
    var settings = DirectorSettings(services: [Sample.service(Sample.server(1))])
    settings.flushesAtStart = true
    settings.timeouts = ConnectionTimeouts(tcp: 601, tcpFin: 61, udp: 62)
    let bench = Bench(settings)
    bench.table.services[foreign] = service([:])
    bench.start()
    #expect(Set(bench.table.services.keys) == [Sample.key])
    #expect(bench.table.timeouts == [601, 61, 62])
  }

  @Test(arguments: [(StopPolicy.removeOurs, [foreign]), (.flush, []), (.keep, [foreign, Sample.key])])
  func `is left at a stop as the policy says`(policy: StopPolicy, left: [ServiceKey]) {
    var settings = DirectorSettings(services: [Sample.service(Sample.server(1))])
    settings.stopPolicy = policy
    let bench = Bench(settings)
    bench.table.services[foreign] = service([:])
    bench.start()
    bench.stop()
    #expect(Set(bench.table.services.keys) == Set(left))
  }
}

@Suite struct `A reload` {
  private func reload(_ bench: Bench, _ services: VirtualServiceSettings...) {
    bench.table.forgetOperations()
    bench.deliver(.settingsChanged(DirectorSettings(services: services)))
  }

  @Test func `that changes nothing writes nothing, asks nothing and tells nothing`() {
    let settings = Sample.service(Sample.server(1), Sample.server(2))
    let bench = Bench(settings)
    bench.connector.behaviours[Sample.two] = .refuses
    bench.start()
    bench.loop.pass(.seconds(3))
    let (told, asked) = (bench.reports.all.count, bench.connector.opened.count)
    reload(bench, settings)
    #expect(bench.table.operations.isEmpty)
    #expect(bench.reports.all.count == told && bench.connector.opened.count == asked)
    // The rhythm goes on.
    bench.loop.pass(.seconds(3))
    #expect(bench.connector.attempts(to: Sample.one) == [.origin, .origin + .seconds(6)])
  }

  @Test func `that changes a weight is one edit, and asks nothing`() {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2)))
    bench.connector.behaviours[Sample.two] = .refuses
    bench.start()
    bench.loop.pass(.seconds(3))
    let asked = bench.connector.opened.count
    reload(bench, Sample.service(Sample.server(2), Sample.server(1, weight: 9)))
    let edit = DestinationAttributes(forwarding: .masquerade, weight: 9)
    #expect(bench.table.operations == [.editDestination(Sample.key, Sample.one, edit)])
    #expect(bench.connector.opened.count == asked)
    // Verdicts find the servers at their new places.
    bench.connector.behaviours[Sample.two] = .accepts
    bench.connector.behaviours[Sample.one] = .refuses
    bench.loop.pass(.seconds(7))
    #expect(bench.table.weights() == [Sample.two: 1])
  }

  @Test func `adds before it removes, and tells of what is removed`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.start()
    bench.loop.pass(.seconds(1))
    reload(bench, Sample.service(Sample.server(2)), Sample.service(Sample.server(1), port: 443))
    let other = ServiceKey.endpoint(.tcp, Endpoint(Sample.virtual.address, port: 443))
    let one = DestinationAttributes(forwarding: .masquerade, weight: 1)
    #expect(
      bench.table.operations == [
        .addDestination(Sample.key, Sample.two, one), .removeDestination(Sample.key, Sample.one),
        .addService(other, attributes), .addDestination(other, Sample.one, one),
      ])
    #expect(bench.reports.mails.map(\.body) == ["=> Removing <="])
    reload(bench, Sample.service(Sample.server(1), port: 443))
    #expect(bench.table.operations == [.removeService(Sample.key)])
    #expect(bench.reports.fifo.suffix(2).last == "VS [198.51.100.10]:tcp:80 DOWN")
    #expect(bench.snapshot.probes == 1)
  }

  @Test func `that removes a server lets its connections end when asked to`() {
    var settings = Sample.service(Sample.server(1), Sample.server(2))
    settings.drainTimeout = .seconds(60)
    let bench = Bench(settings)
    bench.start()
    bench.loop.pass(.seconds(1))
    bench.table.services[Sample.key]?.destinations[Sample.two]?.activeConnections = 3
    settings.servers.removeLast()
    reload(bench, settings)
    bench.loop.pass(.seconds(10))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 0])
    #expect(bench.table.operations.count == 1)
    bench.table.services[Sample.key]?.destinations[Sample.two]?.activeConnections = 0
    bench.loop.pass(.seconds(2))
    #expect(bench.table.weights() == [Sample.one: 1])
  }

  @Test func `that only renames a service keeps its entries`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.start()
    var grouped = Sample.service(Sample.server(1))
    grouped.identity = .group("web", .tcp)
    reload(bench, grouped)
    bench.loop.pass(.seconds(1))
    #expect(bench.table.operations.isEmpty)
    #expect(bench.connector.opened.count == 1)
  }

  @Test(.timeLimit(.minutes(1)))
  func `of many servers takes linear time`() {
    func settings(_ weight: UInt32) -> VirtualServiceSettings {
      var settings = Sample.service()
      settings.servers = (1...20_000).map { Sample.server($0, weight: $0 == 1 ? weight : 1) }
      for place in settings.servers.indices { settings.servers[place].checks[0].probe.schedule.warmup = nil }
      return settings
    }
    let bench = Bench(settings(1))
    bench.start()
    bench.loop.pass(.seconds(1))
    #expect(bench.table.weights()?.count == 20_000)
    reload(bench, settings(9))
    #expect(bench.table.operations.count == 1)
  }
}

@Suite struct `A service of a VRRP instance` {
  private func bench(_ policy: LVSOnBackup = .auto) -> Bench {
    var settings = Sample.service(Sample.server(1), Sample.server(2))
    settings.router = "VI_1"
    settings.lvsOnBackup = policy
    return Bench(settings)
  }

  private let local: Set<IPAddress> = [Sample.one.address]

  @Test func `with a local real server is in the kernel only while MASTER`() {
    let bench = bench()
    bench.start(masters: ["VI_1": false], local: local)
    #expect(bench.table.services.isEmpty)
    #expect(bench.reports.lines.contains { $0.contains("not in the kernel") && $0.contains("192.0.2.1") })
    // Installed and reported before the call returns.
    bench.director.assumeIsolated { $0.deliver(.routerChanged(name: "VI_1", isMaster: true)) }
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
    #expect(bench.reports.installed == [true])
    bench.deliver(.routerChanged(name: "VI_1", isMaster: false))
    #expect(bench.table.services.isEmpty)
  }

  @Test func `knows which servers are down when it takes over`() {
    let bench = bench()
    bench.connector.behaviours[Sample.two] = .refuses
    bench.start(masters: ["VI_1": false], local: local)
    bench.loop.pass(.seconds(10))
    bench.deliver(.routerChanged(name: "VI_1", isMaster: true))
    #expect(bench.table.weights() == [Sample.one: 1])
  }

  @Test func `without a local real server is on the backup too`() {
    let bench = bench()
    bench.start(masters: ["VI_1": false], local: [])
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
  }

  @Test func `stays as it is after a restart until the instance is known`() {
    let bench = bench()
    bench.table.services[Sample.key] = service([Sample.one: works, Sample.two: works])
    bench.start(masters: [:], local: local)
    bench.loop.pass(.seconds(40))
    #expect(bench.table.operations.isEmpty)
    bench.deliver(.routerChanged(name: "VI_1", isMaster: true))
    #expect(bench.table.operations.isEmpty && bench.reports.installed == [true])
  }

  @Test func `is installed at the start when the instance is MASTER already`() {
    let bench = bench()
    bench.start(masters: ["VI_1": true], local: local)
    #expect(bench.table.weights()?.count == 2 && bench.reports.installed == [true])
  }

  @Test func `is reported as incomplete when the kernel refuses it`() {
    let bench = bench()
    bench.table.refuses = { if case .addService = $0 { TestTable.failure(2, "no such scheduler") } else { nil } }
    bench.start(masters: ["VI_1": true], local: local)
    #expect(bench.reports.installed == [false])
  }

  @Test func `follows the configuration's word`() {
    let never = bench(.no)
    never.start(masters: ["VI_1": false], local: [])
    #expect(never.table.services.isEmpty)
    let always = bench(.yes)
    always.start(masters: ["VI_1": false], local: local)
    #expect(always.table.weights()?.count == 2)
  }
}
