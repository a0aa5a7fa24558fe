import ControlProtocol
package import Machines
package import Notifications

/// The supervisor's logic: which roles run, what happens when one dies or hangs, how a configuration is taken over,
/// and how everything ends.
///
/// The supervisor never parses anything from outside and never waits. It outlives the other roles because it does so
/// little: it starts processes, counts heartbeats and passes messages on.
package struct SupervisorMachine: Machine {
  /// How the daemon was told to behave.
  package struct Settings: Hashable, Sendable {
    /// Roles that are wanted even without configuration for them (`--all`).
    package var startsEveryRole = false
    /// Roles that never run (`-P`, `-C`).
    package var excluded: Set<Role> = []
    /// End when a role ends, instead of starting it again (`-R`).
    package var endsWithRole = false

    /// The defaults.
    package init() {}
  }

  /// What happens.
  package enum Event: Hashable, Sendable {
    case started
    case terminateRequested
    case reloadRequested
    case dumpRequested(DumpKind)
    /// The reader has spoken.
    indirect case configurationRead(ConfigurationSummary)
    /// A role's process has ended; the reader's too, after it has spoken or instead.
    case exited(Role, RoleExit)
    case received(RoleMessage, from: Role)
    /// The startup script has ended, or its time is over.
    case startupEnded
    /// No script runs any more.
    case scriptsIdle
    case deadlineReached
  }

  /// What is to be done.
  package enum Effect: Hashable, Sendable {
    /// Run the reader over the configuration file.
    case read
    case start(Role)
    /// End a process with SIGKILL.
    case kill(Role)
    case send(RoleMessage, to: Role)
    /// Send the text of a generation to a role: that in force, or the one the last election role worked by.
    case sendConfiguration(generation: UInt64, to: Role)
    /// The text the reader produced is now the one in force; set up FIFOs by its summary.
    indirect case adopt(ConfigurationSummary)
    /// Run the startup script; `startupEnded` answers.
    indirect case runStartup(ScriptCommand, timeout: Duration)
    /// Have what the supervisor knows written to its data file.
    case dump
    /// Run notify scripts, a checking script, or write to FIFOs.
    case notice(RoleMessage, from: Role)
    /// Tell systemd.
    case notifyService(ServiceState)
    /// Kill scripts that still run.
    case killScripts
    case report(SupervisorReport)
    /// Clean up and end the process.
    case exit(status: Int32)
  }

  /// What systemd is told.
  package enum ServiceState: Hashable, Sendable {
    case ready
    case reloading
    case stopping
    /// For its watchdog.
    case alive
  }

  static let heartbeatPeriod = Duration.milliseconds(500)
  /// How long an election role may be silent: addresses hang on it.
  static let heartbeatPatience = Duration.seconds(3)
  /// How long any other role may be silent, and every role before its first sign of life: taking over thousands of
  /// servers on a busy host is one long step, and a role killed in it would only begin anew.
  static let longPatience = Duration.seconds(10)
  static let scriptPatience = Duration.seconds(1)
  /// How often a role that dies young is started again without a pause.
  static let promptRestarts = 4
  /// A role that lived this long has not failed by itself: it is started again at once.
  static let longLife = Duration.seconds(60)

  enum Phase: Hashable {
    case initial
    /// The configuration has been read; the startup script runs.
    case preparing
    case running
    /// The roles have been told to leave; control, which carries the others' last mails, only after them.
    case stopping(deadline: Moment, status: Int32, isControlTold: Bool)
    /// All roles are gone; scripts get their second.
    case finishing(deadline: Moment, status: Int32)
    case ended
  }

  /// The life of one role.
  enum Life: Hashable {
    case absent
    case running(since: Moment, lastAlive: Moment)
    case killed(since: Moment)
    case waiting(until: Moment)
  }

  /// The lives of all roles. They are asked for with every heartbeat, so they have their places.
  struct Lives: Hashable {
    private var byRole = [Life](repeating: .absent, count: Role.allCases.count)

    subscript(role: Role) -> Life {
      get { byRole[Int(role.rawValue)] }
      set { byRole[Int(role.rawValue)] = newValue }
    }

    /// Whether nobody else is left.
    func isAlone(_ role: Role) -> Bool { Role.allCases.allSatisfy { $0 == role || self[$0] == .absent } }
  }

  /// Whether a second election role has to clean up after one that did not leave in order.
  enum Withdrawal: Hashable {
    case none
    /// The first one has been killed.
    case due
    /// The second one has been started.
    case done
  }

  let settings: Settings
  var phase = Phase.initial
  var withdrawal = Withdrawal.none
  var lives = Lives()
  /// While an election role runs only to take its predecessors' addresses away: when the next is to be started.
  var pausesUntil: Moment?
  /// How often a role has died young in a row.
  var failures: [Role: Int] = [:]
  var summary: ConfigurationSummary?
  package internal(set) var generation: UInt64 = 0
  /// The configuration that an election role has taken over last: what it made in the kernel follows from that one. Nil
  /// when it has left in order.
  package internal(set) var electionGeneration: UInt64?
  var isReading = false
  var isReloadQueued = false
  var routerStates: [String: RoleMessage] = [:]
  /// The orders in force for real servers, by service and server.
  var serverOrders: [[String]: ServerOrder] = [:]
  /// The servers that were added or removed since the configuration was read.
  var serverEdits = ServerEdits()
  /// How often a role has been started again.
  var restarts: [Role: UInt64] = [:]
  var nextHeartbeat: Moment?
  var heartbeat: UInt64 = 0

  /// A supervisor that has not begun.
  package init(settings: Settings) {
    self.settings = settings
  }

  package var nextDeadline: Moment? {
    var earliest = nextHeartbeat
    func consider(_ moment: Moment) { earliest = min(moment, earliest ?? moment) }
    switch phase {
    case .initial, .preparing, .running, .ended: break
    case .stopping(let deadline, _, _), .finishing(let deadline, _): consider(deadline)
    }
    for role in Role.lasting { if case .waiting(let until) = lives[role] { consider(until) } }
    return earliest
  }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch event {
    case .started: return beginReading()
    case .reloadRequested: return reload()
    case .terminateRequested: return stop(status: 0, at: now)
    case .dumpRequested(let kind):
      let own = kind == .data ? [Effect.dump] : []
      return own + [.election, .balancing].filter(isRunning).map { .send(.dump(kind), to: $0) }
    case .startupEnded:
      guard phase == .preparing else { return [] }
      return go(at: now)
    case .configurationRead(let summary): return take(summary, at: now)
    case .exited(.reader, let exit): return readerEnded(exit)
    case .exited(let role, let exit): return ended(role, exit, at: now)
    case .received(let message, let role): return receive(message, from: role, at: now)
    case .scriptsIdle:
      guard case .finishing(_, let status) = phase else { return [] }
      return exit(status)
    case .deadlineReached: return deadline(at: now)
    }
  }

  /// Whether all roles are gone and only scripts may still run; the shell answers `scriptsIdle` when none does.
  package var isWaitingForScripts: Bool {
    if case .finishing = phase { true } else { false }
  }

  /// Whether a reload would be heard.
  package var mayReload: Bool { phase == .running }

  /// Each lasting role with the moment since which it runs, nil while it does not, and how often it was started again.
  package var lifeOfRoles: [(role: Role, since: Moment?, restarts: UInt64)] {
    Role.lasting.filter { wantedRoles.contains($0) }.map { role in
      let since: Moment? =
        switch lives[role] {
        case .running(let since, _): since
        case .absent, .killed, .waiting: nil
        }
      return (role, since, restarts[role, default: 0])
    }
  }

  func isRunning(_ role: Role) -> Bool {
    if case .running = lives[role] { true } else { false }
  }

  /// The roles that the configuration in force gives something to do.
  var wantedRoles: [Role] {
    guard let summary else { return [] }
    return Role.lasting.filter { role in
      !settings.excluded.contains(role)
        && (role == .control || settings.startsEveryRole || summary.roles.contains(role))
    }
  }
}

/// How a role's process ended.
package enum RoleExit: Hashable, Sendable, CustomStringConvertible {
  case status(Int32)
  case signal(Int32)

  package var description: String {
    switch self {
    case .status(let status): "exit status \(status)"
    case .signal(let number): "signal \(number)"
    }
  }

  /// Whether it would end the same way again: keepalived's codes for "cannot run" (1), "configuration" (2) and
  /// "no permission" (4).
  var isPermanent: Bool {
    switch self {
    case .status(1), .status(2), .status(4): true
    case .status, .signal: false
    }
  }
}
