import Daemon
import Machines
import Testing
import VRRP

@Suite struct `A tracked process` {
  private typealias Settings = ProcessTracker.Settings

  private func tracker(_ settings: Settings, count: Int) -> ProcessTracker {
    var tracker = ProcessTracker(settings)
    _ = tracker.handle(.counted(count), at: .origin)
    return tracker
  }

  @Test(arguments: [
    (1, nil, 0, TrackerValue.down), (1, nil, 1, .up), (1, nil, 7, .up), (3, nil, 2, .down), (3, nil, 3, .up),
    (1, 2, 2, .up), (1, 2, 3, .down), (1, 0, 0, .up), (1, 0, 1, .down),
  ])
  func `is up while the quorum is met`(quorum: Int, maximum: Int?, count: Int, expected: TrackerValue) {
    var tracker = ProcessTracker(Settings(quorum: quorum, maximum: maximum, forkDelay: .seconds(9)))
    #expect(tracker.value == .unknown)
    #expect(tracker.handle(.counted(count), at: .origin) == [.report(expected)], "the first count waits for nothing")
  }

  @Test func `changes at once without delays, and is told once`() {
    var tracker = tracker(Settings(), count: 0)
    #expect(tracker.handle(.counted(1), at: .origin) == [.report(.up)])
    #expect(tracker.handle(.counted(2), at: .origin) == [])
    #expect(tracker.handle(.counted(0), at: .origin) == [.report(.down)])
  }

  @Test func `has to last in both directions`() {
    var tracker = tracker(Settings(forkDelay: .seconds(2), terminateDelay: .seconds(5)), count: 0)
    #expect(tracker.handle(.counted(1), at: .origin) == [])
    let up = Moment.origin + .seconds(2)
    #expect(tracker.nextDeadline == up)
    #expect(tracker.handle(.deadlineReached, at: .origin + .seconds(1)) == [])
    #expect(tracker.handle(.deadlineReached, at: up) == [.report(.up)])
    #expect(tracker.handle(.counted(0), at: up) == [])
    #expect(tracker.nextDeadline == up + .seconds(5))
    #expect(tracker.handle(.deadlineReached, at: up + .seconds(5)) == [.report(.down)])
    #expect(tracker.nextDeadline == nil)
  }

  @Test func `a restart within the delay is not noticed`() {
    var tracker = tracker(Settings(terminateDelay: .seconds(5)), count: 1)
    #expect(tracker.handle(.counted(0), at: .origin) == [])
    #expect(tracker.handle(.counted(1), at: .origin + .seconds(1)) == [])
    #expect(tracker.nextDeadline == nil)
    #expect(tracker.handle(.deadlineReached, at: .origin + .seconds(5)) == [])
    #expect(tracker.value == .up)
  }

  @Test func `further changes to the same effect do not begin the delay anew`() {
    var tracker = tracker(Settings(quorum: 3, terminateDelay: .seconds(5)), count: 3)
    _ = tracker.handle(.counted(2), at: .origin)
    _ = tracker.handle(.counted(1), at: .origin + .seconds(3))
    #expect(tracker.nextDeadline == .origin + .seconds(5))
  }

  @Test func `too many wait for the delay of forks`() {
    var tracker = tracker(Settings(maximum: 1, forkDelay: .seconds(2)), count: 1)
    #expect(tracker.handle(.counted(2), at: .origin) == [])
    #expect(tracker.handle(.counted(1), at: .origin) == [], "fork and exec are over")
    #expect(tracker.nextDeadline == nil)
  }
}
