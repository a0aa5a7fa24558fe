import Machines
import SimulatedWorld
import VRRP

// What an operator or a crash does to one process must not be noticed outside.
extension Judge {
  /// An election role is about to be killed: it comes back as master before anybody has missed it.
  func killing(_ node: Node) {
    let calm = now - .seconds(60)
    guard live(node) != nil, processDisturbed[node.index] < calm, now - lastDisturbance > .seconds(5) else { return }
    let masters = steadyMasters(node)
    expectUnchanged(node, "after its election role was killed") { [unowned self] in
      live(node) == nil ? masters.first : masters.first { !$0.isMaster }
    }
  }

  /// A node is about to read the configuration again which it has already: nothing moves.
  func rereading(_ node: Node) {
    guard node.version == node.versionInForce, live(node) != nil, now - lastDisturbance > .seconds(5),
      now - processDisturbed[node.index] > .seconds(10)
    else { return }
    let before = steadyMasters(node).map { ($0, $0.since) }
    expectUnchanged(node, "after it has read the configuration again, which had not changed") {
      before.first { view, since in !view.isMaster || view.since != since }?.0
    }
  }

  private func steadyMasters(_ node: Node) -> [RouterView] {
    views[node.index].filter { $0.isMaster && now - $0.since > .seconds(10) && now - $0.changedAt > .seconds(10) }
  }

  /// Looks after a second, unless something else has been done meanwhile.
  private func expectUnchanged(_ node: Node, _ occasion: String, _ moved: @escaping () -> RouterView?) {
    let faults = cluster.faults
    cluster.timeline.plan(after: .milliseconds(700)) { [unowned self] in
      // The occasion itself counts as one.
      guard cluster.faults <= faults + 1, !isHealed, let view = moved(), !hasReason(view) else { return }
      accuse(.flap, "\(node.name) \(view.name) is not the MASTER it was \(occasion)")
    }
  }

  /// Whether a router that is master no more would not be so without any occasion either: a fault of its own, or
  /// another master with the better right, which waited for its delay or was not heard before.
  private func hasReason(_ view: RouterView) -> Bool {
    guard !view.isMaster else { return false }
    let others = views.joined().filter { other in
      other !== view && other.isMaster && other.virtualRouter == view.virtualRouter && other.family == view.family
    }
    return view.state == .fault || others.contains { $0.outranks(view) }
  }
}
