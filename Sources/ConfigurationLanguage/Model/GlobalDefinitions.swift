package import Wire

/// `global_defs`.
package struct GlobalDefinitions: Equatable, Sendable {
  /// Label of this machine in mails (`router_id`); not written, the host name.
  @Inherited package var routerID = ""
  /// Mail.
  package var mail = MailSettings()
  /// Scripts and their security.
  package var scripts = ScriptSettings()
  /// The pipes.
  package var fifos = FIFOSettings()
  /// Defaults of VRRP.
  package var vrrp = VRRPDefaults()
  /// The IPVS table as a whole.
  package var lvs = LVSSettings()
  /// Packet filters.
  package var firewall = FirewallSettings()
  /// Names, files and reload.
  package var files = FileSettings()
  /// The VRRP process.
  package var vrrpProcess = RoleSettings()
  /// The health-check process.
  package var checkerProcess = RoleSettings()
  /// The BFD process.
  package var bfdProcess = RoleSettings()
  /// SNMP and D-Bus.
  package var management = ManagementSettings()
  /// Interface of static addresses without `dev`.
  package var defaultInterface = "eth0"
  /// Whether interfaces may come later (`dynamic_interfaces`).
  package var allowsMissingInterfaces = false
  /// Whether such an interface may change type or parent (`dynamic_interfaces allow_if_changes`).
  package var allowsInterfaceChanges = false
  /// `disable_local_igmp`.
  package var disablesLocalIGMP = false
  /// Whether each failed check attempt is logged.
  package var logsAllCheckFailures = false
  /// Upper bound of the automatic real-time priority, 0 to 99; -1 off without the notice.
  package var maximumAutoPriority = 0
  /// Lateness that raises the priority, microseconds as written, 1 to 10,000,000.
  package var minimumAutoPriorityDelay = Duration.milliseconds(1000)
  /// Our own extensions.
  package var extensions = ExtensionSettings()

  /// The defaults.
  package init() {}
}

/// Mail in `global_defs`.
package struct MailSettings: Equatable, Sendable {
  /// Recipients; empty sends no mail.
  package var recipients: [String] = []
  /// Sender; not written, user@host.
  @Inherited package var sender = ""
  /// Relay; nil sends no mail.
  package var server: MailServer?
  /// Name in HELO; not written, the host name.
  @Inherited package var heloName = ""
  /// Time allowed to connect, whole seconds, 1 or more.
  package var connectTimeout = Duration.seconds(30)
  /// Default of all `smtp_alert`; nil for each one's own default.
  package var alerts: Bool?
  /// Default of instances and groups.
  package var alertsVRRP: Bool?
  /// Default of virtual and real servers.
  package var alertsCheckers: Bool?
  /// `no_email_faults`.
  package var omitsFaults = false
  /// `no_checker_emails`.
  package var omitsCheckers = false

  /// No mail.
  package init() {}
}

/// `smtp_server`.
package struct MailServer: Equatable, Sendable {
  /// Address or name as written.
  package var host: String
  /// Port, 1 to 65535; nil for that of the service: 25, with `smtp_tls` 587 or 465.
  package var port: UInt16?
  /// Where it was written.
  package var origin: Origin
}

/// Scripts in `global_defs`.
package struct ScriptSettings: Equatable, Sendable {
  /// Default account; nil for keepalived_script if it exists, else the daemon's own.
  package var user: ScriptUser?
  /// `enable_script_security`.
  package var isSecure = false
  /// `use_symlink_paths`.
  package var usesSymbolicLinkPaths = false
  /// `set_supplementary_groups`.
  package var setsSupplementaryGroups = false
  /// Run before the roles start.
  package var startup: Script?
  /// Time limit, 1 to 1,000 whole seconds.
  package var startupTimeout = Duration.seconds(10)
  /// Run after the roles ended.
  package var shutdown: Script?
  /// Time limit, 1 to 1,000 whole seconds.
  package var shutdownTimeout = Duration.seconds(10)

  /// The defaults.
  package init() {}
}

/// Pipes in `global_defs`.
package struct FIFOSettings: Equatable, Sendable {
  /// VRRP and LVS events.
  package var all: NotifyFIFO?
  /// Reader of that pipe.
  package var allScript: Script?
  /// VRRP events.
  package var vrrp: NotifyFIFO?
  /// Reader of that pipe.
  package var vrrpScript: Script?
  /// LVS events.
  package var lvs: NotifyFIFO?
  /// Reader of that pipe.
  package var lvsScript: Script?
  /// Default of instances: whether priority changes are written.
  package var writesPriorityChanges = false
  /// Whether all VRRP states are written after a reload.
  package var writesStatesOnReload = false

  /// No pipes.
  package init() {}
}

/// VRRP in `global_defs`. What instances inherit is already in them.
package struct VRRPDefaults: Equatable, Sendable {
  /// Group of IPv4 adverts.
  package var multicastGroup4 = IPv4Address(224, 0, 0, 18)
  /// Group of IPv6 adverts.
  package var multicastGroup6 = IPv6Address(rawValue: 0xff02 << 112 | 0x12)
  /// Version of IPv4 instances.
  package var version = VRRPInstance.Version.v2
  /// Announcements.
  package var announcements = AnnouncementSettings()
  /// Gap between gratuitous ARPs on an interface, resolution a microsecond.
  package var garpInterval = Duration.zero
  /// Gap between unsolicited neighbour advertisements on an interface.
  package var gnaInterval = Duration.zero
  /// One announcement without repeats (`vrrp_min_garp`).
  package var minimalAnnouncements = false
  /// Behaviour.
  package var behaviour = VRRPBehaviour()
  /// Default: whether unicast adverts must come from a configured peer.
  package var checksUnicastSource = false
  /// Wait of all instances after the start of the daemon.
  package var startupDelay = Duration.zero
  /// Wait of all instances until the host has been up that long.
  package var delayAfterBoot = Duration.zero
  /// `log_unknown_vrids`.
  package var logsUnknownRouters = false
  /// Prefix of names of MAC VLANs.
  package var vmacPrefix = "vrrp"
  /// Prefix of names of MAC VLANs of addresses; not written, `vmac_prefix`.
  @Inherited package var vmacAddressPrefix = "vrrp"
  /// How receive buffers are sized.
  package var receiveBuffers: ReceiveBufferPolicy?
  /// Packets per instance to size for, 1 or more.
  package var receiveBufferMultiplier = 3
  /// Sizes of netlink buffers.
  package var netlinkBuffers = NetlinkBuffers()
  /// `process_monitor_rcv_bufs` in octets.
  package var processMonitorBuffer: Int?
  /// `process_monitor_rcv_bufs_force`.
  package var forcesProcessMonitorBuffer = false

  /// The defaults.
  package init() {}
}

/// `vrrp_rx_bufs_policy`.
package enum ReceiveBufferPolicy: Equatable, Sendable {
  case mtu
  case advert
  case octets(Int)
}

/// Receive buffers of netlink sockets in octets; nil for the kernel's default.
package struct NetlinkBuffers: Equatable, Sendable {
  /// Of the socket for commands (`…_netlink_cmd_rcv_bufs`).
  package var command: Int?
  /// Whether the limit of the system is exceeded for it.
  package var forcesCommand = false
  /// Of the socket for changes (`…_netlink_monitor_rcv_bufs`).
  package var monitor: Int?
  /// Whether the limit of the system is exceeded for it.
  package var forcesMonitor = false

  /// The kernel's defaults.
  package init() {}
}

/// IPVS in `global_defs`.
package struct LVSSettings: Equatable, Sendable {
  /// What goes when the program stops.
  package enum FlushOnStop: Equatable, Sendable {
    /// What it made, piece by piece.
    case no
    /// The whole table.
    case all
    /// Its services at a stroke.
    case managedServices
  }

  /// Idle time-out of TCP, 0 to 2,678,400 whole seconds; nil for the kernel's.
  package var tcpTimeout: Duration?
  /// Time-out after FIN.
  package var tcpFinTimeout: Duration?
  /// Time-out of UDP.
  package var udpTimeout: Duration?
  /// Whether the table is emptied at start.
  package var flushesAtStart = false
  /// What goes at stop.
  package var flushOnStop = FlushOnStop.no
  /// The connection sync daemon.
  package var syncDaemon: SyncDaemon?
  /// Whether UP notifications run for servers at start.
  package var notifiesInitialState = false
  /// Sizes of netlink buffers.
  package var netlinkBuffers = NetlinkBuffers()

  /// The defaults.
  package init() {}
}

/// Packet filters in `global_defs`.
package struct FirewallSettings: Equatable, Sendable {
  /// Chains of iptables, in and out.
  package var iptables: [String]?
  /// Names of ipsets; empty disables them.
  package var ipsets: [String]?
  /// Table of nftables for VRRP.
  package var nftables: String?
  /// Priority of its chains.
  package var nftablesPriority = -1
  /// Whether sets are keyed by interface index.
  package var nftablesUsesIndex = false
  /// Table of nftables that marks for server groups.
  package var nftablesIPVS: String?
  /// Priority of its chains.
  package var nftablesIPVSPriority = -1
  /// First mark handed out, 1 or more.
  package var nftablesIPVSFirstMark: UInt32 = 1000
  /// Whether rules count.
  package var nftablesCounters = false

  /// None.
  package init() {}
}

/// Names, files and reload in `global_defs`.
package struct FileSettings: Equatable, Sendable {
  /// Whether roles get names of their own (`process_names`).
  package var usesProcessNames = false
  /// Name of the supervisor, at most 15 octets.
  package var processName: String?
  /// File creation mask.
  package var umask: UInt32?
  /// `random_seed`; without effect.
  package var randomSeed: UInt32?
  /// `reload_check_config`: the log of the check, "/dev/null" when none is named; nil for no check.
  package var reloadCheckLog: String?
  /// `reload_time_file`.
  package var reloadTimeFile: String?
  /// `reload_repeat`.
  package var repeatsReload = false
  /// `reload_file`: the file that exists while files are read; empty for the default place, nil for none.
  package var reloadFile: String?
  /// `config_save_dir`.
  package var saveDirectory: String?
  /// `tmp_config_directory`.
  package var temporaryDirectory: String?
  /// `data_use_instance`.
  package var dumpNamesHoldInstance = false
  /// Layout of the JSON dump, 1 or 2.
  package var jsonVersion = 1
  /// `iproute_usr_dir`.
  package var iprouteVendorDirectory: String?
  /// `iproute_etc_dir`.
  package var iprouteLocalDirectory: String?
  /// `state_dump_file`.
  package var stateDump: String?
  /// `stats_dump_file`.
  package var statisticsDump: String?
  /// `json_dump_file`.
  package var jsonDump: String?

  /// The defaults.
  package init() {}
}

/// How a process runs: `vrrp_priority`, `checker_rt_priority` and so on.
package struct RoleSettings: Equatable, Sendable {
  /// Name of the process, at most 15 octets.
  package var name: String?
  /// Nice value, -20 to 19.
  package var nice: Int?
  /// Whether it is locked in memory.
  package var isLockedInMemory = false
  /// Real-time priority, 1 to 99.
  package var realTimePriority: Int?
  /// The processors it may use; nil for all.
  package var processors: [Int]?
  /// Processor time between blocking calls when real-time.
  package var realTimeLimit: Duration?

  /// An ordinary process.
  package init() {}
}

/// SNMP and D-Bus in `global_defs`.
package struct ManagementSettings: Equatable, Sendable {
  /// Address of the AgentX master (`snmp_socket`); nil for the library's default.
  package var snmpSocket: String?
  /// `enable_traps`.
  package var sendsTraps = false
  /// `enable_snmp_vrrp`.
  package var servesVRRP = false
  /// `enable_snmp_rfcv2`.
  package var servesRFC2787 = false
  /// `enable_snmp_rfcv3`.
  package var servesRFC6527 = false
  /// `enable_snmp_checker`.
  package var servesCheckers = false
  /// Age of virtual server counters, 0.001 to 30 seconds.
  package var virtualServerStatisticsInterval = Duration.seconds(5)
  /// Age of real server counters; not written, that of virtual servers.
  @Inherited package var realServerStatisticsInterval = Duration.seconds(5)
  /// `enable_dbus`.
  package var usesDBus = false
  /// Bus name to own.
  package var dbusServiceName = "org.keepalived.Vrrp1"
  /// Part of a path for instances without interface.
  package var dbusNoInterfaceName: String?

  /// None.
  package init() {}
}

/// The words that keepalived does not have.
package struct ExtensionSettings: Equatable, Sendable {
  /// Where metrics are served.
  package var metricsAddress: String?
  /// User of the mail relay.
  package var smtpUser: String?
  /// Password of the mail relay.
  package var smtpPassword: String?
  /// Whether mail uses TLS: off, starttls or on.
  package var smtpTLS: MailTLS = .off
  /// Address that gets state changes.
  package var notifyWebhook: String?
  /// Group that may use the control socket.
  package var controlGroup: String?
  /// Mebibytes of memory for the last events of the election; nil for no recording.
  package var recordedMebibytes: Int?

  /// None.
  package init() {}
}

/// `smtp_tls`.
package enum MailTLS: String, CaseIterable, Sendable {
  case off
  case starttls
  case on
}
