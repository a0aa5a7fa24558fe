import Machines
import Wire

// What a backup does (RFC 9568 §6.4.2).
extension RouterMachine {
  /// The state of a router that has heard nobody yet.
  func freshBackup(claims: Bool, at now: Moment) -> RouterState.Backup {
    let interval = settings.advertisedInterval
    return RouterState.Backup(
      downDeadline: now + settings.masterDown(priority: effectivePriority, masterInterval: interval),
      masterInterval: interval, silentSince: now, master: nil, ignored: nil, releasedBy: nil,
      preemptionAllowedAt: nil, claims: claims, hasListenedAfterStall: false)
  }

  mutating func deadlineReached(_ backup: RouterState.Backup, at now: Moment) {
    var backup = backup
    let lateness = now - backup.downDeadline
    guard lateness >= .zero else { return }
    let wasAwake = awakeSince.map { $0 <= backup.downDeadline } ?? false
    if lateness > backup.masterInterval, !wasAwake, !backup.hasListenedAfterStall {
      backup.hasListenedAfterStall = true
      backup.runTimer(.listening, settings, priority: effectivePriority, at: now)
      counters.stalls &+= 1
      effects.append(.report(.stalled(lateness)))
    } else {
      // The group decides; when it says no, the router waits for another master-down interval and goes on claiming.
      backup.claims = true
      backup.runTimer(.masterDown, settings, priority: effectivePriority, at: now)
    }
    state = .backup(backup)
  }

  mutating func heard(
    _ advert: Advertisement, from source: IPAddress, _ backup: RouterState.Backup, at now: Moment
  ) {
    var backup = backup
    let own = effectivePriority
    if advert.priority == 0 {
      // §6.4.2 (420): the master resigns, and the skew time decides who is first.
      counters.priorityZeroReceived &+= 1
      let skew = settings.skew(priority: own, masterInterval: backup.masterInterval)
      // A successor was heard already: its first advert has overtaken this farewell, and another election would end in
      // two masters until its second one.
      if let master = backup.master, master.address != source, now - backup.silentSince < skew { return }
      backup.runTimer(.skew, settings, priority: own, at: now)
      backup.releasedBy = source
      backup.hasListenedAfterStall = false
    } else if advert.priority < own, mayPreempt(&backup, at: now) {
      // §6.4.2 (450): not respected, so that the timer runs out.
      backup.ignored = RouterState.Speaker(address: source, priority: advert.priority)
    } else {
      if advert.priority >= own { backup.preemptionAllowedAt = nil }
      respect(advert, from: source, &backup, at: now)
    }
    state = .backup(backup)
  }

  /// Whether a lower master is replaced now. The first lower advert starts the clock of `preempt_delay`.
  private func mayPreempt(_ backup: inout RouterState.Backup, at now: Moment) -> Bool {
    if backup.hasSteppedDown { return false }
    if settings.isOwner { return true }
    guard settings.preempts else { return false }
    guard settings.preemptDelay > .zero else { return true }
    let allowedAt = backup.preemptionAllowedAt ?? now + settings.preemptDelay
    backup.preemptionAllowedAt = allowedAt
    return now >= allowedAt
  }

  private func respect(
    _ advert: Advertisement, from source: IPAddress, _ backup: inout RouterState.Backup, at now: Moment
  ) {
    // An interval of zero is illegal; taking it would make the timer ring at once, for ever.
    if settings.version == .three, advert.intervalField > 0 { backup.masterInterval = advert.interval }
    backup.runTimer(.masterDown, settings, priority: effectivePriority, at: now)
    backup.silentSince = now
    backup.master = RouterState.Speaker(address: source, priority: advert.priority)
    backup.ignored = nil
    backup.releasedBy = nil
    backup.handedOverBy = nil
    backup.claims = false
    backup.hasListenedAfterStall = false
  }

  /// Why a backup becomes master now.
  func claimCause(_ backup: RouterState.Backup, at now: Moment) -> TransitionCause {
    if let address = backup.handedOverBy { return .handedOver(by: address) }
    if let address = backup.releasedBy { return .masterReleased(by: address) }
    if let lower = backup.ignored { return .preemption(of: lower.address, priority: lower.priority) }
    if settings.isOwner, backup.master == nil { return .owner }
    return .masterDown(silence: now - backup.silentSince)
  }
}
