import Machines

// Beginning, ending, and moving between the states for reasons that lie outside the protocol.
extension RouterMachine {
  mutating func start(_ inputs: RouterInputs, memory: RouterMemory?, delays: Bool, at now: Moment) {
    guard case .initialize(.start) = state else { return }
    self.inputs = inputs
    (since, cause) = (now, .started)
    if let memory, memory.isInTime(at: now), faults.isEmpty {
      resume(memory, at: now)
    } else if delays, settings.startupDelay > .zero {
      state = .initialize(.delay(until: now + settings.startupDelay))
    } else {
      state = .initialize(.scripts)
      evaluate(at: now)
    }
  }

  /// Tells the peers that nobody is master here any more, although it is not this machine that was.
  mutating func farewell(at now: Moment) -> [RouterEffect] {
    sendAdverts(priority: 0, at: now)
    defer { effects = [] }
    return effects
  }

  mutating func stop(releases: Bool, at now: Moment) {
    if case .master = state, releases {
      sendAdverts(priority: 0, at: now)
      counters.releasedMaster &+= 1
      effects.append(.withdraw)
    }
    enter(.initialize(.nothing), .stopped, at: now)
  }

  /// Enters a state; limits on reports begin anew.
  mutating func enter(_ state: RouterState, _ cause: TransitionCause, at now: Moment) {
    if self.state.name != state.name { limits.reset() }
    self.state = state
    (self.cause, since) = (cause, now)
  }

  /// Brings the state in line with the facts. It is called after every change of them and does nothing the second time.
  mutating func evaluate(at now: Moment) {
    let faults = self.faults
    switch state {
    case .initialize(.start), .initialize(.nothing), .initialize(.delay): return
    case .initialize(.scripts):
      if !faults.isEmpty {
        enter(.fault(faults), .faults(faults), at: now)
      } else if !isUnresolved, !group.isUnresolved {
        enterService(.started, at: now)
      }
    case .fault(let known):
      if faults.isEmpty {
        // A script that a reload added meanwhile may not have reported yet.
        if isUnresolved || group.isUnresolved { return }
        enterService(.recovered, at: now)
      } else if faults != known {
        state = .fault(faults)
        effects.append(.report(.faultsChanged(faults)))
      }
    case .backup, .master:
      if !faults.isEmpty {
        leaveService(faults, at: now)
      } else {
        notePriority(at: now)
      }
    }
    knownPriority = effectivePriority
  }

  /// Goes from INIT or FAULT to BACKUP. An owner asks for more at once (RFC 9568 §6.4.1), at the start only when the
  /// configuration says MASTER.
  private mutating func enterService(_ cause: TransitionCause, at now: Moment) {
    let claims = settings.isOwner && (cause == .recovered || settings.startsAsMaster)
    knownPriority = effectivePriority
    enter(.backup(freshBackup(claims: claims, at: now)), cause, at: now)
  }

  private mutating func leaveService(_ faults: [FaultCause], at now: Moment) {
    if case .master = state {
      sendAdverts(priority: 0, at: now)
      counters.releasedMaster &+= 1
      effects.append(.withdraw)
    }
    enter(.fault(faults), .faults(faults), at: now)
  }

  /// A change of the effective priority moves the running master-down timer by the difference of the skew times.
  private mutating func notePriority(at now: Moment) {
    let priority = effectivePriority
    guard priority != knownPriority else { return }
    if case .backup(var backup) = state {
      backup.downDeadline +=
        settings.skew(priority: priority, masterInterval: backup.masterInterval)
        - settings.skew(priority: knownPriority, masterInterval: backup.masterInterval)
      state = .backup(backup)
    }
    effects.append(.report(.priorityChanged(from: knownPriority, to: priority, state: state.name)))
  }

  /// Takes over settings; the state stays.
  mutating func change(to new: RouterSettings, at now: Moment) {
    let old = settings
    let hadPriority = effectivePriority
    settings = new
    switch state {
    case .initialize, .fault: break
    case .backup(var backup):
      let waited = backup.patience(old, priority: hadPriority)
      if backup.master == nil || new.version == .two { backup.masterInterval = new.advertisedInterval }
      backup.downDeadline += backup.patience(new, priority: hadPriority) - waited
      state = .backup(backup)
    case .master(var master):
      if old.announcements != new.announcements { master.announcements.schedulePeriodic(new.announcements, at: now) }
      state = .master(master)
      // The peers should hear of a new interval before they miss an advert, or wait too long for one.
      let isAwake = master.silentUntil == nil && peersWaitUntil.map { now <= $0 } ?? true
      if old.advertisedInterval != new.advertisedInterval, isAwake {
        sendAdverts(priority: effectivePriority, at: now)
      }
    }
    evaluate(at: now)
  }
}
