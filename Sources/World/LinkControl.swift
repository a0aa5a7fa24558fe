package import Wire

/// A virtual interface on top of another one (`use_vmac`, `use_ipvlan`): what it should be.
package struct VirtualLinkSpecification: Hashable, Sendable {
  /// How an ipvlan sees its siblings (IFLA_IPVLAN_FLAGS); all on one base must be alike.
  package enum Isolation: UInt16, Hashable, Sendable {
    case bridge = 0
    case isPrivate = 1
    case vepa = 2
  }

  /// The kinds of virtual interfaces.
  package enum Kind: Hashable, Sendable {
    /// With a hardware address of its own, private mode.
    case macvlan(HardwareAddress)
    /// With the hardware address of the base, mode L2.
    case ipvlan(Isolation)
  }

  /// How its name is found.
  package enum Name: Hashable, Sendable {
    /// A name that must be free, or belong to a link like this one.
    case fixed(String)
    /// PREFIX.VRID, or where that is something else PREFIX6.VRID for IPv6, then PREFIX1.VRID, PREFIX2.VRID and so on.
    case numbered(prefix: String, virtualRouter: UInt8, family: AddressFamily)
  }

  /// Its name.
  package var name: Name
  /// The name of the interface below.
  package var base: String
  /// The kind of link.
  package var kind: Kind
  /// The link group; nil for that of the base.
  package var group: UInt32?
  /// The families of the addresses it will carry; IPv6 is switched off on a link without any.
  package var families: Set<AddressFamily>
  /// An address that is on the link as long as the link is there.
  package var address: AddressPrefix?
  /// Multicast groups that the base reports for the link: a macvlan says nothing by itself, because a backup that spoke
  /// with the virtual router's hardware address would lead switches astray.
  package var groups: Set<IPAddress> = []

  /// A virtual interface on `base`.
  package init(
    _ name: Name, on base: String, kind: Kind, group: UInt32? = nil, families: Set<AddressFamily> = [.ipv4]
  ) {
    self.name = name
    self.base = base
    self.kind = kind
    self.group = group
    self.families = families
  }

  /// Whether a link for one serves for the other, with other parameters perhaps.
  package func isSameLink(as other: VirtualLinkSpecification) -> Bool {
    name == other.name && base == other.base && kind == other.kind
  }

  /// The longest name of an interface (IFNAMSIZ without the final zero).
  package static let longestName = 15

  /// Names to be tried in this order, bounded; those that are too long for the kernel are left out.
  package var candidates: [String] {
    switch name {
    case .fixed(let name): return [name]
    case .numbered(let prefix, let identifier, let family):
      let first = ["\(prefix).\(identifier)"] + (family == .ipv6 ? ["\(prefix)6.\(identifier)"] : [])
      let others = (1...255).map { "\(prefix)\($0).\(identifier)" }.filter { !first.contains($0) }
      return (first + others).filter { $0.utf8.count <= Self.longestName }
    }
  }
}

/// A virtual interface that is there.
package struct VirtualLink: Hashable, Sendable {
  /// The kernel's number of the interface.
  package var index: Int32
  /// Its name.
  package var name: String
  /// What could not be set although the link works; each is worth a warning.
  package var complaints: [SystemFailure]

  /// A virtual interface.
  package init(index: Int32, name: String, complaints: [SystemFailure] = []) {
    self.index = index
    self.name = name
    self.complaints = complaints
  }
}

/// Makes and removes virtual interfaces, with the kernel parameters that they and their bases need.
package protocol LinkControl: AnyObject, Sendable {
  /// Makes a link and brings it up, or takes over one like it that is there. Asked again, it mends what has changed.
  ///
  /// - Throws: ENODEV without the base, EEXIST when every name is taken by something else, EADDRINUSE when another
  ///   link of the base has its hardware address, EBUSY when the base cannot carry the kind, and what else the kernel
  ///   says. Then nothing of the link is left behind.
  func establish(_ specification: VirtualLinkSpecification) throws(SystemFailure) -> VirtualLink

  /// Removes the link of a name where this program made it, and restores the parameters that nothing needs any more.
  func remove(_ name: String) -> [SystemFailure]

  /// Lets interfaces keep the other addresses of a network when the first one goes (`promote_secondaries`); those that
  /// are not named get their own value back. Asked again, it mends what has changed. An interface that does not exist is
  /// no failure.
  func promoteSecondaries(on interfaces: Set<String>) -> [SystemFailure]

  /// Removes links of an earlier run that were not established in this one, and restores what they needed.
  func removeLeftovers() -> [SystemFailure]
}
