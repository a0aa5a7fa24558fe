/// What the supervisor has to say.
package enum SupervisorReport: Hashable, Sendable {
  case configurationFindings([String])
  case configurationAdopted(generation: UInt64)
  case reloadRefused
  case readerFailed(RoleExit)
  case roleConfigured(Role, generation: UInt64)
  case roleRestarted(Role, RoleExit, after: Duration)
  case roleCannotRun(Role, RoleExit)
  case roleHangs(Role, silent: Duration)
  case unexpectedMessage(from: Role)
  case stopping

  /// One line for the log; several for findings; nil where nothing is worth a line.
  package var text: String? {
    switch self {
    case .configurationFindings(let findings):
      findings.isEmpty ? nil : findings.joined(separator: "\n")
    case .configurationAdopted(let generation):
      generation == 1 ? "configuration read" : "configuration reloaded (generation \(generation))"
    case .reloadRefused: "the new configuration is refused as a whole; the running one stays in force"
    case .readerFailed(let exit): "reading the configuration failed: \(exit)"
    case .roleConfigured: nil
    case .roleRestarted(let role, let exit, let pause):
      pause == .zero
        ? "\(role.name) died (\(exit)) and is started again at once"
        : "\(role.name) died (\(exit)) again and is started in \(pause)"
    case .roleCannotRun(let role, let exit): "\(role.name) cannot run (\(exit)); stopping"
    case .roleHangs(let role, let silent): "\(role.name) has given no sign of life for \(silent); killing it"
    case .unexpectedMessage(let role): "\(role.name) sent a message that is not for the supervisor"
    case .stopping: "stopping"
    }
  }

  /// Whether an operator should look.
  package var isWarning: Bool {
    switch self {
    case .configurationFindings, .reloadRefused, .readerFailed, .roleRestarted, .roleCannotRun, .roleHangs,
      .unexpectedMessage:
      true
    case .configurationAdopted, .roleConfigured, .stopping: false
    }
  }
}
