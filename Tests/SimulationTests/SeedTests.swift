import Machines
import Simulation
import Testing

@Suite struct `A cluster under fire` {
  /// Short storms; long ones are for `understudy-sim`.
  private static func storm(_ seed: UInt64) -> RunSettings {
    var settings = RunSettings(seed: seed)
    settings.duration = .seconds(40)
    return settings
  }

  @Test(arguments: (0..<12).map { UInt64($0) })
  func `violates no rule`(block: UInt64) {
    for seed in (block * 25 + 1)...(block * 25 + 25) {
      let outcome = Run(Self.storm(seed)).perform()
      #expect(outcome.violation == nil, "seed \(seed), of \(Self.storm(seed).duration)")
      #expect(outcome.simulated > .seconds(100), "seed \(seed)")
    }
  }

  /// Runs of `understudy-sim` in which the daemon or the judge was wrong once.
  @Test(arguments: [14715, 17731, 26439, 39998, 43672, 46701, 46991, 49975, 60489, 77784, 87669, 90726] as [UInt64])
  func `violates no rule any more`(seed: UInt64) {
    #expect(Run(RunSettings(seed: seed)).perform().violation == nil)
  }

  @Test(arguments: [3, 6, 16])
  func `violates no rule with many directors`(nodes: Int) {
    var settings = Self.storm(UInt64(nodes))
    settings.nodes = nodes
    #expect(Run(settings).plans[0].nodes == nodes)
    #expect(Run(settings).perform().violation == nil)
  }

  @Test(arguments: [1, 17, 42] as [UInt64])
  func `does the same again, bit for bit`(seed: UInt64) {
    let first = Run(Self.storm(seed)).perform()
    let second = Run(Self.storm(seed)).perform()
    #expect(first.hash == second.hash)
    #expect(first.happenings == second.happenings)
    #expect(first.schedule == second.schedule)
  }

  @Test func `does something else with another seed`() {
    let hashes = Set((1...5).map { Run(Self.storm($0)).perform().hash })
    #expect(hashes.count == 5)
  }

  @Test func `tells a story that changes nothing`() {
    var lines = 0
    let told = Run(Self.storm(7)).perform(read: { _ in lines += 1 })
    #expect(lines > 100)
    #expect(told.hash == Run(Self.storm(7)).perform().hash)
  }
}
