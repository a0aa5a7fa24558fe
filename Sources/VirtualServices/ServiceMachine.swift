package import Machines
package import Wire

/// How much of what happens is told.
package struct ReportPolicy: Hashable, Sendable {
  /// Tell of servers that are counted as up from the start (rs_init_notifies).
  package var notifiesInitialServers: Bool
  /// Mail every check that changes, not only those that change their server.
  package var mailsEveryCheck: Bool

  /// keepalived's defaults.
  package init(notifiesInitialServers: Bool = false, mailsEveryCheck: Bool = true) {
    self.notifiesInitialServers = notifiesInitialServers
    self.mailsEveryCheck = mailsEveryCheck
  }
}

/// A virtual service: what its checks say becomes what its entries in the kernel's table should be.
package struct ServiceMachine: Machine, Equatable {
  /// What happens to a service.
  package enum Event: Hashable, Sendable {
    /// It enters service: the initial quorum is told.
    case started
    /// A check of a server, both by their place in the settings, has this verdict now.
    case checkChanged(server: Int, check: Int, CheckState)
    /// The configuration changed; the verdicts are those of the new servers' checks.
    case settingsChanged(VirtualServiceSettings, verdicts: [[CheckState]], ReportPolicy)
    /// Whether it is to be in the kernel was decided anew.
    case presenceChanged(Presence)
    /// `nextDeadline` has been reached.
    case deadlineReached
    /// A server that is being drained has no connections any more.
    case drained(Endpoint)
    /// An operator wants something of a server, or nothing any more.
    case ordered(Endpoint, OperatorOrder?)
    /// It left the configuration.
    case removed
    /// The program stops.
    case stopping
  }

  /// What a service wants done.
  package enum Effect: Hashable, Sendable {
    /// The table entries of this server may have to change.
    case reconcileServer(Int)
    /// All its table entries may have to change.
    case reconcile
    case report(ServiceReport)
  }

  package private(set) var settings: VirtualServiceSettings
  /// In the order of the settings' servers.
  package private(set) var servers: [ServerState]
  /// Whether the live weight suffices, with hysteresis.
  package private(set) var quorumIsUp = false
  /// Since when the quorum is as it is.
  package private(set) var quorumSince: Moment
  package private(set) var presence = Presence.undecided
  /// Whether two of its servers share a place in the table, so that their entries cannot be looked at one by one.
  package private(set) var hasSharedPlaces: Bool
  /// Servers on their way back to their full weight, by place.
  package internal(set) var ramps: [Int: Ramp] = [:]
  /// Servers that have left the configuration and keep their connections for a while.
  package internal(set) var drains: [Endpoint: Drain] = [:]
  /// The sum of the weights of the servers that are up.
  package private(set) var liveWeight: UInt64 = 0
  private var policy: ReportPolicy
  /// The weight each server contributes to the quorum, at its place.
  private(set) var liveWeights: [UInt32] = []

  /// A service with the verdicts its checks have now. `adopted` are its entries that the kernel held before we came.
  package init(
    _ settings: VirtualServiceSettings, verdicts: [[CheckState]], adopted: [ServiceKey: ServiceImage] = [:],
    policy: ReportPolicy = ReportPolicy(), at now: Moment
  ) {
    self.settings = settings
    self.policy = policy
    quorumSince = now
    let presumedDown = settings.serversOutOfUse(in: adopted)
    servers = settings.servers.enumerated().map { place, server in
      ServerState(
        server, checks: server.verdicts(at: place, of: verdicts, now: now), presumedDown: presumedDown.contains(place),
        at: now)
    }
    hasSharedPlaces = settings.hasSharedPlaces
    // The one bit of history: within the hysteresis an adopted service goes on as the kernel shows it.
    quorumIsUp = !adopted.isEmpty && !settings.sorryIsInUse(in: adopted)
    liveWeights = servers.map(\.liveWeight)
    liveWeight = liveWeights.sum
  }

  /// Whether the sorry server has to do the work.
  package var sorryIsActive: Bool { settings.sorryServer != nil && !quorumIsUp }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch event {
    case .started: start(at: now)
    case .checkChanged(let server, let check, let state): checkChanged(server, check, state, at: now)
    case .settingsChanged(let settings, let verdicts, let policy): change(settings, verdicts, policy, at: now)
    case .presenceChanged(let presence): presenceChanged(presence)
    case .deadlineReached: deadlineReached(at: now)
    case .drained(let endpoint): drained(endpoint)
    case .ordered(let endpoint, let order): ordered(endpoint, order, at: now)
    case .removed: leave(.removed, tells: true)
    case .stopping: leave(.stopping, tells: settings.omega)
    }
  }
}

extension ServiceMachine {
  private mutating func start(at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    if policy.notifiesInitialServers {
      for (place, server) in servers.enumerated() where server.isUp {
        effects.append(.report(.serverChanged(serverChange(place, cause: .started))))
      }
    }
    quorumIsUp = holdsQuorum
    quorumSince = now
    if quorumIsUp || settings.sorryServer != nil {
      effects.append(.report(.quorumChanged(quorumChange(.starting, live: liveWeight))))
    }
    return effects + [.reconcile]
  }

  private mutating func checkChanged(_ place: Int, _ check: Int, _ state: CheckState, at now: Moment) -> [Effect] {
    guard servers.indices.contains(place), servers[place].checks.indices.contains(check) else { return [] }
    let server = settings.servers[place]
    guard server.checks.indices.contains(check) else { return [] }
    let before = servers[place].checks[check]
    let checkWasGood = servers[place].isGood(before, server.checks[check])
    servers[place].checks[check] = state
    let checkIsGood = servers[place].isGood(state, server.checks[check])
    let (wasUp, oldWeight) = (servers[place].isUp, servers[place].weight)
    judge(place, at: now)
    let isUp = servers[place].isUp
    if wasUp != isUp { reviewRamp(place, hadFailed: before.hasFailed, at: now) }
    var effects: [Effect] = []
    if checkWasGood != checkIsGood {
      let change = CheckChange(
        service: settings.identity, server: server.endpoint, probe: server.checks[check].probe, state: state,
        serverIsUp: isUp, decided: wasUp != isUp,
        sendsMail: server.notify.sendsMail && (wasUp != isUp || policy.mailsEveryCheck))
      effects.append(.report(.checkChanged(change)))
    }
    if wasUp != isUp {
      let cause = ServerChange.Cause.check(server.checks[check].probe.text, detail: state.reason)
      effects.append(.report(.serverChanged(serverChange(place, cause: cause))))
    } else if isUp, oldWeight != servers[place].weight {
      effects.append(.report(.weightChanged(weightChange(place, from: oldWeight))))
    }
    guard wasUp != isUp || oldWeight != servers[place].weight else { return effects }
    // A ramp depends on whether there are others.
    let ramping = wasUp == isUp ? [] : ramps.keys.sorted().filter { $0 != place }.map(Effect.reconcileServer)
    return effects + [.reconcileServer(place)] + ramping + reviewQuorum(at: now)
  }

  private mutating func ordered(_ endpoint: Endpoint, _ order: OperatorOrder?, at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    for place in servers.indices where settings.servers[place].endpoint == endpoint {
      let before = servers[place]
      servers[place].order = order
      judge(place, at: now)
      if servers[place].isUp != before.isUp {
        // Back from maintenance is back from a failure: slowly, where that is configured.
        reviewRamp(place, hadFailed: true, at: now)
        effects.append(.report(.serverChanged(serverChange(place, cause: .order))))
      } else if servers[place].isUp, servers[place].weight != before.weight {
        effects.append(.report(.weightChanged(weightChange(place, from: before.weight))))
      }
      effects.append(.reconcileServer(place))
    }
    return effects + reviewQuorum(at: now)
  }

  private mutating func change(
    _ new: VirtualServiceSettings, _ verdicts: [[CheckState]], _ policy: ReportPolicy, at now: Moment
  ) -> [Effect] {
    let old = self
    let succession = Succession(from: old.settings.servers, to: new.servers)
    var effects: [Effect] = succession.gone.compactMap { place in
      guard old.servers[place].isUp else { return nil }
      return .report(.serverChanged(old.serverChange(place, isUp: false, cause: .removed)))
    }
    settings = new
    self.policy = policy
    hasSharedPlaces = new.hasSharedPlaces
    servers = new.servers.enumerated().map { place, server in
      let former = succession.former[place].map { old.servers[$0] }
      var state = ServerState(
        server, checks: server.verdicts(at: place, of: verdicts, now: now),
        presumedDown: former?.presumedDown ?? false, order: former?.order, at: now)
      if let former, former.isUp == state.isUp { state.since = former.since }
      return state
    }
    liveWeights = servers.map(\.liveWeight)
    moveRamps(succession)
    reviewDrains(leaving: succession.gone.filter { old.desiredServer($0) != nil }, of: old.settings.servers, at: now)
    for (place, server) in servers.enumerated() {
      guard let former = succession.former[place].map({ old.servers[$0] }) else {
        if server.isUp, policy.notifiesInitialServers {
          effects.append(.report(.serverChanged(serverChange(place, cause: .started))))
        }
        continue
      }
      if former.isUp != server.isUp {
        effects.append(.report(.serverChanged(serverChange(place, cause: .configuration))))
      } else if server.isUp, former.weight != server.weight {
        effects.append(.report(.weightChanged(weightChange(place, from: former.weight))))
      }
    }
    return effects + reviewQuorum(at: now) + [.reconcile]
  }

  private mutating func presenceChanged(_ new: Presence) -> [Effect] {
    guard new != presence else { return [] }
    presence = new
    return [.reconcile]
  }

  /// The reports of a service that goes; its entries in the table are the caller's affair.
  private mutating func leave(_ cause: ServerChange.Cause, tells: Bool) -> [Effect] {
    guard tells else { return [] }
    var effects: [Effect] = servers.indices.compactMap { place in
      servers[place].isUp ? .report(.serverChanged(serverChange(place, isUp: false, cause: cause))) : nil
    }
    if quorumIsUp {
      quorumIsUp = false
      let occasion: QuorumChange.Occasion = cause == .stopping ? .stopping : .running
      effects.append(.report(.quorumChanged(quorumChange(occasion, live: 0))))
    }
    return effects
  }

  private mutating func judge(_ place: Int, at now: Moment) {
    let (isUp, weight) = servers[place].judgement(settings.servers[place])
    if isUp != servers[place].isUp { servers[place].since = now }
    servers[place].isUp = isUp
    servers[place].weight = weight
    liveWeights[place] = servers[place].liveWeight
  }

  private mutating func reviewQuorum(at now: Moment) -> [Effect] {
    liveWeight = liveWeights.sum
    let holds = holdsQuorum
    guard holds != quorumIsUp else { return [] }
    quorumIsUp = holds
    quorumSince = now
    return [.reconcile, .report(.quorumChanged(quorumChange(.running, live: liveWeight)))]
  }

  /// Whether the live weight is a quorum, given whether there was one: the margin keeps what is.
  private var holdsQuorum: Bool {
    let (quorum, hysteresis) = (UInt64(settings.quorum), UInt64(settings.hysteresis))
    guard quorumIsUp else { return liveWeight >= quorum + hysteresis }
    return liveWeight > 0 && liveWeight + hysteresis >= quorum
  }

  private func serverChange(_ place: Int, isUp: Bool? = nil, cause: ServerChange.Cause) -> ServerChange {
    let (server, isUp) = (settings.servers[place], isUp ?? servers[place].isUp)
    return ServerChange(
      service: settings.identity, server: server.endpoint, isUp: isUp, cause: cause,
      command: isUp ? server.notify.up : server.notify.down, sendsMail: server.notify.sendsMail)
  }

  private func weightChange(_ place: Int, from old: UInt32) -> WeightChange {
    WeightChange(
      service: settings.identity, server: settings.servers[place].endpoint, from: old, to: servers[place].weight)
  }

  private func quorumChange(_ occasion: QuorumChange.Occasion, live: UInt64) -> QuorumChange {
    QuorumChange(
      service: settings.identity, isUp: quorumIsUp, occasion: occasion, quorum: settings.quorum,
      hysteresis: settings.hysteresis, liveWeight: live,
      command: quorumIsUp ? settings.notify.up : settings.notify.down, sendsMail: settings.notify.sendsMail)
  }
}

extension [UInt32] {
  /// The sum, without overflow.
  fileprivate var sum: UInt64 { reduce(0) { $0 + UInt64($1) } }
}

extension CheckState {
  fileprivate var hasFailed: Bool {
    if case .failed = standing { true } else { false }
  }
}

extension ServerState {
  fileprivate var liveWeight: UInt32 { isUp ? weight : 0 }
}

extension RealServerSettings {
  /// The verdicts of its checks, with "not yet" for those nobody gave.
  fileprivate func verdicts(at place: Int, of verdicts: [[CheckState]], now: Moment) -> [CheckState] {
    let given = verdicts.indices.contains(place) ? verdicts[place] : []
    return checks.indices.map { given.indices.contains($0) ? given[$0] : CheckState(since: now) }
  }
}
