package import Machines
package import Wire

/// The state of a router; each case carries what is meaningful in it and nothing else.
package enum RouterState: Hashable, Sendable {
  /// Not working, and no fault either.
  case initialize(Waiting)
  /// Unable to work for these reasons.
  case fault([FaultCause])
  /// Listening to a master, or waiting for one.
  case backup(Backup)
  /// Holding the addresses.
  case master(Master)

  /// What a router in INIT waits for.
  package enum Waiting: Hashable, Sendable {
    /// To be started.
    case start
    /// For the end of `vrrp_startup_delay`.
    case delay(until: Moment)
    /// For the first result of scripts without weight.
    case scripts
    /// Nothing: it was stopped.
    case nothing
  }

  /// keepalived's name of the state.
  package var name: RouterStateName {
    switch self {
    case .initialize(.nothing): .stopped
    case .initialize(.start), .initialize(.delay), .initialize(.scripts): .initialize
    case .fault: .fault
    case .backup: .backup
    case .master: .master
    }
  }
}

extension RouterState {
  /// What a backup knows.
  package struct Backup: Hashable, Sendable {
    /// When the master counts as dead (Master_Down_Timer).
    package var downDeadline: Moment
    /// What that timer was set for last.
    package var wait = Wait.masterDown
    /// The master's interval: learned in version 3, else the own one.
    package var masterInterval: Duration
    /// Since when nobody was heard who has the right to be master.
    package var silentSince: Moment
    /// The last sender of an advert that was respected.
    package var master: Speaker?
    /// The last sender of an advert that was not, because its priority is lower.
    package var ignored: Speaker?
    /// Who released mastership, while the skew time runs.
    package var releasedBy: IPAddress?
    /// The end of `preempt_delay`; nil before the first lower advert.
    package var preemptionAllowedAt: Moment?
    /// Whether the router wants to be master. Its group decides.
    package var claims: Bool
    /// Whether the listening after a late alarm was done, which is done once.
    package var hasListenedAfterStall: Bool
    /// Whether an operator sent it here: then a lower master is left alone for as long as it is heard.
    package var hasSteppedDown = false
    /// What it has offered to a master that wants to hand over.
    package var standingOffer: StandingOffer?
    /// Who handed mastership over to this router, while it claims.
    package var handedOverBy: IPAddress?

    /// Sets the timer anew.
    mutating func runTimer(_ wait: Wait, _ settings: RouterSettings, priority: UInt8, at now: Moment) {
      self.wait = wait
      downDeadline = now + patience(settings, priority: priority)
    }

    /// For how long the timer that runs is set.
    func patience(_ settings: RouterSettings, priority: UInt8) -> Duration {
      switch wait {
      case .masterDown: settings.masterDown(priority: priority, masterInterval: masterInterval)
      case .skew: settings.skew(priority: priority, masterInterval: masterInterval)
      case .listening: masterInterval * 2 + settings.skew(priority: priority, masterInterval: masterInterval)
      }
    }
  }

  /// Why a backup's timer runs, and thereby for how long.
  package enum Wait: Hashable, Sendable {
    /// Until the master counts as dead.
    case masterDown
    /// After a farewell: who has the higher priority is first.
    case skew
    /// After a stall: two adverts of a master would be heard.
    case listening
  }

  /// Somebody who sent an advert.
  package struct Speaker: Hashable, Sendable {
    package var address: IPAddress
    package var priority: UInt8
  }

  /// What a master knows.
  package struct Master: Hashable, Sendable {
    /// When it became master.
    package var since: Moment
    /// When the next advert is due (Adver_Timer).
    package var nextAdvert: Moment
    /// After a stall: until when nothing is sent.
    package var silentUntil: Moment?
    /// When the addresses are announced again.
    package var announcements: AnnouncementSchedule
    /// When a lower advert was last answered by adverts and announcements, and reported.
    package var lastAnswer: Moment?
    /// When a contest was last reported.
    package var lastContest: Moment?
    /// How often it may still put things back before it has to wait.
    package var restorations: Int
    /// When what was lost is put back, or the allowance grows.
    package var restorationDue: Moment?
    /// Whether something lost waits for `restorationDue`.
    package var hasLoss: Bool
    /// A handover under way.
    package var handover: Handover?
  }
}
