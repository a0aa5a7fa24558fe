package import ConfigurationLanguage
package import Failover
import VRRP

extension StaticSettings {
  /// What a configuration has in `static_ipaddress`, `static_routes` and `static_rules`.
  package init(_ configuration: Configuration) {
    let addresses = configuration.staticAddresses.map { written in
      var address = VirtualAddress(written)
      address.interface = written.interface ?? configuration.globals.defaultInterface
      return Item(.address(address), trackGroup: written.trackGroup)
    }
    let routes = configuration.staticRoutes.map { Item(.route(VirtualRoute($0)), trackGroup: $0.trackGroup) }
    let rules = configuration.staticRules.map { Item(.rule(VirtualRule($0)), trackGroup: $0.trackGroup) }
    self.init(addresses + routes + rules)
  }
}
