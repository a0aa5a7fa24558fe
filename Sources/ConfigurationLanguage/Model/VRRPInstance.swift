package import Wire

/// `vrrp_instance`: one virtual router.
package struct VRRPInstance: Equatable, Sendable {
  /// The state wanted at start.
  package enum State: String, CaseIterable, Sendable {
    case master = "MASTER"
    case backup = "BACKUP"
  }

  /// The versions of the protocol: RFC 3768 and RFC 9568.
  package enum Version: Int, CaseIterable, Sendable {
    case v2 = 2
    case v3 = 3
  }

  /// Name of the instance.
  package var name: String
  /// State wanted at start; not written, MASTER with priority 255, else BACKUP.
  @Inherited package var state = State.backup
  /// Interface VRRP runs on; nil only for unicast with a source address.
  package var interface: String?
  /// The virtual router identifier, 1 to 255.
  package var virtualRouterID: UInt8 = 0
  /// The configured priority, 1 to 255; not written, 255 with state MASTER, else 100.
  @Inherited package var priority: UInt8 = 100
  /// Interval of adverts: whole seconds 1 to 255 for version 2, 10 ms to 40.95 s in steps of 10 ms for version 3.
  package var advertInterval = Duration.seconds(1)
  /// Version in force; not written, 3 for IPv6, else `vrrp_version`.
  @Inherited package var version = Version.v2
  /// Family of the adverts, decided by the addresses.
  package var family = AddressFamily.ipv4
  /// Addresses held while master and carried in adverts (`virtual_ipaddress`).
  package var addresses: [ConfiguredAddress] = []
  /// Addresses held while master and not advertised, of either family (`virtual_ipaddress_excluded`).
  package var excludedAddresses: [ConfiguredAddress] = []
  /// Routes present while master (`virtual_routes`).
  package var routes: [ConfiguredRoute] = []
  /// Policy rules present while master (`virtual_rules`).
  package var rules: [ConfiguredRule] = []
  /// Authentication of version 2; nil for none.
  @Seldom package var authentication: Authentication? = nil
  /// keepalived's HMAC trailer (`auth_hmac`); nil for none.
  @Seldom package var hmac: HMACAuthentication? = nil
  /// Whether a higher priority takes over from a lower one (`nopreempt` says no).
  package var preempts = true
  /// Extra wait before taking over from a lower priority, 0 to 1,000 seconds.
  package var preemptDelay = Duration.zero
  /// Interfaces, scripts, files, processes and BFD sessions it follows.
  package var tracking = Tracking()
  /// Whether faults of its own interface are ignored (`dont_track_primary`).
  package var ignoresOwnInterface = false
  /// Where adverts come from and go to.
  package var transport = VRRPTransport()
  /// The MAC VLAN it runs on (`use_vmac`); nil for the interface itself.
  @Seldom package var vmac: VirtualMAC? = nil
  /// The IP VLAN it runs on (`use_ipvlan`).
  @Seldom package var ipvlan: IPVLAN? = nil
  /// Whether addresses on other interfaces get MAC VLANs as well (`use_vmac_addr`).
  package var usesVMACForAddresses = false
  /// Whether adverts go over the interface below the MAC VLAN (`vmac_xmit_base`).
  package var transmitsOnBase = false
  /// Gratuitous ARP and neighbour advertisements.
  package var announcements = AnnouncementSettings()
  /// What it does on unusual adverts.
  package var behaviour = VRRPBehaviour()
  /// Whether packets to the addresses are accepted by a master that is not the owner (`accept`, `no_accept`).
  @Inherited package var accepts = true
  /// Whether an instance without addresses is meant to be (`no_virtual_ipaddress`).
  package var mayLackAddresses = false
  /// `promote_secondaries`.
  package var promotesSecondaries = false
  /// `linkbeat_use_polling`.
  package var linkbeatUsesPolling = false
  /// `debug`, 0 to 4; without effect.
  package var debugLevel = 0
  /// `kernel_rx_buf_size` in octets; nil for the policy of `global_defs`.
  package var receiveBufferSize: Int?
  /// Interface of the IPVS sync daemon in the old form (`lvs_sync_daemon_interface`).
  @Seldom package var syncDaemonInterface: String? = nil
  /// The scripts run on state changes.
  package var notify = NotifyScripts()
  /// Whether priority changes are written to the pipes.
  @Inherited package var notifiesPriorityChanges = false
  /// Whether state changes are mailed.
  @Inherited package var mailsAlerts = false
  /// Where it was written.
  package var origin: Origin
  /// What decided the family while the block was read; nil in a complete instance.
  var decidedFamily: AddressFamily?

  /// An instance of which only the name is known.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}

/// `authentication` of version 2 (RFC 2338 §5.3.6).
package struct Authentication: Equatable, Sendable {
  /// The schemes.
  package enum Scheme: String, CaseIterable, Sendable {
    /// A password in clear.
    case password = "PASS"
    /// The IPsec authentication header.
    case header = "AH"
  }

  /// The scheme; nil when it is missing, and the block then has no effect.
  package var scheme: Scheme?
  /// The password, at most eight octets.
  package var password: [UInt8] = []
  /// Where it was written.
  package var origin: Origin
}

/// `auth_hmac`: an HMAC-SHA256 trailer that only keepalived and this program know.
package struct HMACAuthentication: Equatable, Sendable {
  /// How replayed adverts are told.
  package enum ReplayProtection: String, CaseIterable, Sendable {
    case time
    case monotonic
  }
  /// How strict it is while it is rolled out.
  package enum Mode: String, CaseIterable, Sendable {
    case enforce
    case permissive
    case receiveOnly = "receive-only"
  }
  /// Where the octets of a key come from.
  package enum KeySource: Equatable, Sendable {
    /// The octets themselves, 32 to 64.
    case octets([UInt8])
    /// A file that holds them.
    case file(String)
  }
  /// One key.
  package struct Key: Equatable, Sendable {
    /// 1 to 255.
    package var identifier: UInt8
    /// The key.
    package var source: KeySource
    /// Where it was written.
    package var origin: Origin
  }

  /// The keys.
  package var keys: [Key] = []
  /// Identifier of the key used for sending; nil when missing.
  package var activeKey: UInt8?
  /// How far clocks may be apart, 1 to 300 seconds; not written, three advert intervals and at least 5 seconds.
  @Inherited package var timeWindow = Duration.seconds(5)
  /// How replays are told.
  package var replayProtection = ReplayProtection.time
  /// How strict it is.
  package var mode = Mode.enforce
  /// Where it was written.
  package var origin: Origin
}

/// Where adverts come from and go to.
package struct VRRPTransport: Equatable, Sendable {
  /// The peers adverts are sent to; empty for multicast.
  package var peers: [UnicastPeer] = []
  /// Source address of adverts (`mcast_src_ip`, `unicast_src_ip`); nil for the interface's primary address.
  package var sourceAddress: IPAddress?
  /// Whether the instance is meant for unicast: peers or `unicast_src_ip` are written.
  package var isUnicast = false
  /// TTL or hop limit of unicast adverts, 0 to 255; nil for 255 (IPv4) and the kernel's default (IPv6).
  package var timeToLive: UInt8?
  /// Whether an instance for unicast without peers is at fault rather than multicast.
  package var faultsWithoutPeers = false
  /// Whether adverts must come from a configured peer.
  @Inherited package var checksUnicastSource = false
  /// `old_unicast_checksum`: true for the old sum, false for never, nil for automatic.
  package var oldUnicastChecksum: Bool?
  /// Destination of multicast adverts.
  @Inherited package var multicastGroup: IPAddress = .v4(IPv4Address(224, 0, 0, 18))
  /// Whether the instance is at fault while the source address is missing (`track_src_ip`).
  package var tracksSourceAddress = false
  /// VRF of an instance without interface.
  package var vrf: String?

  /// Multicast.
  package init() {}
}

/// An entry of `unicast_peer`.
package struct UnicastPeer: Equatable, Sendable {
  /// The peer.
  package var address: IPAddress
  /// Smallest TTL accepted from it.
  package var minimumTTL: UInt8 = 0
  /// Largest TTL accepted from it.
  package var maximumTTL: UInt8 = 255
  /// Where it was written.
  package var origin: Origin
}

/// `use_vmac`: a MAC VLAN with the virtual router's hardware address.
package struct VirtualMAC: Equatable, Sendable {
  /// Name of the interface; nil for "vrrp.VRID" by `vmac_prefix`.
  package var name: String?
  /// Hardware address; nil for 00:00:5e:00:01:VRID or 00:00:5e:00:02:VRID.
  package var hardwareAddress: HardwareAddress?
  /// Whether only five octets are written; the VRID becomes the sixth when the instance is complete.
  var lacksLastOctet = false
  /// `netlink_notify_msg`.
  package var sendsNetlinkNotification = false
  /// Link group, as a number; nil for that of the interface below.
  package var group: String?
  /// Where it was written.
  package var origin: Origin
}

/// `use_ipvlan`.
package struct IPVLAN: Equatable, Sendable {
  /// How the interfaces of one parent see each other.
  package enum Mode: String, CaseIterable, Sendable {
    case bridge
    case `private`
    case vepa
  }

  /// Name of the interface; nil for a generated one.
  package var name: String?
  /// Address of the interface.
  package var address: AddressPrefix?
  /// Mode.
  package var mode = Mode.bridge
  /// Link group, as a number; nil for that of the interface below.
  package var group: String?
  /// Where it was written.
  package var origin: Origin
}

/// When and how often a master tells the network whose addresses it holds. All durations but the gaps are whole seconds.
package struct AnnouncementSettings: Equatable, Sendable {
  /// Delay of the second burst after becoming master; 0 for none (`garp_master_delay`).
  @Inherited package var masterDelay = Duration.seconds(5)
  /// Announcements per burst, 1 or more (`garp_master_repeat`).
  @Inherited package var masterRepeat = 5
  /// Period of announcements while master; 0 for none (`garp_master_refresh`).
  @Inherited package var masterRefresh = Duration.zero
  /// Announcements per refresh, 1 or more.
  @Inherited package var masterRefreshRepeat = 1
  /// Delay of the second burst after an advert of lower priority; not written, that of becoming master.
  @Inherited package var lowerPriorityDelay = Duration.seconds(5)
  /// Announcements after an advert of lower priority, 0 or more; not written, those of becoming master.
  @Inherited package var lowerPriorityRepeat = 5
  /// Period of announcements on other interfaces of addresses, 0 to 86,400 seconds; 0 for none (`garp_extra_if`).
  @Inherited package var extraInterfacePeriod = Duration.zero
  /// Whether these go to all such interfaces and not only to MAC VLANs (`garp_extra_if all`).
  @Inherited package var extraInterfaceAll = false

  /// The built-in settings.
  package init() {}
}

/// What an instance does on unusual adverts and times; each taken from `global_defs` when not written.
package struct VRRPBehaviour: Equatable, Sendable {
  /// Missed adverts before takeover, 1 to 100 (`down_timer_adverts`).
  @Inherited package var downTimerAdverts = 3
  /// Back to BACKUP after a long stall: the highest priority of the others, 1 to 254 (`timer_expired_backup`).
  package var timerExpiredBackup: Int?
  /// Whether an advert of lower priority goes unanswered.
  @Inherited package var lowerPriorityNoAdvert = false
  /// Whether one more advert is sent before giving way.
  @Inherited package var higherPrioritySendAdvert = false
  /// Whether an instance of priority 255 ignores adverts.
  @Inherited package var ownerIgnoresAdverts = false
  /// Whether the checksum of version 3 over IPv4 leaves out the pseudo header.
  @Inherited package var v3ChecksumAsV2 = false
  /// Whether the address list of repeated adverts of one master goes unchecked.
  @Inherited package var skipsAddressCheck = false
  /// Whether the RFC is followed to the letter (`strict_mode`, `vrrp_strict`).
  @Inherited package var isStrict = false

  /// The built-in settings.
  package init() {}
}

/// `vrrp_sync_group`: instances that change state together.
package struct SyncGroup: Equatable, Sendable {
  /// Name of the group.
  package var name: String
  /// Names of the members, all of which exist.
  package var members: [String] = []
  /// What affects every member.
  package var tracking = Tracking()
  /// Whether members keep their weights (`sync_group_tracking_weight`).
  package var keepsTrackingWeights = false
  /// The scripts run on state changes of the group.
  package var notify = NotifyScripts()
  /// Whether state changes of the group are mailed.
  @Inherited package var mailsAlerts = false
  /// Default of its members: whether priority changes are written to the pipes.
  @Inherited package var notifiesPriorityChanges = false
  /// Where it was written.
  package var origin: Origin

  /// A group of which only the name is known.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}
