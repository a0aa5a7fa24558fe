/// Scripts: whether they are there, and whether they are safe.
extension Completion {
  mutating func checkScripts() {
    checkVRRPScripts()
    noteUnused()
    guard let environment = parser.environment else { return }
    let isSecure = configuration.globals.scripts.isSecure
    var runsScripts = configuration.vrrpScripts.contains { $0.script.map { !$0.program.hasPrefix("<") } ?? false }
    // keepalived comes no further than the missing interface.
    let isVRRPStopped = parser.faults.list.contains { $0.code == .missingInterface && $0.severity == .fatal }
    if isVRRPStopped { runsScripts = false }
    for (subject, script) in otherScripts where !script.program.hasPrefix("<") {
      switch environment.script(script.program) {
      case .executable: runsScripts = runsScripts || !isVRRPStopped || !subject.hasPrefix("notify")
      case .insecure(let reason):
        runsScripts = runsScripts || !isVRRPStopped
        report(
          .insecureScript, .warning, .none,
          "\(subject) \(script.program) could be replaced by others (\(reason))\(isSecure ? "; it is not run" : "")",
          script.origin, script.program.utf8.count)
      case .missing:
        report(
          .missingScript, .warning, .none, "\(subject) \(script.program) does not exist here and is not run",
          script.origin, script.program.utf8.count)
      case .notExecutable:
        report(
          .missingScript, .warning, .none, "\(subject) \(script.program) is not executable and is not run",
          script.origin, script.program.utf8.count)
      }
    }
    if runsScripts, !isSecure {
      report(
        .scriptSecurityOff, .warning, .security, "scripts are run, but enable_script_security is not set", .nowhere,
        notes: [
          "anyone who can write to a script, or to a directory above it, becomes its user",
          "keepalived calls this a security violation, and its test ends with 6",
        ])
    }
    requireScriptUser(runsScripts)
  }

  /// With script security scripts need an account.
  private mutating func requireScriptUser(_ runsScripts: Bool) {
    let scripts = configuration.globals.scripts
    guard scripts.isSecure, scripts.user == nil, let environment = parser.environment,
      !environment.hasUser("keepalived_script")
    else { return }
    let needy = configuration.vrrpScripts.filter { $0.user == nil }.map(\.origin)
    let others = otherScripts.filter { $0.1.user == nil && !$0.1.program.isEmpty }.map(\.1.origin)
    guard let first = (needy + others).first else { return }
    report(
      .unknownUser, .error, .faulty,
      "with enable_script_security scripts need script_user, or a user keepalived_script on this machine", first,
      notes: ["scripts without a user of their own are not run"])
  }

  private mutating func checkVRRPScripts() {
    guard let environment = parser.environment else { return }
    let isSecure = configuration.globals.scripts.isSecure
    var scripts = configuration.vrrpScripts
    scripts.removeAll { entry in
      guard let program = entry.script?.program, !program.hasPrefix("<") else { return false }
      let (code, reason): (DiagnosticCode, String)
      switch environment.script(program) {
      case .executable, .notExecutable: return false
      case .missing: (code, reason) = (.missingScript, "does not exist here")
      case .insecure(let why):
        guard isSecure else {
          report(
            .insecureScript, .warning, .none, "\(program) could be replaced by others (\(why))", entry.origin, 11)
          return false
        }
        (code, reason) = (.insecureScript, "could be replaced by others (\(why))")
      }
      report(
        code, .error, .faulty, "vrrp_script \(entry.name) is not run: \(program) \(reason)", entry.origin, 11,
        notes: ["what follows it does without"])
      return true
    }
    configuration.vrrpScripts = scripts
    dropMissingScripts()
  }

  /// Takes the entries of dropped scripts away.
  private mutating func dropMissingScripts() {
    let known = Set(configuration.vrrpScripts.map(\.name))
    for position in configuration.vrrpInstances.indices {
      configuration.vrrpInstances[position].tracking.scripts.removeAll { !known.contains($0.name) }
    }
    for position in configuration.syncGroups.indices {
      configuration.syncGroups[position].tracking.scripts.removeAll { !known.contains($0.name) }
    }
  }

  private mutating func noteUnused() {
    var used: Set<String> = []
    for instance in configuration.vrrpInstances { used.formUnion(instance.tracking.scripts.map(\.name)) }
    for group in configuration.syncGroups { used.formUnion(group.tracking.scripts.map(\.name)) }
    for script in configuration.vrrpScripts where !used.contains(script.name) {
      report(
        .unused, .note, .none, "vrrp_script \(script.name) is followed by nothing and not run", script.origin, 11)
    }
  }

  /// All scripts but those of `vrrp_script`.
  private var otherScripts: [(String, Script)] {
    var found: [(String, Script?)] = []
    let globals = configuration.globals
    found += [
      ("startup_script", globals.scripts.startup), ("shutdown_script", globals.scripts.shutdown),
      ("notify_fifo_script", globals.fifos.allScript), ("vrrp_notify_fifo_script", globals.fifos.vrrpScript),
      ("lvs_notify_fifo_script", globals.fifos.lvsScript),
    ]
    for notify in configuration.vrrpInstances.map(\.notify) + configuration.syncGroups.map(\.notify) {
      found += [
        ("notify_master", notify.master), ("notify_backup", notify.backup), ("notify_fault", notify.fault),
        ("notify_stop", notify.stop), ("notify", notify.any), ("notify_deleted", notify.deleted),
        ("notify_master_rx_lower_pri", notify.masterReceivedLowerPriority), ("notify_contested", notify.contested),
      ]
    }
    for service in configuration.virtualServers {
      if service.quorumUp != nil || service.quorumDown != nil {
        found += [("quorum_up", service.quorumUp), ("quorum_down", service.quorumDown)]
      }
      for server in service.realServers {
        if let script = server.notifyUp { found.append(("notify_up", script)) }
        if let script = server.notifyDown { found.append(("notify_down", script)) }
        for check in server.checks {
          if case .misc(let misc) = check.kind {
            var script = misc.script
            if script?.user == nil { script?.user = misc.user?.user }
            found.append(("misc_path", script))
          }
        }
      }
    }
    return found.compactMap { name, script in script.map { (name, $0) } }
  }
}
