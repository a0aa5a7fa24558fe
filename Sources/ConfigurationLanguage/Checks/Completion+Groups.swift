import Wire

/// What instances and groups follow, and who belongs to which group.
extension Completion {
  /// Checks what an instance follows.
  mutating func completeTracking(_ instance: inout VRRPInstance) {
    let name = instance.name
    var own = withoutDuplicates(instance.tracking, name)
    own.interfaces = keepInterfaces(own.interfaces, name)
    own.interfaces.removeAll { entry in
      guard entry.name == instance.interface else { return false }
      report(
        .trackingIgnored, .warning, .faulty, "\(name) follows its own interface in any case; the entry is ignored",
        entry.origin, entry.name.utf8.count)
      return true
    }
    if instance.priority == 255 {
      ignoreWeights(&own, name, "which has priority 255 and cannot change it")
    }
    instance.tracking = own
  }

  /// Leaves out what is followed twice.
  private mutating func withoutDuplicates(_ tracking: Tracking, _ subject: String) -> Tracking {
    func once(_ entries: [TrackedObject], _ completion: inout Completion) -> [TrackedObject] {
      var seen: Set<String> = []
      return entries.filter { entry in
        if seen.insert(entry.name).inserted { return true }
        completion.report(
          .duplicate, .error, .faulty, "\(subject) follows \(entry.name) already", entry.origin, entry.name.utf8.count)
        return false
      }
    }
    var result = tracking
    result.interfaces = once(tracking.interfaces, &self)
    result.scripts = once(tracking.scripts, &self)
    result.files = once(tracking.files, &self)
    result.processes = once(tracking.processes, &self)
    result.bfdSessions = once(tracking.bfdSessions, &self)
    return result
  }

  private mutating func keepInterfaces(_ entries: [TrackedObject], _ subject: String) -> [TrackedObject] {
    for entry in entries {
      requireInterface(entry.name, "track_interface of \(subject)", entry.origin, entry.name.utf8.count)
    }
    return entries
  }

  /// Drops the entries whose weight cannot count.
  private mutating func ignoreWeights(_ tracking: inout Tracking, _ subject: String, _ reason: String) {
    func keep(_ entries: [TrackedObject], _ completion: inout Completion) -> [TrackedObject] {
      entries.filter { entry in
        guard entry.weight != 0 else { return true }
        completion.report(
          .trackingIgnored, .error, .faulty,
          "\(entry.name) has a weight, but is followed by \(subject), \(reason); it is ignored",
          entry.origin, entry.name.utf8.count)
        return false
      }
    }
    tracking.interfaces = keep(tracking.interfaces, &self)
    tracking.scripts = keep(tracking.scripts, &self)
    tracking.files = keep(tracking.files, &self)
    tracking.processes = keep(tracking.processes, &self)
    tracking.bfdSessions = keep(tracking.bfdSessions, &self)
  }

  mutating func completeSyncGroups() {
    let globals = configuration.globals
    var positions: [String: Int] = [:]
    for (position, instance) in configuration.vrrpInstances.enumerated() { positions[instance.name] = position }
    var taken: [String: String] = [:]
    var kept: [SyncGroup] = []
    for group in configuration.syncGroups {
      var group = group
      group.members = members(of: group, positions, &taken)
      if group.members.isEmpty {
        report(
          .groupTooSmall, .error, .faulty, "vrrp_sync_group \(group.name) has no members and is dropped", group.origin,
          15)
        continue
      }
      if group.members.count == 1 {
        report(
          .groupTooSmall, .warning, .faulty, "vrrp_sync_group \(group.name) has one member, which is hardly meant",
          group.origin, 15)
      }
      group.tracking = withoutDuplicates(group.tracking, group.name)
      group.tracking.interfaces = keepInterfaces(group.tracking.interfaces, group.name)
      group.$mailsAlerts.inherit(globals.mail.alertsVRRP ?? globals.mail.alerts ?? false)
      group.$notifiesPriorityChanges.inherit(globals.fifos.writesPriorityChanges)
      completeMembers(group, positions)
      kept.append(group)
    }
    configuration.syncGroups = kept
    checkTrackGroups(positions)
  }

  private mutating func members(
    of group: SyncGroup, _ positions: [String: Int], _ taken: inout [String: String]
  ) -> [String] {
    var members: [String] = []
    for name in group.members {
      guard positions[name] != nil else {
        report(
          .unknownReference, .error, .faulty,
          "vrrp_sync_group \(group.name) names '\(name)', which is no vrrp_instance",
          group.origin, 15, suggestion: parser.suggestion(for: name, among: positions.keys.sorted()))
        continue
      }
      if let other = taken.updateValue(group.name, forKey: name) {
        taken[name] = other
        report(
          .duplicate, .error, .faulty,
          other == group.name
            ? "vrrp_sync_group \(group.name) names \(name) twice"
            : "\(name) is in vrrp_sync_group \(other) and cannot be in \(group.name) too", group.origin, 15)
        continue
      }
      members.append(name)
    }
    return members
  }

  private mutating func completeMembers(_ group: SyncGroup, _ positions: [String: Int]) {
    for name in group.members {
      guard let position = positions[name] else { continue }
      var instance = configuration.vrrpInstances[position]
      let common = Set(group.tracking.interfaces.map(\.name))
      for entry in instance.tracking.interfaces where common.contains(entry.name) {
        report(
          .trackingIgnored, .warning, .faulty,
          "\(entry.name) is followed by \(name) and by its vrrp_sync_group \(group.name)", entry.origin,
          entry.name.utf8.count, notes: ["one of the two entries is enough"])
      }
      if !group.keepsTrackingWeights {
        ignoreWeights(&instance.tracking, name, "which is in vrrp_sync_group \(group.name)")
      }
      configuration.vrrpInstances[position] = instance
    }
  }

  private mutating func checkTrackGroups(_ positions: [String: Int]) {
    for group in configuration.trackGroups {
      for name in group.instances where positions[name] == nil {
        report(
          .unknownReference, .error, .faulty, "track_group \(group.name) names '\(name)', which is no vrrp_instance",
          group.origin, 11, suggestion: parser.suggestion(for: name, among: positions.keys.sorted()))
      }
    }
    for position in configuration.trackGroups.indices {
      configuration.trackGroups[position].instances.removeAll { positions[$0] == nil }
    }
  }
}
