import Machines
import Simulation
import Testing

@Suite struct `A deliberately wrong program` {
  /// A seed that is known to find each of them; should it not do so any more, the others are asked.
  private static let witnesses: [Mutant: UInt64] = [
    .hastyTimer: 1, .lazyTimer: 8, .withoutSkew: 1, .missedTie: 8, .stubborn: 1, .deafToFarewell: 8, .silentEnd: 1,
    .alwaysPreempts: 4, .lateAdvert: 1, .acceptsDamage: 110, .withoutAnnouncement: 1, .keptAddress: 1, .splitGroup: 2,
    .blindToLinks: 4, .deafToTrackers: 2, .wallClock: 2, .actsBeforeListening: 10, .forgetful: 45, .beginsAnew: 25,
    .lostNotice: 1, .failOpen: 53, .keptEntries: 1, .hiddenMaster: 4,
  ]

  private static func violation(_ mutant: Mutant, _ seed: UInt64) -> Violation? {
    var settings = RunSettings(seed: seed)
    settings.mutant = mutant
    return Run(settings).perform().violation
  }

  @Test(arguments: Mutant.allCases)
  func `is found within a thousand seeds`(mutant: Mutant) throws {
    let witness = try #require(Self.witnesses[mutant])
    if Self.violation(mutant, witness) != nil { return }
    let finder = (1...1_000).first { Self.violation(mutant, $0) != nil }
    #expect(finder != nil)
  }

  @Test(arguments: [Mutant.stubborn, .splitGroup, .lostNotice])
  func `is what the seed found, not the seed itself`(mutant: Mutant) throws {
    let witness = try #require(Self.witnesses[mutant])
    #expect(Run(RunSettings(seed: witness)).perform().violation == nil)
  }

  @Test func `is found by a schedule of few faults`() throws {
    var settings = RunSettings(seed: 1)
    settings.mutant = .silentEnd
    let whole = Run(settings)
    let kept = try #require(Run.shrink(settings, limit: 60))
    #expect(whole.schedule.count > 20)
    #expect(kept.count <= 3)
    #expect(Run(settings, keeping: kept).perform().violation?.rule == whole.perform().violation?.rule)
  }

  @Test func `that is right has no shorter schedule`() {
    #expect(Run.shrink(RunSettings(seed: 2)) == nil)
  }
}
