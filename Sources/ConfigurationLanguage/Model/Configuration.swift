/// Everything a configuration says, completed: inherited settings are filled in, references are resolved to names
/// that exist, and what the language makes void (an instance without interface, a service without servers) is gone.
///
/// Two configurations are equal when they mean the same; where and how something was written does not count.
package struct Configuration: Equatable, Sendable {
  /// The settings of `global_defs`.
  package var globals = GlobalDefinitions()
  /// The bare words at the top of the file.
  package var process = ProcessSettings()
  /// Debounce times by interface (`interface_up_down_delays`).
  package var interfaceDelays: [InterfaceDelay] = []
  /// Interfaces whose link is polled (`linkbeat_interfaces`).
  package var linkbeatInterfaces: [LinkbeatInterface] = []
  /// Instances that go to fault with a static item (`track_group`).
  package var trackGroups: [TrackGroup] = []
  /// Addresses this host always has (`static_ipaddress`).
  package var staticAddresses: [ConfiguredAddress] = []
  /// Routes this host always has (`static_routes`).
  package var staticRoutes: [ConfiguredRoute] = []
  /// Policy rules this host always has (`static_rules`).
  package var staticRules: [ConfiguredRule] = []
  /// Files whose number drives priorities and weights (`track_file`).
  package var trackFiles: [TrackFile] = []
  /// Processes that are looked for (`vrrp_track_process`).
  package var trackProcesses: [TrackProcess] = []
  /// Check scripts (`vrrp_script`).
  package var vrrpScripts: [VRRPScript] = []
  /// Groups whose members change state together (`vrrp_sync_group`).
  package var syncGroups: [SyncGroup] = []
  /// Pacing of announcements by interface (`garp_group`).
  package var garpGroups: [GARPGroup] = []
  /// The virtual routers (`vrrp_instance`).
  package var vrrpInstances: [VRRPInstance] = []
  /// The BFD sessions (`bfd_instance`).
  package var bfdInstances: [BFDInstance] = []
  /// The client certificate of the SSL_GET checks (`SSL`).
  package var clientCertificate: ClientCertificate?
  /// Named sets of addresses and marks (`virtual_server_group`).
  package var virtualServerGroups: [VirtualServerGroup] = []
  /// The balanced services (`virtual_server`).
  package var virtualServers: [VirtualServer] = []

  /// A configuration that says nothing.
  package init() {}
}

/// The bare top-level words, which hold for the program as a whole.
package struct ProcessSettings: Equatable, Sendable {
  /// Network namespace to run in (`net_namespace`); nil for the one of the caller.
  package var netNamespace: String?
  /// Namespace of the IPVS tables where it differs (`net_namespace_ipvs`).
  package var netNamespaceIPVS: NamespaceOfIPVS?
  /// `namespace_with_ipsets`.
  package var namespaceWithIPSets = false
  /// Name of this daemon among several of one namespace (`instance`).
  package var instance: String?
  /// Whether pid files lie in a directory of their own (`use_pid_dir`, implied by `instance` and `net_namespace`).
  package var usesPIDDirectory = false
  /// How long the supervisor waits for roles to stop, whole seconds (`child_wait_time`).
  package var childWaitTime = Duration.seconds(5)
  /// `linkbeat_use_polling`.
  package var linkbeatUsesPolling = false

  /// The defaults.
  package init() {}
}

/// Where the IPVS tables are.
package enum NamespaceOfIPVS: Equatable, Sendable {
  /// The namespace the program was started in.
  case initial
  /// A named namespace.
  case named(String)
}

/// An entry of `interface_up_down_delays`.
package struct InterfaceDelay: Equatable, Sendable {
  /// Name of the interface.
  package var interface: String
  /// How long a link must be down before it counts as down, 0 to 255 seconds.
  package var down: Duration
  /// How long a link must be up before it counts as up, 0 to 255 seconds.
  package var up: Duration
  /// Where it was written.
  package var origin: Origin
}

/// An entry of `linkbeat_interfaces`.
package struct LinkbeatInterface: Equatable, Sendable {
  /// Ways to ask a driver for the link.
  package enum Method: String, CaseIterable, Sendable {
    case mii = "MII"
    case ethtool = "ETHTOOL"
    case ioctl = "IOCTL"
  }

  /// Name of the interface.
  package var interface: String
  /// The one way to use; nil to try all in order.
  package var method: Method?
  /// Where it was written.
  package var origin: Origin
}

/// `track_group`: instances that go to fault when a static address, route or rule naming the group vanishes.
package struct TrackGroup: Equatable, Sendable {
  /// Name of the group.
  package var name: String
  /// Names of the instances.
  package var instances: [String] = []
  /// Where it was written.
  package var origin: Origin
}

/// `garp_group`: the gaps between announcements on interfaces that share a limit.
package struct GARPGroup: Equatable, Sendable {
  /// Gap between gratuitous ARPs, resolution a microsecond.
  package var garpInterval = Duration.zero
  /// Gap between unsolicited neighbour advertisements, resolution a microsecond.
  package var gnaInterval = Duration.zero
  /// The interface it is for (`interface`).
  package var interface: String?
  /// The interfaces that share the limit (`interfaces`).
  package var interfaces: [String] = []
  /// Where it was written.
  package var origin: Origin
}

/// `SSL`: what SSL_GET shows to servers that ask for a certificate.
package struct ClientCertificate: Equatable, Sendable {
  /// Pass phrase of the private key.
  package var password: String?
  /// Path of a bundle of authorities.
  package var authorities: String?
  /// Path of the certificate.
  package var certificate: String?
  /// Path of the private key.
  package var key: String?
  /// Where it was written.
  package var origin: Origin
}
