import Balancing
import ConfigurationLanguage
import ControlProtocol
import LinuxWorld
import Logging
import Machines
import Netlink
import Notifications
import VirtualServices
import Wire
import World

/// The balancing role: the director with its checks and the IPVS table, and whom it tells.
actor BalancingRole: RoleActor {
  static let role = Role.balancing

  let reactor: Reactor
  let log: Logger
  let options: RoleOptions
  private let state: any NetworkState
  let table: any DirectorTable
  private let connector: LinuxConnector
  var link: RoleLink?
  var director: Director?
  /// The kernel's table as clients saw it last, and orders that came before the configuration.
  var tableReading: TableReading?
  var earlyOrders: [ServerOrder] = []
  /// The configuration as it was sent, and what operators changed in it since then.
  var sentConfiguration: Descriptor?
  var edits = ServerEdits()
  private var masters: [String: Bool] = [:]
  private var checkRuns: [UInt64: ScriptRun] = [:]
  private var lastRun: UInt64 = 0
  private var files: [String: FileWatch] = [:]
  private var sync: SyncDaemonKeeper?
  var isStopping = false
  private var scheduling = RoleSettings()
  private var announces = false
  /// The number of servers whose certificates are not verified, as it was told last.
  private var unverified = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.executor.asUnownedSerialExecutor() }

  init(_ reactor: Reactor, _ options: RoleOptions, _ log: Logger) throws(SystemFailure) {
    self.reactor = reactor
    self.options = options
    self.log = log
    state = try KernelNetworkState(on: reactor)
    table = try KernelDirectorTable()
    connector = LinuxConnector(reactor)
  }

  func linked() {
    state.observe { change in self.assumeIsolated { $0.networkChanged(change) } }
  }

  func receive(_ message: RoleMessage, _ descriptors: [Descriptor]) {
    switch message {
    case .heartbeat(let number): send(.supervisor, .alive(number))
    case .configuration(let generation): takeOver(descriptors, generation: generation)
    case .stop: stop()
    case .routerState(let name, let virtualRouterID, let isMaster):
      masters[name] = isMaster
      tell(.routerChanged(name: name, isMaster: isMaster))
      sync?.routerChanged(name, virtualRouterID: virtualRouterID, isMaster: isMaster)
    case .scriptEnded(let identifier, let outcome):
      guard let run = checkRuns.removeValue(forKey: identifier) else { return }
      tell(.checkRan(run, Balancing.ScriptOutcome(outcome)))
    case .query(let identifier, let text): answer(identifier, text)
    case .serverOrder(let order): restore(order)
    case .dump(let kind): dump(kind)
    case .alive, .configured, .configurationRead, .runScript, .notice, .fifo, .servicesInstalled, .mail, .announcement,
      .answer,
      .write, .event:
      break
    }
  }

  func tell(_ event: DirectorEvent) {
    director?.assumeIsolated { $0.deliver(event) }
  }

  private func takeOver(_ descriptors: [Descriptor], generation: UInt64) {
    if let text = descriptors.first, let former = sentConfiguration, edits.orders.isEmpty,
      SealedFile.areEqual(former, text)
    {
      return send(.supervisor, .configured(generation: generation))
    }
    guard !isStopping, let text = descriptors.first, let sent = ConfigurationCarrier.read(text) else {
      log.error("the configuration cannot be read; nothing is changed")
      return
    }
    // What operators changed ends with a reload; a role that begins has it from the supervisor.
    if director != nil { forgetEdits() }
    sentConfiguration = text
    let configuration = edits.applied(to: sent)
    let globals = configuration.globals
    if globals.checkerProcess != scheduling { Scheduling.apply(globals.checkerProcess, to: .balancing, log) }
    scheduling = globals.checkerProcess
    announces = globals.extensions.notifyWebhook != nil
    Scheduling.name(globals.checkerProcess, globals, .balancing, title: options.title)
    let settings = DirectorSettings(configuration, options)
    tellOfUnverified(settings)
    if director == nil {
      let new = Director(
        settings: settings, loop: reactor, connector: connector, table: table,
        seed: UInt64(bitPattern: reactor.wallTime.nanoseconds),
        report: { report in self.assumeIsolated { $0.report(report) } })
      director = new
      restoreOrders(settings.services)
      tell(.started(masters: masters, localAddresses: localAddresses))
    } else {
      tell(.settingsChanged(settings))
    }
    takeOverFiles(configuration.trackFiles)
    takeOverSync(configuration)
    send(.supervisor, .configured(generation: generation))
  }

  /// keepalived never looks at certificates and does not say so.
  private func tellOfUnverified(_ settings: DirectorSettings) {
    let servers = settings.serversWithUnverifiedCertificates
    guard servers != unverified else { return }
    unverified = servers
    guard servers > 0 else { return }
    log.notice(
      "SSL_GET does not verify the certificates of \(servers) real servers, as with keepalived; 'ssl_verify on' does")
  }

  private func takeOverSync(_ configuration: Configuration) {
    let keeper = sync ?? SyncDaemonKeeper(table: table, log: log)
    sync = keeper
    keeper.apply(configuration.syncDaemon, in: configuration, masters: masters)
  }

  private func takeOverFiles(_ wanted: [TrackFile]) {
    let names = Set(wanted.map(\.name))
    for name in files.keys where !names.contains(name) { files.removeValue(forKey: name)?.cancel() }
    for file in wanted {
      guard let path = file.path, files[file.name]?.path != path else { continue }
      let name = file.name
      do {
        files[name] = try FileWatch(reactor, path: path) { content in
          self.assumeIsolated {
            $0.tell(.fileChanged(name: name, value: content.map { Int64(TrackedNumber.read($0)) }))
          }
        }
      } catch {
        log.error("file \(path) cannot be watched: \(error)")
      }
    }
  }

  private var localAddresses: Set<IPAddress> { Set(state.addresses.map(\.prefix.address)) }

  private func networkChanged(_ change: NetworkChange) {
    switch change {
    case .addressAdded, .addressRemoved, .resynchronized: tell(.localAddressesChanged(localAddresses))
    case .linkChanged, .linkRemoved, .routeRemoved, .ruleRemoved: break
    }
  }

  private func report(_ report: BalancingReport) {
    if let line = report.logLine {
      log.log(level: Logger.Level(report.level), "\(line)")
      if report.level != .debug {
        send(
          .control,
          .event(
            EventNotice(
              role: .balancing, level: Logger.Level(report.level).rawValue, about: report.names, text: line)))
      }
    }
    switch report {
    case .servicesInstalled(let router, _): send(.election, .servicesInstalled(router: router))
    case .runCheck(let run, let command, let timeout):
      lastRun += 1
      checkRuns[lastRun] = run
      send(
        .supervisor,
        .runScript(
          identifier: lastRun, ScriptCommand(command),
          timeoutMilliseconds: UInt64(max(1, timeout.wholeNanoseconds / 1_000_000))))
    case .cancelCheck(let run):
      checkRuns = checkRuns.filter { $0.value != run }
    case .service, .attemptFailed, .presenceDecided, .tableWritten, .tableRepaired, .tableFailed, .tableUnreadable:
      break
    }
    notify(report)
  }

  /// Scripts, FIFO line and mail, in this order.
  private func notify(_ report: BalancingReport) {
    if let command = report.command {
      let notice = ScriptNotice(
        subject: report.subject, state: report.fifoLine ?? "", commands: [ScriptCommand(command)])
      send(.supervisor, .notice(notice))
    }
    // keepalived ends these lines with a newline and a NUL; whoever reads them expects both.
    if let line = report.fifoLine { send(.supervisor, .fifo(.lvs, line: line + "\n\0")) }
    if let mail = report.mail { send(.control, .mail(subject: mail.subject, body: mail.body)) }
    if announces, let announcement = report.announcement { send(.control, .announcement(announcement)) }
  }

  func stop() {
    guard !isStopping else { return }
    isStopping = true
    sync?.stop()
    guard let director else { return stopped() }
    director.assumeIsolated { $0.stop { self.assumeIsolated { $0.stopped() } } }
  }

  private func stopped() {
    link?.close()
    reactor.stop()
  }
}

extension Logger.Level {
  fileprivate init(_ level: BalancingReport.Level) {
    switch level {
    case .debug: self = .debug
    case .info: self = .info
    case .warning: self = .warning
    case .error: self = .error
    }
  }
}

extension ScriptCommand {
  init(_ command: NotifyCommand) {
    self.init(arguments: command.arguments, user: command.user, group: command.group)
  }
}

extension Balancing.ScriptOutcome {
  fileprivate init(_ outcome: Daemon.ScriptOutcome) {
    switch outcome {
    case .exited(let status): self = .exited(status)
    case .signalled(let number): self = .killed(signal: number)
    case .timedOut: self = .timedOut
    case .notRun(let reason): self = .notStarted(reason: reason)
    }
  }
}

extension BalancingReport {
  /// The names of what it is about, as clients know it.
  fileprivate var names: [String] {
    func names(_ server: Endpoint, _ service: ServiceIdentity) -> [String] {
      [server.description, service.text(of: server), service.description]
    }
    return switch self {
    case .service(.checkChanged(let change)): names(change.server, change.service)
    case .service(.serverChanged(let change)): names(change.server, change.service)
    case .service(.weightChanged(let change)): names(change.server, change.service)
    case .service(.quorumChanged(let change)): [change.service.description]
    case .presenceDecided(let service, _): [service.description]
    case .attemptFailed(let check, _, _, _): [check]
    case .servicesInstalled(let router, _): [router]
    case .tableWritten, .tableRepaired, .tableFailed, .tableUnreadable, .runCheck, .cancelCheck: []
    }
  }

  /// What the report is about: the queue of its scripts.
  fileprivate var subject: String {
    guard case .service(let report) = self else { return "" }
    switch report {
    case .checkChanged(let change): return "server \(change.server) of \(change.service)"
    case .serverChanged(let change): return "server \(change.server) of \(change.service)"
    case .weightChanged(let change): return "server \(change.server) of \(change.service)"
    case .quorumChanged(let change): return "service \(change.service)"
    }
  }
}
