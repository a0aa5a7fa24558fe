import Daemon
import Machines
import Testing
import VRRP

@Suite struct `A checking script` {
  private func tracker(rise: Int = 1, fall: Int = 1, startsFailed: Bool = false) -> ScriptTracker {
    ScriptTracker(ScriptTracker.Settings(interval: .seconds(2), rise: rise, fall: fall, startsFailed: startsFailed))
  }

  /// The values reported for a series of results, one character each: + success, - failure.
  private func values(_ tracker: ScriptTracker, _ results: String) -> [TrackerValue?] {
    var tracker = tracker
    _ = tracker.handle(.started, at: .origin)
    return results.map { result in
      for effect in tracker.handle(result == "+" ? .succeeded : .failed, at: .origin) {
        if case .report(let value) = effect { return value }
      }
      return nil
    }
  }

  @Test func `runs at once and once per interval, never doubled`() {
    var tracker = tracker()
    #expect(tracker.handle(.started, at: .origin) == [.run])
    let first = Moment.origin + .seconds(2)
    #expect(tracker.nextDeadline == first)
    #expect(tracker.handle(.deadlineReached, at: first) == [], "it still runs")
    _ = tracker.handle(.succeeded, at: first)
    #expect(tracker.handle(.deadlineReached, at: first + .seconds(2)) == [.run])
  }

  @Test func `does not make up for periods that were slept through`() {
    var tracker = tracker()
    _ = tracker.handle(.started, at: .origin)
    _ = tracker.handle(.succeeded, at: .origin)
    let late = Moment.origin + .seconds(60)
    #expect(tracker.handle(.deadlineReached, at: late) == [.run])
    #expect(tracker.nextDeadline == late)
  }

  @Test func `is known after its first result`() {
    #expect(values(tracker(rise: 3, fall: 3), "+") == [.up], "one success is enough at the start")
    #expect(values(tracker(rise: 3, fall: 3), "-") == [.down])
  }

  @Test func `goes down after fall failures and up after rise successes`() {
    #expect(values(tracker(rise: 2, fall: 3), "+---++") == [.up, nil, nil, .down, nil, .up])
    #expect(values(tracker(rise: 2, fall: 3), "+--+--") == [.up, nil, nil, nil, nil, nil], "a success forgives")
  }

  @Test func `with init_fail is down until it has risen`() {
    var tracker = tracker(rise: 2, startsFailed: true)
    #expect(tracker.handle(.started, at: .origin) == [.report(.down), .run])
    #expect(tracker.handle(.succeeded, at: .origin) == [])
    #expect(tracker.handle(.succeeded, at: .origin) == [.report(.up)])
  }
}
