import Machines
import Testing
import VRRP
import Wire

@Suite struct `A backup` {
  @Test func `waits for the master-down interval and then sends an advert before anything else`() {
    var group = GroupMachine.started(.sample())
    #expect(group.nextDeadline == at(3.609375))
    let effects = group.handle(.deadlineReached, at: at(3.609375))
    #expect(effects.sentPriorities == [100])
    guard case .router("V1", .sendAdvert(let packet)) = effects.first else {
      Issue.record("the first effect is \(String(describing: effects.first))")
      return
    }
    #expect(packet.payload == octets("31 33 64 01 00 64 06 7c c0 a8 01 0a"))
    #expect(packet.destination == address("224.0.0.18") && packet.timeToLive == 255)
    #expect(effects.dropFirst().first == .router("V1", .install))
    #expect(effects.announcements == [5])
    #expect(effects.transitions.map(\.to) == [.master])
    #expect(effects.transitions.map(\.cause) == [.masterDown(silence: .seconds(3.609375))])
    #expect(group.nextDeadline == at(4.609375))
  }

  @Test(arguments: [(3.7, true), (3.0, false), (nil, true)] as [(Double?, Bool)])
  func `listens before it speaks when it may have missed something, and not when it was merely busy`(
    awakeSince: Double?, listens: Bool
  ) {
    var group = GroupMachine.started(.sample())
    if let awakeSince { #expect(group.handle(.awake(since: at(awakeSince)), at: at(awakeSince)).isEmpty) }
    // More than an interval late.
    let effects = group.handle(.deadlineReached, at: at(4.7))
    #expect(effects.sentPriorities.isEmpty == listens)
    #expect((group.state == .backup) == listens)
  }

  @Test(arguments: [(100, 5.609375, 1), (0, 2.609375, 0)] as [(UInt8, Double, Double)])
  func `waits by new settings for what it was waiting for by the old ones`(
    heard: UInt8, deadline: Double, secondsPerAdvert: Double
  ) {
    var group = GroupMachine.started(.sample())
    _ = group.hear(Sender(priority: heard), at: at(2))
    #expect(group.nextDeadline == at(deadline))
    for adverts in [2, 5] {
      var reloaded = group
      let settings = RouterSettings.sample { $0.downTimerAdverts = adverts }
      _ = reloaded.handle(
        .settingsChanged(SyncGroupSettings(name: nil, routers: [settings]), inputs: ["V1": .sample]), at: at(2.25))
      #expect(reloaded.nextDeadline == at(deadline + secondsPerAdvert * Double(adverts - 3)))
    }
  }

  @Test func `does nothing before its deadline`() {
    var group = GroupMachine.started(.sample())
    #expect(group.handle(.deadlineReached, at: at(3.6)).isEmpty)
    #expect(group.state == .backup)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var settings: RouterSettings
    var heard: Sender
    /// The deadline after an advert heard at two seconds; it was 3.609375 s.
    var deadline: Double
  }

  static let rows = [
    Row(testDescription: "higher", settings: .sample(), heard: Sender(priority: 200), deadline: 5.609375),
    Row(testDescription: "equal", settings: .sample(), heard: Sender(priority: 100), deadline: 5.609375),
    Row(testDescription: "lower", settings: .sample(), heard: Sender(priority: 99), deadline: 3.609375),
    Row(
      testDescription: "lower, nopreempt", settings: .sample { $0.preempts = false }, heard: Sender(priority: 99),
      deadline: 5.609375),
    Row(
      testDescription: "lower, within preempt_delay", settings: .sample { $0.preemptDelay = .seconds(60) },
      heard: Sender(priority: 99), deadline: 5.609375),
    Row(testDescription: "release", settings: .sample(), heard: Sender(priority: 0), deadline: 2.609375),
    Row(
      testDescription: "longer interval", settings: .sample(), heard: Sender(priority: 200, interval: 400),
      deadline: 2 + 12 + 2.4375),
    Row(
      testDescription: "interval zero", settings: .sample(), heard: Sender(priority: 200, interval: 0),
      deadline: 5.609375),
    Row(
      testDescription: "version 2", settings: .sample(version: .two), heard: Sender(version: .two, priority: 200),
      deadline: 5.609375),
    Row(
      testDescription: "eight adverts", settings: .sample { $0.downTimerAdverts = 8 }, heard: Sender(priority: 200),
      deadline: 10.609375),
  ]

  @Test(arguments: rows)
  func `moves its timer as the advert it hears demands`(row: Row) {
    var group = GroupMachine.started(row.settings)
    _ = group.hear(row.heard, at: at(2))
    #expect(group.nextDeadline == at(row.deadline))
    #expect(group.state == .backup)
  }

  @Test func `takes over after the skew time when the master resigns, and says so`() {
    var group = GroupMachine.started(.sample())
    _ = group.hear(Sender(priority: 200), at: at(1))
    _ = group.hear(Sender(priority: 0), at: at(2))
    let effects = group.handle(.deadlineReached, at: at(2.609375))
    #expect(effects.transitions.map(\.cause) == [.masterReleased(by: address("192.168.1.2"))])
  }

  @Test func `replaces a lower master and says so`() {
    var group = GroupMachine.started(.sample())
    _ = group.hear(Sender(priority: 50), at: at(3))
    let effects = group.handle(.deadlineReached, at: at(3.609375))
    #expect(effects.transitions.map(\.cause) == [.preemption(of: address("192.168.1.2"), priority: 50)])
    // The other lives, and may announce the addresses until it has read the advert.
    let moment = at(3.609375) + .milliseconds(100)
    #expect(group.nextDeadline == moment)
    let last = group.handle(.deadlineReached, at: moment)
    #expect(last.contains(.router("V1", .announce(repeats: 5, occasion: .lastWord))))
  }

  @Test(arguments: [nil, 0], [nil, .zero] as [Duration?])
  func `has the last word once its services are there, unless it is told not to`(repeats: Int?, delay: Duration?) {
    var group = GroupMachine.started(
      .sample {
        $0.announcesAfterServices = .seconds(2)
        $0.announcements.lowerPriorityRepeats = repeats
        $0.announcements.lowerPriorityDelay = delay
      })
    _ = group.hear(Sender(priority: 50), at: at(3))
    _ = group.handle(.deadlineReached, at: at(3.609375))
    let last = at(4) + .milliseconds(100)
    // Nothing wakes it while it waits for the services but its next advert.
    #expect(group.nextDeadline == at(4.609375))
    #expect(group.handle(.servicesInstalled(router: "V1"), at: at(4)).announcements == [5])
    #expect(group.handle(.deadlineReached, at: last).announcements == (repeats == nil && delay == nil ? [5] : []))
  }

  @Test func `puts up with a lower master until preempt_delay ends`() {
    var group = GroupMachine.started(.sample { $0.preemptDelay = .seconds(3) })
    for second in 1...4 { _ = group.hear(Sender(priority: 50), at: at(Double(second))) }
    // The clock began with the first advert, at one second: that at four seconds is not respected any more.
    #expect(group.nextDeadline == at(3 + 3.609375))
  }

  @Test func `begins preempt_delay anew when a better master was there meanwhile`() {
    var group = GroupMachine.started(.sample { $0.preemptDelay = .seconds(3) })
    _ = group.hear(Sender(priority: 50), at: at(1))
    _ = group.hear(Sender(priority: 150), at: at(2))
    _ = group.hear(Sender(priority: 50), at: at(4.5))
    #expect(group.nextDeadline == at(4.5 + 3.609375))
  }

  @Test func `takes over from a dead master although preempt_delay runs`() {
    var group = GroupMachine.started(.sample { $0.preemptDelay = .seconds(60) })
    _ = group.hear(Sender(priority: 50), at: at(1))
    #expect(group.handle(.deadlineReached, at: at(4.609375)).transitions.map(\.to) == [.master])
  }

  @Test func `that owns the addresses respects nobody`() {
    var group = GroupMachine.started(.sample(priority: 255) { $0.preempts = false })
    _ = group.hear(Sender(priority: 254), at: at(1))
    #expect(group.nextDeadline == at(3 + 1.0 / 256))
  }

  @Test func `whose timer rings late listens once before it takes over`() {
    var group = GroupMachine.started(.sample())
    let effects = group.handle(.deadlineReached, at: at(10))
    #expect(effects.sentPriorities.isEmpty)
    #expect(group.state == .backup)
    #expect(group.nextDeadline == at(12.609375))
    #expect(group.handle(.deadlineReached, at: at(20)).transitions.map(\.to) == [.master])
  }

  @Test func `whose priority changes moves its timer by the difference of the skew times`() {
    var settings = RouterSettings.sample()
    settings.trackers = [Tracker(.script, "s", weight: -64)]
    var group = GroupMachine.started(settings)
    var inputs = RouterInputs.sample
    inputs.trackers = [Tracker.Identity(.script, "s"): .down]
    let effects = group.handle(.inputsChanged(["V1": inputs]), at: at(1))
    #expect(group.nextDeadline == at(3.609375 + 0.25))
    #expect(effects == [.report("V1", .priorityChanged(from: 100, to: 36, state: .backup))])
  }

  @Test func `reports an advert it refuses once a minute with the number of the others`() {
    var group = GroupMachine.started(.sample())
    let bad = Sender(priority: 200, timeToLive: 3)
    #expect(group.hear(bad, at: at(1)) == [.report("V1", .rejected(.timeToLive, from: bad.source, suppressed: 0))])
    for _ in 0..<10 { #expect(group.hear(bad, at: at(2)).isEmpty) }
    #expect(group.hear(bad, at: at(61)) == [.report("V1", .rejected(.timeToLive, from: bad.source, suppressed: 10))])
    #expect(group.router.counters.timeToLiveErrors == 12)
    #expect(group.router.foreignSpeakers.map(\.count) == [12])
  }

  @Test func `knows who names other addresses, until he does not`() {
    var group = GroupMachine.started(.sample())
    let other = address("192.168.2.77")
    _ = group.hear(Sender(priority: 200, addresses: [other]), at: at(1))
    #expect(group.router.foreignSpeakers.map(\.difference) == [.addresses([other])])
    #expect(group.router.counters.addressListErrors == 1)
    _ = group.hear(Sender(priority: 200), at: at(2))
    #expect(group.router.foreignSpeakers.isEmpty)
  }

  @Test func `forgets that it refused its master, once the master is like it again`() {
    var group = GroupMachine.started(.sample())
    _ = group.hear(Sender(priority: 200), at: at(1))
    _ = group.hear(Sender(priority: 200, timeToLive: 3), at: at(2))
    #expect(group.router.foreignSpeakers.map(\.difference) == [.refused(.timeToLive)])
    _ = group.hear(Sender(priority: 200), at: at(3))
    #expect(group.router.foreignSpeakers.isEmpty)
  }

  @Test func `remembers no more than eight foreign speakers`() {
    var group = GroupMachine.started(.sample())
    for host in 1...100 {
      _ = group.hear(Sender(source: address("192.168.2.\(host)"), timeToLive: 3), at: at(Double(host) / 100))
    }
    #expect(group.router.foreignSpeakers.count == 8)
    #expect(group.router.foreignSpeakers.last?.address == address("192.168.2.100"))
  }
}
