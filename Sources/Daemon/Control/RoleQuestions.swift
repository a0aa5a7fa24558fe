import ControlProtocol
import LinuxWorld
import Machines
import World

/// Asks the roles on behalf of clients and puts the pieces of their answers together.
///
/// Only a few questions are under way at a time, the others wait their turn, and of those only so many: whatever clients
/// do, a role is not asked faster than it answers.
final class RoleQuestions {
  /// What came back: JSON text of each role that answered in time.
  struct Answers {
    var texts: [Role: String] = [:]
    /// The roles that did not.
    var silent: [Role] = []
  }

  private struct Question {
    let roles: [Role]
    let request: ControlRequest
    let patience: Duration
    let completion: (Answers) -> Void
  }

  private struct Pending {
    let question: Question
    var pieces: [Role: [UInt8]] = [:]
    var complete: Set<Role> = []
    let alarm: any Alarm
  }

  private static let mostUnderWay = 4
  private static let mostWaiting = 128
  /// The longest answer of a role that is taken, in octets.
  private static let longestAnswer = 128 << 20

  private let reactor: Reactor
  private let send: (Role, UInt64, String) -> Void
  private var pending: [UInt64: Pending] = [:]
  private var waiting: [Question] = []
  private var lastNumber: UInt64 = 0

  /// `send` puts a question to a role.
  init(_ reactor: Reactor, send: @escaping (Role, UInt64, String) -> Void) {
    self.reactor = reactor
    self.send = send
  }

  /// Asks. Returns false, and asks nothing, when too many questions wait already.
  func ask(
    _ roles: [Role], _ request: ControlRequest, patience: Duration = .seconds(1),
    completion: @escaping (Answers) -> Void
  ) -> Bool {
    guard waiting.count < Self.mostWaiting else { return false }
    waiting.append(Question(roles: roles, request: request, patience: patience, completion: completion))
    proceed()
    return true
  }

  /// A piece of an answer has come. What nobody waits for any more is dropped.
  func answered(_ number: UInt64, _ role: Role, _ text: String, isLast: Bool) {
    guard var entry = pending.removeValue(forKey: number), entry.question.roles.contains(role) else { return }
    if entry.pieces[role, default: []].count + text.utf8.count <= Self.longestAnswer {
      entry.pieces[role, default: []] += text.utf8
      if isLast { entry.complete.insert(role) }
    }
    pending[number] = entry
    if entry.complete.count == entry.question.roles.count { conclude(number) }
  }

  private func proceed() {
    while pending.count < Self.mostUnderWay, !waiting.isEmpty {
      let question = waiting.removeFirst()
      lastNumber += 1
      let number = lastNumber
      nonisolated(unsafe) let questions = self
      let alarm = reactor.alarm { unsafe questions.conclude(number) }
      pending[number] = Pending(question: question, alarm: alarm)
      alarm.set(reactor.now + (question.roles.isEmpty ? .zero : question.patience))
      let text = question.request.json.description
      for role in question.roles { send(role, number, text) }
    }
  }

  private func conclude(_ number: UInt64) {
    guard let entry = pending.removeValue(forKey: number) else { return }
    entry.alarm.set(nil)
    var answers = Answers()
    for role in entry.question.roles {
      if entry.complete.contains(role), let octets = entry.pieces[role] {
        answers.texts[role] = String(decoding: octets, as: UTF8.self)
      } else {
        answers.silent.append(role)
      }
    }
    entry.question.completion(answers)
    proceed()
  }
}
