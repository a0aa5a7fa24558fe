/// Routers that move together (`vrrp_sync_group`). A router that stands alone is a group of one without name.
package struct SyncGroupSettings: Hashable, Sendable {
  /// The group's name; nil for a router that stands alone, of which no group is reported.
  package var name: String?
  /// The members, each with a name of its own.
  package var routers: [RouterSettings]
  /// What is tracked for all members.
  package var trackers: [Tracker]
  /// Whether weights count (`sync_group_tracking_weight`). Without it every tracked thing of a group of several routers
  /// is treated as if its weight were 0: its failure is a fault.
  package var appliesWeights: Bool

  /// A group.
  package init(name: String?, routers: [RouterSettings], trackers: [Tracker] = [], appliesWeights: Bool = false) {
    self.name = name
    self.routers = routers
    self.trackers = trackers
    self.appliesWeights = appliesWeights
  }

  /// The trackers of one member: its own, then the group's, with the weights that hold in the group.
  package func trackers(of router: RouterSettings) -> [Tracker] {
    let all = router.trackers + trackers
    guard name != nil, routers.count > 1, !appliesWeights else { return all }
    return all.map { tracker in
      var tracker = tracker
      tracker.weight = 0
      return tracker
    }
  }
}
