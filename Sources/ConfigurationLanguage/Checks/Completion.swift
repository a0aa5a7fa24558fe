import Wire

/// What is done when the whole text has been read: settings are inherited, references and contradictions looked for,
/// and what the language makes void is dropped.
///
/// Global settings count wherever `global_defs` stands. (keepalived reads it first in one process and in order in
/// another, and advises to put it first; the outcome is the same.)
struct Completion {
  var configuration: Configuration
  var parser: Parser
  /// What sync groups say to their members about priority changes.
  var priorityChanges: [String: Bool] = [:]

  init(_ configuration: Configuration, _ parser: consuming Parser) {
    self.configuration = configuration
    self.parser = parser
  }

  /// Completes everything.
  mutating func run() {
    completeGlobals()
    completeInstances()
    completeSyncGroups()
    completeServices()
    checkStaticItems()
    checkScripts()
  }

  /// Reports something about a block or an entry.
  mutating func report(
    _ code: DiagnosticCode, _ severity: Diagnostic.Severity, _ verdict: Diagnostic.Verdict, _ message: String,
    _ origin: Origin, _ length: Int = 1, notes: [String] = [], suggestion: String? = nil
  ) {
    parser.report(code, severity, verdict, message, origin, length, notes: notes, suggestion: suggestion)
  }

  private mutating func completeGlobals() {
    var globals = configuration.globals
    globals.vrrp.announcements.$lowerPriorityDelay.inherit(globals.vrrp.announcements.masterDelay)
    globals.vrrp.announcements.$lowerPriorityRepeat.inherit(globals.vrrp.announcements.masterRepeat)
    globals.vrrp.$vmacAddressPrefix.inherit(globals.vrrp.vmacPrefix)
    globals.management.$realServerStatisticsInterval.inherit(globals.management.virtualServerStatisticsInterval)
    if globals.vrrp.minimalAnnouncements {
      globals.vrrp.announcements.$masterDelay.inherit(.zero)
      globals.vrrp.announcements.$masterRepeat.inherit(1)
      globals.vrrp.announcements.$masterRefreshRepeat.inherit(1)
      globals.vrrp.announcements.$lowerPriorityDelay.inherit(globals.vrrp.announcements.masterDelay)
      globals.vrrp.announcements.$lowerPriorityRepeat.inherit(globals.vrrp.announcements.masterRepeat)
    }
    configuration.globals = globals
    if configuration.process.instance != nil || configuration.process.netNamespace != nil {
      configuration.process.usesPIDDirectory = true
    }
    if let namespace = configuration.process.netNamespace, let environment = parser.environment,
      !environment.hasNetworkNamespace(namespace)
    {
      report(
        .missingNamespace, .warning, .none,
        "there is no network namespace '\(namespace)' here, so that interfaces are not checked", .nowhere)
    }
  }

  /// Whether an interface exists where this configuration is to run, as far as that can be told.
  func hasInterface(_ name: String) -> Bool {
    guard let environment = parser.environment else { return true }
    let namespace = configuration.process.netNamespace
    if let namespace, !environment.hasNetworkNamespace(namespace) { return true }
    return environment.hasInterface(name, namespace: namespace)
  }

  /// Reports an interface that does not exist. Unless interfaces may come later the daemon cannot start.
  mutating func requireInterface(_ name: String, _ subject: String, _ origin: Origin, _ length: Int = 1) {
    guard !configuration.globals.allowsMissingInterfaces, !hasInterface(name) else { return }
    report(
      .missingInterface, .fatal, .faulty, "\(subject) needs the interface \(name), which does not exist", origin,
      length,
      notes: ["with dynamic_interfaces in global_defs an interface may come later"])
  }

  private mutating func checkStaticItems() {
    let fallback = configuration.globals.defaultInterface
    for position in configuration.staticAddresses.indices {
      let entry = configuration.staticAddresses[position]
      guard let interface = entry.interface else {
        configuration.staticAddresses[position].interface = fallback
        if !hasInterface(fallback), !configuration.globals.allowsMissingInterfaces {
          report(
            .missingInterface, .fatal, .cannotRun,
            "\(entry.prefix) has no dev, and the default interface \(fallback) does not exist", entry.origin)
        }
        continue
      }
      requireInterface(interface, entry.prefix.description, entry.origin)
    }
    for route in configuration.staticRoutes { requireInterfaces(of: route) }
    for delay in configuration.interfaceDelays where !hasInterface(delay.interface) {
      report(
        .missingInterface, .error, .cannotRun, "there is no interface \(delay.interface)", delay.origin,
        delay.interface.utf8.count)
    }
    for interface in configuration.linkbeatInterfaces where !hasInterface(interface.interface) {
      report(
        .missingInterface, .error, .cannotRun, "there is no interface \(interface.interface)", interface.origin,
        interface.interface.utf8.count)
    }
    for group in configuration.garpGroups {
      for name in group.interfaces + [group.interface].compactMap({ $0 }) where !hasInterface(name) {
        report(.missingInterface, .error, .faulty, "there is no interface \(name)", group.origin, 10)
      }
    }
    numberRules()
    checkSyncDaemon()
  }

  /// Interfaces that routes name.
  mutating func requireInterfaces(of route: ConfiguredRoute) {
    if let interface = route.interface { requireInterface(interface, "the route", route.origin) }
    for hop in route.nextHops {
      if let interface = hop.interface { requireInterface(interface, "a next hop", route.origin) }
    }
  }

  /// Rules without preference count down from 16384, in the order of the text.
  private mutating func numberRules() {
    var next: UInt32 = 16384
    func number(_ rules: inout [ConfiguredRule], _ parser: inout Parser) {
      for position in rules.indices where !rules[position].$preference.isWritten {
        parser.report(
          .defaulted, .warning, .faulty, "the rule has no preference; \(next) is taken", rules[position].origin, 1,
          notes: ["this is hardly what is wanted"], suggestion: "preference NUMBER")
        rules[position].preference = next
        next = next > 1 ? next - 1 : 1
      }
    }
    number(&configuration.staticRules, &parser)
    for position in configuration.vrrpInstances.indices {
      number(&configuration.vrrpInstances[position].rules, &parser)
    }
  }

  private mutating func checkSyncDaemon() {
    guard var daemon = configuration.globals.lvs.syncDaemon else { return }
    requireInterface(daemon.interface, "lvs_sync_daemon", daemon.origin)
    if let name = daemon.instance {
      if let instance = configuration.vrrpInstances.first(where: { $0.name == name }) {
        daemon.$identifier.inherit(instance.virtualRouterID)
      } else {
        report(
          .unknownReference, .error, .faulty, "lvs_sync_daemon names the instance '\(name)', which does not exist",
          daemon.origin, 1,
          suggestion: parser.suggestion(for: name, among: configuration.vrrpInstances.map(\.name)))
        daemon.instance = nil
      }
    }
    configuration.globals.lvs.syncDaemon = daemon
  }
}
