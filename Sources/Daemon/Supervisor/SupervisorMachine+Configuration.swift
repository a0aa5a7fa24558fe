import ControlProtocol
import Machines

extension SupervisorMachine {
  mutating func beginReading() -> [Effect] {
    guard !isReading else {
      isReloadQueued = true
      return []
    }
    isReading = true
    return [.read]
  }

  mutating func reload() -> [Effect] {
    switch phase {
    case .running: return [.notifyService(.reloading)] + beginReading()
    case .initial, .preparing:
      // The file may have been read before it was changed: it is read again as soon as the daemon runs.
      isReloadQueued = isReloadQueued || isReading || phase == .preparing
      return []
    case .stopping, .finishing, .ended: return []
    }
  }

  /// Takes over what the reader understood, or leaves everything as it is.
  mutating func take(_ found: ConfigurationSummary, at now: Moment) -> [Effect] {
    guard isReading else { return [] }
    isReading = false
    switch phase {
    case .initial:
      let findings = Effect.report(.configurationFindings(found.diagnostics))
      guard !found.isFatal else { return [findings] + exit(found.status == 0 ? 6 : found.status) }
      guard let script = found.startupScript else { return [findings] + adopt(found) + go(at: now) }
      phase = .preparing
      let timeout = Duration.seconds(Int64(found.startupTimeout))
      return [findings] + adopt(found) + [.runStartup(script, timeout: timeout)]
    case .running:
      var effects: [Effect] = [.report(.configurationFindings(found.diagnostics))]
      // Start is lenient, as with keepalived; a reload has something to lose, so any error refuses it. Except for those
      // that the operator, or a program that writes the file, lives with already: otherwise nothing could be changed.
      if found.isFatal || !Set(found.errors).isSubset(of: summary?.errors ?? []) {
        effects.append(.report(.reloadRefused))
      } else {
        effects += adopt(found) + bringUp(at: now)
      }
      effects.append(.notifyService(.ready))
      return effects + queuedReload()
    case .preparing, .stopping, .finishing, .ended:
      return []
    }
  }

  /// Begins to work with the first configuration.
  mutating func go(at now: Moment) -> [Effect] {
    phase = .running
    nextHeartbeat = now + Self.heartbeatPeriod
    return bringUp(at: now) + [.notifyService(.ready)] + queuedReload()
  }

  private mutating func adopt(_ found: ConfigurationSummary) -> [Effect] {
    summary = found
    generation += 1
    serverEdits = ServerEdits()
    return [.adopt(found), .report(.configurationAdopted(generation: generation))]
  }

  /// Has exactly the roles run that the configuration in force needs, and tells them of it.
  private mutating func bringUp(at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    let wanted = wantedRoles
    for role in Role.lasting {
      switch lives[role] {
      case .running:
        effects.append(
          wanted.contains(role) ? .sendConfiguration(generation: generation, to: role) : .send(.stop, to: role))
      case .killed:
        // Its process is still there; its end is heard of soon, and its successor begins with this configuration.
        break
      case .absent, .waiting:
        if wanted.contains(role) { effects += start(role, at: now) }
      }
    }
    return effects
  }

  private mutating func queuedReload() -> [Effect] {
    guard isReloadQueued else { return [] }
    isReloadQueued = false
    return reload()
  }

  /// The reader ended; if it has not spoken before, it crashed over the file.
  mutating func readerEnded(_ exit: RoleExit) -> [Effect] {
    guard isReading else { return [] }
    isReading = false
    switch phase {
    case .initial: return [.report(.readerFailed(exit))] + self.exit(70)
    case .running:
      return [.report(.readerFailed(exit)), .report(.reloadRefused), .notifyService(.ready)] + queuedReload()
    case .preparing, .stopping, .finishing, .ended: return []
    }
  }

  /// Starts a role and tells it everything that it cannot find out by itself.
  mutating func start(_ role: Role, at now: Moment) -> [Effect] {
    lives[role] = .running(since: now, lastAlive: now)
    if role == .election { pausesUntil = nil }
    var effects: [Effect] = [.start(role)]
    if role == .balancing {
      effects += routerStates.sorted { $0.key < $1.key }.map { .send($0.value, to: .balancing) }
      effects += serverOrders.values.sorted { ($0.service, $0.server) < ($1.service, $1.server) }
        .map { .send(.serverOrder($0), to: .balancing) }
      effects += serverEdits.orders.map { .send(.serverOrder($0), to: .balancing) }
    }
    // One that died before it took over the configuration in force has left addresses of the former one, which only
    // that one names.
    if role == .election, let former = electionGeneration, former != generation {
      effects.append(.sendConfiguration(generation: former, to: role))
    }
    effects.append(.sendConfiguration(generation: generation, to: role))
    return effects
  }
}
