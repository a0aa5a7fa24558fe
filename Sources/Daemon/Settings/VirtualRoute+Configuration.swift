package import ConfigurationLanguage
package import Failover
import Wire
import World

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
    if written.metrics.locked != 0 { route.metrics[1] = written.metrics.locked }  // RTAX_LOCK
    route.congestionControl = written.metrics.congestionControl
    route.realms = written.realms
    route.preference = written.preference
    route.propagatesTimeToLive = written.propagatesTTL
    route.placement =
      switch written.placement {
      case .prepend: .first
      case .append: .last
      case .add: .only
      }
    route.expiry = written.expires.map { UInt32(clamping: $0.components.seconds) }
    var interfaces: [String?] = []
    if written.nextHops.isEmpty {
      if written.gateway != nil || written.interface != nil {
        route.nextHops = [Route.NextHop(gateway: written.gateway, interface: nil, isOnLink: written.isOnLink)]
        route.nextHops[0].encapsulation = written.encapsulation.map(Route.Encapsulation.init)
        interfaces = [written.interface]
      }
    } else {
      route.nextHops = written.nextHops.map {
        var hop = Route.NextHop(gateway: $0.gateway, interface: nil, weight: $0.weight, isOnLink: $0.isOnLink)
        hop.encapsulation = $0.encapsulation.map(Route.Encapsulation.init)
        hop.realms = $0.realms
        return hop
      }
      interfaces = written.nextHops.map(\.interface)
    }
    self.init(route, interfaces: interfaces, isTracked: !written.isUntracked)
    vrf = written.vrf
  }
}

extension Route.Encapsulation {
  fileprivate init(_ written: ConfiguredRoute.Encapsulation) {
    switch written {
    case .ip(let family, let identifier, let destination, let source, let typeOfService, let timeToLive, let flags):
      self = .tunnel(
        family, identifier: identifier, destination: destination, source: source, typeOfService: typeOfService,
        timeToLive: timeToLive, flags: flags)
    case .mpls(let labels): self = .labels(labels)
    case .ila(let locator): self = .locator(locator)
    }
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
    rule.realms = written.realms
    rule.suppressedPrefixLength = written.suppressPrefixLength.map { UInt32(clamping: $0) }
    rule.suppressedInterfaceGroup = written.suppressInterfaceGroup
    rule.users = written.users
    rule.transport = written.transport
    rule.sourcePorts = written.sourcePorts
    rule.destinationPorts = written.destinationPorts
    rule.tunnel = written.tunnelIdentifier
    switch written.action {
    case .table(let table): rule.table = table
    case .blackhole: rule.action = 6
    case .unreachable: rule.action = 7
    case .prohibit: rule.action = 8
    case .nop: rule.action = 3
    case .goTo(let target): (rule.action, rule.target) = (2, target)
    case .l3MasterDevice: rule.usesDeviceTable = true
    }
    self.init(rule, isTracked: !written.isUntracked)
  }
}
