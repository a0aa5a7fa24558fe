import Machines
import SimulatedWorld

extension Fault {
  /// A schedule for the time between two moments.
  static func schedule(
    _ plan: Plan, from begin: Duration, to end: Duration, _ chance: inout SeededGenerator
  ) -> [ScheduledFault] {
    var faults: [ScheduledFault] = []
    var at = begin
    // Some runs are busy and some are quiet, for what is right after a storm may be wrong after a single blow.
    let pace = chance.pick([1_000, 4_000, 4_000, 15_000])
    while true {
      at += .milliseconds(chance.one(in: 3) ? chance.number(0...300) : chance.number(0...2 * pace))
      guard at < end else { return faults }
      faults.append(ScheduledFault(at: at, random(plan, &chance)))
    }
  }

  private static func random(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    switch chance.number(0...9) {
    case 0...2: network(plan, &chance)
    case 3...5: process(plan, &chance)
    case 6: host(plan, &chance)
    case 7: input(plan, &chance)
    default: chance.one(in: 2) ? operation(plan, &chance) : balancing(plan, &chance)
    }
  }

  private static func span(_ chance: inout SeededGenerator) -> Duration {
    .milliseconds(chance.pick([chance.number(1...400), chance.number(400...4_000), chance.number(4_000...20_000)]))
  }

  private static func network(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    let segment = chance.number(0...1)
    switch chance.number(0...7) {
    case 0, 1:
      var quality = LineQuality()
      switch chance.number(0...4) {
      case 0: quality.loss = chance.pick([0.02, 0.1, 0.3])
      case 1: quality.jitter = .milliseconds(chance.pick([5, 50, 900]))
      case 2: quality.duplication = 0.3
      case 3: quality.corruption = 0.2
      default: (quality.loss, quality.jitter, quality.duplication) = (0.2, .milliseconds(200), 0.2)
      }
      return .line(segment: segment, quality)
    case 2, 3: return .heal(segment: segment)
    case 4: return .partition(segment: segment, mask: chance.number(1...(1 << min(plan.nodes, 10)) - 1))
    case 5: return .oneWay(segment: segment, from: chance.number(0...15), to: chance.number(0...15))
    case 6: return .noise(segment: segment, count: chance.number(1...50))
    default: return .line(segment: segment, LineQuality())
    }
  }

  private static func process(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    let node = chance.number(0...plan.nodes - 1)
    switch chance.number(0...6) {
    case 0, 1: return .crash(node: node, chance.pick([.election, .election, .balancing, .all]))
    case 2: return .killDaemon(node: node, span(&chance))
    case 3: return .stopDaemon(node: node, span(&chance))
    case 4, 5: return .pause(node: node, chance.pick([.election, .balancing, .all]), span(&chance))
    default: return .starve(node: node, .milliseconds(chance.pick([1, 20, 150])))
    }
  }

  private static func host(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    let node = chance.number(0...plan.nodes - 1)
    let link = chance.number(0...1)
    switch chance.number(0...7) {
    case 0...2: return .flap(node: node, link: link, span(&chance))
    case 3: return .removeLink(node: node, link: link, span(&chance))
    case 4: return .thief(address: chance.number(0...9))
    case 5: return .renumber(node: node, link: link, span(&chance))
    case 6: return .overflow(node: node)
    default: return .powerOff(node: node, span(&chance))
    }
  }

  private static func input(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    let node = chance.number(0...plan.nodes - 1)
    switch chance.number(0...3) {
    case 0, 1: return .script(node: node, isGood: chance.one(in: 2), .milliseconds(chance.pick([1, 50, 700, 5_000])))
    case 2: return .file(node: node, chance.number(-80...80))
    default: return .clock(node: node, .seconds(chance.number(-7_200...7_200)))
    }
  }

  private static func operation(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    let node = chance.number(0...plan.nodes - 1)
    switch chance.number(0...4) {
    case 0, 1: return .reload(node: node)
    case 2: return .rereading(node: node)
    case 3: return .thief(address: chance.number(0...9))
    default: return .resetCounters(node: node)
    }
  }

  private static func balancing(_ plan: Plan, _ chance: inout SeededGenerator) -> Fault {
    let node = chance.number(0...plan.nodes - 1)
    switch chance.number(0...5) {
    case 0...2:
      let health: SimulatedServer.Health = chance.pick([
        .well, .well, .refusing, .failing, .silent, .slow(.milliseconds(300)), .slow(.milliseconds(8_000)),
      ])
      return .server(chance.number(0...Plan.serverCount - 1), health)
    case 3: return .meddle(node: node, kind: chance.number(0...3))
    case 4: return .tableFails(node: node, span(&chance))
    default: return .noDescriptors(node: node, span(&chance))
    }
  }
}
