import Machines
import Testing
import VRRP
import Wire

@Suite struct `A master` {
  @Test func `advertises at its interval and makes up for small lateness`() {
    var (group, now) = GroupMachine.master(.sample())
    let first = now
    for round in 1...10 {
      now = group.nextDeadline ?? now
      #expect(now == first + .seconds(round))
      now += .milliseconds(40)
      #expect(group.handle(.deadlineReached, at: now).sentPriorities == [100])
    }
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var settings: RouterSettings = .sample()
    var heard: Sender
    var state: RouterStateName
    var sent: [UInt8] = []
    var announced: [Int] = []
  }

  static let lower = Sender(source: address("192.168.1.2"), priority: 50)
  static let rows = [
    Row(testDescription: "higher", heard: Sender(priority: 101), state: .backup),
    Row(testDescription: "equal, higher address", heard: Sender(priority: 100), state: .backup),
    Row(
      testDescription: "equal, lower address", heard: Sender(source: address("192.168.1.0"), priority: 100),
      state: .master, sent: [100], announced: [5]),
    Row(testDescription: "lower", heard: lower, state: .master, sent: [100], announced: [5]),
    Row(
      testDescription: "lower, lower_prio_no_advert", settings: .sample { $0.answersLowerPriority = false },
      heard: lower, state: .master, announced: [5]),
    Row(
      testDescription: "lower, garp_lower_prio_repeat 3",
      settings: .sample { $0.announcements.lowerPriorityRepeats = 3 }, heard: lower, state: .master, sent: [100],
      announced: [3]),
    Row(
      testDescription: "lower, garp_lower_prio_repeat 0",
      settings: .sample { $0.announcements.lowerPriorityRepeats = 0 }, heard: lower, state: .master, sent: [100]),
    Row(
      testDescription: "higher, higher_prio_send_advert", settings: .sample { $0.advertisesWhenYielding = true },
      heard: Sender(priority: 101), state: .backup, sent: [100]),
    Row(testDescription: "release", heard: Sender(priority: 0), state: .master, sent: [100]),
    Row(
      testDescription: "nopreempt, higher", settings: .sample { $0.preempts = false }, heard: Sender(priority: 101),
      state: .backup),
    Row(testDescription: "refused", heard: Sender(priority: 254, timeToLive: 1), state: .master),
    Row(
      testDescription: "owner, equal, higher address", settings: .sample(priority: 255), heard: Sender(priority: 255),
      state: .backup),
  ]

  @Test(arguments: rows)
  func `answers or gives way as the advert it hears demands`(row: Row) {
    var (group, now) = GroupMachine.master(row.settings)
    now += .milliseconds(300)
    let effects = group.hear(row.heard, at: now)
    #expect(group.state == row.state)
    #expect(effects.sentPriorities == row.sent)
    #expect(effects.announcements == row.announced)
    #expect(effects.orders(.withdraw) == (row.state == .backup))
    #expect(effects.transitions.map(\.to) == (row.state == .backup ? [.backup] : []))
  }

  @Test func `that gave way waits for the other's master-down interval`() {
    var (group, now) = GroupMachine.master(.sample())
    _ = group.hear(Sender(priority: 200, interval: 200), at: now)
    #expect(group.nextDeadline == now + .seconds(6 + 2 * 0.609375))
    #expect(group.router.counters.releasedMaster == 1)
  }

  @Test func `cannot be made to answer more often than ten times per interval`() {
    var (group, now) = GroupMachine.master(.sample())
    var answers = 0
    for _ in 0..<10_000 {
      now += .microseconds(100)
      answers += group.hear(Self.lower, at: now).sentPriorities.count
      if let due = group.nextDeadline, due <= now { _ = group.handle(.deadlineReached, at: now) }
    }
    #expect((5...11).contains(answers))
  }

  @Test func `reports a contest once`() {
    var (group, now) = GroupMachine.master(.sample())
    var contests = 0
    for _ in 0..<8 {
      now += .seconds(1)
      _ = group.handle(.deadlineReached, at: now)
      contests +=
        group.hear(Self.lower, at: now).filter {
          if case .report(_, .contested) = $0 { true } else { false }
        }.count
    }
    #expect(contests == 1)
    #expect(group.router.counters.contests == 1)
  }

  @Test func `tells once a minute of a lower master with another interval`() {
    var (group, now) = GroupMachine.master(.sample())
    var told: [RouterReport] = []
    for _ in 0..<70 {
      now += .seconds(1)
      _ = group.handle(.deadlineReached, at: now)
      for effect in group.hear(Sender(priority: 50, interval: 30), at: now) {
        if case .report(_, let report) = effect, case .intervalDiffers = report { told.append(report) }
      }
    }
    #expect(
      told
        == [RouterReport](
          repeating: .intervalDiffers(from: address("192.168.1.2"), theirs: .milliseconds(300)), count: 2))
  }

  @Test(arguments: [true, false])
  func `announces on other interfaces in its period`(includesAll: Bool) {
    var (group, now) = GroupMachine.master(
      .sample { $0.announcements.otherInterfaces = .init(period: .seconds(10), includesAll: includesAll) })
    var announced: [Duration] = []
    let first = now
    while let due = group.nextDeadline, due <= first + .seconds(35) {
      now = due
      let effects = group.handle(.deadlineReached, at: now)
      if effects.orders(.announceOnOtherInterfaces(all: includesAll)) { announced.append(now - first) }
    }
    #expect(announced == [.seconds(10), .seconds(20), .seconds(30)])
  }

  @Test func `announces a second block after the delay and refreshes if told to`() {
    var (group, now) = GroupMachine.master(
      .sample {
        $0.announcements.secondBlockDelay = .seconds(2)
        $0.announcements.refreshPeriod = .seconds(3)
        $0.announcements.refreshRepeats = 2
      })
    let first = now
    var blocks: [Double: [Int]] = [:]
    while now - first < .seconds(7) {
      now = group.nextDeadline ?? now
      let announced = group.handle(.deadlineReached, at: now).announcements
      if !announced.isEmpty { blocks[(now - first).inSeconds] = announced }
    }
    #expect(blocks == [2: [5], 3: [2], 6: [2]])
  }

  @Test func `announces only after the services are there, or after a while without them`() {
    let settings = RouterSettings.sample { $0.announcesAfterServices = .milliseconds(500) }
    var group = GroupMachine.started(settings)
    let now = at(3.609375)
    #expect(group.handle(.deadlineReached, at: now).announcements.isEmpty)
    #expect(group.handle(.servicesInstalled(router: "V1"), at: now + .milliseconds(20)).announcements == [5])
    #expect(group.handle(.servicesInstalled(router: "V1"), at: now + .milliseconds(30)).announcements.isEmpty)

    var slow = GroupMachine.started(settings)
    _ = slow.handle(.deadlineReached, at: now)
    #expect(slow.nextDeadline == now + .milliseconds(500))
    #expect(slow.handle(.deadlineReached, at: now + .milliseconds(500)).announcements == [5])
  }

  @Test func `that stops sends priority 0 and then withdraws`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = group.handle(.stopped(releases: true), at: now)
    #expect(effects.sentPriorities == [0])
    #expect(effects.dropFirst().first == .router("V1", .withdraw))
    #expect(effects.transitions.map(\.to) == [.stopped])
    #expect(group.nextDeadline == nil)
  }

  @Test func `that stops without releasing leaves everything`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = group.handle(.stopped(releases: false), at: now)
    #expect(effects.sentPriorities.isEmpty && !effects.orders(.withdraw))
    #expect(effects.transitions.map(\.to) == [.stopped])
  }

  @Test func `with a fault sends priority 0, withdraws and is silent`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = group.handle(.inputsChanged(["V1": RouterInputs(interface: .down, source: ownAddress)]), at: now)
    #expect(effects.sentPriorities == [0])
    #expect(effects.orders(.withdraw))
    #expect(effects.transitions.map(\.cause) == [.faults([.interfaceDown("eth0")])])
    #expect(group.nextDeadline == nil)
    #expect(group.hear(Sender(priority: 0), at: now).isEmpty)
    #expect(group.router.counters.advertsReceived == 0)
  }

  @Test func `puts back at once what was lost, without a transition`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = group.handle(.holdingLost(router: "V1"), at: now)
    #expect(effects.orders(.restore) && effects.sentPriorities.isEmpty && effects.transitions.isEmpty)
    #expect(group.state == .master)
  }

  @Test func `does not fight without end with somebody who takes its addresses away`() {
    var (group, now) = GroupMachine.master(.sample())
    let end = now + .seconds(10)
    var restored = 0
    while now < end {
      now += .milliseconds(1)
      restored += group.handle(.holdingLost(router: "V1"), at: now).filter { $0 == .router("V1", .restore) }.count
      if let due = group.nextDeadline, due <= now {
        restored += group.handle(.deadlineReached, at: now).filter { $0 == .router("V1", .restore) }.count
      }
    }
    #expect((10...16).contains(restored))
    #expect(group.router.counters.restored == UInt64(restored))
  }
}

@Suite struct `A master that slept` {
  @Test func `for longer than its peers wait listens before it speaks`() {
    var (group, now) = GroupMachine.master(.sample())
    now += .seconds(10)
    let effects = group.handle(.deadlineReached, at: now)
    #expect(effects == [.report("V1", .stalled(.seconds(10)))])
    // A lower advert in the queue is no reason to speak either.
    #expect(group.hear(Sender(priority: 50), at: now).isEmpty)
    #expect(group.nextDeadline == now + .seconds(1))
  }

  @Test func `with timer_expired_backup is backup when the best of its peers waits no longer`() {
    var (group, now) = GroupMachine.master(
      .sample {
        $0.preempts = false
        $0.stallPriority = 100
      })
    let (sleepy, woke) = (group, now)
    now += .seconds(10)
    let effects = group.handle(.deadlineReached, at: now)
    #expect(effects.orders(.withdraw) && effects.sentPriorities.isEmpty)
    #expect(group.state == .backup && group.router.cause == .stalled(.seconds(10)))
    #expect(group.nextDeadline == now + .seconds(3.609375))
    // The same when an advert is read before the alarm rings, be it a lower one.
    group = sleepy
    _ = group.hear(Sender(priority: 50), at: woke + .seconds(10))
    #expect(group.state == .backup)
    // Shorter sleeps are listened out.
    group = sleepy
    _ = group.handle(.deadlineReached, at: woke + .seconds(3.3))
    #expect(group.state == .master)
  }

  @Test func `gives way without a word to whoever took over`() {
    var (group, now) = GroupMachine.master(.sample { $0.advertisesWhenYielding = true })
    now += .seconds(10)
    // The advert is read before the alarm rings.
    let effects = group.hear(Sender(priority: 100), at: now)
    #expect(effects.sentPriorities.isEmpty && effects.announcements.isEmpty)
    #expect(group.state == .backup)
  }

  @Test func `and heard nobody advertises and announces anew`() {
    var (group, now) = GroupMachine.master(.sample())
    now += .seconds(10)
    _ = group.handle(.deadlineReached, at: now)
    let effects = group.handle(.deadlineReached, at: now + .seconds(1))
    #expect(effects.sentPriorities == [100])
    #expect(effects.announcements == [5])
    #expect(group.state == .master)
  }

  @Test func `for less than its peers wait goes on at once`() {
    var (group, now) = GroupMachine.master(.sample())
    now += .seconds(2.9)
    #expect(group.handle(.deadlineReached, at: now).sentPriorities == [100])
  }

  @Test func `announces again soon when a lower advert follows its answer too quickly for another one`() {
    var (group, now) = GroupMachine.master(.sample())
    now += .milliseconds(500)
    #expect(group.hear(`A master`.lower, at: now).announcements == [5])
    now += .milliseconds(1)
    #expect(group.hear(`A master`.lower, at: now).isEmpty)
    now += .milliseconds(99)
    #expect(group.nextDeadline == now)
    #expect(group.handle(.deadlineReached, at: now).announcements == [5])
  }
}
