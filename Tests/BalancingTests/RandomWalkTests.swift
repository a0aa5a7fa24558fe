import Balancing
import Machines
import Testing
import VirtualServices
import Wire
import World

/// Goes through random reloads, failures, takeovers and meddling, and compares the table with an oracle whenever things
/// have calmed down.
private struct Walk {
  let bench: Bench
  var chance: SeededGenerator
  var services: [VirtualServiceSettings] = []
  var isMaster = false
  var down: Set<Endpoint> = []
  let local: Set<IPAddress> = [Sample.address(2).address]

  init(seed: UInt64) {
    chance = SeededGenerator(seed: seed)
    bench = Bench(DirectorSettings())
    bench.start(masters: ["VI_1": false], local: local)
    bench.table.services[.firewallMark(99, .ipv4)] = TableService(
      attributes: ServiceAttributes(scheduler: "lc", persistenceMask: 0))
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }

  mutating func isTrue() -> Bool { Bool.random(using: &chance) }

  mutating func randomService(_ port: UInt16) -> VirtualServiceSettings {
    var service = Sample.service(port: port)
    for server in 1...4 where isTrue() {
      var settings = Sample.server(server, weight: UInt32(number(0...3)))
      settings.inhibits = isTrue()
      settings.checks[0].alpha = isTrue()
      service.servers.append(settings)
    }
    service.quorum = UInt32(number(1...3))
    service.omega = isTrue()
    if isTrue() { service.sorryServer = SorryServerSettings(Sample.sorry, forwarding: .masquerade, inhibits: isTrue()) }
    if isTrue() { service.router = "VI_1" }
    if isTrue() { service.keys.append(.firewallMark(UInt32(port), .ipv4)) }
    return service
  }

  mutating func step() {
    switch number(0...5) {
    case 0:
      services = []
      for port in [80, 81, 82] as [UInt16] where isTrue() { services.append(randomService(port)) }
      bench.deliver(.settingsChanged(DirectorSettings(services: services)))
    case 1:
      isMaster.toggle()
      bench.deliver(.routerChanged(name: "VI_1", isMaster: isMaster))
    case 2:
      let server = Sample.address(number(1...4))
      if down.remove(server) == nil { down.insert(server) }
      bench.connector.behaviours[server] = down.contains(server) ? (isTrue() ? .refuses : .isSilent) : .accepts
    case 3: meddle()
    case 4: bench.loop.pass(.milliseconds(number(0...3_000)))
    default: bench.loop.pass(.seconds(number(0...40)))
    }
  }

  mutating func meddle() {
    guard let key = services.randomElement(using: &chance)?.keys.randomElement(using: &chance) else { return }
    let endpoint = Sample.address(number(1...5))
    let attributes = DestinationAttributes(forwarding: .masquerade, weight: UInt32(number(0...9)))
    switch number(0...2) {
    case 0: bench.table.services[key] = nil
    case 1: bench.table.services[key]?.destinations[endpoint] = nil
    default: bench.table.services[key]?.destinations[endpoint] = TableDestination(attributes: attributes)
    }
  }

  /// The weights each key should have, said as plainly as possible. Without hysteresis there is no history.
  var expected: [ServiceKey: [Endpoint: UInt32]] {
    var table: [ServiceKey: [Endpoint: UInt32]] = [:]
    for service in services {
      let isColocated = service.servers.contains { local.contains($0.endpoint.address) }
      if service.router != nil, isColocated, !isMaster { continue }
      let live = service.servers.filter { !down.contains($0.endpoint) }.reduce(0) { $0 + $1.weight }
      let sorryWorks = service.sorryServer != nil && live < service.quorum
      var weights: [Endpoint: UInt32] = [:]
      for server in service.servers {
        let works = !down.contains(server.endpoint) && !sorryWorks
        if works || server.inhibits { weights[server.endpoint] = works ? server.weight : 0 }
      }
      if let sorry = service.sorryServer, sorryWorks || sorry.inhibits { weights[Sample.sorry] = sorryWorks ? 1 : 0 }
      for key in service.keys { table[key] = weights }
    }
    return table
  }

  /// Long enough for every check to know and for the table to have been read again.
  func calmDown() {
    bench.loop.pass(.seconds(50))
  }
}

@Suite struct `After whatever happens` {
  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `the table is what it should be, and foreign services are untouched`(seed: UInt64) {
    var walk = Walk(seed: seed)
    for _ in 0..<20 {
      for _ in 0..<8 { walk.step() }
      walk.calmDown()
      var table = walk.bench.table.services.mapValues { $0.destinations.mapValues(\.attributes.weight) }
      #expect(table.removeValue(forKey: .firewallMark(99, .ipv4)) == [:])
      #expect(table == walk.expected)
      guard table == walk.expected else { return }
    }
    walk.bench.stop()
    #expect(Set(walk.bench.table.services.keys) == [.firewallMark(99, .ipv4)])
    #expect(walk.bench.connector.openLinks.isEmpty)
  }
}
