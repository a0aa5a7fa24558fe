import ConfigurationLanguage
import LinuxWorld
import Notifications

extension ConfigurationSummary {
  /// What the supervisor is told of a configuration.
  init(_ parsed: ParsedConfiguration) {
    self.init()
    let diagnostics = parsed.diagnostics
    status = diagnostics.exitStatus
    isFatal = parsed.configuration == nil || !diagnostics.allowStart
    errors = diagnostics.list.filter { $0.severity >= .error }.map { "\($0.code.rawValue) \($0.message)" }
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
    startupTimeout = UInt32(clamping: configuration.globals.scripts.startupTimeout.components.seconds)
    shutdownTimeout = UInt32(clamping: configuration.globals.scripts.shutdownTimeout.components.seconds)
    fifos = Self.fifos(configuration.globals.fifos)
    accounts = Self.accounts(configuration)
    place.namespace = configuration.process.netNamespace
    place.instance = configuration.process.instance
    place.usesDirectory = configuration.process.usesPIDDirectory
    let written = configuration.globals.files
    fileMask = written.umask
    processName = written.processName
    readingMark = written.reloadFile
    schedule = written.reloadTimeFile.flatMap { ReloadSchedule(file: $0, keepsFile: written.repeatsReload) }
  }

  private static func fifos(_ written: ConfigurationLanguage.FIFOSettings) -> [FIFOSettings] {
    var found: [FIFOSettings] = []
    let all: [(NotifyFIFO?, Set<FIFOKind>, Script?)] = [
      (written.all, [.vrrp, .lvs], written.allScript), (written.vrrp, [.vrrp], written.vrrpScript),
      (written.lvs, [.lvs], written.lvsScript),
    ]
    for (fifo, kinds, script) in all {
      guard let fifo, !found.contains(where: { $0.path == fifo.path }) else { continue }
      found.append(
        FIFOSettings(path: fifo.path, kinds: kinds, script: script.map(ScriptCommand.init), owner: owner(of: fifo)))
    }
    return found
  }

  private static func owner(of fifo: NotifyFIFO) -> ScriptAccount? {
    guard let user = fifo.user.flatMap({ Accounts.user(named: $0) }) else { return nil }
    return ScriptAccount(
      user: fifo.user, group: fifo.group, userNumber: user.number,
      groupNumber: fifo.group.flatMap(Accounts.group) ?? user.group)
  }

  /// The accounts of all scripts. The default one is script_user, else keepalived_script where it exists, else root.
  private static func accounts(_ configuration: Configuration) -> [ScriptAccount] {
    var accounts: [ScriptAccount] = []
    let settings = configuration.globals.scripts
    if let user = Accounts.user(named: settings.user?.user ?? "keepalived_script") {
      let group = settings.user?.group.flatMap(Accounts.group) ?? user.group
      accounts.append(ScriptAccount(user: nil, group: nil, userNumber: user.number, groupNumber: group))
      if settings.setsSupplementaryGroups || settings.user?.supplementaryGroups == true {
        accounts[0].supplementaryGroups = Accounts.groups(of: settings.user?.user ?? "keepalived_script", group)
      }
    } else {
      accounts.append(ScriptAccount(user: nil, group: nil, userNumber: 0, groupNumber: 0))
    }
    var known: Set<String> = []
    for (user, group) in configuration.scriptIdentities {
      guard known.insert("\(user):\(group ?? "")").inserted, let entry = Accounts.user(named: user) else { continue }
      let groupNumber = group.flatMap(Accounts.group) ?? entry.group
      accounts.append(
        ScriptAccount(
          user: user, group: group, userNumber: entry.number, groupNumber: groupNumber,
          supplementaryGroups: settings.setsSupplementaryGroups ? Accounts.groups(of: user, groupNumber) : []))
    }
    return accounts
  }
}

extension Configuration {
  /// The user and group of every script that names them.
  fileprivate var scriptIdentities: [(user: String, group: String?)] {
    var found: [(String, String?)] = []
    func note(_ scripts: Script?...) {
      for case let script? in scripts { if let user = script.user { found.append((user, script.group)) } }
    }
    for script in vrrpScripts { if let user = script.user { found.append((user.user, user.group)) } }
    note(globals.scripts.startup, globals.scripts.shutdown)
    note(globals.fifos.allScript, globals.fifos.vrrpScript, globals.fifos.lvsScript)
    for notify in vrrpInstances.map(\.notify) + syncGroups.map(\.notify) {
      note(notify.master, notify.backup, notify.fault, notify.stop, notify.any, notify.deleted)
      note(notify.masterReceivedLowerPriority, notify.contested)
    }
    for script in vrrpScripts { note(script.script) }
    for service in virtualServers {
      note(service.quorumUp, service.quorumDown)
      for server in service.realServers {
        note(server.notifyUp, server.notifyDown)
        for check in server.checks {
          guard case .misc(let misc) = check.kind else { continue }
          note(misc.script)
          if let user = misc.user { found.append((user.user, user.group)) }
        }
      }
    }
    return found
  }
}

extension ReloadSchedule {
  /// The time that a file names; nil when there is no such file, or no time to come in it.
  fileprivate init?(file path: String, keepsFile: Bool) {
    guard let content = try? SmallFile.read(path, atMost: 256),
      let written = Written(String(decoding: content, as: UTF8.self))
    else { return nil }
    let now = LocalTime.now
    guard let seconds = written.moment(after: now, zone: LocalTime.zone(at: now)) else { return nil }
    self.init(path: path, seconds: seconds, keepsFile: keepsFile && written.date == nil)
  }
}
