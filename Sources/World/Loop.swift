package import Machines

/// The loop on which everything of one role happens: it keeps the time, rings alarms and runs the role's actors.
///
/// Nothing here blocks, and every callback is called on the loop, so an actor whose executor is the loop may enter
/// itself with `assumeIsolated`.
package protocol Loop: AnyObject, Sendable {
  /// The executor of every actor of the role.
  nonisolated var executor: any SerialExecutor { get }

  /// The monotonic time now.
  nonisolated var now: Moment { get }

  /// The wall clock now.
  nonisolated var wallTime: WallTime { get }

  /// Since when the loop has been turning without a pause: what was to be done or heard at a later moment was not missed,
  /// though it may have had to wait for other work. Nil when the loop does not know.
  nonisolated var awakeSince: Moment? { get }

  /// Runs `job` on the loop in its next turn, after the events that are ready now: for work that is done in slices.
  nonisolated func later(_ job: @escaping @Sendable () -> Void)

  /// A new alarm, not set. It calls `ring` on the loop, once for each time it was set.
  nonisolated func alarm(_ ring: @escaping @Sendable () -> Void) -> any Alarm
}

extension Loop {
  /// A longer gap, in which alarms that were due did not ring, is a pause: the process was stopped or starved. Gaps as the
  /// scheduler makes them on a busy host are shorter, and at the shortest interval, 10 ms, hide two adverts of three.
  package nonisolated static var pause: Duration { .milliseconds(20) }

  package nonisolated var awakeSince: Moment? { nil }
}

/// Something that rings at a moment; setting it again replaces the earlier moment.
package protocol Alarm: AnyObject, Sendable {
  /// Sets the alarm, or with nil silences it. A moment in the past rings in the loop's next turn.
  func set(_ moment: Moment?)
}

/// A call into the operating system that failed.
package struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call, for instance "bind" or "RTM_NEWADDR".
  package var call: String
  /// The error number of errno(3), positive.
  package var code: Int32
  /// What it was about, for instance "192.0.2.1/24 on eth0"; may be empty.
  package var subject: String
  /// The system's words for `code`, with the kernel's own explanation where it gave one.
  package var reason: String

  /// A failure of `call` on `subject`.
  package init(call: String, code: Int32, subject: String = "", reason: String) {
    self.call = call
    self.code = code
    self.subject = subject
    self.reason = reason
  }

  package var description: String {
    subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
  }
}
