import Machines
import World

/// A loop in virtual time, turned by the test.
final class ManualLoop: Loop, SerialExecutor, @unchecked Sendable {
  private final class ManualAlarm: Alarm, @unchecked Sendable {
    var moment: Moment?
    let ring: @Sendable () -> Void
    init(_ ring: @escaping @Sendable () -> Void) { self.ring = ring }
    func set(_ moment: Moment?) { self.moment = moment }
  }

  var now = Moment.origin
  var wallTime: WallTime { WallTime(nanoseconds: 1_700_000_000_000_000_000 + now.nanoseconds) }
  /// How many turns it has made.
  private(set) var turns = 0
  private var deferred: [@Sendable () -> Void] = []
  private var alarms: [ManualAlarm] = []

  var executor: any SerialExecutor { self }

  func enqueue(_ job: consuming ExecutorJob) {
    unsafe job.runSynchronously(on: asUnownedSerialExecutor())
  }

  // The test is the only thread.
  func checkIsolated() {}

  func later(_ job: @escaping @Sendable () -> Void) { deferred.append(job) }

  func alarm(_ ring: @escaping @Sendable () -> Void) -> any Alarm {
    let alarm = ManualAlarm(ring)
    alarms.append(alarm)
    return alarm
  }

  /// One turn: what was put off, then the alarms that are due.
  func turn() {
    turns += 1
    let jobs = deferred
    deferred = []
    for job in jobs { job() }
    for alarm in alarms {
      guard let moment = alarm.moment, moment <= now else { continue }
      alarm.moment = nil
      alarm.ring()
    }
  }

  /// Turns until nothing is left to do now.
  func settle() {
    repeat { turn() } while !deferred.isEmpty || alarms.contains { $0.moment.map { $0 <= now } ?? false }
  }

  /// Lets time pass, alarm by alarm.
  func advance(_ duration: Duration) {
    let end = now + duration
    settle()
    while let next = alarms.compactMap(\.moment).min(), next <= end {
      now = max(now, next)
      settle()
    }
    now = end
  }
}
