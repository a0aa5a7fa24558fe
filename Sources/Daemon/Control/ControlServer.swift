import ConfigurationLanguage
import ControlProtocol
import Glibc
import LinuxWorld
import Logging
import Machines
import World

/// Answers control clients: one JSON text per line in, one out.
///
/// What a client asks about VRRP and services is asked of the roles that know; their answers are put together here. A
/// question that is not answered within a second is answered with what has come.
final class ControlServer {
  /// Names a client may ask about, by the configuration in force.
  struct Names {
    var hasElection = false
    var hasBalancing = false

    init() {}

    init(_ configuration: Configuration) {
      hasElection = !configuration.vrrpInstances.isEmpty
      hasBalancing = !configuration.virtualServers.isEmpty
    }
  }

  private struct Question {
    let client: ControlClient
    var awaited: Set<Role>
    var answers: [Role: JSON] = [:]
    let alarm: any Alarm
  }

  private static let patience = Duration.seconds(1)

  private let reactor: Reactor
  private let log: Logger
  private let ask: @Sendable (Role, UInt64, String) -> Void
  private var listener: UnixListener?
  private var questions: [UInt64: Question] = [:]
  private var lastQuestion: UInt64 = 0
  var names = Names()

  init(_ reactor: Reactor, _ log: Logger, ask: @escaping @Sendable (Role, UInt64, String) -> Void) {
    self.reactor = reactor
    self.log = log
    self.ask = ask
    listen()
  }

  private func listen() {
    nonisolated(unsafe) let server = self
    unsafe _ = mkdir(ControlSocket.directory, 0o755)
    do {
      // The listener calls on the loop, where the server lives.
      listener = try UnixListener(reactor, path: ControlSocket.path) { client, line in
        unsafe server.receive(line, from: client)
      }
    } catch {
      log.warning("no control socket: \(error)")
    }
  }

  func close() { listener?.close() }

  private func receive(_ line: [UInt8], from client: ControlClient) {
    do {
      let request = try ControlRequest(JSON(parsing: line))
      switch request.verb {
      case .status: begin(client)
      }
    } catch let error as ControlError {
      refuse(client, error.description)
    } catch {
      refuse(client, "this is no JSON text")
    }
  }

  private func refuse(_ client: ControlClient, _ reason: String) {
    client.send(ControlReply.failure(reason).line)
    client.close()
  }

  private func begin(_ client: ControlClient) {
    var awaited: Set<Role> = []
    if names.hasElection { awaited.insert(.election) }
    if names.hasBalancing { awaited.insert(.balancing) }
    lastQuestion += 1
    let identifier = lastQuestion
    nonisolated(unsafe) let server = self
    let alarm = reactor.alarm { unsafe server.conclude(identifier) }
    questions[identifier] = Question(client: client, awaited: awaited, alarm: alarm)
    guard !awaited.isEmpty else { return conclude(identifier) }
    alarm.set(reactor.now + Self.patience)
    for role in awaited { ask(role, identifier, "status") }
  }

  /// A role has answered.
  func answered(_ identifier: UInt64, _ role: Role, _ text: String) {
    guard var question = questions[identifier] else { return }
    question.awaited.remove(role)
    question.answers[role] = (try? JSON(parsing: text.utf8)) ?? .null
    questions[identifier] = question
    if question.awaited.isEmpty { conclude(identifier) }
  }

  private func conclude(_ identifier: UInt64) {
    guard let question = questions.removeValue(forKey: identifier) else { return }
    question.alarm.set(nil)
    let missing = question.awaited.map(\.name).sorted().map(JSON.string)
    let document = JSON.object([
      JSON.Member("version", .string(Usage.version)),
      JSON.Member("time", .integer(reactor.wallTime.seconds)),
      JSON.Member("groups", question.answers[.election] ?? .array([])),
      JSON.Member("balancing", question.answers[.balancing] ?? .object([])),
      JSON.Member("silent", .array(missing)),
    ])
    question.client.send(ControlReply.success(document).line)
  }
}
