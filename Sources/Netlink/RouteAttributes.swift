import CNetlink
import Wire

/// Attributes of links (linux/if_link.h).
enum LinkAttribute {
  static var hardwareAddress: Attribute<RawOctets> { .init(IFLA_ADDRESS) }
  static var name: Attribute<String> { .init(IFLA_IFNAME) }
  static var mtu: Attribute<UInt32> { .init(IFLA_MTU) }
  static var lower: Attribute<Int32> { .init(IFLA_LINK) }
  /// Of a virtual link: its kind, and data that depend on it.
  static var information: Attribute<AttributeSet> { .init(IFLA_LINKINFO) }
  static var kind: Attribute<String> { .init(IFLA_INFO_KIND) }
  static var data: Attribute<AttributeSet> { .init(IFLA_INFO_DATA) }
  static var routingTable: Attribute<UInt32> { .init(IFLA_VRF_TABLE) }
  /// What the kernel may leave out of a dump.
  static var filter: Attribute<UInt32> { .init(IFLA_EXT_MASK) }
}

/// Attributes of addresses (linux/if_addr.h).
enum AddressAttribute {
  /// The network's address, which is the peer's where there is one.
  static var address: Attribute<IPAddress> { .init(IFA_ADDRESS) }
  /// The address itself; IPv6 has it only beside a peer.
  static var local: Attribute<IPAddress> { .init(IFA_LOCAL) }
  static var label: Attribute<String> { .init(IFA_LABEL) }
  static var broadcast: Attribute<IPAddress> { .init(IFA_BROADCAST) }
  static var lifetimes: Attribute<RawOctets> { .init(IFA_CACHEINFO) }
  static var flags: Attribute<UInt32> { .init(IFA_FLAGS) }
  static var origin: Attribute<UInt8> { .init(Int(cnetlink_ifa_proto)) }
}

/// Attributes of routes (linux/rtnetlink.h).
enum RouteAttribute {
  static var destination: Attribute<IPAddress> { .init(RTA_DST) }
  static var source: Attribute<IPAddress> { .init(RTA_SRC) }
  static var outputInterface: Attribute<Int32> { .init(RTA_OIF) }
  static var gateway: Attribute<IPAddress> { .init(RTA_GATEWAY) }
  /// A gateway of the other family, behind its family in two octets.
  static var via: Attribute<RawOctets> { .init(RTA_VIA) }
  static var priority: Attribute<UInt32> { .init(RTA_PRIORITY) }
  static var preferredSource: Attribute<IPAddress> { .init(RTA_PREFSRC) }
  /// Attributes with the numbers of RTAX_*.
  static var metrics: Attribute<AttributeSet> { .init(RTA_METRICS) }
  /// An array of struct rtnexthop, for reading.
  static var nextHops: Attribute<RawOctets> { .init(RTA_MULTIPATH) }
  /// The same, for writing.
  static var writtenNextHops: Attribute<AttributeSet> { .init(RTA_MULTIPATH) }
  static var realms: Attribute<UInt32> { .init(RTA_FLOW) }
  static var table: Attribute<UInt32> { .init(RTA_TABLE) }
  static var preference: Attribute<UInt8> { .init(RTA_PREF) }
  static var expiry: Attribute<UInt32> { .init(RTA_EXPIRES) }
  static var nextHopObject: Attribute<UInt32> { .init(RTA_NH_ID) }
  static var propagation: Attribute<UInt8> { .init(RTA_TTL_PROPAGATE) }
  /// LWTUNNEL_ENCAP_*.
  static var encapsulationKind: Attribute<UInt16> { .init(RTA_ENCAP_TYPE) }
  /// Attributes as the kind has them.
  static var encapsulation: Attribute<AttributeSet> { .init(RTA_ENCAP) }
  /// The one metric that is not a number.
  static var congestionControl: Attribute<String> { .init(RTAX_CC_ALGO) }
}

/// Attributes of rules (linux/fib_rules.h).
enum RuleAttribute {
  static var destination: Attribute<IPAddress> { .init(FRA_DST) }
  static var source: Attribute<IPAddress> { .init(FRA_SRC) }
  static var inputInterface: Attribute<String> { .init(FRA_IIFNAME) }
  static var outputInterface: Attribute<String> { .init(FRA_OIFNAME) }
  static var target: Attribute<UInt32> { .init(FRA_GOTO) }
  static var priority: Attribute<UInt32> { .init(FRA_PRIORITY) }
  static var mark: Attribute<UInt32> { .init(FRA_FWMARK) }
  static var mask: Attribute<UInt32> { .init(FRA_FWMASK) }
  static var realms: Attribute<UInt32> { .init(FRA_FLOW) }
  static var tunnel: Attribute<NetworkOrder<UInt64>> { .init(FRA_TUN_ID) }
  static var suppressedGroup: Attribute<UInt32> { .init(FRA_SUPPRESS_IFGROUP) }
  static var suppressedLength: Attribute<UInt32> { .init(FRA_SUPPRESS_PREFIXLEN) }
  static var table: Attribute<UInt32> { .init(FRA_TABLE) }
  static var deviceTable: Attribute<UInt8> { .init(FRA_L3MDEV) }
  static var users: Attribute<NumberRange<UInt32>> { .init(FRA_UID_RANGE) }
  static var origin: Attribute<UInt8> { .init(FRA_PROTOCOL) }
  static var transport: Attribute<UInt8> { .init(FRA_IP_PROTO) }
  static var sourcePorts: Attribute<NumberRange<UInt16>> { .init(FRA_SPORT_RANGE) }
  static var destinationPorts: Attribute<NumberRange<UInt16>> { .init(FRA_DPORT_RANGE) }
}

/// First and last of a range, in the host's order.
struct NumberRange<Number: FixedWidthInteger>: AttributeReadable, AttributeWritable {
  let range: ClosedRange<Number>

  init?(_ range: ClosedRange<Number>?) {
    guard let range else { return nil }
    self.range = range
  }

  init?(attribute octets: ArraySlice<UInt8>) {
    var reader = HostReader(octets)
    guard let first: Number = reader.number(), let last: Number = reader.number(), reader.rest.isEmpty, first <= last
    else { return nil }
    range = first...last
  }

  func append(to octets: inout [UInt8]) {
    range.lowerBound.append(to: &octets)
    range.upperBound.append(to: &octets)
  }
}

extension AddressFamily {
  /// AF_INET, AF_INET6.
  var number: UInt8 {
    switch self {
    case .ipv4: 2
    case .ipv6: 10
    }
  }

  /// The family with a number of AF_*; nil for all others.
  init?(number: some FixedWidthInteger) {
    switch number {
    case 2: self = .ipv4
    case 10: self = .ipv6
    default: return nil
    }
  }

  /// 0.0.0.0 or ::
  var unspecified: IPAddress {
    switch self {
    case .ipv4: .v4(.any)
    case .ipv6: .v6(.any)
    }
  }

  /// A prefix of this family, from an address and a length that came from outside.
  func prefix(_ address: IPAddress?, length: UInt8) throws(MessageFault) -> AddressPrefix {
    let address = address ?? unspecified
    guard address.family == self, Int(length) <= bitWidth else { throw .badAttributeValue }
    return AddressPrefix(address, length: length)
  }
}
