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
    case .initial, .stopping, .finishing, .ended: return []
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
      phase = .running
      nextHeartbeat = now + Self.heartbeatPeriod
      return [findings] + adopt(found, at: now) + [.notifyService(.ready)]
    case .running:
      var effects: [Effect] = [.report(.configurationFindings(found.diagnostics))]
      if found.isFatal || found.isRefusedOnReload {
        effects.append(.report(.reloadRefused))
      } else {
        effects += adopt(found, at: now)
      }
      effects.append(.notifyService(.ready))
      return effects + queuedReload()
    case .stopping, .finishing, .ended:
      return []
    }
  }

  private mutating func adopt(_ found: ConfigurationSummary, at now: Moment) -> [Effect] {
    summary = found
    generation += 1
    var effects: [Effect] = [.adopt(found), .report(.configurationAdopted(generation: generation))]
    let wanted = wantedRoles
    for role in Role.lasting {
      if isRunning(role) {
        effects.append(
          wanted.contains(role) ? .sendConfiguration(generation: generation, to: role) : .send(.stop, to: role))
      } else if wanted.contains(role) {
        effects += start(role, at: now)
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
    case .stopping, .finishing, .ended: return []
    }
  }

  /// Starts a role and tells it everything that it cannot find out by itself.
  mutating func start(_ role: Role, at now: Moment) -> [Effect] {
    lives[role] = .running(since: now, lastAlive: now)
    var effects: [Effect] = [.start(role)]
    if role == .balancing {
      effects += routerStates.sorted { $0.key < $1.key }.map { .send($0.value, to: .balancing) }
      effects += serverOrders.values.sorted { ($0.service, $0.server) < ($1.service, $1.server) }
        .map { .send(.serverOrder($0), to: .balancing) }
    }
    effects.append(.sendConfiguration(generation: generation, to: role))
    return effects
  }
}
