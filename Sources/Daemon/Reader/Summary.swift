import ConfigurationLanguage
import Notifications

extension ConfigurationSummary {
  /// What the supervisor is told of a configuration.
  init(_ parsed: ParsedConfiguration) {
    self.init()
    let diagnostics = parsed.diagnostics
    status = diagnostics.exitStatus
    isFatal = parsed.configuration == nil || !diagnostics.allowStart
    // Start is lenient, as with keepalived; a reload has something to lose, so any error refuses it.
    isRefusedOnReload = isFatal || diagnostics.list.contains { $0.severity >= .error }
    self.diagnostics = diagnostics.list.filter { $0.severity > .note }.map { $0.rendered(color: false) }
    guard let configuration = parsed.configuration else { return }
    let isElectionNeeded =
      !configuration.vrrpInstances.isEmpty || !configuration.staticAddresses.isEmpty
      || !configuration.staticRoutes.isEmpty || !configuration.staticRules.isEmpty
    if isElectionNeeded { roles.append(.election) }
    if !configuration.virtualServers.isEmpty { roles.append(.balancing) }
    childWaitTime = UInt32(clamping: configuration.process.childWaitTime.components.seconds)
    startupScript = configuration.globals.scripts.startup.map(ScriptCommand.init)
    shutdownScript = configuration.globals.scripts.shutdown.map(ScriptCommand.init)
    shutdownTimeout = UInt32(clamping: configuration.globals.scripts.shutdownTimeout.components.seconds)
    fifos = Self.fifos(configuration.globals.fifos)
    accounts = Self.accounts(configuration)
  }

  private static func fifos(_ written: ConfigurationLanguage.FIFOSettings) -> [FIFOSettings] {
    var found: [FIFOSettings] = []
    let all: [(NotifyFIFO?, Set<FIFOKind>, Script?)] = [
      (written.all, [.vrrp, .lvs], written.allScript), (written.vrrp, [.vrrp], written.vrrpScript),
      (written.lvs, [.lvs], written.lvsScript),
    ]
    for (fifo, kinds, script) in all {
      guard let fifo, !found.contains(where: { $0.path == fifo.path }) else { continue }
      found.append(FIFOSettings(path: fifo.path, kinds: kinds, script: script.map(ScriptCommand.init)))
    }
    return found
  }

  /// The accounts of all scripts. The default one is script_user, else keepalived_script where it exists, else root.
  private static func accounts(_ configuration: Configuration) -> [ScriptAccount] {
    var accounts: [ScriptAccount] = []
    let settings = configuration.globals.scripts
    if let user = Accounts.user(named: settings.user?.user ?? "keepalived_script") {
      let group = settings.user?.group.flatMap(Accounts.group) ?? user.group
      accounts.append(ScriptAccount(user: nil, group: nil, userNumber: user.number, groupNumber: group))
    } else {
      accounts.append(ScriptAccount(user: nil, group: nil, userNumber: 0, groupNumber: 0))
    }
    var known: Set<String> = []
    for (user, group) in configuration.scriptIdentities {
      guard known.insert("\(user):\(group ?? "")").inserted, let entry = Accounts.user(named: user) else { continue }
      accounts.append(
        ScriptAccount(
          user: user, group: group, userNumber: entry.number,
          groupNumber: group.flatMap(Accounts.group) ?? entry.group))
    }
    return accounts
  }
}

extension Configuration {
  /// The user and group of every script that names them.
  fileprivate var scriptIdentities: [(user: String, group: String?)] {
    var scripts: [Script?] = [globals.scripts.startup, globals.scripts.shutdown]
    scripts += [globals.fifos.allScript, globals.fifos.vrrpScript, globals.fifos.lvsScript]
    for notify in vrrpInstances.map(\.notify) + syncGroups.map(\.notify) {
      scripts += [notify.master, notify.backup, notify.fault, notify.stop, notify.any, notify.deleted]
      scripts.append(notify.masterReceivedLowerPriority)
    }
    var found: [(String, String?)] = vrrpScripts.compactMap { $0.user.map { ($0.user, $0.group) } }
    scripts += vrrpScripts.map(\.script)
    for service in virtualServers {
      scripts += [service.quorumUp, service.quorumDown]
      for server in service.realServers {
        scripts += [server.notifyUp, server.notifyDown]
        for check in server.checks {
          guard case .misc(let misc) = check.kind else { continue }
          scripts.append(misc.script)
          if let user = misc.user { found.append((user.user, user.group)) }
        }
      }
    }
    found += scripts.compactMap { script in script?.user.map { ($0, script?.group) } }
    return found
  }
}
