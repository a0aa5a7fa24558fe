import CLinux
import Glibc
import LinuxWorld
import Logging
import Machines
import Notifications
import World

/// The supervisor at work: it carries out what its machine decides.
actor Supervisor {
  /// A role's process.
  struct Process {
    let number: UInt64
    let child: ChildProcess
    let link: RoleLink
    /// Ends it some time after its channel broke.
    var execution: (any Alarm)?
  }

  let reactor: Reactor
  let log: Logger
  let arguments: [String]
  let files: SupervisorFiles
  var machine: SupervisorMachine
  var alarm: (any Alarm)?
  var signals: Watch?
  var processes: [Role: Process] = [:]
  var lastProcess: UInt64 = 0
  /// The roles that have been started at least once.
  var starts: Set<Role> = []
  /// What the reader at work has sent, and what is in force.
  var candidate: SealedConfiguration?
  var configuration: SealedConfiguration?
  /// What the election role works by until it has taken over what is in force.
  var formerConfiguration: (generation: UInt64, sealed: SealedConfiguration)?
  /// What the election role leaves behind for its successor.
  let memory: Descriptor?
  let scripts: ScriptDesk
  let fifos: FIFODesk
  let notifier: ServiceNotifier
  let journal: Journal
  /// Whether the mask of files is the command line's.
  let keepsFileMask: Bool
  let ignoresInterrupt: Bool
  /// The file that exists while configurations are read.
  var readingMark: String?
  var reloadAlarm: (any Alarm)?
  /// The file of reload_time_file that goes when its time has come.
  var scheduleFile: String?
  var isOver = false
  var status: Int32 = 0
  /// Clients that wait for the outcome of a reload, and what the last reading found.
  var reloadQuestions: [ReloadQuestion] = []
  var lastFindings: [String] = []
  var reloadsRefused: UInt64 = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.executor.asUnownedSerialExecutor() }

  init(
    _ reactor: Reactor, _ settings: SupervisorMachine.Settings, _ options: CommandLineOptions, arguments: [String],
    files: SupervisorFiles, journal: Journal
  ) {
    self.reactor = reactor
    self.journal = journal
    log = journal.logger
    self.arguments = arguments
    keepsFileMask = options.has(.umask)
    ignoresInterrupt = options.has(.ignoreInterrupt)
    self.files = files
    machine = SupervisorMachine(settings: settings)
    memory = (try? succeed("memfd_create", unsafe linux_memory_file("memory"))).map(Descriptor.init)
    scripts = ScriptDesk(reactor, log)
    fifos = FIFODesk(log)
    notifier = ServiceNotifier()
  }

  /// Begins: signals are heard from now on, and the configuration is read. Returns what prevents it.
  func begin() -> SystemFailure? {
    do {
      try listen()
    } catch {
      return error
    }
    deliver(.started)
    return nil
  }

  private func listen() throws(SystemFailure) {
    alarm = reactor.alarm { self.assumeIsolated { $0.deliver(.deadlineReached) } }
    reloadAlarm = reactor.alarm { self.assumeIsolated { $0.reloadAtSetTime() } }
    scripts.idle = { self.assumeIsolated { $0.scriptsIdle() } }
    var heeded = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, files.signalJSON, files.signalClear]
    if ignoresInterrupt {
      heeded.removeAll { $0 == SIGINT }
      _ = signal(SIGINT, SIG_IGN)
    }
    signals = try reactor.watchSignals(heeded) { number in self.assumeIsolated { $0.signalled(number) } }
  }

  private func signalled(_ number: Int32) {
    switch number {
    case SIGTERM, SIGINT: deliver(.terminateRequested)
    case SIGHUP: deliver(.reloadRequested)
    case SIGUSR1: deliver(.dumpRequested(.data))
    case SIGUSR2: deliver(.dumpRequested(.stats))
    case files.signalJSON: deliver(.dumpRequested(.json))
    default: deliver(.dumpRequested(.statsClear))
    }
  }

  /// The only door to the machine.
  func deliver(_ event: SupervisorMachine.Event) {
    let effects = machine.handle(event, at: reactor.now)
    for effect in effects where !isOver { carryOut(effect) }
    if machine.electionGeneration == machine.generation { formerConfiguration = nil }
    alarm?.set(machine.nextDeadline)
    scriptsIdle()
  }

  private func scriptsIdle() {
    guard machine.isWaitingForScripts, scripts.isIdle else { return }
    for effect in machine.handle(.scriptsIdle, at: reactor.now) { carryOut(effect) }
  }

  private func carryOut(_ effect: SupervisorMachine.Effect) {
    switch effect {
    case .read:
      markReading(true)
      start(.reader)
    case .start(let role): start(role)
    case .kill(let role): processes[role]?.child.signal(SIGKILL)
    case .send(let message, let role): processes[role]?.link.send(RoleFrame(to: role, message))
    case .sendConfiguration(let generation, let role):
      let former = formerConfiguration.flatMap { $0.generation == generation ? $0.sealed : nil }
      guard let configuration = generation == machine.generation ? configuration : former else { return }
      let descriptors =
        switch role {
        case .election: [configuration.text] + [memory].compactMap { $0 }
        case .control: [configuration.controlSettings]
        case .balancing, .reader, .supervisor: [configuration.text]
        }
      processes[role]?.link.send(RoleFrame(to: role, .configuration(generation: generation)), descriptors: descriptors)
    case .adopt(let summary): adopt(summary)
    case .runStartup(let script, let timeout):
      scripts.check(script, timeout: timeout) { outcome in
        self.assumeIsolated { supervisor in
          supervisor.log.notice("startup script: \(outcome.text)")
          supervisor.deliver(.startupEnded)
        }
      }
    case .dump:
      processes[.control]?.link.send(RoleFrame(to: .control, .write(.parentData, text: dataText)))
    case .notice(let message, let role): serve(message, from: role)
    case .notifyService(let state): notify(state)
    case .killScripts: scripts.killAll()
    case .report(let report):
      tellControl(report)
      guard let text = report.text else { return }
      log.log(level: report.isWarning ? .warning : .notice, "\(text)")
    case .exit(let status): end(status)
    }
  }

  private func serve(_ message: RoleMessage, from role: Role) {
    switch message {
    case .runScript(let identifier, let command, let timeout):
      scripts.check(command, timeout: .milliseconds(Int64(clamping: timeout))) { outcome in
        self.assumeIsolated {
          $0.processes[role]?.link.send(RoleFrame(to: role, .scriptEnded(identifier: identifier, outcome)))
        }
      }
    case .notice(let notice): scripts.notify(notice)
    case .fifo(let kind, let line): fifos.write(line, kind)
    case .heartbeat, .configuration, .stop, .scriptEnded, .alive, .configured, .configurationRead, .routerState,
      .servicesInstalled, .mail, .announcement, .query, .answer, .dump, .write, .event, .serverOrder:
      break
    }
  }

  private func notify(_ state: SupervisorMachine.ServiceState) {
    switch state {
    case .ready:
      files.ready()
      notifier.send("READY=1\nMAINPID=\(getpid())")
    case .reloading: notifier.send("RELOADING=1\nMONOTONIC_USEC=\(reactor.now.nanoseconds / 1000)")
    case .stopping: notifier.send("STOPPING=1")
    case .alive:
      if notifier.watchdog != nil { notifier.send("WATCHDOG=1") }
    }
  }

  private func end(_ status: Int32) {
    self.status = status
    if status != 0 { notifier.send("STATUS=ends with status \(status)\nEXIT_STATUS=\(status)") }
    fifos.remove()
    guard let shutdown = scripts.shutdown else { return leave() }
    scripts.shutdown = nil
    scripts.check(shutdown, timeout: scripts.shutdownTimeout) { outcome in
      self.assumeIsolated { supervisor in
        supervisor.log.notice("shutdown script: \(outcome.text)")
        supervisor.leave()
      }
    }
  }

  func leave() {
    isOver = true
    files.remove()
    reactor.stop()
  }
}
