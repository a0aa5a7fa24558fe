package import ConfigurationLanguage
package import Failover
import VRRP
package import Wire
import World

/// What the election role does, by a configuration.
package struct ElectionSettings: Sendable {
  /// The groups by a key that lasts across reloads: the group's name, or that of the router that stands alone.
  package var groups: [String: GroupSettings] = [:]
  /// The keys in the order of the configuration.
  package var order: [String] = []
  /// Checking scripts that somebody tracks.
  package var scripts: [VRRPScript] = []
  /// Files that somebody tracks.
  package var files: [TrackFile] = []
  /// Processes that somebody tracks.
  package var processes: [TrackProcess] = []

  /// Addresses that take no packets: those of routers with `no_accept` that do not own them (RFC 9568 §6.1).
  package var refusedAddresses: Set<IPAddress> = []

  /// Nothing to do.
  package init() {}

  /// The settings of a configuration.
  package init(_ configuration: Configuration) {
    let virtualAddresses = Set(
      configuration.vrrpInstances.flatMap { ($0.addresses + $0.excludedAddresses).map(\.prefix.address) })
    var ungrouped = configuration.vrrpInstances
    for group in configuration.syncGroups {
      let members = group.members.compactMap { name in configuration.vrrpInstances.first { $0.name == name } }
      ungrouped.removeAll { group.members.contains($0.name) }
      guard !members.isEmpty else { continue }
      add(
        "group \(group.name)",
        GroupSettings(
          name: group.name, members: members.map { GroupSettings.Member($0, in: configuration) },
          trackers: group.tracking.trackers, appliesWeights: group.keepsTrackingWeights,
          virtualAddressesOfHost: virtualAddresses))
    }
    for instance in ungrouped {
      add(
        "instance \(instance.name)",
        GroupSettings(
          members: [GroupSettings.Member(instance, in: configuration)], virtualAddressesOfHost: virtualAddresses))
    }
    refusedAddresses = Set(
      configuration.vrrpInstances.filter { !$0.accepts && $0.priority < 255 }
        .flatMap { ($0.addresses + $0.excludedAddresses).map(\.prefix.address) })
    let tracked = Set(
      groups.values.flatMap { group in group.trackers + group.members.flatMap(\.router.trackers) }.map(\.identity))
    scripts = configuration.vrrpScripts.filter { tracked.contains(Tracker.Identity(.script, $0.name)) }
    files = configuration.trackFiles.filter { tracked.contains(Tracker.Identity(.file, $0.name)) }
    processes = configuration.trackProcesses.filter { tracked.contains(Tracker.Identity(.process, $0.name)) }
  }

  private mutating func add(_ key: String, _ settings: GroupSettings) {
    groups[key] = settings
    order.append(key)
  }
}

extension GroupSettings.Member {
  fileprivate init(_ instance: VRRPInstance, in configuration: Configuration) {
    self.init(
      RouterSettings(instance, in: configuration), routes: instance.routes.map(VirtualRoute.init),
      rules: instance.rules.map(VirtualRule.init))
    virtualLink = VirtualLinkSpecification(instance, in: configuration)
    transmitsOnBase = instance.transmitsOnBase
    if let address = virtualLink?.address, router.source == nil { router.source = address.address }
  }
}

extension VirtualRoute {
  /// A route of the configuration.
  package init(_ written: ConfiguredRoute) {
    var route = Route(family: written.family, destination: written.destination)
    route.source = written.sourcePrefix
    route.type = written.type
    route.table = written.table
    route.origin = written.protocolNumber
    route.scope = written.scope ?? 0
    route.typeOfService = written.typeOfService
    route.priority = written.metric
    route.preferredSource = written.preferredSource
    route.metrics = written.metrics.values
    var interfaces: [String?] = []
    if written.nextHops.isEmpty {
      if written.gateway != nil || written.interface != nil {
        route.nextHops = [Route.NextHop(gateway: written.gateway, interface: nil, isOnLink: written.isOnLink)]
        interfaces = [written.interface]
      }
    } else {
      route.nextHops = written.nextHops.map {
        Route.NextHop(gateway: $0.gateway, interface: nil, weight: $0.weight, isOnLink: $0.isOnLink)
      }
      interfaces = written.nextHops.map(\.interface)
    }
    self.init(route, interfaces: interfaces, isTracked: !written.isUntracked)
  }
}

extension VirtualRule {
  /// A rule of the configuration.
  package init(_ written: ConfiguredRule) {
    var rule = Rule(family: written.family, table: 0)
    rule.from = written.source
    rule.to = written.destination
    rule.priority = written.preference
    rule.typeOfService = written.typeOfService ?? 0
    rule.firewallMark = written.mark
    rule.firewallMask = written.markMask
    rule.inputInterface = written.inputInterface
    rule.outputInterface = written.outputInterface
    rule.isInverted = written.isInverted
    rule.origin = written.protocolNumber
    switch written.action {
    case .table(let table): rule.table = table
    case .blackhole: rule.action = 6
    case .unreachable: rule.action = 7
    case .prohibit: rule.action = 8
    case .nop: rule.action = 3
    case .goTo(let target): (rule.action, rule.table) = (2, target)
    case .l3MasterDevice: rule.action = 1
    }
    self.init(rule, isTracked: !written.isUntracked)
  }
}
