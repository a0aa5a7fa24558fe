import Daemon
import Failover
import Machines
import SimulatedWorld
import VRRP
import Wire
import World

// Rules that are looked at whenever something moves.
extension Judge {
  /// A router moved: the report continues where the one before it ended, and the move has a cause.
  func judgeTransition(_ transition: Transition, of view: RouterView) {
    let node = view.node.name
    if transition.from != view.lastReported {
      accuse(
        .notices,
        "\(node) \(view.name) tells of \(transition.from) -> \(transition.to), but \(view.lastReported) was told before"
      )
    }
    // It was somewhere else within this turn, and its timers began anew.
    if transition.to == view.state { view.since = now }
    view.lastReported = transition.to == .deleted || transition.to == .stopped ? .initialize : transition.to
    switch transition.to {
    case .master: judgePromotion(transition, of: view)
    case .backup: if transition.from == .master { judgeDemotion(transition, of: view) }
    case .fault: judgeFault(transition.cause, of: view)
    case .initialize, .stopped, .deleted: break
    }
  }

  private func judgePromotion(_ transition: Transition, of view: RouterView) {
    // Settings and priority may have changed in the very turn of the move, and the timer with them.
    let intended = view.node.election?.intendedRouters[view.name]
    guard let settings = intended ?? view.settings, !settings.isOwner else { return }
    if case .groupMember = transition.cause { return }
    let priority = transition.effectivePriority
    // What was read in this very turn, after the change, is judged by the new priority only.
    let isChanging = priority != view.effectivePriority && settings.preempts
    let respected = view.heard.filter {
      view.respects($0) && $0.at > view.changedAt && (!isChanging || $0.priority >= priority)
    }
    guard let last = respected.max(by: { $0.at < $1.at }) else { return }
    let interval = view.shortestInterval(settings)
    let down = settings.masterDown(priority: priority, masterInterval: interval)
    var (begin, needed) = (last.at, down)
    if let released = view.releasedAt, released >= last.at {
      (begin, needed) = (released, settings.skew(priority: priority, masterInterval: interval))
    }
    // It may have claimed long before, and waited for its group.
    guard now - begin + .milliseconds(1) < needed, now - last.at + .milliseconds(1) < down else { return }
    accuse(
      .flap,
      "\(view.node.name) \(view.name) becomes MASTER (\(transition.cause)) \(now - begin) after an advert of "
        + "\(last.source) with priority \(last.priority), its own being \(priority); it has to wait \(needed)")
  }

  /// How far back causes may lie: a starved process reads late, and one that slept reads what came while it did.
  private func horizon(_ node: Node) -> Moment {
    let pause = pauses[node.index]
    let slept = now - pause.to < .seconds(1) ? pause.from : now
    return min(now, slept) - .milliseconds(400)
  }

  /// Who gives up mastership has heard who has the better right, compared with what it has itself at that moment.
  private func judgeDemotion(_ transition: Transition, of view: RouterView) {
    let own = transition.effectivePriority
    let better: (source: IPAddress, priority: UInt8)
    switch transition.cause {
    case .higherPriority(let source, let priority): better = (source, priority)
    case .higherAddress(let source): better = (source, own)
    case _: return
    }
    let horizon = horizon(view.node)
    let isBetter = better.priority > own || view.source.map { better.source > $0 } ?? true
    if isBetter, view.heard.contains(where: { $0.source == better.source && $0.had(better.priority, since: horizon) }) {
      return
    }
    accuse(
      .flap,
      "\(view.node.name) \(view.name) gives up (\(transition.cause)), its own priority being \(own), but nobody with a "
        + "better right was heard")
  }

  private func judgeFault(_ cause: TransitionCause, of view: RouterView) {
    measureFaults()
    guard view.faultySince == nil else { return }
    let reference = horizon(view.node) - .seconds(15)
    if let last = view.lastFaulty, last >= reference { return }
    accuse(.flap, "\(view.node.name) \(view.name) is in FAULT (\(cause)) without a fault")
  }

  /// The members of a sync group are master together or not at all.
  func judgeGroups(_ node: Node) {
    for group in cluster.plans[node.election?.version ?? node.versionInForce].groups {
      let members = group.compactMap { view(node.index, $0) }.filter { $0.settings != nil }
      let masters = members.filter(\.isMaster)
      guard !masters.isEmpty, masters.count < members.count else { continue }
      accuse(
        .wholeGroup, "\(node.name): \(members.map { "\($0.name) \($0.state.rawValue)" }.joined(separator: ", "))")
    }
  }

  /// What is not master holds nothing.
  func judgeHoldings(_ node: Node) {
    for address in node.host.addresses where address.origin == Origin.virtualRouter {
      // What a killed daemon left, and the next one's configurations do not know any more, is nobody's.
      if leftovers[node.index].contains(address.prefix), !managed[node.index].contains(address.prefix) { continue }
      let holder = views[node.index].first { view in
        view.isMaster && view.settings?.allAddresses.contains { $0.prefix == address.prefix } == true
      }
      guard holder == nil else { continue }
      let states = views[node.index].map { "\($0.name) \($0.state.rawValue)" }.joined(separator: ", ")
      accuse(.holdings, "\(node.name) holds \(address.prefix), with \(states)")
    }
  }

  /// What is told is so.
  func judgeReports(_ node: Node) {
    for view in views[node.index] where view.settings != nil && view.lastReported != view.state {
      accuse(
        .notices,
        "\(node.name) \(view.name) is \(view.state.rawValue), but \(view.lastReported.rawValue) was told last")
    }
  }

  /// The advert goes before the address.
  func judgeFirstAdvert(_ node: Int, _ address: IPAddress) {
    guard now - processDisturbed[node] > .seconds(10) else { return }
    // Of a router that is being removed, or another's from now on, the view knows only later. Two may have the address.
    var silent: RouterView?
    for view in views[node] {
      let intended = view.node.election?.intendedRouters[view.name]
      guard let settings = intended, settings.allAddresses.contains(where: { $0.address == address }) else { continue }
      if let last = view.lastSent, now - last < settings.advertisedInterval * 1.5 + .milliseconds(300) { return }
      silent = silent ?? view
    }
    if let silent {
      accuse(.firstAdvert, "\(silent.node.name) \(silent.name) has \(address) before it has advertised")
    }
  }

  /// The client hears of a new master at once.
  func expectNeighbours(_ view: RouterView) {
    guard !view.isResumed, let settings = view.settings, settings.interface == "eth0" else { return }
    let (begin, faults, node) = (now, cluster.faults, view.node)
    cluster.timeline.plan(after: .milliseconds(1_300)) { [unowned self] in
      guard faults == cluster.faults, view.isMaster, view.since == begin, processDisturbed[node.index] <= begin,
        let clear = clientClearSince[node.index], clear <= begin, view.settings == settings,
        !views.contains(where: { $0.contains { $0 !== view && $0.name == view.name && $0.isMaster } })
      else { return }
      for address in settings.allAddresses where node.host.holds(address.address) {
        let known = cluster.client.cache[address.address]
        guard known?.hardwareAddress != node.host.link(named: "eth0")?.hardwareAddress else { continue }
        if let known, isUnheard(known, by: node, since: begin) { continue }
        accuse(
          .neighbours,
          "\(node.name) \(view.name) is MASTER for more than a second, but the client has another neighbour for "
            + "\(address.address)")
      }
    }
  }

  /// Whether a new master cannot know that somebody else told the clients otherwise: that was on its way already, or
  /// comes from a node whose adverts do not reach it.
  private func isUnheard(_ entry: SimulatedNeighbour.Entry, by node: Node, since begin: Moment) -> Bool {
    if entry.announcedAt < begin { return entry.learnedAt > begin }
    let other = cluster.nodes.first { $0.host.link(named: "eth0")?.hardwareAddress == entry.hardwareAddress }
    guard let other, let clear = clearSince[0][other.index][node.index] else { return true }
    return clear > entry.announcedAt
  }

  /// An orderly stop begins: whoever hears the farewell takes over within the skew time.
  func stopping(_ node: Node) {
    let calm = now - .seconds(10)
    let masters = views[node.index].filter { $0.isMaster && $0.since < calm }
    guard live(node) != nil, processDisturbed[node.index] < calm else { return }
    for view in masters {
      guard view.members.allSatisfy({ self.view(node.index, $0)?.isMaster == true }) else { continue }
      let heirs = cluster.nodes.compactMap { heir -> (node: Node, patience: Duration)? in
        guard heir !== node, live(heir) != nil, processDisturbed[heir.index] < calm else { return nil }
        var patience = Duration.zero
        for name in view.members {
          guard let other = self.view(heir.index, name), other.state == .backup, let own = other.settings,
            let clear = clearSince[segmentNumber(own)][node.index][heir.index], clear < calm, other.since < calm
          else { return nil }
          patience = max(patience, own.skew(priority: other.effectivePriority, masterInterval: other.longestInterval))
        }
        return (heir, patience)
      }
      // Should the first of them be stopped by something, the slowest still is there.
      guard let slowest = heirs.map(\.patience).max() else { continue }
      // The leaver is told and tells its election, an heir reads that and waits: each of them may wake late.
      let lateness = ([node] + heirs.map(\.node)).map { $0.loop(of: .election)?.latency ?? .zero }.max() ?? .zero
      let (faults, name, members, begin) = (cluster.faults, view.name, view.members, now)
      cluster.timeline.plan(after: slowest + lateness * 4 + .milliseconds(400)) { [unowned self] in
        // The stop itself counts as one.
        guard cluster.faults <= faults + 1 else { return }
        guard !cluster.nodes.contains(where: { $0 !== node && self.view($0.index, name)?.isMaster == true }) else {
          return
        }
        // Who found a fault of its own meanwhile is no heir any more.
        let isAnyAble = heirs.contains { heir in
          members.allSatisfy { self.view(heir.node.index, $0)?.state != .fault }
        }
        guard isAnyAble else { return }
        accuse(.handover, "\(name) has no master \(now - begin) after \(node.name) was stopped in order")
      }
    }
  }

  /// A daemon has ended in order and left nothing behind of what it was told of.
  func daemonEnded(_ node: Node) {
    processesChanged(node)
    let left = node.host.addresses.first {
      $0.origin == Origin.virtualRouter
        && (!leftovers[node.index].contains($0.prefix) || managed[node.index].contains($0.prefix))
    }
    guard let left else { return }
    accuse(.holdings, "\(node.name) has ended in order, but left \(left.prefix) behind")
  }
}
