package import ConfigurationLanguage
import Wire
package import World

extension VirtualLinkSpecification {
  /// The interface that an instance wants on top of its own (`use_vmac`, `use_ipvlan`); nil for none.
  package init?(_ instance: VRRPInstance, in configuration: Configuration) {
    guard let base = instance.interface else { return nil }
    // Addresses with an interface of their own (dev) are not on this one.
    let addresses = (instance.addresses + instance.excludedAddresses).filter { $0.interface == nil }
    let families = Set(addresses.map(\.prefix.address.family) + [instance.family])
    let generated = Name.numbered(
      prefix: configuration.globals.vrrp.vmacPrefix, virtualRouter: instance.virtualRouterID, family: instance.family)
    if let vmac = instance.vmac {
      self.init(
        vmac.name.map(Name.fixed) ?? generated, on: base,
        kind: .macvlan(vmac.hardwareAddress ?? .virtualRouter(instance.virtualRouterID, instance.family)),
        group: vmac.group.flatMap { UInt32($0) }, families: families)
    } else if let ipvlan = instance.ipvlan {
      self.init(
        ipvlan.name.map(Name.fixed) ?? generated, on: base, kind: .ipvlan(Isolation(ipvlan.mode)),
        group: ipvlan.group.flatMap { UInt32($0) }, families: families)
      address = ipvlan.address
    } else {
      return nil
    }
  }
}

extension VirtualLinkSpecification.Isolation {
  fileprivate init(_ mode: IPVLAN.Mode) {
    switch mode {
    case .bridge: self = .bridge
    case .private: self = .isPrivate
    case .vepa: self = .vepa
    }
  }
}
