import ControlProtocol
import LinuxWorld
import Logging
import Machines

// What control clients ask of the supervisor, and what control is told by it.
extension Supervisor {
  /// A client that waits for the outcome of a reload.
  struct ReloadQuestion {
    let identifier: UInt64
    /// How many readings have to end first: another one may be under way, of files as they were before.
    var readings: Int
  }

  /// Answers a question of control.
  func answer(_ identifier: UInt64, _ text: String) {
    guard let request = try? ControlRequest(JSON(parsing: text.utf8)) else { return reply(identifier, .null) }
    switch request {
    case .status: reply(identifier, document)
    case .reload:
      guard machine.mayReload else { return reply(identifier, .failure("the daemon is starting or stopping")) }
      reloadQuestions.append(ReloadQuestion(identifier: identifier, readings: machine.isReading ? 2 : 1))
      deliver(.reloadRequested)
    case .why, .events, .ipvs, .metrics, .server, .services, .failover, .recording: reply(identifier, .null)
    }
  }

  private func reply(_ identifier: UInt64, _ answer: JSON) {
    processes[.control]?.link.send(
      RoleFrame(
        to: .control, .answer(identifier: identifier, role: .supervisor, text: answer.description, isLast: true)))
  }

  /// What clients are told of the processes.
  private var document: JSON {
    let now = reactor.now
    let roles = machine.lifeOfRoles.map { life in
      JSON.object([
        JSON.Member("name", .string(life.role.name)), JSON.Member("running", .boolean(life.since != nil)),
        JSON.Member("process", processes[life.role].map { .integer(Int64($0.child.process)) } ?? .null),
        JSON.Member("for", life.since.map { .number((now - $0).inSeconds) } ?? .null),
        JSON.Member("restarts", .integer(Int64(clamping: life.restarts))),
      ])
    }
    return .object([
      JSON.Member("generation", .integer(Int64(clamping: machine.generation))),
      JSON.Member("reloads_refused", .integer(Int64(clamping: reloadsRefused))),
      JSON.Member("roles", .array(roles)), JSON.Member("scripts", scripts.document),
    ])
  }

  /// Passes a report on to control and answers whoever waits for it.
  func tellControl(_ report: SupervisorReport) {
    switch report {
    case .configurationFindings(let findings): lastFindings = Array(findings.prefix(100))
    case .configurationAdopted(let generation):
      concludeReloads(.object([JSON.Member("generation", .integer(Int64(clamping: generation)))]))
    case .reloadRefused:
      reloadsRefused &+= 1
      concludeReloads(
        .object([
          JSON.Member("error", "the new configuration is refused; the running one stays in force"),
          JSON.Member("findings", .array(lastFindings.map(JSON.string))),
        ]))
    case .readerFailed, .roleConfigured, .roleRestarted, .roleCannotRun, .roleHangs, .unexpectedMessage, .stopping:
      break
    }
    guard let text = report.text else { return }
    let level = report.isWarning ? Logger.Level.warning : .notice
    processes[.control]?.link.send(
      RoleFrame(
        to: .control, .event(EventNotice(role: .supervisor, level: level.rawValue, about: ["daemon"], text: text))))
  }

  private func concludeReloads(_ answer: JSON) {
    for index in reloadQuestions.indices { reloadQuestions[index].readings -= 1 }
    for question in reloadQuestions where question.readings <= 0 { reply(question.identifier, answer) }
    reloadQuestions.removeAll { $0.readings <= 0 }
  }
}
