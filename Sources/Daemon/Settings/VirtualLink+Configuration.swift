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
      // Neighbours ask for IPv6 addresses in groups, which switches have to let through to this host.
      groups = Set(addresses.compactMap { $0.prefix.address.solicitedNodeGroup })
      if !instance.transport.isUnicast { groups.insert(instance.transport.multicastGroup) }
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

extension IPAddress {
  /// ff02::1:ff00:0/104 with the last 24 bits of an IPv6 address (RFC 4291 §2.7.1); nil for IPv4.
  fileprivate var solicitedNodeGroup: IPAddress? {
    guard case .v6(let address) = self else { return nil }
    let groups = address.groups
    return .v6(IPv6Address(groups: [0xFF02, 0, 0, 0, 0, 1, 0xFF00 | groups[6] & 0xFF, groups[7]]))
  }
}
