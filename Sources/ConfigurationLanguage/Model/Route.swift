package import Wire

/// A route entry of `virtual_routes` or `static_routes`. Numbers are those of linux/rtnetlink.h.
package struct ConfiguredRoute: Equatable, Sendable {
  /// Where a route stands among equals.
  package enum Placement: String, CaseIterable, Sendable {
    case add
    case prepend
    case append
  }
  /// A time metric in the unit the kernel takes.
  package struct Metrics: Equatable, Sendable {
    /// RTAX_* number to value, in the kernel's units; names (congestion control) apart.
    package var values: [UInt16: UInt32] = [:]
    /// Bit mask of locked metrics (RTAX_LOCK).
    package var locked: UInt32 = 0
    /// `congctl`.
    package var congestionControl: String?
  }
  /// One hop of a multipath route.
  package struct NextHop: Equatable, Sendable {
    /// Gateway; nil when only the interface is given.
    package var gateway: IPAddress?
    /// Output interface.
    package var interface: String?
    /// Share of the traffic, 1 to 256.
    package var weight = 1
    /// `onlink`.
    package var isOnLink = false
    /// Encapsulation.
    package var encapsulation: Encapsulation?
    /// Realms, source in the upper sixteen bits.
    package var realms: UInt32?

    /// A hop that says nothing.
    package init() {}
  }
  /// Lightweight tunnels.
  package enum Encapsulation: Equatable, Sendable {
    /// IPv4 or IPv6 tunnel; type of service and TTL as written.
    case ip(
      AddressFamily, identifier: UInt64?, destination: IPAddress?, source: IPAddress?, typeOfService: UInt8?,
      timeToLive: UInt8?, flags: UInt16?)
    /// A stack of 20-bit labels.
    case mpls([UInt32])
    /// An ILA locator.
    case ila(UInt64)
  }

  /// Route type (RTN_*), 1 for unicast, 6 blackhole, 7 unreachable, 8 prohibit.
  package var type: UInt8 = 1
  /// Family.
  package var family = AddressFamily.ipv4
  /// Destination; 0/0 for default.
  package var destination: AddressPrefix
  /// Source prefix (`from`, IPv6 only).
  package var sourcePrefix: AddressPrefix?
  /// Preferred source address (`src`).
  package var preferredSource: IPAddress?
  /// Gateway (`via`).
  package var gateway: IPAddress?
  /// Output interface (`dev`).
  package var interface: String?
  /// Routing table, 254 for main.
  package var table: UInt32 = 254
  /// The VRF whose table is used.
  package var vrf: String?
  /// Protocol number (RTPROT_*), 18 for keepalived.
  package var protocolNumber: UInt8 = 18
  /// Scope (RT_SCOPE_*); nil for what fits the route.
  package var scope: UInt8?
  /// Type of service.
  package var typeOfService: UInt8 = 0
  /// Metric; nil for the kernel's.
  package var metric: UInt32?
  /// `onlink`.
  package var isOnLink = false
  /// Expiry (IPv6 only).
  package var expires: Duration?
  /// Encapsulation.
  package var encapsulation: Encapsulation?
  /// mtu, hoplimit, advmss, rtt, window and so on.
  package var metrics = Metrics()
  /// Realms, source in the upper sixteen bits (IPv4 only).
  package var realms: UInt32?
  /// Router preference (IPv6 only): 0 medium, 1 high, 3 low.
  package var preference: UInt8?
  /// `ttl-propagate`.
  package var propagatesTTL: Bool?
  /// Place among equal routes.
  package var placement = Placement.prepend
  /// The hops of a multipath route.
  package var nextHops: [NextHop] = []
  /// Whether its removal by others goes unnoticed (`no_track`).
  package var isUntracked = false
  /// `track_group` of a static route.
  package var trackGroup: String?
  /// Where it was written.
  package var origin: Origin
}

/// A rule entry of `virtual_rules` or `static_rules`. Numbers are those of linux/fib_rules.h.
package struct ConfiguredRule: Equatable, Sendable {
  /// What a matching packet meets.
  package enum Action: Equatable, Sendable {
    /// Look up this table.
    case table(UInt32)
    /// Use the table of the L3 master device.
    case l3MasterDevice
    /// Go on at the rule of this preference.
    case goTo(UInt32)
    case nop
    case blackhole
    case unreachable
    case prohibit
  }

  /// Family.
  package var family = AddressFamily.ipv4
  /// Source; nil for all.
  package var source: AddressPrefix?
  /// Destination; nil for all.
  package var destination: AddressPrefix?
  /// Whether the match is turned round.
  package var isInverted = false
  /// Preference of the rule; not written, counted down from 16384.
  @Inherited package var preference: UInt32 = 16384
  /// Type of service.
  package var typeOfService: UInt8?
  /// Firewall mark.
  package var mark: UInt32?
  /// Which bits of the mark count.
  package var markMask: UInt32?
  /// Realms, source in the upper sixteen bits (IPv4 only).
  package var realms: UInt32?
  /// Results whose prefix is this long or shorter are ignored.
  package var suppressPrefixLength: Int32?
  /// Results leaving through this link group are ignored.
  package var suppressInterfaceGroup: UInt32?
  /// Input interface.
  package var inputInterface: String?
  /// Output interface.
  package var outputInterface: String?
  /// Tunnel identifier.
  package var tunnelIdentifier: UInt64?
  /// Range of user numbers.
  package var users: ClosedRange<UInt32>?
  /// Protocol tag, 18 for keepalived.
  package var protocolNumber: UInt8 = 18
  /// Transport protocol.
  package var transport: UInt8?
  /// Range of source ports.
  package var sourcePorts: ClosedRange<UInt16>?
  /// Range of destination ports.
  package var destinationPorts: ClosedRange<UInt16>?
  /// What it does.
  package var action: Action
  /// Whether its removal by others goes unnoticed (`no_track`).
  package var isUntracked = false
  /// `track_group` of a static rule.
  package var trackGroup: String?
  /// Where it was written.
  package var origin: Origin
}
