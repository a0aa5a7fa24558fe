import Testing
import VirtualServices
import Wire

/// One combination of everything that matters to a small service.
private struct Model {
  var weights: [UInt32]
  var quorum: UInt32
  var hysteresis: UInt32
  var sorry: Bool
  var inhibits: Bool
  var alpha: Bool

  var settings: VirtualServiceSettings {
    var settings = Sample.service(
      weights.enumerated().map { Sample.server($0 + 1, weight: $1, alpha: alpha, inhibits: inhibits) }, sorry: sorry)
    (settings.quorum, settings.hysteresis, settings.omega) = (quorum, hysteresis, alpha)
    return settings
  }

  static let all: [Model] = {
    var models: [Model] = []
    for weights in [[1, 1], [1, 3], [0, 2], [1, 1, 1], [3, 2, 1]] as [[UInt32]] {
      for (quorum, hysteresis) in [(1, 0), (2, 0), (2, 1), (3, 1), (3, 2), (9, 0)] as [(UInt32, UInt32)] {
        for bits in 0..<8 {
          models.append(
            Model(
              weights: weights, quorum: quorum, hysteresis: hysteresis, sorry: bits & 1 != 0, inhibits: bits & 2 != 0,
              alpha: bits & 4 != 0))
        }
      }
    }
    return models
  }()
}

/// What the table should hold, said as plainly as possible: a second opinion on the machine.
private struct Oracle {
  var quorumIsUp: Bool

  mutating func weights(_ model: Model, up: [Bool]) -> [Endpoint: UInt32] {
    let live = zip(model.weights, up).reduce(0) { $0 + ($1.1 ? Int($1.0) : 0) }
    let (quorum, margin) = (Int(model.quorum), Int(model.hysteresis))
    if quorumIsUp {
      if live == 0 || live < quorum - margin { quorumIsUp = false }
    } else if live >= quorum + margin {
      quorumIsUp = true
    }
    var table: [Endpoint: UInt32] = [:]
    let sorryWorks = model.sorry && !quorumIsUp
    for (place, weight) in model.weights.enumerated() {
      if up[place] && !sorryWorks {
        table[Sample.address(place + 1)] = weight
      } else if model.inhibits {
        table[Sample.address(place + 1)] = 0
      }
    }
    if sorryWorks { table[Sample.sorry] = 1 }
    return table
  }
}

@Suite struct `Every small service` {
  @Test(arguments: Model.all.indices)
  func `holds what the oracle says after every sequence of results, and the plan leads there without a gap`(index: Int)
  {
    let model = Model.all[index]
    let count = model.weights.count
    // Every set of servers to start with, and from there every two sets that follow.
    for first in 0..<(1 << count) {
      for second in 0..<(1 << count) {
        walk(model, [first, second, (1 << count) - 1 - first, 0, (1 << count) - 1])
      }
    }
  }

  private func walk(_ model: Model, _ sets: [Int]) {
    var machine = Sample.machine(model.settings)
    var oracle = Oracle(quorumIsUp: false)
    var up = model.weights.map { _ in !model.alpha }
    var kernel = ServiceImage(attributes: Sample.attributes)
    var expected = oracle.weights(model, up: up)
    #expect(machine.weights == expected)
    kernel.follow(machine)
    for set in sets {
      for place in model.weights.indices {
        up[place] = set & 1 << place != 0
        let before = expected
        expected = oracle.weights(model, up: up)
        let state = up[place] ? Sample.good : Sample.failed
        _ = machine.handle(.checkChanged(server: place, check: 0, state), at: Sample.start)
        #expect(machine.weights == expected && machine.quorumIsUp == oracle.quorumIsUp, "\(model) \(sets)")
        kernel.follow(machine, neverFewerThan: before.hasUsable && expected.hasUsable)
        #expect(kernel.destinations.mapValues(\.weight) == expected)
      }
    }
    reload(model, machine, up)
  }

  /// A reload with the same settings changes nothing and tells nothing.
  private func reload(_ model: Model, _ machine: ServiceMachine, _ up: [Bool]) {
    var after = machine
    let verdicts = up.map { [$0 ? Sample.good : Sample.failed] }
    let reports = after.reports(.settingsChanged(model.settings, verdicts: verdicts, ReportPolicy()))
    #expect(reports.isEmpty && after.weights == machine.weights && after.quorumIsUp == machine.quorumIsUp)
  }
}

extension [Endpoint: UInt32] {
  /// Whether a client finds a server.
  fileprivate var hasUsable: Bool { values.contains { $0 > 0 } }
}

extension ServiceImage {
  /// Carries the plan out, and notices when between two commands no server was usable although there should be one.
  fileprivate mutating func follow(_ machine: ServiceMachine, neverFewerThan usable: Bool = false) {
    for operation in plan(Sample.key, actual: self, desired: machine.desired(Sample.key)) {
      switch operation {
      case .addDestination(_, let endpoint, let attributes):
        #expect(destinations[endpoint] == nil)
        destinations[endpoint] = attributes
      case .editDestination(_, let endpoint, let attributes):
        #expect(destinations[endpoint] != nil)
        destinations[endpoint] = attributes
      case .removeDestination(_, let endpoint):
        #expect(destinations[endpoint] != nil)
        destinations[endpoint] = nil
      case .addService, .editService, .removeService, .flush:
        Issue.record("unexpected \(operation)")
      }
      if usable { #expect(destinations.values.contains { $0.weight > 0 }) }
    }
  }
}
