package import Machines
package import VRRP

/// A checking script (vrrp_script): when it runs, and what its results say about it.
///
/// A counter from 0 to rise + fall - 1 stands for the script's health: it is good from `rise` upwards. Whatever is not
/// an exit status of 0 is a failure, a script that cannot be run included: keepalived takes that one for a success.
package struct ScriptTracker: Machine, Hashable {
  /// When the script runs and how its results count.
  package struct Settings: Hashable, Sendable {
    /// From the start of one run to the start of the next.
    package var interval: Duration
    /// Successes in a row that make it good, at least 1.
    package var rise: Int
    /// Failures in a row that make it bad, at least 1.
    package var fall: Int
    /// Whether it counts as bad until it has succeeded (init_fail).
    package var startsFailed: Bool

    /// A script run every second whose last result counts.
    package init(interval: Duration = .seconds(1), rise: Int = 1, fall: Int = 1, startsFailed: Bool = false) {
      self.interval = interval
      self.rise = max(1, rise)
      self.fall = max(1, fall)
      self.startsFailed = startsFailed
    }
  }

  /// What happens.
  package enum Event: Hashable, Sendable {
    case started
    case succeeded
    case failed
    case deadlineReached
  }

  /// What is to be done.
  package enum Effect: Hashable, Sendable {
    /// Run the script; `succeeded` or `failed` answers.
    case run
    /// The script's health is known, or has changed.
    case report(TrackerValue)
  }

  private let settings: Settings
  private var health: Int
  /// What is known of the script's health.
  package private(set) var value = TrackerValue.unknown
  /// Whether it runs just now.
  package private(set) var isRunning = false
  private var nextRun: Moment?

  /// A script that has not run yet.
  package init(_ settings: Settings) {
    self.settings = settings
    health = settings.startsFailed ? 0 : settings.rise - 1
  }

  package var nextDeadline: Moment? { nextRun }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch event {
    case .started:
      nextRun = now + settings.interval
      isRunning = true
      return (settings.startsFailed ? change(to: .down) : []) + [.run]
    case .deadlineReached:
      guard let due = nextRun, due <= now else { return [] }
      // A period that was slept through is skipped, not made up for.
      nextRun = max(due + settings.interval, now)
      // A run that takes longer than the interval is not doubled.
      guard !isRunning else { return [] }
      isRunning = true
      return [.run]
    case .succeeded:
      isRunning = false
      if health < settings.rise { health += 1 }
      if health >= settings.rise { health = settings.rise + settings.fall - 1 }
      return change(to: health >= settings.rise ? .up : (value == .unknown ? .unknown : .down))
    case .failed:
      isRunning = false
      health = health > settings.rise ? health - 1 : 0
      return change(to: health >= settings.rise ? .up : .down)
    }
  }

  private mutating func change(to new: TrackerValue) -> [Effect] {
    guard new != value else { return [] }
    value = new
    return [.report(new)]
  }
}
