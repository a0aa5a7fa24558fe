package import Wire

/// Numbers by which we mark in the kernel what we put there, so that it can be told from what others put there.
package enum Origin {
  /// Of routes and rules (RTPROT_KEEPALIVED), and of the addresses of virtual routers (IFA_PROTO): 18. For addresses
  /// keepalived takes whatever number /etc/iproute2/rt_addrprotos has for it; ours is fixed and needs no file.
  package static let virtualRouter: UInt8 = 18
  /// Of the addresses that `realserver` puts on the loopback interface, which a director on the same host leaves alone.
  package static let realServer: UInt8 = 19
}

/// An address to be put on an interface, with the parameters of keepalived's virtual_ipaddress.
package struct AddressSpecification: Hashable, Sendable {
  /// Index of the interface.
  package var interface: Int32
  /// The address and the length of its prefix.
  package var prefix: AddressPrefix
  /// The broadcast address of an IPv4 address; nil for none.
  package var broadcast: IPv4Address?
  /// The peer of a point-to-point address.
  package var peer: AddressPrefix?
  /// The scope (RT_SCOPE_*): 0 global, 253 link, 254 host.
  package var scope: UInt8
  /// The label of an IPv4 address, at most 15 octets.
  package var label: String?
  /// IFA_F_* flags to set, for instance NODAD 0x02.
  package var flags: UInt32
  /// Seconds for which the address may be chosen as a source; nil for ever, 0 for never.
  package var preferredLifetime: UInt32?
  /// The mark of who adds it (IFA_PROTO, Linux 5.18; older kernels ignore it).
  package var origin: UInt8

  /// An address on an interface, of global scope and without label.
  package init(
    interface: Int32, prefix: AddressPrefix, broadcast: IPv4Address? = nil, peer: AddressPrefix? = nil,
    scope: UInt8 = 0, label: String? = nil, flags: UInt32 = 0, preferredLifetime: UInt32? = nil,
    origin: UInt8 = Origin.virtualRouter
  ) {
    self.interface = interface
    self.prefix = prefix
    self.broadcast = broadcast
    self.peer = peer
    self.scope = scope
    self.label = label
    self.flags = flags
    self.preferredLifetime = preferredLifetime
    self.origin = origin
  }
}

/// A change of the host's addresses, routes or rules.
package enum NetworkOperation: Hashable, Sendable {
  /// Puts an address on an interface (RTM_NEWADDR). One that is there stays as it is, whatever its parameters.
  case addAddress(AddressSpecification)
  /// Takes it off again (RTM_DELADDR); of the specification only interface, prefix and peer count.
  case removeAddress(AddressSpecification)
  /// Adds a route beside those of others with the same destination (RTM_NEWROUTE).
  case addRoute(Route)
  /// Removes exactly this route (RTM_DELROUTE).
  case removeRoute(Route)
  /// Adds a rule (RTM_NEWRULE). Without priority the kernel takes a fresh one each time, so that adding the rule again
  /// makes two of it.
  case addRule(Rule)
  /// Removes the first rule that is like this one (RTM_DELRULE).
  case removeRule(Rule)
}

/// Writes addresses, routes and rules.
package protocol NetworkControl: AnyObject, Sendable {
  /// Carries the operations out in order, in one batch, and returns the outcome of each. What is already as wanted
  /// (EEXIST on adding; EADDRNOTAVAIL, ESRCH or ENOENT on removing) is a success: nil. An interface that is gone
  /// (ENODEV) has taken its addresses and routes along, so removing them is a success too.
  func apply(_ operations: [NetworkOperation]) -> [SystemFailure?]
}
