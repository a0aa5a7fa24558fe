package import Wire

/// `virtual_server`: one balanced service.
package struct VirtualServer: Equatable, Sendable {
  /// What packets the service takes.
  package enum Identity: Hashable, Sendable {
    /// To an address and port; port 0 takes every port.
    case endpoint(Endpoint)
    /// With a firewall mark.
    case firewallMark(UInt32)
    /// Those of a `virtual_server_group`.
    case group(String)
  }

  /// The transport protocols.
  package enum TransportProtocol: String, CaseIterable, Sendable {
    case tcp = "TCP"
    case udp = "UDP"
    case sctp = "SCTP"
  }

  /// What happens to the service while another director is master (an extension).
  package enum OnBackup: String, CaseIterable, Sendable {
    /// Kept, unless one of its servers is this host and its address belongs to a VRRP instance.
    case auto
    /// Kept.
    case yes
    /// Removed.
    case no
  }

  /// What packets it takes.
  package var identity: Identity
  /// Family of the service; nil while nothing decides it (a mark without real servers).
  package var family: AddressFamily?
  /// Transport protocol; nil for marks. UDP when not written.
  @Inherited package var transport: TransportProtocol? = nil
  /// Name of the scheduler.
  @Inherited package var scheduler = "wlc"
  /// Scheduler flags and one-packet scheduling.
  package var schedulerFlags: SchedulerFlags = []
  /// Default forwarding of its servers.
  @Inherited package var forwarding = ForwardingMethod.nat
  /// Persistence engine, "sip"; nil for none.
  package var persistenceEngine: String?
  /// Persistence time-out, 1 to 2,678,400 whole seconds; nil when the service is not persistent.
  package var persistenceTimeout: Duration?
  /// Length of the prefix by which clients are grouped for persistence; nil for single hosts.
  package var persistenceGranularity: UInt8?
  /// The netmask by which IPv4 clients are grouped. It says the same as `persistenceGranularity` unless it has holes,
  /// which the kernel takes as well.
  package var persistenceMask: IPv4Address?
  /// Whether checks rest while this host does not hold the address.
  package var suspendsWithoutAddress = false
  /// Whether quorum changes are mailed.
  @Inherited package var mailsAlerts = false
  /// Default Host header of HTTP checks.
  package var virtualHost: String?
  /// Label in SNMP.
  package var snmpName: String?
  /// Whether servers count as down until a check succeeds.
  package var alpha = false
  /// Whether notifications run at shutdown.
  package var omega = false
  /// Command run when the quorum is gained.
  package var quorumUp: Script?
  /// Command run when the quorum is lost.
  package var quorumDown: Script?
  /// Weight of live servers that is needed, 1 or more.
  package var quorum = 1
  /// Margin round the quorum, less than it.
  package var hysteresis = 0
  /// Default weight of its servers, 1 or more.
  package var weight = 1
  /// Whether failed servers stay with weight 0.
  package var inhibitsOnFailure = false
  /// Defaults of its checks, as written; the checks themselves are complete.
  package var checkDefaults = CheckDefaults()
  /// Server used while the quorum is lost.
  package var sorryServer: SorryServer?
  /// What happens while another director is master (extension).
  package var onBackup = OnBackup.auto
  /// How long a removed server goes on with its connections; nil for no drain (extension).
  package var drainTimeout: Duration?
  /// How long a new server takes to reach its weight; nil for at once (extension).
  package var slowStart: Duration?
  /// Its servers, each address and port once.
  package var realServers: [RealServer] = []
  /// Where it was written.
  package var origin: Origin

  /// A service without settings.
  package init(_ identity: Identity, origin: Origin) {
    self.identity = identity
    self.origin = origin
  }
}

/// Flags of schedulers (IP_VS_SVC_F_*).
package struct SchedulerFlags: OptionSet, Sendable {
  /// The kernel's number.
  package var rawValue: UInt32
  /// The flags with this number.
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  /// One-packet scheduling.
  package static let onePacket = SchedulerFlags(rawValue: 0x4)
  /// `flag-1`, `sh-fallback`, `mh-fallback`.
  package static let flag1 = SchedulerFlags(rawValue: 0x8)
  /// `flag-2`, `sh-port`, `mh-port`.
  package static let flag2 = SchedulerFlags(rawValue: 0x10)
  /// `flag-3`.
  package static let flag3 = SchedulerFlags(rawValue: 0x20)
}

/// How packets reach a real server (`lvs_method`).
package enum ForwardingMethod: Equatable, Sendable {
  /// Addresses are translated.
  case nat
  /// Only the hardware address is changed.
  case directRouting
  /// Encapsulated.
  case tunnel(TunnelSettings)
}

/// The options of `TUN`.
package struct TunnelSettings: Equatable, Sendable {
  /// Encapsulations.
  package enum Kind: String, CaseIterable, Sendable {
    case ipip
    case gue
    case gre
  }
  /// Checksums of the outer header.
  package enum Checksum: String, CaseIterable, Sendable {
    case none = "nocsum"
    case full = "csum"
    case remoteOffload = "remcsum"
  }

  /// Encapsulation.
  package var kind = Kind.ipip
  /// UDP port of GUE, 1 to 65535; 0 for the others.
  package var port: UInt16 = 0
  /// Checksum.
  package var checksum = Checksum.none
}

/// `sorry_server`.
package struct SorryServer: Equatable, Sendable {
  /// Address and port.
  package var endpoint: Endpoint
  /// Whether it stays with weight 0 while it is not needed.
  package var inhibits = false
  /// How packets reach it; not written, as the servers of the service.
  @Inherited package var forwarding = ForwardingMethod.nat
  /// Where it was written.
  package var origin: Origin
}

/// Settings that checks take from their server or service; nil where nothing is written.
package struct CheckDefaults: Equatable, Sendable {
  /// Extra attempts before a check fails.
  package var retry: Int?
  /// Pause before a retry.
  package var delayBeforeRetry: Duration?
  /// Upper limit of the random delay of the first check.
  package var warmup: Duration?
  /// Time allowed to connect.
  package var connectTimeout: Duration?
  /// Interval of checks.
  package var delayLoop: Duration?

  /// Nothing.
  package init() {}
}

/// `real_server`: one backend.
package struct RealServer: Equatable, Sendable {
  /// What few servers say.
  private struct Rarities: Equatable {
    var notifyUp: Script?
    var notifyDown: Script?
    var checkDefaults = CheckDefaults()
    var snmpName: String?
    var drainTimeout: Duration?
    var slowStart: Duration?
  }

  /// Address and port; port 0 only where the service takes every port.
  package var endpoint: Endpoint
  /// Weight, 0 or more.
  @Inherited package var weight = 1
  /// How packets reach it.
  @Inherited package var forwarding = ForwardingMethod.nat
  /// No new connections from this number on; 0 for no limit.
  package var upperThreshold: UInt32 = 0
  /// New connections again below this number.
  package var lowerThreshold: UInt32 = 0
  /// Whether it stays with weight 0 when it fails.
  @Inherited package var inhibitsOnFailure = false
  /// Whether it counts as down until a check succeeds.
  @Inherited package var alpha = false
  /// Whether state changes are mailed.
  @Inherited package var mailsAlerts = true
  /// Default Host header.
  @Inherited package var virtualHost: String? = nil
  /// Its checks, all of which must succeed.
  package var checks: [HealthCheck] = []
  /// Where it was written.
  package var origin: Origin
  @Seldom private var rarities: Rarities? = nil

  /// A server without settings.
  package init(_ endpoint: Endpoint, origin: Origin) {
    self.endpoint = endpoint
    self.origin = origin
  }

  /// Command run when it comes up.
  package var notifyUp: Script? {
    get { rare.notifyUp }
    set { rare.notifyUp = newValue }
  }
  /// Command run when it goes down.
  package var notifyDown: Script? {
    get { rare.notifyDown }
    set { rare.notifyDown = newValue }
  }
  /// Defaults of its checks, as written; the checks themselves are complete.
  package var checkDefaults: CheckDefaults {
    get { rare.checkDefaults }
    set { rare.checkDefaults = newValue }
  }
  /// Label in SNMP.
  package var snmpName: String? {
    get { rare.snmpName }
    set { rare.snmpName = newValue }
  }
  /// How long it goes on with its connections when removed (extension).
  package var drainTimeout: Duration? {
    get { rare.drainTimeout }
    set { rare.drainTimeout = newValue }
  }
  /// How long it takes to reach its weight (extension).
  package var slowStart: Duration? {
    get { rare.slowStart }
    set { rare.slowStart = newValue }
  }
  private var rare: Rarities {
    get { rarities ?? Rarities() }
    set { rarities = newValue == Rarities() ? nil : newValue }
  }
}

/// `virtual_server_group`: a named set of addresses and marks.
package struct VirtualServerGroup: Equatable, Sendable {
  /// An entry.
  package enum Entry: Equatable, Sendable {
    /// The addresses from first to last, both of one family, with a port (0 for none).
    case addresses(first: IPAddress, last: IPAddress, port: UInt16)
    /// A mark, with a family where it is needed.
    case firewallMark(UInt32, AddressFamily?)
  }

  /// Name of the group.
  package var name: String
  /// Its entries.
  package var entries: [Entry] = []
  /// Where it was written.
  package var origin: Origin
}
