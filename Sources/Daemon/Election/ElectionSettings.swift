package import ConfigurationLanguage
package import Failover
package import LinuxWorld
import VRRP
package import Wire
import World

/// What the election role does, by a configuration.
package struct ElectionSettings: Sendable {
  /// The groups by a key that lasts across reloads: the group's name, or that of the router that stands alone.
  package var groups: [String: GroupSettings] = [:]
  /// The keys in the order of the configuration.
  package var order: [String] = []
  /// The numbers of all virtual routers, by the names of their instances.
  private(set) var virtualRouters: [String: UInt8] = [:]
  /// Checking scripts that somebody tracks.
  package var scripts: [VRRPScript] = []
  /// Files that somebody tracks.
  package var files: [TrackFile] = []
  /// Processes that somebody tracks.
  package var processes: [TrackProcess] = []

  /// Addresses that take no packets: those of routers with `no_accept` that do not own them (RFC 9568 §6.1).
  package var refusedAddresses: Set<IPAddress> = []

  /// Interfaces that keep the other addresses of a network when the first one goes (`promote_secondaries`).
  package var promotingInterfaces: Set<String> = []

  /// Interfaces whose drivers are asked for the carrier, with the one way to ask them.
  package var linkbeats: [String: Linkbeat.Method?] = [:]

  /// Nothing to do.
  package init() {}

  /// The settings of a configuration.
  package init(_ configuration: Configuration) {
    let virtualAddresses = Set(
      configuration.vrrpInstances.flatMap { ($0.addresses + $0.excludedAddresses).map(\.prefix.address) })
    var ungrouped = configuration.vrrpInstances
    let busy = configuration.routersWithServices
    for group in configuration.syncGroups {
      let members = group.members.compactMap { name in configuration.vrrpInstances.first { $0.name == name } }
      ungrouped.removeAll { group.members.contains($0.name) }
      guard !members.isEmpty else { continue }
      add(
        "group \(group.name)",
        GroupSettings(
          name: group.name, members: members.map { GroupSettings.Member($0, in: configuration, busy) },
          trackers: group.tracking.trackers, appliesWeights: group.keepsTrackingWeights,
          virtualAddressesOfHost: virtualAddresses), configuration)
    }
    for instance in ungrouped {
      add(
        "instance \(instance.name)",
        GroupSettings(
          members: [GroupSettings.Member(instance, in: configuration, busy)], virtualAddressesOfHost: virtualAddresses),
        configuration)
    }
    refusedAddresses = Set(
      configuration.vrrpInstances.filter { !$0.accepts && $0.priority < 255 }
        .flatMap { ($0.addresses + $0.excludedAddresses).map(\.prefix.address) })
    promotingInterfaces = Set(
      configuration.vrrpInstances.filter(\.promotesSecondaries).compactMap(\.interface))
    for instance in configuration.vrrpInstances
    where configuration.process.linkbeatUsesPolling || instance.linkbeatUsesPolling {
      if let interface = instance.interface { linkbeats[interface] = .some(nil) }
    }
    for entry in configuration.linkbeatInterfaces {
      linkbeats[entry.interface] = entry.method.map(Linkbeat.Method.init)
    }
    let tracked = Set(
      groups.values.flatMap { group in group.trackers + group.members.flatMap(\.router.trackers) }.map(\.identity))
    scripts = configuration.vrrpScripts.filter { tracked.contains(Tracker.Identity(.script, $0.name)) }
    files = configuration.trackFiles.filter { tracked.contains(Tracker.Identity(.file, $0.name)) }
    processes = configuration.trackProcesses.filter { tracked.contains(Tracker.Identity(.process, $0.name)) }
  }

  /// The routers that a reload moves from one group to another, by the key of the group they leave. One that becomes
  /// another router in the same step is not among them: it ends and begins.
  package func routersThatMove(to new: ElectionSettings) -> [String: Set<String>] {
    var homes: [String: (key: String, router: RouterSettings)] = [:]
    for (key, group) in new.groups {
      for member in group.members { homes[member.router.name] = (key, member.router) }
    }
    var moving: [String: Set<String>] = [:]
    for (key, group) in groups {
      for member in group.members {
        guard let home = homes[member.router.name], home.key != key, !member.router.isAnotherRouter(than: home.router)
        else { continue }
        moving[key, default: []].insert(member.router.name)
      }
    }
    return moving
  }

  private mutating func add(_ key: String, _ settings: GroupSettings, _ configuration: Configuration) {
    var settings = settings
    for delay in configuration.interfaceDelays {
      settings.linkDelays[delay.interface] = GroupSettings.LinkDelays(up: delay.up, down: delay.down)
    }
    settings.announcementGaps = AnnouncementGaps(configuration)
    for member in settings.members { virtualRouters[member.router.name] = member.router.virtualRouter }
    groups[key] = settings
    order.append(key)
  }
}

extension GroupSettings.Member {
  fileprivate init(_ instance: VRRPInstance, in configuration: Configuration, _ busy: Set<String>) {
    self.init(
      RouterSettings(instance, in: configuration, busy: busy), routes: instance.routes.map(VirtualRoute.init),
      rules: instance.rules.map(VirtualRule.init))
    setVirtualLinks(of: instance, in: configuration)
    vrf = instance.transport.vrf
  }
}

extension AnnouncementGaps {
  /// The gaps of a configuration: those for all interfaces, and those of garp_groups.
  package init(_ configuration: Configuration) {
    self.init()
    (arp, neighbour) = (configuration.globals.vrrp.garpInterval, configuration.globals.vrrp.gnaInterval)
    lanes = configuration.garpGroups.map { group in
      Lane(
        Set(group.interfaces + [group.interface].compactMap { $0 }), arp: group.garpInterval,
        neighbour: group.gnaInterval)
    }
  }
}

extension Linkbeat.Method {
  fileprivate init(_ method: LinkbeatInterface.Method) {
    switch method {
    case .mii: self = .mii
    case .ethtool: self = .ethtool
    case .ioctl: self = .flags
    }
  }
}
