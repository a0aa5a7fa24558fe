import ConfigurationLanguage
import Failover
import Wire
import World

/// The addresses, routes and rules that exist whatever the state (static_ipaddress, static_routes, static_rules).
struct StaticObjects {
  private var operations: [NetworkOperation] = []

  /// None.
  init() {}

  /// Those of a configuration, as far as their interfaces exist.
  init(_ configuration: Configuration, state: any NetworkState) {
    for address in configuration.staticAddresses {
      let name = address.interface ?? configuration.globals.defaultInterface
      guard let link = state.link(named: name) else { continue }
      var specification = AddressSpecification(
        interface: link.index, prefix: address.prefix, scope: address.scope, label: address.label)
      if case .address(let broadcast) = address.broadcast { specification.broadcast = broadcast }
      if address.prefix.address.family == .ipv6 { specification.flags = 0x02 }
      operations.append(.addAddress(specification))
    }
    for written in configuration.staticRoutes {
      let virtual = VirtualRoute(written)
      var route = virtual.route
      for index in route.nextHops.indices where index < virtual.interfaces.count {
        route.nextHops[index].interface = virtual.interfaces[index].flatMap { state.link(named: $0)?.index }
      }
      operations.append(.addRoute(route))
    }
    operations += configuration.staticRules.map { .addRule(VirtualRule($0).rule) }
  }

  /// What puts them in place.
  var additions: [NetworkOperation] { operations }

  /// What removes them, in the opposite order.
  var removal: [NetworkOperation] { operations.reversed().map(\.inverse) }

  /// What removes those that the new ones do not have.
  func removal(keeping wanted: StaticObjects) -> [NetworkOperation] {
    let kept = Set(wanted.operations)
    return operations.reversed().filter { !kept.contains($0) }.map(\.inverse)
  }
}

extension NetworkOperation {
  fileprivate var inverse: NetworkOperation {
    switch self {
    case .addAddress(let address): .removeAddress(address)
    case .removeAddress(let address): .addAddress(address)
    case .addRoute(let route): .removeRoute(route)
    case .removeRoute(let route): .addRoute(route)
    case .addRule(let rule): .removeRule(rule)
    case .removeRule(let rule): .addRule(rule)
    }
  }
}
