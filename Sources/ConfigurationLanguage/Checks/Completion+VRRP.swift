import Wire

/// Instances.
extension Completion {
  mutating func completeInstances() {
    // Completed and moved together in place, so that thousands of instances are not held twice.
    var instances = configuration.vrrpInstances
    configuration.vrrpInstances = []
    var routers: [RouterKey: Int] = [:]
    var vmacNames: [String: String] = [:]
    priorityChanges = priorityChangesOfGroups()
    var write = 0
    for read in instances.indices {
      guard completeIdentity(&instances[read]), completeAddresses(&instances[read]) else { continue }
      if let other = routers.updateValue(write, forKey: RouterKey(instances[read])) {
        routers[RouterKey(instances[read])] = other
        reportDuplicate(instances[read], instances[other])
        continue
      }
      completeProtocol(&instances[read])
      completeLinks(&instances[read], &vmacNames)
      completeTracking(&instances[read])
      if write != read { instances.swapAt(write, read) }
      write += 1
    }
    instances.removeSubrange(write...)
    configuration.vrrpInstances = instances
  }

  private mutating func reportDuplicate(_ instance: VRRPInstance, _ other: VRRPInstance) {
    report(
      .duplicate, .error, .faulty,
      "\(other.name) and \(instance.name) both have the VRID \(instance.virtualRouterID) for \(instance.family.title) on \(instance.interface ?? "the same interface"); the second is dropped",
      instance.origin, 13)
  }

  /// What must be unique among instances.
  private struct RouterKey: Hashable {
    var interface: String?
    var identifier: UInt8
    var family: AddressFamily
    /// Peers set instances of unicast apart, destinations those of multicast.
    var addresses: [IPAddress]

    init(_ instance: VRRPInstance) {
      interface = instance.interface
      identifier = instance.virtualRouterID
      family = instance.family
      let peers = instance.transport.peers.map(\.address)
      addresses = peers.isEmpty ? [instance.transport.multicastGroup] : peers
    }
  }

  /// Interface, VRID, family, version, priority; false when the instance is dropped.
  private mutating func completeIdentity(_ instance: inout VRRPInstance) -> Bool {
    guard instance.virtualRouterID != 0 else {
      if let interface = instance.interface { requireInterface(interface, instance.name, instance.origin, 13) }
      report(
        .incomplete, .error, .faulty, "\(instance.name) has no virtual_router_id and is dropped", instance.origin, 13)
      return false
    }
    if let interface = instance.interface {
      if interface == "lo" {
        report(
          .contradiction, .error, .faulty, "\(instance.name) cannot run on the loopback interface and is dropped",
          instance.origin, 13)
        return false
      }
      requireInterface(interface, instance.name, instance.origin, 13)
      if instance.transport.vrf != nil { instance.transport.vrf = nil }
    } else if !instance.transport.isUnicast || instance.transport.sourceAddress == nil
      || instance.transport.peers.isEmpty
    {
      report(
        .incomplete, .error, .faulty, "\(instance.name) has no interface and is dropped", instance.origin, 13,
        notes: ["only an instance with unicast_src_ip and unicast_peer can do without"])
      return false
    }
    instance.family = instance.decidedFamily ?? .ipv4
    instance.decidedFamily = nil
    if instance.family == .ipv6 {
      if instance.version == .v2, instance.$version.isWritten {
        report(
          .versionLimit, .error, .faulty, "\(instance.name) has IPv6 addresses and therefore version 3",
          instance.origin, 13)
      }
      instance.version = .v3
    }
    let defaults = configuration.globals.vrrp
    instance.$version.inherit(defaults.version)
    instance.$priority.inherit(instance.state == .master && instance.$state.isWritten ? 255 : 100)
    instance.$state.inherit(instance.priority == 255 ? .master : .backup)
    completePolicy(&instance)
    return true
  }

  /// Settings taken from `global_defs`.
  private mutating func completePolicy(_ instance: inout VRRPInstance) {
    let globals = configuration.globals
    let defaults = globals.vrrp
    var behaviour = instance.behaviour
    behaviour.$downTimerAdverts.inherit(defaults.behaviour.downTimerAdverts)
    behaviour.$isStrict.inherit(defaults.behaviour.isStrict)
    behaviour.$lowerPriorityNoAdvert.inherit(defaults.behaviour.lowerPriorityNoAdvert || behaviour.isStrict)
    behaviour.$higherPrioritySendAdvert.inherit(defaults.behaviour.higherPrioritySendAdvert)
    behaviour.$ownerIgnoresAdverts.inherit(defaults.behaviour.ownerIgnoresAdverts)
    behaviour.$v3ChecksumAsV2.inherit(defaults.behaviour.v3ChecksumAsV2)
    behaviour.$skipsAddressCheck.inherit(defaults.behaviour.skipsAddressCheck)
    instance.behaviour = behaviour

    var settings = instance.announcements
    let general = defaults.announcements
    // A delay of the instance's own is also its default after an advert of lower priority, unless one is written.
    settings.$lowerPriorityDelay.inherit(
      general.$lowerPriorityDelay.isWritten || !settings.$masterDelay.isWritten
        ? general.lowerPriorityDelay : settings.masterDelay)
    settings.$lowerPriorityRepeat.inherit(
      general.$lowerPriorityRepeat.isWritten || !settings.$masterRepeat.isWritten
        ? general.lowerPriorityRepeat : settings.masterRepeat)
    settings.$masterDelay.inherit(general.masterDelay)
    settings.$masterRepeat.inherit(general.masterRepeat)
    settings.$masterRefresh.inherit(general.masterRefresh)
    settings.$masterRefreshRepeat.inherit(general.masterRefreshRepeat)
    if !settings.$extraInterfacePeriod.isWritten { settings.$extraInterfaceAll.inherit(general.extraInterfaceAll) }
    settings.$extraInterfacePeriod.inherit(general.extraInterfacePeriod)
    instance.announcements = settings

    instance.transport.$checksUnicastSource.inherit(
      defaults.checksUnicastSource
        || instance.transport.peers.contains { $0.minimumTTL > 0 || $0.maximumTTL < 255 })
    instance.transport.$multicastGroup.inherit(
      instance.family == .ipv4 ? .v4(defaults.multicastGroup4) : .v6(defaults.multicastGroup6))
    instance.$mailsAlerts.inherit(globals.mail.alertsVRRP ?? globals.mail.alerts ?? false)
    instance.$notifiesPriorityChanges.inherit(
      priorityChanges[instance.name] ?? globals.fifos.writesPriorityChanges)
    instance.$accepts.inherit(!instance.behaviour.isStrict || instance.priority == 255)
  }

  /// Whether the members of groups write priority changes, where their groups say so.
  func priorityChangesOfGroups() -> [String: Bool] {
    var settings: [String: Bool] = [:]
    for group in configuration.syncGroups where group.$notifiesPriorityChanges.isWritten {
      for member in group.members where settings[member] == nil { settings[member] = group.notifiesPriorityChanges }
    }
    return settings
  }

  /// Addresses; false when the instance is dropped for having none.
  private mutating func completeAddresses(_ instance: inout VRRPInstance) -> Bool {
    if instance.addresses.isEmpty, !instance.mayLackAddresses || instance.version == .v3 {
      let isNeeded = instance.version == .v3 || instance.behaviour.isStrict
      report(
        .noAddress, isNeeded ? .error : .warning, .faulty,
        isNeeded
          ? "\(instance.name) has no virtual_ipaddress, which \(instance.behaviour.isStrict ? "strict mode" : "version 3") demands; it is dropped"
          : "\(instance.name) has no virtual_ipaddress", instance.origin, 13)
      if isNeeded { return false }
    }
    if instance.addresses.count > 255 {
      report(
        .adjustedValue, .error, .faulty,
        "\(instance.name) has \(instance.addresses.count) addresses; an advert carries 255, the others are treated as excluded",
        instance.origin, 13)
      instance.excludedAddresses.insert(contentsOf: instance.addresses[255...], at: 0)
      instance.addresses.removeSubrange(255...)
    }
    for entry in instance.addresses + instance.excludedAddresses {
      if let interface = entry.interface { requireInterface(interface, entry.prefix.description, entry.origin) }
    }
    for route in instance.routes { requireInterfaces(of: route) }
    if instance.behaviour.isStrict, instance.family == .ipv6, let first = instance.addresses.first,
      !first.prefix.address.isLinkLocalIPv6
    {
      report(
        .strictMode, .error, .faulty, "in strict mode the first IPv6 address of \(instance.name) has to be link-local",
        first.origin)
    }
    return true
  }
}
