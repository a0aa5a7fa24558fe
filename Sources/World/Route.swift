package import Wire

/// A route, in the terms of rtnetlink (linux/rtnetlink.h).
package struct Route: Hashable, Sendable {
  /// What packets are put into on their way (lightweight tunnels, linux/lwtunnel.h).
  package enum Encapsulation: Hashable, Sendable {
    /// An IPv4 or IPv6 tunnel of metadata; the kernel takes what is nil from the tunnel's interface.
    case tunnel(
      AddressFamily, identifier: UInt64?, destination: IPAddress?, source: IPAddress?, typeOfService: UInt8?,
      timeToLive: UInt8?, flags: UInt16?)
    /// A stack of MPLS labels of 20 bits, the outermost first.
    case labels([UInt32])
    /// A locator of identifier-locator addressing.
    case locator(UInt64)
  }

  /// Where a route stands among those with the same destination and metric.
  package enum Placement: Hashable, Sendable {
    /// Before them.
    case first
    /// Behind them.
    case last
    /// Nowhere: it is refused when one is there.
    case only
  }

  /// One way of a route.
  package struct NextHop: Hashable, Sendable {
    /// The router to send to, of either family; nil for a destination on the link.
    package var gateway: IPAddress?
    /// Index of the interface; nil lets the kernel find it by the gateway.
    package var interface: Int32?
    /// 1 to 256.
    package var weight: Int
    /// The gateway is reachable although no address of the interface covers it (RTNH_F_ONLINK).
    package var isOnLink: Bool
    /// What packets of this way are put into.
    package var encapsulation: Encapsulation?
    /// Realms of this way, source in the upper half. IPv4 only, and only beside others.
    package var realms: UInt32?

    /// A next hop.
    package init(gateway: IPAddress?, interface: Int32?, weight: Int = 1, isOnLink: Bool = false) {
      self.gateway = gateway
      self.interface = interface
      self.weight = weight
      self.isOnLink = isOnLink
    }
  }

  /// What the kernel looks routes up by, and what tells two of them apart for this program: what the kernel fills in by
  /// itself is not part of it.
  package struct Identity: Hashable, Sendable {
    /// The destination without host bits.
    package let destination: AddressPrefix
    /// RT_TABLE_*.
    package let table: UInt32
    /// RTN_*.
    package let type: UInt8
    /// RTA_PRIORITY, with the kernel's default of 1024 for IPv6.
    package let priority: UInt32
    /// The TOS of IPv4.
    package let typeOfService: UInt8
  }

  /// The family of the destination.
  package var family: AddressFamily
  /// The destination; a length of 0 is the default route.
  package var destination: AddressPrefix
  /// Only packets from here (IPv6 only).
  package var source: AddressPrefix?
  /// RTN_*: 1 unicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw.
  package var type: UInt8
  /// RT_TABLE_*: 253 default, 254 main, 255 local, or any other number.
  package var table: UInt32
  /// RTPROT_*: 18 is keepalived's.
  package var origin: UInt8
  /// RT_SCOPE_*: 0 global, 253 link, 254 host.
  package var scope: UInt8
  /// Only packets with this TOS; 0 for all.
  package var typeOfService: UInt8
  /// The metric; smaller is better. nil is 0 for IPv4 and 1024 for IPv6.
  package var priority: UInt32?
  /// The source address of packets of this host that take the route.
  package var preferredSource: IPAddress?
  /// None for a route that goes nowhere; several share the traffic by weight.
  package var nextHops: [NextHop]
  /// RTAX_* metrics by number; 1 is the mask of those that are locked.
  package var metrics: [UInt16: UInt32]
  /// The name of the congestion control of connections over the route (RTAX_CC_ALGO).
  package var congestionControl: String?
  /// The router preference of RFC 4191 (RTA_PREF): 0 medium, 1 high, 3 low. IPv6 only.
  package var preference: UInt8?
  /// Realms for the packet scheduler, source in the upper half (RTA_FLOW). IPv4 only.
  package var realms: UInt32?
  /// Seconds until the kernel removes the route (RTA_EXPIRES). IPv6 only.
  package var expiry: UInt32?
  /// Whether the TTL of an IP packet goes into its MPLS labels and back (RTA_TTL_PROPAGATE).
  package var propagatesTimeToLive: Bool?
  /// Where it stands among its equals.
  package var placement = Placement.first
  /// A next-hop object instead of `nextHops` (RTA_NH_ID).
  package var nextHopObject: UInt32?

  /// A unicast route of keepalived's protocol in the main table.
  package init(family: AddressFamily, destination: AddressPrefix) {
    self.family = family
    self.destination = destination
    type = 1
    table = 254
    origin = Origin.virtualRouter
    scope = 0
    typeOfService = 0
    nextHops = []
    metrics = [:]
  }

  /// What this route is compared by.
  package var identity: Identity {
    Identity(
      destination: destination.withoutHostBits, table: table, type: type,
      priority: priority ?? (family == .ipv6 ? 1024 : 0), typeOfService: family == .ipv6 ? 0 : typeOfService)
  }
}

extension AddressPrefix {
  /// The network: the address with all bits beyond the prefix zero.
  package var withoutHostBits: AddressPrefix {
    switch address {
    case .v4(let address):
      let mask = IPv4Address.mask(length: Int(length)).rawValue
      return AddressPrefix(.v4(IPv4Address(rawValue: address.rawValue & mask)), length: length)
    case .v6(let address):
      let mask: UInt128 = length == 0 ? 0 : ~0 << UInt128(128 - min(Int(length), 128))
      return AddressPrefix(.v6(IPv6Address(rawValue: address.rawValue & mask)), length: length)
    }
  }
}
