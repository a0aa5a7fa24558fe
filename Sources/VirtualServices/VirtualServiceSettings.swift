package import Wire

/// A command to be run for an event, as the configuration gives it; this library only hands it on.
package struct NotifyCommand: Hashable, Sendable {
  /// The program and its arguments.
  package var arguments: [String]
  /// The account to run as; nil for the default of scripts.
  package var user: String?
  /// The group to run as; nil for the group of the user.
  package var group: String?

  /// A command that runs as the default user.
  package init(arguments: [String], user: String? = nil, group: String? = nil) {
    self.arguments = arguments
    self.user = user
    self.group = group
  }
}

/// What is told to whom when something goes up or down.
package struct NotifySettings: Hashable, Sendable {
  /// Outside, for most of tens of thousands of servers have none.
  private indirect enum Commands: Hashable {
    case none
    case some(up: NotifyCommand?, down: NotifyCommand?)
  }

  private let commands: Commands
  /// Whether a mail is sent (smtp_alert).
  package var sendsMail: Bool

  /// Nobody is told, unless asked for.
  package init(up: NotifyCommand? = nil, down: NotifyCommand? = nil, sendsMail: Bool = false) {
    commands = up == nil && down == nil ? .none : .some(up: up, down: down)
    self.sendsMail = sendsMail
  }

  /// Run when it comes up (quorum_up, notify_up).
  package var up: NotifyCommand? {
    if case .some(let up, _) = commands { up } else { nil }
  }

  /// Run when it goes down (quorum_down, notify_down).
  package var down: NotifyCommand? {
    if case .some(_, let down) = commands { down } else { nil }
  }
}

/// Whether a service is in the kernel while the VRRP instance that owns its address is not MASTER (lvs_on_backup).
package enum LVSOnBackup: String, Hashable, Sendable {
  /// Only when none of its real servers is an address of this host.
  case auto
  /// Always, as with keepalived.
  case yes
  /// Never.
  case no
}

/// The server that stands in while the quorum is lost.
package struct SorryServerSettings: Hashable, Sendable {
  /// Where it is.
  package var endpoint: Endpoint
  /// How packets reach it.
  package var forwarding: ForwardingMethod
  /// Whether it stays in the table with weight 0 while it is not needed (sorry_server_inhibit).
  package var inhibits: Bool

  /// A sorry server.
  package init(_ endpoint: Endpoint, forwarding: ForwardingMethod, inhibits: Bool = false) {
    self.endpoint = endpoint
    self.forwarding = forwarding
    self.inhibits = inhibits
  }
}

/// A virtual service as configured, with everything inherited filled in.
package struct VirtualServiceSettings: Hashable, Sendable {
  /// Its name.
  package var identity: ServiceIdentity
  /// Its places in the kernel's table: one, or those of its virtual_server_group.
  package var keys: [ServiceKey]
  /// Its attributes, with the persistence mask of the first key's family.
  package var attributes: ServiceAttributes
  /// The live weight it needs, at least 1.
  package var quorum: UInt32
  /// The margin around the quorum, less than the quorum.
  package var hysteresis: UInt32
  /// Whether an orderly stop tells of the servers and the quorum going down.
  package var omega: Bool
  package var sorryServer: SorryServerSettings?
  /// Whether its checks rest while none of its addresses is on this host (ha_suspend).
  package var haSuspend: Bool
  /// Whether it is in the kernel on a backup.
  package var lvsOnBackup: LVSOnBackup
  /// The VRRP instance whose virtual address it uses; nil for none.
  package var router: String?
  /// How long a server that leaves the configuration, and has no time of its own, keeps its connections, with weight 0
  /// (drain_timeout, our word); nil removes it at once.
  package var drainTimeout: Duration?
  /// Scripts and mails about the quorum.
  package var notify: NotifySettings
  package var servers: [RealServerSettings]

  /// A service with one key, a quorum of 1 and nothing else.
  package init(
    _ identity: ServiceIdentity, keys: [ServiceKey], attributes: ServiceAttributes,
    servers: [RealServerSettings] = []
  ) {
    self.identity = identity
    self.keys = keys
    self.attributes = attributes
    self.servers = servers
    quorum = 1
    hysteresis = 0
    omega = false
    sorryServer = nil
    haSuspend = false
    lvsOnBackup = .auto
    router = nil
    notify = NotifySettings()
  }

  /// The attributes for one of its keys: in a group of both families the mask of the second one means a single host.
  package func attributes(for key: ServiceKey) -> ServiceAttributes {
    guard let first = keys.first, first.family != key.family else { return attributes }
    var attributes = attributes
    attributes.persistenceMask = key.family == .ipv4 ? 0xFFFF_FFFF : 128
    return attributes
  }

  /// The addresses of its keys; empty for firewall marks.
  package var addresses: [IPAddress] {
    keys.compactMap { key in
      switch key {
      case .endpoint(_, let endpoint): endpoint.address
      case .firewallMark: nil
      }
    }
  }
}

/// A real server as configured, with everything inherited filled in.
package struct RealServerSettings: Hashable, Sendable {
  /// Outside, for most of tens of thousands of servers have none.
  private indirect enum Times: Hashable {
    case none
    case some(slowStart: Duration?, drainTimeout: Duration?)
  }

  /// Its address and port; the port in the table is the service's unless addresses are translated.
  package var endpoint: Endpoint
  package var forwarding: ForwardingMethod
  /// 0 to 2,147,483,647.
  package var weight: UInt32
  /// No new connections from this number on; 0 for no limit.
  package var upperThreshold: UInt32
  /// New connections again below this number.
  package var lowerThreshold: UInt32
  /// Whether a failed server stays with weight 0 (inhibit_on_failure).
  package var inhibits: Bool
  /// Scripts and mails about this server.
  package var notify: NotifySettings
  /// All must be content for the server to be up; a server without checks is always up.
  package var checks: [CheckSettings]
  private var times = Times.none

  /// A server of weight 1.
  package init(
    _ endpoint: Endpoint, forwarding: ForwardingMethod, weight: UInt32 = 1, checks: [CheckSettings] = []
  ) {
    self.endpoint = endpoint
    self.forwarding = forwarding
    self.weight = weight
    self.checks = checks
    upperThreshold = 0
    lowerThreshold = 0
    inhibits = false
    notify = NotifySettings(sendsMail: true)
  }

  /// The time in which a recovered server gets back to its weight (slow_start, our word); nil for at once.
  package var slowStart: Duration? {
    get { if case .some(let slowStart, _) = times { slowStart } else { nil } }
    set { setTimes(slowStart: newValue, drainTimeout: drainTimeout) }
  }

  /// How long it keeps its connections, with weight 0, when it leaves the configuration (drain_timeout, our word); nil
  /// for as long as its service says.
  package var drainTimeout: Duration? {
    get { if case .some(_, let drainTimeout) = times { drainTimeout } else { nil } }
    set { setTimes(slowStart: slowStart, drainTimeout: newValue) }
  }

  private mutating func setTimes(slowStart: Duration?, drainTimeout: Duration?) {
    let isNone = slowStart == nil && drainTimeout == nil
    times = isNone ? .none : .some(slowStart: slowStart, drainTimeout: drainTimeout)
  }
}

extension ForwardingMethod {
  /// Where a server with this method stands in the table of a service: only translation can change the port.
  package func destination(of server: Endpoint, in key: ServiceKey) -> Endpoint {
    switch self {
    case .masquerade, .localNode, .bypass: server
    case .directRouting, .tunnel:
      switch key {
      case .endpoint(_, let service): Endpoint(server.address, port: service.port)
      case .firewallMark: Endpoint(server.address, port: 0)
      }
    }
  }
}
