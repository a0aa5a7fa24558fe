package import Machines

/// SMTP_CHECK: the server greets, answers HELO, and lets us go.
package struct SMTPGreeting: Dialogue, Equatable {
  private enum Stage: Hashable {
    case connecting
    case greeting
    case helo
    case quit
    case over
  }

  private let heloName: String
  private var stage = Stage.connecting
  private var patience: Patience
  private var replies = SMTPReplies()

  /// Waits `timeout` for the connection and for each reply.
  package init(heloName: String, timeout: Duration, from now: Moment) {
    self.heloName = heloName
    patience = Patience(step: timeout, steps: 4, from: now)
  }

  package var nextDeadline: Moment? { stage == .over ? nil : patience.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    switch event {
    case .connected:
      guard stage == .connecting else { return [] }
      stage = .greeting
      patience.renew(at: now)
      return []
    case .received(let octets):
      guard stage != .over else { return [] }
      replies.append(octets)
      var effects: [DialogueEffect] = []
      while stage != .over, let next = replies.next() {
        patience.renew(at: now)
        effects += take(next)
      }
      return effects
    case .ended:
      // After QUIT the server owes us nothing that matters.
      return stage == .quit
        ? finish(.success(detail: "said good-bye")) : finish(.failure(reason: "the server closed \(stageText)"))
    case .failed(let reason): return finish(.failure(reason: reason))
    case .deadlineReached:
      guard now >= patience.deadline else { return [] }
      return finish(.failure(reason: "no answer within \(patience.text) \(stageText)"))
    }
  }

  private mutating func take(_ next: SMTPReplies.Next) -> [DialogueEffect] {
    let reply: SMTPReplies.Reply
    switch next {
    case .malformed(let reason): return finish(.failure(reason: reason))
    case .reply(let complete): reply = complete
    }
    switch stage {
    case .greeting:
      guard reply.code == 220 else { return finish(.failure(reason: "greeted with \"\(reply.text)\" instead of 220")) }
      stage = .helo
      return [.send(Array("HELO \(heloName)\r\n".utf8))]
    case .helo:
      guard reply.code == 250 else {
        return finish(.failure(reason: "HELO was answered with \"\(reply.text)\" instead of 250"))
      }
      stage = .quit
      return [.send(Array("QUIT\r\n".utf8))]
    case .quit: return finish(.success(detail: reply.text))
    case .connecting, .over: return []
    }
  }

  private var stageText: String {
    switch stage {
    case .connecting: "while connecting"
    case .greeting: "before its greeting"
    case .helo: "after HELO"
    case .quit, .over: "after QUIT"
    }
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    guard stage != .over else { return [] }
    stage = .over
    return [.finish(verdict)]
  }
}
