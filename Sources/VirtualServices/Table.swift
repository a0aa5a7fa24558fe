package import Wire

/// What identifies a virtual service in the IPVS table (linux/ip_vs.h).
package enum ServiceKey: Hashable, Sendable {
  /// A service at an address; port 0 takes every port of a persistent service.
  case endpoint(TransportProtocol, Endpoint)
  /// A service for the packets that the firewall marked.
  case firewallMark(UInt32, AddressFamily)

  /// The family of the packets it takes.
  package var family: AddressFamily {
    switch self {
    case .endpoint(_, let endpoint): endpoint.address.family
    case .firewallMark(_, let family): family
    }
  }
}

/// The transport protocols IPVS balances.
package enum TransportProtocol: UInt16, Hashable, Sendable, CaseIterable {
  case tcp = 6
  case udp = 17
  case sctp = 132
}

/// How packets reach a real server (IP_VS_CONN_F_FWD_MASK).
package enum ForwardingMethod: Hashable, Sendable {
  /// Addresses are translated, and answers pass the director.
  case masquerade
  /// The director itself (the kernel decides this by the route; listed since it appears in the table).
  case localNode
  /// Encapsulated.
  case tunnel(Tunnel)
  /// Only the hardware address is changed.
  case directRouting
  /// Not to a real server at all; no configuration of ours makes it, but others may.
  case bypass
}

/// The kinds of encapsulation (IP_VS_CONN_F_TUNNEL_TYPE_*, IP_VS_TUNNEL_ENCAP_FLAG_*).
package struct Tunnel: Hashable, Sendable {
  /// 0 IPIP, 1 GUE, 2 GRE.
  package var type: UInt8
  /// The UDP port of GUE.
  package var port: UInt16
  /// 0 none, 1 checksum, 2 remote checksum offload.
  package var flags: UInt16

  /// A tunnel; IPIP when nothing is said.
  package init(type: UInt8 = 0, port: UInt16 = 0, flags: UInt16 = 0) {
    self.type = type
    self.port = port
    self.flags = flags
  }
}

/// The attributes of a service that can be changed while it exists.
package struct ServiceAttributes: Hashable, Sendable {
  /// The scheduler's name: "rr", "wlc" and so on.
  package var scheduler: String
  /// IP_VS_SVC_F_* without HASHED: PERSISTENT 0x1, ONEPACKET 0x4, SCHED1 0x8, SCHED2 0x10, SCHED3 0x20.
  package var flags: UInt32
  /// Persistence time-out in seconds.
  package var persistenceTimeout: UInt32
  /// The mask of persistence: for IPv4 a netmask as number (255.255.255.0 is 0xFFFFFF00), for IPv6 a prefix length.
  package var persistenceMask: UInt32
  /// The persistence engine, "sip"; nil for none.
  package var persistenceEngine: String?

  /// Attributes of a service that is not persistent.
  package init(scheduler: String, flags: UInt32 = 0, persistenceTimeout: UInt32 = 0, persistenceMask: UInt32) {
    self.scheduler = scheduler
    self.flags = flags
    self.persistenceTimeout = persistenceTimeout
    self.persistenceMask = persistenceMask
  }
}

/// The attributes of a destination that can be changed while it exists.
package struct DestinationAttributes: Hashable, Sendable {
  package var forwarding: ForwardingMethod
  /// 0 takes no new connections.
  package var weight: UInt32
  /// No new connections from this number on; 0 for no limit.
  package var upperThreshold: UInt32
  /// New connections again below this number.
  package var lowerThreshold: UInt32

  /// Attributes without thresholds.
  package init(forwarding: ForwardingMethod, weight: UInt32, upperThreshold: UInt32 = 0, lowerThreshold: UInt32 = 0) {
    self.forwarding = forwarding
    self.weight = weight
    self.upperThreshold = upperThreshold
    self.lowerThreshold = lowerThreshold
  }
}

/// Counters the kernel keeps (IPVS_STATS_ATTR_*, the 64-bit form).
package struct TableCounters: Hashable, Sendable {
  package var connections: UInt64 = 0
  package var incomingPackets: UInt64 = 0
  package var outgoingPackets: UInt64 = 0
  package var incomingBytes: UInt64 = 0
  package var outgoingBytes: UInt64 = 0

  /// All zero.
  package init() {}
}

/// A destination as the kernel holds it.
package struct TableDestination: Hashable, Sendable {
  package var attributes: DestinationAttributes
  /// Connections now, as the kernel counts them.
  package var activeConnections: UInt32 = 0
  package var inactiveConnections: UInt32 = 0
  package var persistentConnections: UInt32 = 0
  package var counters = TableCounters()

  /// A destination without connections.
  package init(attributes: DestinationAttributes) {
    self.attributes = attributes
  }
}

/// A service as the kernel holds it.
package struct TableService: Hashable, Sendable {
  package var attributes: ServiceAttributes
  package var destinations: [Endpoint: TableDestination] = [:]
  package var counters = TableCounters()

  /// A service without destinations.
  package init(attributes: ServiceAttributes) {
    self.attributes = attributes
  }
}

/// One command to the IPVS table.
package enum TableOperation: Hashable, Sendable {
  case addService(ServiceKey, ServiceAttributes)
  case editService(ServiceKey, ServiceAttributes)
  case removeService(ServiceKey)
  case addDestination(ServiceKey, Endpoint, DestinationAttributes)
  case editDestination(ServiceKey, Endpoint, DestinationAttributes)
  case removeDestination(ServiceKey, Endpoint)
  /// Removes every service of the network namespace, whoever made it (lvs_flush).
  case flush
}
