import Balancing
import ConfigurationLanguage
import ControlProtocol
import LinuxWorld
import Logging
import World

// Servers that operators add and remove until the next reload.
extension BalancingRole {
  /// What clients are told of the edits.
  var editDocument: JSON { .array(edits.orders.map { .object($0.members) }) }

  /// Adds or removes a server, and has the supervisor remember it for the case that this process dies.
  func edit(_ order: ServerOrder) -> JSON {
    guard let file = readAgain() else { return .failure("the configuration in force cannot be read") }
    do {
      let kept = try edits.carryOut(order, on: file)
      tell(.settingsChanged(DirectorSettings(edits.applied(to: file), options)))
      tableReading = nil
      send(.supervisor, .serverOrder(kept))
      let what = kept.word == "add" ? "added to" : "removed from"
      tellAll("\(kept.server) \(what) \(kept.service) by the operator", kept)
      return .object(kept.members)
    } catch {
      return .failure(error.description)
    }
  }

  /// Answers with the text of services.
  func replyWithServices(_ identifier: UInt64, _ names: [String]) {
    guard let file = readAgain() else {
      return reply(identifier, JSON.failure("the configuration in force cannot be read").description)
    }
    do {
      let text = try edits.text(of: names, in: file)
      reply(identifier, JSON.object([JSON.Member("text", .string(text))]).description)
    } catch {
      reply(identifier, JSON.failure(error.description).description)
    }
  }

  /// A new configuration has come: from now on only that counts.
  func forgetEdits() {
    guard !edits.orders.isEmpty else { return }
    log.notice("the reload ends \(edits.orders.count) additions and removals of servers by the operator")
    edits = ServerEdits()
  }

  /// Parsed anew, because it is seldom wanted and large.
  private func readAgain() -> Configuration? { sentConfiguration.flatMap(ConfigurationCarrier.read) }

  private func tellAll(_ line: String, _ order: ServerOrder) {
    log.notice("\(line)")
    let notice = EventNotice(role: .balancing, level: "notice", about: [order.server, order.service], text: line)
    send(.control, .event(notice))
  }
}
