import CNetlink
import Wire
import World

/// Attributes of lightweight tunnels (linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/ila.h).
private enum TunnelAttribute {
  static var identifier: Attribute<NetworkOrder<UInt64>> { .init(LWTUNNEL_IP_ID) }
  static var destination: Attribute<IPAddress> { .init(LWTUNNEL_IP_DST) }
  static var source: Attribute<IPAddress> { .init(LWTUNNEL_IP_SRC) }
  static var timeToLive: Attribute<UInt8> { .init(LWTUNNEL_IP_TTL) }
  static var typeOfService: Attribute<UInt8> { .init(LWTUNNEL_IP_TOS) }
  static var flags: Attribute<NetworkOrder<UInt16>> { .init(LWTUNNEL_IP_FLAGS) }
  static var labels: Attribute<RawOctets> { .init(Int(MPLS_IPTUNNEL_DST)) }
  static var locator: Attribute<NetworkOrder<UInt64>> { .init(Int(ILA_ATTR_LOCATOR)) }
}

extension Route.Encapsulation {
  /// Writes the kind and its parameters.
  func write(_ message: inout MessageWriter) {
    message.put(RouteAttribute.encapsulationKind, UInt16(truncatingIfNeeded: kind.rawValue))
    message.nest(RouteAttribute.encapsulation) { nest in
      switch self {
      // The numbers are the same for IPv6, where TTL and TOS are hop limit and traffic class (LWTUNNEL_IP6_*).
      case .tunnel(_, let identifier, let destination, let source, let typeOfService, let timeToLive, let flags):
        nest.put(TunnelAttribute.identifier, identifier.map { NetworkOrder($0) })
        nest.put(TunnelAttribute.destination, destination)
        nest.put(TunnelAttribute.source, source)
        nest.put(TunnelAttribute.typeOfService, typeOfService)
        nest.put(TunnelAttribute.timeToLive, timeToLive)
        nest.put(TunnelAttribute.flags, flags.map { NetworkOrder($0) })
      case .labels(let labels): nest.put(TunnelAttribute.labels, RawOctets(Self.stack(labels)))
      case .locator(let locator): nest.put(TunnelAttribute.locator, NetworkOrder(locator))
      }
    }
  }

  private var kind: lwtunnel_encap_types {
    switch self {
    case .tunnel(.ipv4, _, _, _, _, _, _): LWTUNNEL_ENCAP_IP
    case .tunnel(.ipv6, _, _, _, _, _, _): LWTUNNEL_ENCAP_IP6
    case .labels: LWTUNNEL_ENCAP_MPLS
    case .locator: LWTUNNEL_ENCAP_ILA
    }
  }

  /// Entries of RFC 3032 §2.1: 20 bits of label, the bottom marked in the last one.
  private static func stack(_ labels: [UInt32]) -> [UInt8] {
    var octets: [UInt8] = []
    for (index, label) in labels.enumerated() {
      octets.append(number: label << 12 | (index == labels.count - 1 ? 0x100 : 0))
    }
    return octets
  }
}
