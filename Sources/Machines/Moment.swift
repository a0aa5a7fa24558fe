/// A point on the monotonic time line of one host (CLOCK_MONOTONIC: it does not jump, and it stands still only while
/// the host is suspended).
///
/// Moments of different hosts cannot be compared. Wall-clock time is a different thing, `WallTime`.
package struct Moment: Hashable, Comparable, Sendable, Codable {
  /// Nanoseconds since the origin of the time line, which is the boot of the host, or zero in a simulation.
  package var nanoseconds: Int64

  /// A moment so many nanoseconds after the origin.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The origin of the time line.
  package static let origin = Moment(nanoseconds: 0)

  package static func < (left: Moment, right: Moment) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package static func + (moment: Moment, duration: Duration) -> Moment {
    Moment(nanoseconds: moment.nanoseconds.addingSaturated(duration.wholeNanoseconds))
  }

  package static func - (moment: Moment, duration: Duration) -> Moment {
    Moment(nanoseconds: moment.nanoseconds.addingSaturated(-duration.wholeNanoseconds))
  }

  package static func += (moment: inout Moment, duration: Duration) {
    moment = moment + duration
  }

  /// The time from `earlier` to `later`; negative when they are the other way round.
  package static func - (later: Moment, earlier: Moment) -> Duration {
    .nanoseconds(later.nanoseconds.addingSaturated(-earlier.nanoseconds))
  }
}

/// A reading of the host's wall clock, for people and for protocols that carry dates.
package struct WallTime: Hashable, Comparable, Sendable, Codable {
  /// Nanoseconds since 1970-01-01 00:00:00 UTC.
  package var nanoseconds: Int64

  /// A wall-clock time so many nanoseconds after the Unix epoch.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Whole seconds since the Unix epoch.
  package var seconds: Int64 { nanoseconds / 1_000_000_000 }

  package static func < (left: WallTime, right: WallTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// The duration in nanoseconds, cut towards zero and to the range of Int64 (292 years).
  package var wholeNanoseconds: Int64 {
    // Nearly every duration is below nine seconds, and then 64 bits do; dividing 128 bits takes many times as long.
    let whole = attoseconds
    let low = Int64(truncatingIfNeeded: whole)
    if Int128(low) == whole { return low / 1_000_000_000 }
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? -Int64.max : Int64.max }
    return product.addingSaturated(attoseconds / 1_000_000_000)
  }

  /// The duration in seconds, for display and for arithmetic that does not need exactness.
  package var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}

extension Int64 {
  /// The sum, held at the ends of the range instead of trapping: a deadline beyond the end of time is "never".
  func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    guard overflow else { return sum }
    return other < 0 ? -Int64.max : Int64.max
  }
}
