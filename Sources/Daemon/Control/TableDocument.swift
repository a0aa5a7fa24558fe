package import ControlProtocol
package import VirtualServices
import Wire

/// The kernel's table as control clients get it; `TableText` prints it.
package enum TableDocument {
  private static let persistent: UInt32 = 0x1
  private static let onePacket: UInt32 = 0x4

  /// The whole table in ipvsadm's order: addresses before marks, IPv4 before IPv6, then by protocol and number.
  /// `version` is the first line of /proc/net/ip_vs, as far as that can be read.
  package static func document(_ table: [ServiceKey: TableService], version: String?) -> JSON {
    let services = table.sorted { $0.key.rank < $1.key.rank }
    return .object([
      JSON.Member("version", version.map(JSON.string) ?? .null),
      JSON.Member("services", .array(services.map { service($0.key, $0.value) })),
    ])
  }

  private static func service(_ key: ServiceKey, _ service: TableService) -> JSON {
    let attributes = service.attributes
    var members = key.members
    members.append(JSON.Member("scheduler", .string(attributes.scheduler)))
    members.append(JSON.Member("scheduler_flags", .integer(Int64(attributes.flags >> 3 & 7))))
    if attributes.flags & persistent != 0 {
      members.append(JSON.Member("persistence", .integer(Int64(attributes.persistenceTimeout))))
      if let mask = mask(attributes.persistenceMask, key.family) { members.append(JSON.Member("mask", .string(mask))) }
    }
    if let engine = attributes.persistenceEngine { members.append(JSON.Member("engine", .string(engine))) }
    if attributes.flags & onePacket != 0 { members.append(JSON.Member("one_packet", true)) }
    members += service.counters.members
    let destinations = service.destinations.sorted { $0.key < $1.key }
    members.append(JSON.Member("destinations", .array(destinations.map { destination($0.key, $0.value) })))
    return .object(members)
  }

  /// The mask of persistence; nil for that of a single host, which goes without saying.
  private static func mask(_ mask: UInt32, _ family: AddressFamily) -> String? {
    switch family {
    case .ipv4: mask == .max ? nil : IPv4Address(rawValue: mask).description
    case .ipv6: mask == 128 ? nil : String(mask)
    }
  }

  private static func destination(_ endpoint: Endpoint, _ destination: TableDestination) -> JSON {
    let attributes = destination.attributes
    var members = [JSON.Member("name", .string(endpoint.description))]
    let (word, tunnel) = attributes.forwarding.words
    members.append(JSON.Member("forwarding", .string(word)))
    if let tunnel {
      members.append(
        JSON.Member(
          "tunnel",
          .object([
            JSON.Member("type", .integer(Int64(tunnel.type))), JSON.Member("port", .integer(Int64(tunnel.port))),
            JSON.Member("flags", .integer(Int64(tunnel.flags))),
          ])))
    }
    members += [
      ("weight", attributes.weight), ("upper", attributes.upperThreshold), ("lower", attributes.lowerThreshold),
      ("active", destination.activeConnections), ("inactive", destination.inactiveConnections),
      ("persistent", destination.persistentConnections),
    ].map { JSON.Member($0.0, .integer(Int64($0.1))) }
    return .object(members + destination.counters.members)
  }
}

extension ServiceKey {
  /// What sorts the table.
  fileprivate struct Rank: Comparable {
    var mark: UInt32
    var family: Int64
    var transport: UInt16
    var endpoint: Endpoint

    static func < (left: Rank, right: Rank) -> Bool {
      (left.mark, left.family, left.transport, left.endpoint)
        < (right.mark, right.family, right.transport, right.endpoint)
    }
  }

  fileprivate var rank: Rank {
    switch self {
    case .endpoint(let transport, let endpoint):
      Rank(mark: 0, family: family.version, transport: transport.rawValue, endpoint: endpoint)
    case .firewallMark(let mark, let family):
      Rank(mark: mark, family: family.version, transport: 0, endpoint: Endpoint(.v4(.any), port: 0))
    }
  }

  fileprivate var members: [JSON.Member] {
    let (word, name) =
      switch self {
      case .endpoint(let transport, let endpoint): (transport.word.uppercased(), endpoint.description)
      case .firewallMark(let mark, _): ("FWM", String(mark))
      }
    return [
      JSON.Member("protocol", .string(word)), JSON.Member("name", .string(name)),
      JSON.Member("family", .integer(family.version)),
    ]
  }
}

extension AddressFamily {
  /// 4 or 6.
  fileprivate var version: Int64 { self == .ipv4 ? 4 : 6 }
}

extension ForwardingMethod {
  fileprivate var words: (String, Tunnel?) {
    switch self {
    case .masquerade: ("masquerade", nil)
    case .localNode: ("local", nil)
    case .tunnel(let tunnel): ("tunnel", tunnel)
    case .directRouting: ("direct", nil)
    case .bypass: ("bypass", nil)
    }
  }
}
