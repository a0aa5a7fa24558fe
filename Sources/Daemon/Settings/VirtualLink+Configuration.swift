package import ConfigurationLanguage
package import Failover
import VRRP
import Wire
import World

extension GroupSettings.Member {
  /// Takes over which interfaces the instance wants on top of others (`use_vmac`, `use_ipvlan`, `use_vmac_addr`).
  package mutating func setVirtualLinks(of instance: VRRPInstance, in configuration: Configuration) {
    virtualLink = VirtualLinkSpecification(instance, in: configuration)
    transmitsOnBase = instance.transmitsOnBase
    if let address = virtualLink?.address, router.source == nil { router.source = address.address }
    for address in instance.addresses + instance.excludedAddresses {
      guard let base = address.interface ?? instance.interface, address.usesVMAC || instance.usesVMACForAddresses,
        virtualLink == nil || !instance.isAtHome(address)
      else { continue }
      let family = address.prefix.address.family
      addressLinks[address.prefix.address] = VirtualLinkSpecification(
        .numbered(
          prefix: configuration.globals.vrrp.vmacAddressPrefix, virtualRouter: instance.virtualRouterID, family: family),
        on: base, kind: .macvlan(.virtualRouter(instance.virtualRouterID, family)), families: [family])
    }
    // One link for all addresses of a family on an interface, with the groups of all.
    for (address, specification) in addressLinks {
      let groups = addressLinks.filter { $0.value.isSameLink(as: specification) }.keys.compactMap(\.solicitedNodeGroup)
      addressLinks[address]?.groups = Set(groups)
    }
    guard virtualLink != nil else { return }
    // "dev" with the instance's own interface means the one on top of it.
    for index in router.addresses.indices where router.addresses[index].interface == instance.interface {
      router.addresses[index].interface = nil
    }
    for index in router.excludedAddresses.indices where router.excludedAddresses[index].interface == instance.interface
    {
      router.excludedAddresses[index].interface = nil
    }
  }
}

extension VRRPInstance {
  /// Whether an address belongs on the instance's own link: of its family, and on no other interface.
  fileprivate func isAtHome(_ address: ConfiguredAddress) -> Bool {
    (address.interface == nil || address.interface == interface) && address.prefix.address.family == family
  }
}

extension VirtualLinkSpecification {
  /// The interface that an instance wants on top of its own (`use_vmac`, `use_ipvlan`); nil for none.
  fileprivate init?(_ instance: VRRPInstance, in configuration: Configuration) {
    guard let base = instance.interface else { return nil }
    let addresses = (instance.addresses + instance.excludedAddresses).filter {
      ($0.interface == nil || $0.interface == base)
        && (instance.isAtHome($0) || !($0.usesVMAC || instance.usesVMACForAddresses))
    }
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
