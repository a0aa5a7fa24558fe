import ConfigurationLanguage
import Daemon
import Failover
import Machines
import SimulatedWorld
import VRRP
import Wire
import World

// What has to be so in the end, when nothing is wrong any more and everything had its time.
extension Judge {
  /// Whether every daemon runs with the last configuration.
  var isComplete: Bool {
    cluster.nodes.allSatisfy { node in
      guard let configuration = node.configuration(cluster.plans.count - 1) else { return false }
      let hasElection = configuration.vrrpInstances.isEmpty || live(node) != nil
      let hasBalancing = configuration.virtualServers.isEmpty || node.balancing?.inForceSince != nil
      return node.versionInForce == cluster.plans.count - 1 && hasElection && hasBalancing
    }
  }

  /// Everything is in its one right place.
  func judgeEnd() {
    if !isComplete {
      return accuse(.settled, "not every daemon runs with the last configuration")
    }
    judgeSlowRules()
    for instance in cluster.plans.last?.instances ?? [] { judgeEnd(instance) }
    for node in cluster.nodes { judgeTold(node) }
  }

  private func judgeEnd(_ instance: Plan.Instance) {
    let all = cluster.nodes.compactMap { view($0.index, instance.name) }
    let able = all.filter { $0.faultySince == nil }
    for view in all where view.faultySince != nil && view.state != .fault {
      accuse(.settled, "\(view.node.name) \(view.name) is \(view.state.rawValue) in spite of a fault")
    }
    for view in able {
      guard let settings = view.settings, let group = group(of: view) else {
        return accuse(.settled, "\(view.node.name) has no \(view.name)")
      }
      let priority = truePriority(settings, group, on: view.node)
      if priority != view.effectivePriority {
        accuse(
          .settled,
          "\(view.node.name) \(view.name) has priority \(view.effectivePriority) instead of \(priority)")
      }
    }
    let masters = able.filter(\.isMaster)
    if !able.isEmpty, masters.count != 1 {
      accuse(.settled, "\(instance.name) has \(masters.count) masters: \(states(all))")
    }
    guard instance.preempts, let master = masters.first,
      let best = able.max(by: { $1.outranks($0) })
    else { return }
    // Among equals the first one stays.
    if best.effectivePriority != master.effectivePriority {
      accuse(.settled, "\(best.node.name) ought to be master of \(instance.name): \(states(all))")
    }
  }

  private func group(of view: RouterView) -> GroupSettings? {
    view.node.election?.intended.groups.values.first { $0.members.contains { $0.router.name == view.name } }
  }

  private func states(_ views: [RouterView]) -> String {
    views.map { "\($0.node.name) \($0.state.rawValue) \($0.effectivePriority)" }.joined(separator: ", ")
  }

  /// The outside was told the truth last.
  private func judgeTold(_ node: Node) {
    for view in views[node.index] where view.settings != nil {
      let told = node.told["instance \(view.name)"]
      guard let told, told != view.state.rawValue else { continue }
      accuse(.notices, "\(node.name) \(view.name) is \(view.state.rawValue), but the scripts last told \(told)")
    }
  }
}
