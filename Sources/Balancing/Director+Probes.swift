import Dialogues
import Machines
import VirtualServices
import Wire
import World

// Making probes, and carrying their verdicts to whoever subscribed.

extension Director {
  // MARK: Subscriptions

  /// The probe for these settings, made if nobody has asked for it yet.
  func probe(for settings: ProbeSettings) -> Probe {
    if let number = probeNumbers[settings], let probe = probes[number] { return probe }
    lastNumber += 1
    let probe = Probe(number: lastNumber, settings: settings, seed: tools.chance.next(), at: now)
    probe.told = toldState(settings.kind)
    probes[probe.number] = probe
    probeNumbers[settings] = probe.number
    return probe
  }

  func subscribe(_ subscription: Subscription, to probe: Probe, isAwake: Bool) {
    guard probe.subscribers.insert(subscription).inserted, isAwake else { return }
    wake(probe)
  }

  func unsubscribe(_ subscription: Subscription, from number: Int, wasAwake: Bool) {
    guard let probe = probes[number], probe.subscribers.remove(subscription) != nil else { return }
    if wasAwake { rest(probe) }
    guard probe.subscribers.isEmpty else { return }
    abandon(probe)
    probes[number] = nil
    probeNumbers[probe.settings] = nil
  }

  /// One more subscriber wants it made.
  func wake(_ probe: Probe) {
    probe.awake += 1
    if probe.awake == 1 { advance(probe, .started) }
  }

  /// One subscriber less wants it made.
  func rest(_ probe: Probe) {
    probe.awake -= 1
    if probe.awake == 0 { advance(probe, .suspended) }
  }

  // MARK: The machine of a probe

  func advance(_ probe: Probe, _ event: CheckMachine.Event) {
    guard probe.machine != nil else { return }
    for effect in probe.machine?.handle(event, at: now) ?? [] {
      switch effect {
      case .probe: begin(probe)
      case .cancel: abandon(probe)
      case .judged(_, let isNews): if isNews { publish(probe) }
      case .missed(let failure, let attempt, let allowed): missed(probe, failure, attempt, allowed)
      }
    }
    noteDeadline(of: probe)
  }

  func noteDeadline(of probe: Probe) {
    let deadline = probe.nextDeadline
    guard deadline != probe.queued else { return }
    probe.queued = deadline
    if let deadline { deadlines.push(deadline, for: probe.number) }
  }

  func probeDeadlineReached(_ probe: Probe, at now: Moment) {
    switch probe.activity {
    case .idle: advance(probe, .deadlineReached)
    case .queued: break
    case .talking(let number, _, _, _): converse(probe, number, .deadlineReached)
    case .running(let run, _):
      scripts[run] = nil
      report(.cancelCheck(run))
      conclude(probe, .failure(CheckFailure(.couldNotCheck, "nothing was heard of the program")))
    }
  }

  private func publish(_ probe: Probe) {
    let state = probe.state
    for subscription in probe.subscribers.sorted(by: Subscription.isInOrder) {
      guard let service = services[subscription.service] else { continue }
      let event = ServiceMachine.Event.checkChanged(
        server: subscription.server, check: subscription.check, state)
      carryOut(service, service.machine.handle(event, at: now))
    }
  }

  private func missed(_ probe: Probe, _ failure: CheckFailure, _ attempt: UInt32, _ allowed: UInt32) {
    let isWanted = probe.subscribers.contains { subscription in
      guard let servers = services[subscription.service]?.machine.settings.servers,
        servers.indices.contains(subscription.server),
        servers[subscription.server].checks.indices.contains(subscription.check)
      else { return false }
      return servers[subscription.server].checks[subscription.check].logsAllFailures
    }
    guard isWanted || failure.kind == .couldNotCheck && attempt == 1 else { return }
    report(.attemptFailed(check: probe.settings.text, failure, attempt: attempt, allowed: allowed))
  }

  // MARK: An attempt

  private func begin(_ probe: Probe) {
    guard probesUnderWay < max(1, settings.concurrentProbes) else {
      probe.activity = .queued
      waitingProbes.append(probe.number)
      return
    }
    probesUnderWay += 1
    probe.began = now
    if case .misc(let check) = probe.settings.kind {
      conversations += 1
      let run = ScriptRun(number: conversations)
      scripts[run] = probe.number
      // Whoever runs it keeps its time limit; this is for the case that we never hear of it again.
      probe.activity = .running(run, until: now + check.timeout + .seconds(10))
      report(.runCheck(run, check.command, timeout: check.timeout))
    } else {
      open(probe, step: 0)
    }
  }

  func open(_ probe: Probe, step: Int) {
    let dialogue: any Dialogue
    do throws(CheckFailure) {
      dialogue = try probe.settings.dialogue(step: step, tools: &tools, at: now)
    } catch {
      return conclude(probe, .failure(error))
    }
    let request = probe.settings.request(step: step)
    if let kept = takeKept(for: probe, request) {
      probe.isOnKeptConnection = true
      probe.activity = .talking(number: kept.number, step: step, connection: kept.connection, dialogue: dialogue)
      return converse(probe, kept.number, .connected)
    }
    conversations += 1
    let (number, owner) = (conversations, probe.number)
    let connection = connector.open(request) { [weak self] event in
      self?.assumeIsolated { $0.connectionHappened(owner, number, event) }
    }
    probe.activity = .talking(number: number, step: step, connection: connection, dialogue: dialogue)
  }

  private func connectionHappened(_ owner: Int, _ number: UInt64, _ event: ConnectionEvent) {
    lookAtClock()
    guard let probe = probes[owner] else { return }
    if keptConnections[owner]?.number == number { return dropKept(of: probe) }
    if probe.isOnKeptConnection, askAgain(probe, number, after: event) { return settleSoon() }
    switch event {
    case .connected: converse(probe, number, .connected)
    case .received(let octets): converse(probe, number, .received(octets))
    case .ended: converse(probe, number, .ended)
    case .failed(.refused(let reason)): converse(probe, number, .failed(reason: reason))
    case .failed(.handshake(let reason)): converse(probe, number, .failed(reason: "TLS: \(reason)"))
    case .failed(.impossible(let failure)):
      guard case .talking(number, _, let connection, _) = probe.activity else { return }
      connection.close()
      conclude(probe, .failure(CheckFailure(.couldNotCheck, failure.description)))
    }
    settleSoon()
  }

  private func converse(_ probe: Probe, _ number: UInt64, _ event: DialogueEvent) {
    guard case .talking(number, let step, let connection, var dialogue) = probe.activity else { return }
    probe.activity = .idle  // or the dialogue's buffers would have two owners and be copied
    let effects = dialogue.handle(event, at: now)
    probe.activity = .talking(number: number, step: step, connection: connection, dialogue: dialogue)
    for effect in effects {
      switch effect {
      case .send(let octets): connection.send(octets)
      // Checks speak TLS from the beginning, or not at all.
      case .secure: break
      case .finish(let verdict):
        leave(connection, number, of: probe, step, dialogue, verdict)
        return finish(probe, step, verdict, reply: (dialogue as? AgentInquiry)?.reply)
      }
    }
    noteDeadline(of: probe)
  }

  private func finish(_ probe: Probe, _ step: Int, _ verdict: Verdict, reply: AgentReply?) {
    switch verdict {
    case .failure(let reason):
      conclude(probe, .failure(CheckFailure(.answer, probe.settings.stepText(step) + reason)))
    case .success where step + 1 < probe.settings.stepCount:
      open(probe, step: step + 1)
      noteDeadline(of: probe)
    case .success(let detail): conclude(probe, reply?.result ?? .success(detail: detail))
    }
  }

  /// The attempt is over: its place is free for another probe, and the machine hears of the result.
  private func conclude(_ probe: Probe, _ result: CheckResult) {
    probe.lastTry = now
    if let began = probe.began {
      let isSuccess = if case .success = result { true } else { false }
      probe.history.count(now - began, isSuccess: isSuccess)
    }
    probe.began = nil
    probe.activity = .idle
    free()
    advance(probe, .finished(result))
  }

  /// Gives up whatever is going on.
  func abandon(_ probe: Probe) {
    dropKept(of: probe)
    switch probe.activity {
    case .idle, .queued: probe.activity = .idle
    case .talking(_, _, let connection, _):
      connection.close()
      probe.activity = .idle
      free()
    case .running(let run, _):
      scripts[run] = nil
      report(.cancelCheck(run))
      probe.activity = .idle
      free()
    }
  }

  private func free() {
    probesUnderWay -= 1
    while isRunning, let next = waitingProbes.first {
      waitingProbes.removeFirst()
      guard let probe = probes[next], case .queued = probe.activity else { continue }
      begin(probe)
      return noteDeadline(of: probe)
    }
  }

  func scriptEnded(_ run: ScriptRun, _ outcome: ScriptOutcome) {
    guard let number = scripts.removeValue(forKey: run), let probe = probes[number],
      case .misc(let check) = probe.settings.kind, case .running(run, _) = probe.activity
    else { return }
    conclude(probe, check.result(outcome))
  }

  // MARK: Verdicts that come to us

  func fileChanged(_ name: String, _ value: Int64?) {
    files[name] = .some(value)
    tellPassive { if case .file(let check) = $0 { check.file == name } else { false } }
  }

  func sessionChanged(_ name: String, _ isUp: Bool) {
    sessions[name] = isUp
    tellPassive { if case .bfd(name) = $0 { true } else { false } }
  }

  private func tellPassive(_ concerns: (ProbeKind) -> Bool) {
    for probe in probes.values.sorted(by: { $0.number < $1.number }) where concerns(probe.settings.kind) {
      let state = toldState(probe.settings.kind)
      let isNews = state.standing != probe.told.standing || state.influence != probe.told.influence
      probe.told = state
      probe.lastTry = now
      if isNews { publish(probe) }
    }
  }

  /// The verdict that was told about a passive kind, as far as it was.
  private func toldState(_ kind: ProbeKind) -> CheckState {
    switch kind {
    case .file(let check):
      guard let value = files[check.file] else { return CheckState(since: now) }
      return check.state(value, since: now)
    case .bfd(let name):
      guard let isUp = sessions[name] else { return CheckState(since: now) }
      guard isUp else { return CheckState(.failed(CheckFailure(.answer, "the BFD session is down")), since: now) }
      return CheckState(.good, since: now)
    case .tcp, .http, .smtp, .dns, .udp, .ping, .misc, .agent: return CheckState(since: now)
    }
  }
}

extension Subscription {
  fileprivate static func isInOrder(_ left: Subscription, _ right: Subscription) -> Bool {
    (left.service, left.server, left.check) < (right.service, right.server, right.check)
  }
}
