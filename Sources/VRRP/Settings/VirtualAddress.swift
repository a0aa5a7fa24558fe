package import Wire

/// An address that a virtual router holds while it is master, with the parameters of keepalived's virtual_ipaddress.
package struct VirtualAddress: Hashable, Sendable {
  /// How the broadcast address of an IPv4 address is found.
  package enum Broadcast: Hashable, Sendable {
    /// No broadcast address.
    case none
    /// `brd +`: the host bits set.
    case hostBitsSet
    /// `brd -`: the host bits cleared.
    case hostBitsCleared
    /// `brd ADDRESS`.
    case address(IPv4Address)
  }

  /// For how long an IPv6 address may be chosen as a source of new connections.
  package enum PreferredLifetime: Hashable, Sendable {
    /// Never for a /128 (as keepalived has it), for ever otherwise.
    case byPrefix
    /// For ever.
    case forever
    /// For so many seconds; 0 for never.
    case seconds(UInt32)
  }

  /// The address and the length of its prefix.
  package var prefix: AddressPrefix
  /// The name of the interface that carries it (`dev`); nil for the router's own interface.
  package var interface: String?
  /// The broadcast address (`brd`), IPv4 only.
  package var broadcast: Broadcast
  /// The other end of a point-to-point address (`peer`).
  package var peer: AddressPrefix?
  /// RT_SCOPE_* (`scope`): 0 global, 253 link, 254 host.
  package var scope: UInt8
  /// The label of an IPv4 address, at most 15 octets.
  package var label: String?
  /// Further IFA_F_* flags: home address 0x10, managetempaddr 0x100, noprefixroute 0x200, autojoin 0x400.
  package var flags: UInt32
  /// Whether duplicate address detection is left on; normally it is off, because the old master may still answer.
  package var detectsDuplicates: Bool
  /// `preferred_lft`, IPv6 only.
  package var preferredLifetime: PreferredLifetime
  /// Whether it is put back when somebody else removes it (not `no_track`).
  package var isTracked: Bool

  /// An address of global scope on the router's interface.
  package init(_ prefix: AddressPrefix, interface: String? = nil, label: String? = nil) {
    self.prefix = prefix
    self.interface = interface
    self.label = label
    broadcast = .none
    peer = nil
    scope = 0
    flags = 0
    detectsDuplicates = false
    preferredLifetime = .byPrefix
    isTracked = true
  }

  /// The address without its prefix.
  package var address: IPAddress { prefix.address }
}
