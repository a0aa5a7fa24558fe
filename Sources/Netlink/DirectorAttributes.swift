import CNetlink
import Wire

/// Attributes of commands (linux/ip_vs.h, IPVS_CMD_ATTR_*).
enum DirectorAttribute {
  static var service: Attribute<AttributeSet> { .init(IPVS_CMD_ATTR_SERVICE) }
  static var destination: Attribute<AttributeSet> { .init(IPVS_CMD_ATTR_DEST) }
  static var daemon: Attribute<AttributeSet> { .init(IPVS_CMD_ATTR_DAEMON) }
  static var tcpTimeout: Attribute<UInt32> { .init(IPVS_CMD_ATTR_TIMEOUT_TCP) }
  static var tcpFinTimeout: Attribute<UInt32> { .init(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN) }
  static var udpTimeout: Attribute<UInt32> { .init(IPVS_CMD_ATTR_TIMEOUT_UDP) }
}

/// Attributes of services (IPVS_SVC_ATTR_*).
enum ServiceAttribute {
  static var family: Attribute<UInt16> { .init(IPVS_SVC_ATTR_AF) }
  static var transport: Attribute<UInt16> { .init(IPVS_SVC_ATTR_PROTOCOL) }
  /// Sixteen octets, of which IPv4 uses the first four.
  static var address: Attribute<RawOctets> { .init(IPVS_SVC_ATTR_ADDR) }
  static var port: Attribute<NetworkOrder<UInt16>> { .init(IPVS_SVC_ATTR_PORT) }
  static var firewallMark: Attribute<UInt32> { .init(IPVS_SVC_ATTR_FWMARK) }
  static var scheduler: Attribute<String> { .init(IPVS_SVC_ATTR_SCHED_NAME) }
  static var flags: Attribute<ServiceFlags> { .init(IPVS_SVC_ATTR_FLAGS) }
  static var timeout: Attribute<UInt32> { .init(IPVS_SVC_ATTR_TIMEOUT) }
  /// For IPv4 a mask in network order, for IPv6 a length in the host's.
  static var mask: Attribute<RawOctets> { .init(IPVS_SVC_ATTR_NETMASK) }
  static var counters: Attribute<AttributeSet> { .init(IPVS_SVC_ATTR_STATS64) }
  static var engine: Attribute<String> { .init(IPVS_SVC_ATTR_PE_NAME) }
}

/// Attributes of destinations (IPVS_DEST_ATTR_*).
enum DestinationAttribute {
  static var address: Attribute<RawOctets> { .init(IPVS_DEST_ATTR_ADDR) }
  static var port: Attribute<NetworkOrder<UInt16>> { .init(IPVS_DEST_ATTR_PORT) }
  static var forwarding: Attribute<UInt32> { .init(IPVS_DEST_ATTR_FWD_METHOD) }
  static var weight: Attribute<UInt32> { .init(IPVS_DEST_ATTR_WEIGHT) }
  static var upperThreshold: Attribute<UInt32> { .init(IPVS_DEST_ATTR_U_THRESH) }
  static var lowerThreshold: Attribute<UInt32> { .init(IPVS_DEST_ATTR_L_THRESH) }
  static var activeConnections: Attribute<UInt32> { .init(IPVS_DEST_ATTR_ACTIVE_CONNS) }
  static var inactiveConnections: Attribute<UInt32> { .init(IPVS_DEST_ATTR_INACT_CONNS) }
  static var persistentConnections: Attribute<UInt32> { .init(IPVS_DEST_ATTR_PERSIST_CONNS) }
  static var family: Attribute<UInt16> { .init(IPVS_DEST_ATTR_ADDR_FAMILY) }
  static var counters: Attribute<AttributeSet> { .init(IPVS_DEST_ATTR_STATS64) }
  static var tunnelType: Attribute<UInt8> { .init(IPVS_DEST_ATTR_TUN_TYPE) }
  static var tunnelPort: Attribute<NetworkOrder<UInt16>> { .init(IPVS_DEST_ATTR_TUN_PORT) }
  static var tunnelFlags: Attribute<UInt16> { .init(Int(cnetlink_dest_tun_flags)) }
}

/// Attributes of counters (IPVS_STATS_ATTR_*), in their form of 64 bits.
enum CounterAttribute {
  static var connections: Attribute<UInt64> { .init(IPVS_STATS_ATTR_CONNS) }
  static var incomingPackets: Attribute<UInt64> { .init(IPVS_STATS_ATTR_INPKTS) }
  static var outgoingPackets: Attribute<UInt64> { .init(IPVS_STATS_ATTR_OUTPKTS) }
  static var incomingBytes: Attribute<UInt64> { .init(IPVS_STATS_ATTR_INBYTES) }
  static var outgoingBytes: Attribute<UInt64> { .init(IPVS_STATS_ATTR_OUTBYTES) }
}

/// Attributes of synchronisation daemons (IPVS_DAEMON_ATTR_*).
enum SyncDaemonAttribute {
  static var state: Attribute<UInt32> { .init(IPVS_DAEMON_ATTR_STATE) }
  static var interface: Attribute<String> { .init(IPVS_DAEMON_ATTR_MCAST_IFN) }
  static var identifier: Attribute<UInt32> { .init(IPVS_DAEMON_ATTR_SYNC_ID) }
  static var maximumLength: Attribute<UInt16> { .init(IPVS_DAEMON_ATTR_SYNC_MAXLEN) }
  static var group: Attribute<IPAddress> { .init(IPVS_DAEMON_ATTR_MCAST_GROUP) }
  static var group6: Attribute<IPAddress> { .init(IPVS_DAEMON_ATTR_MCAST_GROUP6) }
  /// In the host's order, other than all other ports.
  static var port: Attribute<UInt16> { .init(IPVS_DAEMON_ATTR_MCAST_PORT) }
  static var timeToLive: Attribute<UInt8> { .init(IPVS_DAEMON_ATTR_MCAST_TTL) }
}

/// struct ip_vs_flags: the flags and which of them are meant.
struct ServiceFlags: AttributeReadable, AttributeWritable {
  /// The kernel's own flag IP_VS_SVC_F_HASHED, which is neither asked for nor reported to anybody.
  static let hashed: UInt32 = 2

  let flags: UInt32

  init(_ flags: UInt32) {
    self.flags = flags & ~Self.hashed
  }

  init?(attribute octets: ArraySlice<UInt8>) {
    var reader = HostReader(octets)
    guard octets.count == 8, let flags: UInt32 = reader.number() else { return nil }
    self.init(flags)
  }

  func append(to octets: inout [UInt8]) {
    flags.append(to: &octets)
    UInt32.max.append(to: &octets)
  }
}
