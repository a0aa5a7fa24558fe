package import Machines
package import World

/// The clocks of a host.
package final class SimulatedClock: @unchecked Sendable {
  private let timeline: Timeline
  /// The host's monotonic time when the run begins.
  private let origin: Int64
  /// The wall clock minus the monotonic one.
  private var offset: Int64

  init(_ timeline: Timeline, origin: Duration) {
    self.timeline = timeline
    self.origin = origin.wholeNanoseconds
    offset = 1_700_000_000_000_000_000 - self.origin
  }

  /// CLOCK_MONOTONIC.
  package var now: Moment { Moment(nanoseconds: timeline.now.nanoseconds &+ origin) }
  /// CLOCK_REALTIME.
  package var wallTime: WallTime { WallTime(nanoseconds: now.nanoseconds &+ offset) }

  /// Sets the wall clock forward, or back.
  package func jump(_ duration: Duration) {
    offset &+= duration.wholeNanoseconds
    jumped = jumped + duration
  }

  /// How far the wall clock was set in all.
  package private(set) var jumped = Duration.zero

  /// The time of the run at a moment of this host.
  func planned(_ moment: Moment) -> Int64 { moment.nanoseconds &- origin }
}

/// The loop of a simulated process. A turn has the order of the reactor's: what is ready to be read, what was put off in
/// an earlier turn, jobs, alarms that are due.
package final class SimulatedLoop: Loop, SerialExecutor, @unchecked Sendable {
  /// Whether the process lives, and how.
  package enum State: Sendable {
    case running
    /// Stopped by SIGSTOP, or with its virtual machine.
    case paused
    case dead
  }

  /// Its name, for the trace.
  package let name: String
  package let timeline: Timeline
  package let clock: SimulatedClock
  package private(set) var state = State.running
  /// How long it takes at most until a process that is ready gets its processor.
  package var latency = Duration.microseconds(60) { didSet { mostLateness = Self.nanoseconds(of: latency) } }
  /// What lies to the process.
  package let tampering: Tampering

  /// Since when it has not been late by more than the reactor calls a pause.
  package private(set) var awakeSince: Moment?

  private var mostLateness: UInt64 = 60_000
  private var chance: SeededGenerator
  private var ready: [() -> Void] = []
  private var deferred: [@Sendable () -> Void] = []
  private var jobs: [UnownedJob] = []
  private var alarms: [SimulatedAlarm] = []
  private var plannedTurn: Int64?
  /// For how long it has lost its processor in the middle of a turn.
  private var interruption: (from: Int64, until: Int64)?
  private var interruptions: SeededGenerator

  /// A loop that runs.
  package init(_ name: String, _ timeline: Timeline, _ clock: SimulatedClock, tampering: Tampering = Tampering()) {
    self.name = name
    self.timeline = timeline
    self.clock = clock
    self.tampering = tampering
    chance = timeline.chance("loop \(name)")
    interruptions = timeline.chance("interruptions \(name)")
  }

  package var executor: any SerialExecutor { self }
  package var now: Moment { tampering.drift == nil ? clock.now : clock.now + drift }
  package var wallTime: WallTime { clock.wallTime }
  private var drift: Duration { tampering.drift?() ?? .zero }

  /// How many alarms are set, and how much was put off: neither may grow without end.
  package var load: (alarms: Int, deferred: Int) { (alarms.count, deferred.count) }

  // MARK: What the process asks for

  /// Runs something in the next turn.
  package func later(_ job: @escaping @Sendable () -> Void) {
    guard state != .dead else { return }
    deferred.append(job)
    wake()
  }

  /// A new alarm, not set.
  package func alarm(_ ring: @escaping @Sendable () -> Void) -> any Alarm {
    SimulatedAlarm(self, ring: ring)
  }

  /// Runs a job of an actor of the process.
  package func enqueue(_ job: consuming ExecutorJob) {
    jobs.append(UnownedJob(job))
    wake()
  }

  /// The loop as actors refer to it.
  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// Ends the run when an actor is entered out of turn: it would not be in the real program either.
  package func checkIsolated() {
    precondition(timeline.current === self, "an actor of \(name) was entered from outside of its loop")
  }

  /// Whether it is this process that runs now.
  package func isIsolatingCurrentContext() -> Bool? { timeline.current === self }

  // MARK: What happens to the process

  /// Lets the process do something now, as its own doing.
  package func enter(_ body: () -> Void) {
    guard state != .dead else { return }
    let former = timeline.current
    timeline.current = self
    body()
    timeline.current = former
  }

  /// Something is ready to be read in the next turn: a packet, a message, an event of a connection.
  package func read(_ job: @escaping () -> Void) {
    guard state != .dead else { return }
    ready.append(job)
    wake()
  }

  /// SIGSTOP: nothing happens any more, and what arrives waits.
  package func pause() { if state == .running { state = .paused } }

  /// SIGCONT.
  package func resume() {
    guard state == .paused else { return }
    state = .running
    wake()
  }

  /// SIGKILL: whatever waited is gone.
  package func kill() {
    state = .dead
    (ready, deferred, jobs) = ([], [], [])
    for alarm in alarms { alarm.moment = nil }
    alarms = []
    plannedTurn = nil
  }

  // MARK: Turns

  private func wake() {
    plan(timeline.now.nanoseconds &+ 1_000 &+ Int64(chance.next() % mostLateness))
  }

  private static func nanoseconds(of latency: Duration) -> UInt64 { UInt64(max(1_000, latency.wholeNanoseconds)) }

  private func plan(_ nanoseconds: Int64) {
    guard state == .running else { return }
    let nanoseconds = max(nanoseconds, interruption?.until ?? nanoseconds)
    if let plannedTurn, plannedTurn <= nanoseconds { return }
    plannedTurn = nanoseconds
    timeline.push(.turn(self), at: nanoseconds)
  }

  func turn(plannedAt nanoseconds: Int64) {
    guard plannedTurn == nanoseconds else { return }
    plannedTurn = nil
    guard state == .running else { return }
    timeline.current = self
    defer { timeline.current = nil }
    if let interruption {
      self.interruption = nil
      if interruption.until - interruption.from > Self.pause.wholeNanoseconds { awakeSince = now }
    }
    if tampering.ringsBeforeReading { ring() }
    let putOff = deferred
    deferred = []
    var reading = 0
    while reading < ready.count, state == .running {
      ready[reading]()
      reading += 1
    }
    if state == .running { ready.removeFirst(reading) }
    for job in putOff where state == .running { job() }
    let waiting = jobs
    jobs = []
    for job in waiting { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    ring()
    guard state == .running else { return }
    if !ready.isEmpty || !deferred.isEmpty || !jobs.isEmpty { wake() }
    planAlarms()
  }

  /// Rings what is due now; an alarm that is set again to a moment in the past rings in the next turn.
  private func ring() {
    let now = self.now
    guard let index = alarms.firstIndex(where: { $0.isDue(at: now) }) else { return }
    var due = [alarms[index]]
    // Mostly it is the only one.
    for alarm in alarms[(index + 1)...] where alarm.isDue(at: now) { due.append(alarm) }
    if due.count > 1 { due.sort(by: SimulatedAlarm.isBefore) }
    if let first = due.first?.moment, now - first > Self.pause { awakeSince = now }
    for (place, alarm) in due.enumerated() {
      guard state == .running, alarm.isDue(at: now) else { continue }
      remove(alarm)
      alarm.ring()
      if place + 1 < due.count, loseProcessor() { return }
    }
  }

  /// A process that is starved may lose its processor between two alarms. Like the reactor it reads what came meanwhile
  /// before it rings the rest.
  private func loseProcessor() -> Bool {
    guard state == .running, latency > Self.pause, interruptions.next() % 2 == 0 else { return false }
    let now = timeline.now.nanoseconds
    interruption = (now, now &+ Int64(interruptions.next() % mostLateness))
    return true
  }

  // MARK: Alarms

  private var lastOrder: UInt64 = 0

  fileprivate func set(_ alarm: SimulatedAlarm, to moment: Moment?) {
    guard state != .dead else { return }
    guard let moment else { return remove(alarm) }
    if alarm.moment == nil { alarms.append(alarm) }
    lastOrder &+= 1
    (alarm.moment, alarm.order) = (tampering.alarm.map { $0(moment, now) } ?? moment, lastOrder)
    if timeline.current !== self { planAlarms() }
  }

  private func remove(_ alarm: SimulatedAlarm) {
    guard alarm.moment != nil, let index = alarms.firstIndex(where: { $0 === alarm }) else { return }
    alarm.moment = nil
    alarms.remove(at: index)
  }

  private func planAlarms() {
    var earliest = Int64.max
    for alarm in alarms { if let moment = alarm.moment { earliest = min(earliest, moment.nanoseconds) } }
    guard earliest < .max else { return }
    let lateness = Int64(chance.next() % mostLateness)
    let moment = Moment(nanoseconds: earliest)
    let planned = clock.planned(tampering.drift == nil ? moment : moment - drift)
    plan(max(planned &+ lateness, timeline.now.nanoseconds &+ 1_000))
  }
}

/// An alarm of a simulated loop.
final class SimulatedAlarm: Alarm, @unchecked Sendable {
  private unowned let loop: SimulatedLoop
  fileprivate let ring: @Sendable () -> Void
  fileprivate var moment: Moment?
  fileprivate var order: UInt64 = 0

  fileprivate init(_ loop: SimulatedLoop, ring: @escaping @Sendable () -> Void) {
    self.loop = loop
    self.ring = ring
  }

  func set(_ moment: Moment?) { loop.set(self, to: moment) }

  fileprivate func isDue(at now: Moment) -> Bool { moment.map { $0 <= now } ?? false }

  fileprivate static func isBefore(_ left: SimulatedAlarm, _ right: SimulatedAlarm) -> Bool {
    (left.moment ?? .origin, left.order) < (right.moment ?? .origin, right.order)
  }
}
