package import Wire

/// An address entry of `virtual_ipaddress`, `virtual_ipaddress_excluded` or `static_ipaddress`.
package struct ConfiguredAddress: Equatable, Sendable {
  /// How the broadcast address is set.
  package enum Broadcast: Equatable, Sendable {
    /// To this address.
    case address(IPv4Address)
    /// `+`: all host bits set.
    case hostBitsSet
    /// `-`: all host bits clear.
    case hostBitsClear
  }

  /// The address with its prefix, /32 or /128 when none is written.
  package var prefix: AddressPrefix
  /// Interface it goes to; nil for that of the instance.
  package var interface: String?
  /// Scope as the kernel numbers it (RT_SCOPE_*): 0 global, 200 site, 253 link, 254 host, 255 nowhere. IPv4 only.
  package var scope: UInt8 = 0
  /// Broadcast address; nil for none. IPv4 only.
  package var broadcast: Broadcast?
  /// Label, at most 15 octets. IPv4 only.
  package var label: String?
  /// The other end of a point-to-point link.
  package var peer: AddressPrefix?
  /// `home`: Mobile IPv6 home address.
  package var isHome = false
  /// `-nodad`: no duplicate address detection.
  package var skipsDuplicateDetection = false
  /// `mngtmpaddr`.
  package var managesTemporaryAddresses = false
  /// `noprefixroute`.
  package var hasNoPrefixRoute = false
  /// `autojoin`.
  package var joinsMulticastGroup = false
  /// Whether its removal by others goes unnoticed (`no_track`).
  package var isUntracked = false
  /// `preferred_lft`; not written, nil (for ever), and 0 for an IPv6 /128.
  @Inherited package var preferredLifetime: Duration? = nil
  /// `track_group` of a static address.
  package var trackGroup: String?
  /// Whether it gets a MAC VLAN of its own (`use_vmac`).
  package var usesVMAC = false
  /// Where it was written.
  package var origin: Origin

  /// An address without options.
  package init(_ prefix: AddressPrefix, origin: Origin = .nowhere) {
    self.prefix = prefix
    self.origin = origin
  }
}
