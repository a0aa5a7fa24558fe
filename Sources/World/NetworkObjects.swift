package import Wire

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

  /// An address on an interface, of global scope and without label.
  package init(
    interface: Int32, prefix: AddressPrefix, broadcast: IPv4Address? = nil, peer: AddressPrefix? = nil,
    scope: UInt8 = 0, label: String? = nil, flags: UInt32 = 0, preferredLifetime: UInt32? = nil
  ) {
    self.interface = interface
    self.prefix = prefix
    self.broadcast = broadcast
    self.peer = peer
    self.scope = scope
    self.label = label
    self.flags = flags
    self.preferredLifetime = preferredLifetime
  }
}

/// A route, in the terms of rtnetlink (linux/rtnetlink.h).
package struct Route: Hashable, Sendable {
  /// One way of a route.
  package struct NextHop: Hashable, Sendable {
    package var gateway: IPAddress?
    package var interface: Int32?
    /// 1 to 256.
    package var weight: Int
    package var isOnLink: Bool

    /// A next hop.
    package init(gateway: IPAddress?, interface: Int32?, weight: Int = 1, isOnLink: Bool = false) {
      self.gateway = gateway
      self.interface = interface
      self.weight = weight
      self.isOnLink = isOnLink
    }
  }

  package var family: AddressFamily
  /// The destination; a length of 0 is the default route.
  package var destination: AddressPrefix
  package var source: AddressPrefix?
  /// RTN_*: 1 unicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw.
  package var type: UInt8
  package var table: UInt32
  /// RTPROT_*: 18 is keepalived's.
  package var origin: UInt8
  package var scope: UInt8
  package var typeOfService: UInt8
  package var priority: UInt32?
  package var preferredSource: IPAddress?
  package var nextHops: [NextHop]
  /// RTAX_* metrics by number.
  package var metrics: [UInt16: UInt32]

  /// A unicast route of keepalived's protocol in the main table.
  package init(family: AddressFamily, destination: AddressPrefix) {
    self.family = family
    self.destination = destination
    source = nil
    type = 1
    table = 254
    origin = 18
    scope = 0
    typeOfService = 0
    priority = nil
    preferredSource = nil
    nextHops = []
    metrics = [:]
  }
}

/// A policy rule, in the terms of rtnetlink (linux/fib_rules.h).
package struct Rule: Hashable, Sendable {
  package var family: AddressFamily
  package var from: AddressPrefix?
  package var to: AddressPrefix?
  package var priority: UInt32?
  /// FR_ACT_*: 1 look up a table, 6 blackhole, 7 unreachable, 8 prohibit.
  package var action: UInt8
  package var table: UInt32
  package var typeOfService: UInt8
  package var firewallMark: UInt32?
  package var firewallMask: UInt32?
  package var inputInterface: String?
  package var outputInterface: String?
  package var isInverted: Bool
  package var origin: UInt8

  /// A rule that looks up a table.
  package init(family: AddressFamily, table: UInt32) {
    self.family = family
    from = nil
    to = nil
    priority = nil
    action = 1
    self.table = table
    typeOfService = 0
    firewallMark = nil
    firewallMask = nil
    inputInterface = nil
    outputInterface = nil
    isInverted = false
    origin = 18
  }
}

/// A change of the host's addresses, routes or rules.
package enum NetworkOperation: Hashable, Sendable {
  case addAddress(AddressSpecification)
  case removeAddress(AddressSpecification)
  case addRoute(Route)
  case removeRoute(Route)
  case addRule(Rule)
  case removeRule(Rule)
}

/// Writes addresses, routes and rules.
package protocol NetworkControl: AnyObject, Sendable {
  /// Carries the operations out in order, in one batch, and returns the outcome of each. What is already as wanted
  /// (EEXIST on adding, EADDRNOTAVAIL, ESRCH or ENOENT on removing) is a success: nil.
  func apply(_ operations: [NetworkOperation]) -> [SystemFailure?]
}
