import Failover
import Machines
import SimulatedWorld
import VRRP
import Wire
import World

// Rules about what has to happen in time: looked at from time to time.
extension Judge {
  func judgeSlowRules() {
    measureFaults()
    for name in names { judgeMasters(name) }
    for node in cluster.nodes {
      judgeBounds(node)
      judgeTable(node)
      guard live(node) != nil else { continue }
      for view in views[node.index] where view.settings != nil {
        judgeServed(view)
        judgeFaultState(view)
        judgeMissingAddresses(view)
      }
    }
  }

  /// Of two masters the worse gives way when it hears the better.
  private func judgeMasters(_ name: String) {
    let masters = cluster.nodes.filter { live($0) != nil }.compactMap { view($0.index, name) }.filter(\.isMaster)
    guard masters.count > 1 else { return }
    for better in masters {
      for worse in masters where worse !== better {
        guard better.outranks(worse), let settings = worse.settings,
          better.node.election?.version == worse.node.election?.version,
          let clear = clearSince[segmentNumber(settings)][better.node.index][worse.node.index]
        else { continue }
        let moments = [better, worse].flatMap { view in
          [view.since, view.changedAt, processDisturbed[view.node.index], linkChanged[view.node.index]]
        }
        let begin = max(clear, moments.max() ?? clear)
        let bound = max(better.longestInterval, worse.longestInterval) * 2.2 + .milliseconds(400)
        guard now - begin > bound else { continue }
        accuse(
          .oneMaster,
          "\(worse.node.name) and \(better.node.name) are both MASTER of \(name), and the way has been clear for "
            + "\(now - begin)")
      }
    }
  }

  /// Who hears nobody with a better right takes over.
  private func judgeServed(_ view: RouterView) {
    let members = view.members.compactMap { self.view(view.node.index, $0) }
    guard !members.isEmpty, members.allSatisfy({ $0.state == .backup && isOverdue($0, alone: members.count == 1) })
    else { return }
    accuse(
      .served,
      "\(view.node.name) \(view.name) is still BACKUP, though it has heard nobody with a better right for its "
        + "master-down interval: \(view.heard)")
  }

  private func isOverdue(_ view: RouterView, alone: Bool) -> Bool {
    guard let settings = view.settings else { return false }
    let node = view.node.index
    let longest = view.longestInterval
    let masterDown = settings.masterDown(priority: view.effectivePriority, masterInterval: longest)
    var bound = masterDown + longest / 2 + .milliseconds(300)
    if now - processDisturbed[node] < .seconds(60) {
      bound += longest * 2 + settings.skew(priority: view.effectivePriority, masterInterval: longest)
    }
    let base = [view.since, view.changedAt, processDisturbed[node], view.lastReleased].max() ?? now
    if now - max(base, view.perhapsHeard) > bound { return true }
    // Lower adverts are put up with for the preempt delay, and then for a master-down interval.
    return alone && settings.preemptDelay > .zero
      && now - max(base, view.firmlyHeard) > bound + masterDown + settings.preemptDelay
  }

  /// FAULT is where the facts say FAULT.
  private func judgeFaultState(_ view: RouterView) {
    let plan = cluster.plans[view.node.election?.version ?? view.node.versionInForce]
    let scripts = Duration.seconds(2 * plan.scriptInterval * (plan.scriptRise + plan.scriptFall))
    let bound = .seconds(15 + plan.startupDelay) + scripts
    let base = max(view.changedAt, processDisturbed[view.node.index])
    switch view.state {
    case .fault, .initialize:
      guard view.faultySince == nil, now - max(base, view.lastFaulty ?? .origin) > bound else { return }
      accuse(.stuck, "\(view.node.name) \(view.name) is still in \(view.state.rawValue) without a reason")
    case .master, .backup:
      guard let since = view.faultySince, now - max(base, since) > bound else { return }
      accuse(.stuck, "\(view.node.name) \(view.name) is \(view.state.rawValue) in spite of a fault")
    case .stopped, .deleted: return
    }
  }

  /// What is master holds everything.
  private func judgeMissingAddresses(_ view: RouterView) {
    let node = view.node.index
    let begin = [view.since, view.changedAt, processDisturbed[node], lastTheft[node], linkChanged[node]].max() ?? now
    guard view.isMaster, let settings = view.settings, now - begin > .milliseconds(2_500) else { return }
    for address in settings.allAddresses where !view.node.host.holds(address.address) {
      accuse(.holdings, "\(view.node.name) \(view.name) is MASTER without \(address.prefix)")
    }
  }

  /// Nothing grows.
  private func judgeBounds(_ node: Node) {
    if let process = node.election, process.loop.state == .running {
      let load = process.loop.load
      if load.alarms > 16 || load.deferred > 16 { accuse(.bounds, "\(process.loop.name) has \(load)") }
      if let count = process.transport?.openCount, count > 2 * names.count + 2 {
        accuse(.bounds, "\(process.loop.name) has \(count) sockets")
      }
    }
    if let process = node.balancing, process.loop.state == .running {
      let load = process.loop.load
      if load.alarms > 4 || load.deferred > 16 { accuse(.bounds, "\(process.loop.name) has \(load)") }
      if let count = process.connector?.openCount, count > 32 {
        accuse(.bounds, "\(process.loop.name) has \(count) connections")
      }
    }
  }
}
