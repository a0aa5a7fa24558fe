import Machines
import Wire

extension SeededGenerator {
  /// A number in a range.
  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// True once in `count` times.
  mutating func one(in count: Int) -> Bool { number(1...count) == 1 }

  /// One of several.
  mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }
}

extension Plan {
  /// The plan that a generator makes for so many nodes.
  static func random(nodes: Int, _ chance: inout SeededGenerator) -> Plan {
    var plan = Plan(nodes: nodes, instances: [])
    let count = chance.pick([1, 1, 1, 2, 2, 3])
    for number in 1...count { plan.instances.append(instance(number, nodes: nodes, &chance)) }
    if count > 1, chance.one(in: 2) { plan.join(&chance) }
    if chance.one(in: 2) {
      for number in 0..<chance.number(1...2) { plan.services.append(plan.service(number, &chance)) }
    }
    plan.scriptInterval = chance.number(1...3)
    plan.scriptRise = chance.number(1...2)
    plan.scriptFall = chance.number(1...3)
    if chance.one(in: 10) { plan.startupDelay = chance.number(1...5) }
    return plan
  }

  private static func instance(_ number: Int, nodes: Int, _ chance: inout SeededGenerator) -> Instance {
    let isThree = chance.one(in: 2)
    let isSix = isThree && chance.one(in: 4)
    let isBack = number == 2 || (number == 3 && chance.one(in: 2))
    var pool = Array(stride(from: 250, to: 1, by: -chance.number(5...15)))
    var priorities: [Int] = []
    for _ in 0..<nodes { priorities.append(pool.remove(at: chance.number(0...min(6, pool.count - 1)))) }
    if chance.one(in: 6) { priorities = priorities.map { _ in 100 } }
    var instance = Instance(
      name: "VI_\(number)", virtualRouter: 50 + number, isVersionThree: isThree, family: isSix ? .ipv6 : .ipv4,
      interface: isBack ? "eth1" : "eth0", interval: isThree ? chance.pick([100, 100, 50, 25, 200]) : 100,
      priorities: priorities, addresses: [])
    let count = chance.number(1...3)
    instance.addresses = (0..<count).map { place in
      if isSix {
        return place == 0 ? "fe80::5\(number)/64" : "2001:db8:\(number)::\(place)/64"
      }
      return isBack ? "10.0.0.\(200 + 10 * number + place)/24" : "192.0.2.\(200 + 10 * number + place)/24"
    }
    if isSix { instance.interface = "eth0" }
    instance.preempts = !chance.one(in: 5)
    if instance.preempts, chance.one(in: 6) { instance.preemptDelay = chance.number(1...10) }
    if chance.one(in: 6) { instance.downTimerAdverts = chance.number(2...5) }
    if !isThree, chance.one(in: 3) { instance.password = "secret" }
    if !isSix, chance.one(in: 6) { instance.isUnicast = true }
    if chance.one(in: 5), !isSix { instance.excludedAddresses = ["203.0.113.\(number)/32"] }
    if chance.one(in: 3) { instance.scriptWeight = chance.pick([0, -60, 60]) }
    if chance.one(in: 4) { instance.interfaceWeight = chance.pick([0, -50]) }
    if chance.one(in: 5) { instance.fileWeight = chance.pick([1, -1]) }
    return instance
  }

  /// Makes a sync group of the first two instances: on every node they want the same.
  private mutating func join(_ chance: inout SeededGenerator) {
    groups = [[instances[0].name, instances[1].name]]
    instances[1].priorities = instances[0].priorities
    instances[1].preempts = instances[0].preempts
    instances[1].preemptDelay = instances[0].preemptDelay
  }

  private func service(_ number: Int, _ chance: inout SeededGenerator) -> Service {
    let own = instances.first { $0.family == .ipv4 && $0.interface == "eth0" }?.addresses.first
    let address = chance.one(in: 3) ? nil : own.map { String($0.prefix { $0 != "/" }) }
    var service = Service(address: address ?? "198.51.100.\(number + 1)", port: 80 + number, servers: [])
    var free = Array(0..<Plan.sorryServer)
    for _ in 0..<chance.number(1...4) {
      let place = free.remove(at: chance.number(0...free.count - 1))
      service.servers.append(Server(number: place, weight: chance.number(1...3), inhibits: chance.one(in: 4)))
    }
    service.quorum = chance.pick([1, 1, 1, 2])
    service.hasSorryServer = chance.one(in: 2)
    service.alpha = chance.one(in: 3)
    service.delayLoop = chance.number(1...6)
    service.retry = chance.number(0...3)
    service.delayBeforeRetry = chance.number(1...2)
    service.connectTimeout = chance.number(1...3)
    service.onBackup = chance.pick([nil, nil, "yes", "no", "auto"])
    return service
  }

  /// The plan after an operator changed something.
  func changed(_ chance: inout SeededGenerator) -> Plan {
    var plan = self
    let place = chance.number(0...instances.count - 1)
    switch chance.number(0...6) {
    case 0:
      let members = group(of: instances[place].name) ?? [instances[place].name]
      let fresh = (0..<nodes).map { _ in chance.number(1...254) }
      for index in plan.instances.indices where members.contains(plan.instances[index].name) {
        plan.instances[index].priorities = fresh
      }
    case 1:
      if plan.instances[place].isVersionThree { plan.instances[place].interval = chance.pick([50, 100, 150]) }
    case 2:
      let extra = plan.instances[place].family == .ipv6 ? "2001:db8:ff::\(place)/64" : "203.0.113.1\(place)/32"
      if let known = plan.instances[place].excludedAddresses.firstIndex(of: extra) {
        plan.instances[place].excludedAddresses.remove(at: known)
      } else {
        plan.instances[place].excludedAddresses.append(extra)
      }
    case 3:
      if plan.instances.count > 1, plan.group(of: plan.instances[place].name) == nil,
        !plan.services.contains(where: { $0.onBackup != "yes" })
      {
        plan.instances.remove(at: place)
      }
    case 4:
      if !plan.services.isEmpty { plan.services[0] = service(0, &chance) }
    case 5: if plan.services.isEmpty { plan.services = [service(0, &chance)] } else { plan.services.removeLast() }
    default: plan.instances[place].downTimerAdverts = chance.number(2...4)
    }
    return plan
  }
}
