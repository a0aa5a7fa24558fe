import CLinux
import ControlProtocol
import Dialogues
import Glibc
import LinuxWorld
import Logging
import Machines
import Notifications
import Wire
import World

/// The control role: mails, dump files and the control socket. Whatever is slow in the world outside meets this role
/// and no other.
actor ControlRole: RoleActor {
  static let role = Role.control

  let reactor: Reactor
  let log: Logger
  let options: RoleOptions
  let connector: LinuxConnector
  var link: RoleLink?
  /// What is known of the configuration in force.
  private var settings: ControlSettings?
  private var mailer: Mailer?
  var webhook: Webhook?
  var routerIdentifier = ""
  var server: ControlServer?
  var isStopping = false
  var dumpFiles = DumpFiles(directory: "/tmp")
  /// Counts configurations, so that what was looked up for an old one is not taken for the new one's.
  private var controlEdition = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.executor.asUnownedSerialExecutor() }

  init(_ reactor: Reactor, _ options: RoleOptions, _ log: Logger) throws(SystemFailure) {
    self.reactor = reactor
    self.options = options
    self.log = log
    connector = LinuxConnector(reactor)
  }

  func linked() {
    let log = log
    server = ControlServer(reactor, warn: { log.warning("\($0)") }) { role, identifier, text in
      self.assumeIsolated { $0.send(role, .query(identifier: identifier, text: text)) }
    }
  }

  func receive(_ message: RoleMessage, _ descriptors: [Descriptor]) {
    switch message {
    case .heartbeat(let number): send(.supervisor, .alive(number))
    case .configuration(let generation):
      guard let octets = descriptors.first.flatMap({ SealedFile.read($0) }),
        let sent = try? ControlSettings(encoded: octets)
      else { return log.error("the configuration cannot be read; nothing is changed") }
      if sent != settings { takeOver(sent) }
      settings = sent
      send(.supervisor, .configured(generation: generation))
    case .stop: stop()
    case .mail(let subject, let body):
      mailer?.assumeIsolated { $0.mail(MailNotice(subject: subject, body: body, date: reactor.wallTime)) }
    case .announcement(let announcement): announce(announcement)
    case .answer(let identifier, let role, let text, let isLast):
      server?.answered(identifier, role, text, isLast: isLast)
    case .event(let notice): server?.happened(notice)
    case .write(let kind, let text): write(kind, text)
    case .alive, .configured, .configurationRead, .runScript, .notice, .fifo, .routerState, .servicesInstalled,
      .query, .scriptEnded, .dump, .serverOrder:
      break
    }
  }

  private func takeOver(_ sent: ControlSettings) {
    dumpFiles = DumpFiles(sent, options)
    let settings = sent.mail
    if let mailer {
      mailer.assumeIsolated { $0.apply(settings) }
    } else {
      let (reactor, log) = (reactor, log)
      mailer = Mailer(
        reactor, connector, settings,
        Mailer.Services(
          resolve: { HostResolver.resolve($0, on: reactor, $1) }, zone: { LocalTime.zone(at: $0.seconds) },
          log: { log.log(level: $1 ? .warning : .info, "\($0)") }))
      server?.mailDocument = { [weak self] in self?.assumeIsolated { $0.mailDocument } ?? .null }
      server?.webhookDocument = { [weak self] in self?.assumeIsolated { $0.webhookDocument } ?? .null }
    }
    takeOverWebhook(sent)
    takeOverServer(sent)
  }

  /// What control clients are told of mails.
  private var mailDocument: JSON { mailer?.assumeIsolated({ $0.counts }).document ?? .null }

  private func takeOverServer(_ sent: ControlSettings) {
    var settings = ControlServer.Settings()
    if sent.hasRouters, options.hasElection { settings.roles.append(.election) }
    if sent.hasServices, options.hasBalancing { settings.roles.append(.balancing) }
    // Daemons of several instances or namespaces may share one /run.
    let names = [options.namespace ?? sent.namespace, sent.instance].compactMap { $0 }
    settings.metrics = sent.metricsAddress
    if !names.isEmpty {
      settings.path = "\(ControlSocket.directory)/control_\(names.joined(separator: "_")).sock"
    }
    controlEdition += 1
    guard let group = sent.group else { return server?.apply(settings) ?? () }
    let edition = controlEdition
    // A directory service may take its time.
    BackgroundWork.run(on: reactor, { Accounts.group(named: group) }) { [settings] number in
      self.assumeIsolated { role in
        guard role.controlEdition == edition, !role.isStopping else { return }
        if number == nil { role.log.warning("control_group: there is no group \(group); the socket is for root only") }
        var settings = settings
        settings.group = number
        role.server?.apply(settings)
      }
    }
  }

  func stop() {
    guard !isStopping else { return }
    isStopping = true
    // The last mails and posts get a moment; a mail server that is away does not hold up the end.
    let remaining = Countdown([mailer != nil, webhook != nil].count { $0 }) { self.assumeIsolated { $0.stopped() } }
    mailer?.assumeIsolated { $0.finish { remaining.count() } }
    webhook?.assumeIsolated { $0.finish { remaining.count() } }
    remaining.start()
  }

  func abandoned(_ reason: String) { stopped() }

  private func stopped() {
    server?.close()
    link?.close()
    reactor.stop()
  }
}
