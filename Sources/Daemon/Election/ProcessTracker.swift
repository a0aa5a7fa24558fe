package import Machines
package import VRRP

/// A tracked process (vrrp_track_process): whether as many of it run as should.
///
/// The first count is taken as it is. Later, a count that crosses the quorum has to last: for `forkDelay` when processes
/// began, so that a program that is just being started does not count at once, and for `terminateDelay` when some ended,
/// so that one that is restarted is not missed.
package struct ProcessTracker: Machine, Hashable {
  /// How many there should be.
  package struct Settings: Hashable, Sendable {
    /// The fewest that are enough.
    package var quorum: Int
    /// The most there may be; nil for any number.
    package var maximum: Int?
    /// How long more processes have to last before they count.
    package var forkDelay: Duration
    /// How long fewer processes have to last before they count.
    package var terminateDelay: Duration

    /// At least one, without delay.
    package init(
      quorum: Int = 1, maximum: Int? = nil, forkDelay: Duration = .zero, terminateDelay: Duration = .zero
    ) {
      self.quorum = quorum
      self.maximum = maximum
      self.forkDelay = forkDelay
      self.terminateDelay = terminateDelay
    }

    /// Whether a number of processes is as it should be. A maximum below the quorum, as "quorum_max 0" is, means that
    /// there should be no more than that.
    func isMet(by count: Int) -> Bool {
      guard let maximum else { return count >= quorum }
      return count <= maximum && (count >= quorum || maximum < quorum)
    }
  }

  /// What happens.
  package enum Event: Hashable, Sendable {
    /// So many run now.
    case counted(Int)
    case deadlineReached
  }

  /// What is to be done.
  package enum Effect: Hashable, Sendable {
    /// The quorum is known, or has changed.
    case report(TrackerValue)
  }

  private struct Pending: Hashable {
    var value: TrackerValue
    var due: Moment
  }

  private let settings: Settings
  /// How many run; zero before the first count.
  package private(set) var count = 0
  /// Whether there are as many as there should be.
  package private(set) var value = TrackerValue.unknown
  private var pending: Pending?

  /// A process that was not counted yet.
  package init(_ settings: Settings) {
    self.settings = settings
  }

  package var nextDeadline: Moment? { pending?.due }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch event {
    case .counted(let new):
      let delay = new > count ? settings.forkDelay : settings.terminateDelay
      let wanted: TrackerValue = settings.isMet(by: new) ? .up : .down
      count = new
      guard wanted != value else {
        pending = nil
        return []
      }
      if value == .unknown || delay <= .zero { return change(to: wanted) }
      if pending?.value != wanted { pending = Pending(value: wanted, due: now + delay) }
      return []
    case .deadlineReached:
      guard let pending, pending.due <= now else { return [] }
      return change(to: pending.value)
    }
  }

  private mutating func change(to new: TrackerValue) -> [Effect] {
    value = new
    pending = nil
    return [.report(new)]
  }
}
