import CLinux
import ConfigurationLanguage
import Glibc
import LinuxWorld
import Logging
import Machines
import World

/// Brings the processes of a daemon to life.
enum RoleRunner {
  /// Runs the supervisor until the daemon ends.
  static func supervise(_ options: CommandLineOptions, _ arguments: [String], calledAs name: String) -> Int32 {
    if !options.has(.dontFork), !options.has(.detached) { return Detachment.run(arguments, calledAs: name) }
    linux_ignore_broken_pipes()
    // Run through a link, as `keepalived`, or again for the background, the kernel has another name for the process.
    unsafe linux_set_name(name)
    linux_keep_freed_memory()
    umask(options.argument(.umask).flatMap(FileMask.read) ?? 0o177)
    if let namespace = options.argument(.namespace) {
      do {
        try NetworkNamespace.enter(namespace)
      } catch {
        return Understudy.complain("\(error)")
      }
    }
    let journal = Journal(Journal.Settings(options), identity: identity(name, nil), role: "supervisor")
    let log = journal.logger
    do {
      let detachment = options.has(.detached) ? Detachment() : nil
      let files = SupervisorFiles(
        options, calledAs: name, signals: (Signals.first, Signals.last), ready: { detachment?.ready() })
      var settings = SupervisorMachine.Settings()
      settings.startsEveryRole = options.has(.all)
      if options.has(.vrrp) { settings.excluded.insert(.balancing) }
      if options.has(.check) { settings.excluded.insert(.election) }
      settings.endsWithRole = options.has(.dontRespawn)
      let reactor = try Reactor()
      let supervisor = Supervisor(reactor, settings, options, arguments: arguments, files: files, journal: journal)
      log.notice("Understudy \(Usage.version) begins")
      for (option, loss) in Usage.unsupported where options.has(option) {
        log.warning("option --\(option.rawValue) is not supported: \(loss)")
      }
      let cores = CoreDumps(options, log)
      defer { cores.restore() }
      if let failure = supervisor.assumeIsolated({ $0.begin() }) { throw failure }
      reactor.runForever()
      return supervisor.assumeIsolated { $0.status }
    } catch {
      log.error("\(error)")
      return 1
    }
  }

  /// Runs a role until the supervisor tells it to leave.
  static func run(_ role: Role, _ options: CommandLineOptions) -> Int32 {
    linux_ignore_broken_pipes()
    // Terminals and service managers signal all processes at once; only the supervisor heeds that, and tells the roles.
    for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2] { _ = signal(number, SIG_IGN) }
    let settings = RoleOptions(options) { HostFiles().environmentVariable($0) }
    unsafe linux_set_name(settings.title)
    let journal = Journal(
      settings.journal, identity: identity(settings.title, role) + (options.argument(.suffix) ?? ""), role: role.name)
    let log = journal.logger
    let channel = Descriptor(3)
    do {
      Scheduling.begin(role)
      try Confinement(role).enter()
      let reactor = try Reactor()
      var link: RoleLink?
      switch role {
      case .election: try ElectionRole.begin(reactor, settings, log, channel)
      case .balancing: try BalancingRole.begin(reactor, settings, log, channel)
      case .control: try ControlRole.begin(reactor, settings, log, channel)
      case .reader:
        link = try read(options, reactor, channel, log)
      case .supervisor:
        return 1
      }
      // Without it a reader would not hear that its supervisor is gone, and wait for ever.
      withExtendedLifetime(link) { reactor.runForever() }
      return 0
    } catch {
      log.error("\(error)")
      return error.code == EPERM || error.code == EACCES ? 4 : 1
    }
  }

  /// Reads the configuration and sends what came of it; ends the loop when that has been taken, or nobody is there.
  private static func read(
    _ options: CommandLineOptions, _ reactor: Reactor, _ channel: Descriptor, _ log: Logger
  ) throws(SystemFailure) -> RoleLink {
    let parsed = ConfigurationTools.parse(options, isTest: false)
    if options.has(.dumpConfiguration), let configuration = parsed.configuration {
      for line in configuration.canonicalLinesWithoutSecrets { log.info("\(line)") }
    }
    var keys: [String: [UInt8]] = [:]
    for path in parsed.configuration?.keyFiles ?? [] {
      guard var octets = try? SmallFile.read(path, atMost: 4096) else { continue }
      while octets.last == UInt8(ascii: "\n") { octets.removeLast() }
      keys[path] = octets
    }
    var files = [try ConfigurationCarrier.write(parsed.text, keys: keys)]
    if let configuration = parsed.configuration {
      files.append(try SealedFile.write([ControlSettings(configuration).encoded], named: "settings"))
    }
    let link = try RoleLink(
      reactor, channel, receive: { _, _ in }, closed: { _ in reactor.stop() }, role: .reader)
    link.send(
      RoleFrame(to: .supervisor, .configurationRead(ConfigurationSummary(parsed))), descriptors: files)
    link.finish { reactor.stop() }
    return link
  }

  /// The name in syslog: keepalived's, where the program is called so.
  private static func identity(_ name: String, _ role: Role?) -> String {
    let base = name == "keepalived" ? "Keepalived" : "Understudy"
    return switch role {
    case .election: base + "_vrrp"
    case .balancing: base + "_healthcheckers"
    case .control: base + "_control"
    case .reader, .supervisor, nil: base
    }
  }
}
