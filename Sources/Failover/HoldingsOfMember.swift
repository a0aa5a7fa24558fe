import VRRP
import Wire
import World

// From settings, which know interfaces by name, to what the kernel is told.
extension GroupSettings.Member {
  /// What the router holds as master, as far as the interfaces exist, and which of it nobody puts back.
  func holdings(
    in network: any NetworkState, _ virtualLinks: VirtualLinks
  ) -> (all: [Holding], untracked: Set<Holding>) {
    var indexes: [String: Int32] = [:]
    var tables: [String: UInt32] = [:]
    for link in network.links.values {
      indexes[link.name] = link.index
      tables[link.name] = link.routingTable
    }
    let virtual = virtualLinks.link(of: router.name)
    if let virtual { indexes[virtual.name] = virtual.index }
    let standard = virtualLinks.isWanted(by: router.name) ? virtual?.name : router.interface
    var all: [Holding] = []
    var untracked: Set<Holding> = []
    func append(_ holding: Holding, _ isTracked: Bool) {
      all.append(holding)
      if !isTracked { untracked.insert(holding) }
    }
    for address in router.allAddresses {
      if let specification = addressLinks[address.address] {
        guard let link = virtualLinks.link(of: router.name, for: specification) else { continue }
        append(.address(address.specification(interface: link.index)), address.isTracked)
        continue
      }
      guard let name = address.interface ?? standard, let index = indexes[name] else { continue }
      append(.address(address.specification(interface: index)), address.isTracked)
    }
    for route in routes {
      guard let resolved = route.resolved(indexes, tables: tables) else { continue }
      append(.route(resolved), route.isTracked)
    }
    for rule in rules { append(.rule(rule.rule), rule.isTracked) }
    return (all, untracked)
  }
}

extension VirtualAddress {
  private static let noDuplicateDetection: UInt32 = 0x02

  /// The address as the kernel is told to have it.
  func specification(interface: Int32) -> AddressSpecification {
    var specification = AddressSpecification(interface: interface, prefix: prefix, peer: peer, flags: flags)
    switch address {
    case .v4(let address):
      specification.scope = scope
      specification.label = label
      let mask = IPv4Address.mask(length: Int(prefix.length)).rawValue
      specification.broadcast =
        switch broadcast {
        case .none: nil
        case .hostBitsSet: IPv4Address(rawValue: address.rawValue | ~mask)
        case .hostBitsCleared: IPv4Address(rawValue: address.rawValue & mask)
        case .address(let address): address
        }
    case .v6:
      // The old master may still answer for the address: detection would find a duplicate and disable ours.
      if !detectsDuplicates { specification.flags |= Self.noDuplicateDetection }
      specification.preferredLifetime =
        switch preferredLifetime {
        case .byPrefix: prefix.length == 128 ? 0 : nil
        case .forever: nil
        case .seconds(let seconds): seconds
        }
    }
    return specification
  }
}

extension VirtualRoute {
  /// The route with the indexes of its interfaces and the table of its VRF; nil while one of them does not exist.
  func resolved(_ indexes: [String: Int32], tables: [String: UInt32]) -> Route? {
    var route = route
    if let vrf {
      guard let table = tables[vrf] else { return nil }
      route.table = table
    }
    for (position, name) in interfaces.enumerated() {
      guard let name, route.nextHops.indices.contains(position) else { continue }
      guard let index = indexes[name] else { return nil }
      route.nextHops[position].interface = index
    }
    return route
  }
}
