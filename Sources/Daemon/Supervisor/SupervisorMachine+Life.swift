import ControlProtocol
import Machines

extension SupervisorMachine {
  mutating func ended(_ role: Role, _ exit: RoleExit, at now: Moment) -> [Effect] {
    let life = lives[role]
    lives[role] = .absent
    if role == .election, exit == .status(0) { electionGeneration = nil }
    switch phase {
    case .initial, .preparing, .ended:
      return []
    case .finishing:
      return []
    case .stopping:
      if role == .election, exit != .status(0), !exit.isPermanent, withdrawal != .done { return withdraw(at: now) }
      return goOnStopping(at: now)
    case .running:
      guard wantedRoles.contains(role) else { return leaveForGood(role, exit, at: now) }
      if role == .election { routerStates = [:] }
      if exit.isPermanent || settings.endsWithRole {
        guard case .status(let status) = exit else { return stop(status: 1, at: now) }
        return [.report(.roleCannotRun(role, exit))] + stop(status: status, at: now)
      }
      if role == .election, let until = pausesUntil {
        pausesUntil = nil
        lives[role] = .waiting(until: max(until, now))
        return []
      }
      return restart(role, exit, life, at: now)
    }
  }

  /// A role that is not needed any more has ended. An election role that did not leave in order left its addresses in
  /// the kernel: another one, told to leave at once, takes them away.
  private mutating func leaveForGood(_ role: Role, _ exit: RoleExit, at now: Moment) -> [Effect] {
    guard role == .election, exit != .status(0), !exit.isPermanent else {
      failures[role] = 0
      return []
    }
    routerStates = [:]
    failures[role, default: 0] += 1
    guard failures[role, default: 0] <= Self.promptRestarts else { return [] }
    return [.report(.roleRestarted(role, exit, after: .zero))] + start(role, at: now) + [.send(.stop, to: role)]
  }

  /// Starts a dead role again: the first few times at once, because a pause of a second already is an election at short
  /// intervals; then with growing pauses while it keeps dying young.
  private mutating func restart(_ role: Role, _ exit: RoleExit, _ life: Life, at now: Moment) -> [Effect] {
    let since: Moment? =
      switch life {
      case .running(let since, _), .killed(let since): since
      case .absent, .waiting: nil
      }
    if let since, now - since >= Self.longLife { failures[role] = 0 }
    let count = failures[role, default: 0]
    failures[role] = count + 1
    restarts[role, default: 0] &+= 1
    guard count >= Self.promptRestarts else {
      return [.report(.roleRestarted(role, exit, after: .zero))] + start(role, at: now)
    }
    let pause = Duration.seconds(min(60, 1 << min(count - Self.promptRestarts, 6)))
    let report = Effect.report(.roleRestarted(role, exit, after: pause))
    guard role == .election else {
      lives[role] = .waiting(until: now + pause)
      return [report]
    }
    // Its peers will have its addresses, which must not stay here meanwhile: one that leaves at once takes them away.
    let effects = start(role, at: now)
    pausesUntil = now + pause
    return [report] + effects + [.send(.stop, to: role)]
  }

  mutating func receive(_ message: RoleMessage, from role: Role, at now: Moment) -> [Effect] {
    if case .running(let since, _) = lives[role] { lives[role] = .running(since: since, lastAlive: now) }
    switch message {
    case .alive:
      return []
    case .configured(let generation):
      if role == .election { electionGeneration = generation }
      return [.report(.roleConfigured(role, generation: generation))]
    case .routerState(let name, _, _):
      routerStates[name] = message
      return isRunning(.balancing) ? [.send(message, to: .balancing)] : []
    case .serverOrder(let order):
      guard role == .balancing else { return [.report(.unexpectedMessage(from: role))] }
      if order.isEdit {
        serverEdits.restore(order)
      } else {
        serverOrders[[order.service, order.server]] = order.action == .enable ? nil : order
      }
      return []
    case .runScript, .notice, .fifo:
      return [.notice(message, from: role)]
    case .heartbeat, .configuration, .stop, .scriptEnded, .configurationRead, .servicesInstalled, .mail, .announcement,
      .query,
      .answer, .dump, .write, .event:
      return [.report(.unexpectedMessage(from: role))]
    }
  }

  mutating func deadline(at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    if let due = nextHeartbeat, due <= now { effects += beat(due: due, at: now) }
    for role in Role.lasting {
      if case .waiting(let until) = lives[role], until <= now { effects += start(role, at: now) }
    }
    switch phase {
    case .initial, .preparing, .running, .ended: break
    case .stopping(let deadline, let status, let isControlTold) where deadline <= now:
      effects += Role.lasting.filter { lives[$0] != .absent }.map(Effect.kill)
      if withdrawal == .none, isRunning(.election) {
        // Its end is heard of soon; then its successor cleans up.
        withdrawal = .due
        phase = .stopping(deadline: now + .seconds(1), status: status, isControlTold: isControlTold)
      } else {
        effects += finish(status, at: now)
      }
    case .finishing(let deadline, let status) where deadline <= now:
      effects += [.killScripts] + exit(status)
    case .stopping, .finishing: break
    }
    return effects
  }

  /// Asks every role for a sign of life and ends those that have given none for long.
  ///
  /// When this process itself was stopped or starved, the roles' answers may still lie in their sockets: a late beat
  /// judges nobody.
  private mutating func beat(due: Moment, at now: Moment) -> [Effect] {
    nextHeartbeat = now + Self.heartbeatPeriod
    heartbeat += 1
    let wasStalled = now - due > Self.heartbeatPeriod
    var effects: [Effect] = [.notifyService(.alive)]
    for role in Role.lasting {
      guard case .running(let since, let lastAlive) = lives[role] else { continue }
      if wasStalled {
        lives[role] = .running(since: since, lastAlive: now)
      } else if now - lastAlive > Self.patience(with: role, hasShownLife: lastAlive > since) {
        lives[role] = .killed(since: since)
        effects += [.report(.roleHangs(role, silent: now - lastAlive)), .kill(role)]
        continue
      }
      effects.append(.send(.heartbeat(heartbeat), to: role))
    }
    return effects
  }

  private static func patience(with role: Role, hasShownLife: Bool) -> Duration {
    role == .election && hasShownLife ? heartbeatPatience : longPatience
  }

  mutating func stop(status: Int32, at now: Moment) -> [Effect] {
    switch phase {
    case .initial: return exit(status)
    case .preparing: return [.killScripts] + exit(status)
    case .stopping, .finishing, .ended: return []
    case .running: break
    }
    phase = .stopping(deadline: now + stopPatience, status: status, isControlTold: false)
    nextHeartbeat = nil
    var effects: [Effect] = [.notifyService(.stopping), .report(.stopping)]
    for role in Role.lasting {
      if case .waiting = lives[role] {
        lives[role] = .absent
        if role == .election { effects += withdraw(at: now) }
        continue
      }
      if role != .control, isRunning(role) { effects.append(.send(.stop, to: role)) }
    }
    return effects + goOnStopping(at: now)
  }

  /// An election role that did not leave in order left its addresses in the kernel. Another one is started and told to
  /// leave at once, which takes them away.
  private mutating func withdraw(at now: Moment) -> [Effect] {
    guard case .stopping(_, let status, let isControlTold) = phase else { return [] }
    withdrawal = .done
    phase = .stopping(deadline: now + stopPatience, status: status, isControlTold: isControlTold)
    return start(.election, at: now) + [.send(.stop, to: .election)]
  }

  private var stopPatience: Duration { .seconds(Int64(summary?.childWaitTime ?? 5)) }

  private mutating func goOnStopping(at now: Moment) -> [Effect] {
    guard case .stopping(let deadline, let status, let isControlTold) = phase,
      lives.isAlone(.control)
    else { return [] }
    guard lives[.control] != .absent else { return finish(status, at: now) }
    guard !isControlTold else { return [] }
    phase = .stopping(deadline: deadline, status: status, isControlTold: true)
    return [.send(.stop, to: .control)]
  }

  private mutating func finish(_ status: Int32, at now: Moment) -> [Effect] {
    phase = .finishing(deadline: now + Self.scriptPatience, status: status)
    return []
  }

  mutating func exit(_ status: Int32) -> [Effect] {
    phase = .ended
    nextHeartbeat = nil
    return [.exit(status: status)]
  }
}
