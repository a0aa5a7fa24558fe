package import ControlProtocol
package import Notifications

/// What the processes of one daemon say to each other.
///
/// Messages travel in frames over socket pairs whose other end only a process of the same executable holds. They are
/// decoded with the same suspicion as anything else: a role that has gone wrong must not take others along.
package enum RoleMessage: Hashable, Sendable {
  // Supervisor to roles
  /// Answer with `alive` and the same number, from the loop that does your work.
  case heartbeat(UInt64)
  /// A configuration; its text is in the descriptor that comes along.
  case configuration(generation: UInt64)
  /// Leave in order and exit.
  case stop
  /// A script asked for with `runScript` has ended.
  case scriptEnded(identifier: UInt64, ScriptOutcome)

  // Roles to the supervisor
  case alive(UInt64)
  /// The configuration of this generation is in force.
  case configured(generation: UInt64)
  /// The reader's verdict. Along come the expanded text and, when the configuration can be used, `ControlSettings`.
  indirect case configurationRead(ConfigurationSummary)
  /// Run a checking script and answer with `scriptEnded`.
  indirect case runScript(identifier: UInt64, ScriptCommand, timeoutMilliseconds: UInt64)
  /// Run notify scripts.
  indirect case notice(ScriptNotice)
  /// Write a line to the FIFOs of a kind.
  case fifo(FIFOKind, line: String)

  // Roles to roles
  /// An instance is MASTER here, or not any more. Election to balancing; the supervisor keeps the last one for a
  /// balancing role that is started again.
  case routerState(name: String, virtualRouterID: UInt8, isMaster: Bool)
  /// The services that depend on this instance are in the kernel. Balancing to election.
  case servicesInstalled(router: String)
  /// Something to be mailed. To control.
  case mail(subject: String, body: String)
  /// Something changed its state. To control, for the webhook.
  indirect case announcement(Announcement)
  /// A control client's question, to whoever knows, and a piece of the answer, as JSON text. Pieces that are put
  /// together in their order are one JSON value; long answers come in pieces so that their making never holds up the
  /// role's work.
  case query(identifier: UInt64, text: String)
  indirect case answer(identifier: UInt64, role: Role, text: String, isLast: Bool)
  /// Something happened. To control, which keeps the last events for its clients.
  indirect case event(EventNotice)
  /// An operator's order is in force for a real server, or is taken back. Balancing to the supervisor, which keeps it
  /// for a balancing role that is started again.
  indirect case serverOrder(ServerOrder)
  /// Write the state to keepalived's files. To election, which answers control with `write`.
  case dump(DumpKind)
  /// The text of such a file. To control, which may wait for a disk.
  case write(DumpKind, text: String)
}

/// A change of state, for programs.
package struct Announcement: Hashable, Sendable {
  /// "vrrp_instance", "vrrp_sync_group", "virtual_server" or "real_server".
  package var type: String
  /// The name of what changed.
  package var name: String
  /// The virtual server a real server belongs to.
  package var service: String?
  /// MASTER, BACKUP, FAULT, STOP, DELETED; UP or DOWN.
  package var state: String
  /// The effective priority of an instance.
  package var priority: UInt8?
  /// Why, in words.
  package var cause: String

  /// A change of state.
  package init(
    type: String, name: String, service: String? = nil, state: String, priority: UInt8? = nil, cause: String
  ) {
    self.type = type
    self.name = name
    self.service = service
    self.state = state
    self.priority = priority
    self.cause = cause
  }
}

/// Something that happened in a role.
package struct EventNotice: Hashable, Sendable {
  /// The role that tells it.
  package var role: Role
  /// The level of the log: "info", "notice", "warning" or "error".
  package var level: String
  /// The names of what it is about.
  package var about: [String]
  /// The line of the log.
  package var text: String

  /// Something that happened.
  package init(role: Role, level: String, about: [String], text: String) {
    self.role = role
    self.level = level
    self.about = about
    self.text = text
  }
}

/// How a script ended.
package enum ScriptOutcome: Hashable, Sendable {
  case exited(status: Int32)
  case signalled(number: Int32)
  case timedOut
  /// It could not be started, with the reason.
  case notRun(reason: String)
}

/// Whose events a FIFO carries.
package enum FIFOKind: String, Hashable, Sendable {
  /// VRRP instances and groups: notify_fifo and vrrp_notify_fifo.
  case vrrp
  /// Virtual and real servers: notify_fifo and lvs_notify_fifo.
  case lvs
}

/// The files keepalived writes on signals.
package enum DumpKind: String, Hashable, Sendable {
  case data
  /// The part of the data that the supervisor and the balancing role know.
  case parentData
  case checkerData
  case stats
  case json
  case statsClear
}

/// What the supervisor needs to know of a configuration, since it does not parse it.
package struct ConfigurationSummary: Hashable, Sendable {
  /// keepalived's exit status for what was found; 0 for a clean file.
  package var status: Int32
  /// What was found that a running daemon must not take over on a reload, unless the configuration in force has it, too.
  /// Places are not in these texts: lines move.
  package var errors: [String]
  /// Whether the daemon cannot start with it.
  package var isFatal: Bool
  /// One paragraph per diagnostic.
  package var diagnostics: [String]
  /// The roles that have something to do.
  package var roles: [Role]
  /// Paths of notify FIFOs with their kind: "vrrp", "lvs" or both, and the scripts that read them.
  package var fifos: [FIFOSettings]
  /// Seconds that roles get to leave (child_wait_time).
  package var childWaitTime: UInt32
  /// startup_script and shutdown_script.
  package var startupScript: ScriptCommand?
  package var shutdownScript: ScriptCommand?
  /// Seconds that the startup script and the shutdown script may take.
  package var startupTimeout: UInt32
  package var shutdownTimeout: UInt32
  /// The accounts scripts run as, looked up by the reader since a directory service may be slow.
  package var accounts: [ScriptAccount]
  /// Where the daemon lives among others: net_namespace, instance, use_pid_dir.
  package var place: DaemonPlace
  /// The file creation mask (umask); nil for the usual one.
  package var fileMask: UInt32?
  /// The name of the supervisor's process (process_name); nil for the program's.
  package var processName: String?
  /// The file that exists while configurations are read (reload_file): empty for the usual place, nil for none.
  package var readingMark: String?
  /// When to reload by itself (reload_time_file).
  package var schedule: ReloadSchedule?

  /// A summary without findings and without roles.
  package init() {
    status = 0
    errors = []
    isFatal = false
    diagnostics = []
    roles = []
    fifos = []
    childWaitTime = 5
    startupScript = nil
    shutdownScript = nil
    startupTimeout = 10
    shutdownTimeout = 10
    accounts = []
    place = DaemonPlace()
    fileMask = nil
    processName = nil
    readingMark = nil
    schedule = nil
  }
}

/// An account that scripts run as.
package struct ScriptAccount: Hashable, Sendable {
  /// The names as the configuration has them; both nil for the default of scripts.
  package var user: String?
  package var group: String?
  /// The numbers.
  package var userNumber: UInt32
  package var groupNumber: UInt32
  /// The groups it has besides (set_supplementary_groups).
  package var supplementaryGroups: [UInt32]

  /// An account.
  package init(
    user: String?, group: String?, userNumber: UInt32, groupNumber: UInt32, supplementaryGroups: [UInt32] = []
  ) {
    self.user = user
    self.group = group
    self.userNumber = userNumber
    self.groupNumber = groupNumber
    self.supplementaryGroups = supplementaryGroups
  }
}

/// A FIFO that reports events.
package struct FIFOSettings: Hashable, Sendable {
  package var path: String
  package var kinds: Set<FIFOKind>
  package var script: ScriptCommand?
  /// Whom it is given to; nil for the daemon's user.
  package var owner: ScriptAccount?

  /// A FIFO for events of some kinds.
  package init(path: String, kinds: Set<FIFOKind>, script: ScriptCommand?, owner: ScriptAccount? = nil) {
    self.path = path
    self.kinds = kinds
    self.script = script
    self.owner = owner
  }
}
