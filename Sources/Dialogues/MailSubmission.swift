package import Machines
import Wire

/// How the submission of a mail ended, for whoever decides about trying again.
package enum MailOutcome: Hashable, Sendable {
  /// Taken over by the server, but for these recipients.
  case accepted(refused: [String])
  /// It failed, but may succeed later: no connection, a time-out, a reply of the form 4xx.
  case temporary(reason: String)
  /// The server will not take it: a reply of the form 5xx, or something that is not SMTP.
  case permanent(reason: String)
}

/// The submission of one mail to a relay (RFC 5321): HELO, MAIL FROM, one RCPT TO for each recipient, DATA, QUIT.
///
/// Where TLS or a password is wanted it says EHLO, then STARTTLS (RFC 3207) and AUTH (RFC 4954) before the mail.
package struct MailSubmission: Dialogue, Equatable {
  private enum Stage: Hashable {
    case connecting
    case greeting
    case helo
    /// STARTTLS has been asked for.
    case upgrade
    /// The handshake is going on.
    case handshake
    /// What was shown with AUTH is being judged; `next` are the answers to further challenges.
    case authentication(next: [String])
    case sender
    case recipient(Int)
    case data
    case text
    case quit
    case over
  }

  private let mail: Mail
  private let heloName: String
  private let security: MailSecurity
  private var isSecure: Bool
  private var stage = Stage.connecting
  private var patience: Patience
  private var replies = SMTPReplies()
  private var refused: [String] = []
  /// The reply that refused the last recipient.
  private var refusal: SMTPReplies.Reply?

  /// How it ended; nil while it is going on.
  package private(set) var outcome: MailOutcome?

  /// Waits `timeout` for the connection and for each reply.
  package init(
    _ mail: Mail, heloName: String, security: MailSecurity = MailSecurity(), timeout: Duration, from now: Moment
  ) {
    self.mail = mail
    self.heloName = heloName
    self.security = security
    isSecure = security.transport == .immediate
    patience = Patience(step: timeout, steps: max(1, mail.recipients.count) + 14, from: now)
  }

  package var nextDeadline: Moment? { stage == .over ? nil : patience.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    switch event {
    case .connected:
      switch stage {
      case .connecting: stage = .greeting
      case .handshake:
        isSecure = true
        stage = .helo
        patience.renew(at: now)
        return [command(hello)]
      case .greeting, .helo, .upgrade, .authentication, .sender, .recipient, .data, .text, .quit, .over: return []
      }
      patience.renew(at: now)
      return []
    case .received(let octets):
      guard stage != .over else { return [] }
      replies.append(octets)
      var effects: [DialogueEffect] = []
      while stage != .over, let next = replies.next() {
        patience.renew(at: now)
        switch next {
        case .malformed(let reason): effects += finish(.permanent(reason: "\(stageText): \(reason)"))
        case .reply(let reply): effects += take(reply)
        }
      }
      return effects
    case .ended: return interrupted("the server closed the connection")
    case .failed(let reason): return interrupted(reason)
    case .deadlineReached:
      guard now >= patience.deadline else { return [] }
      return interrupted("no answer within \(patience.text)")
    }
  }

  private mutating func take(_ reply: SMTPReplies.Reply) -> [DialogueEffect] {
    switch stage {
    case .connecting, .handshake, .over: return []
    case .greeting: return advance(reply, wants: 220, to: .helo, hello)
    case .helo:
      guard reply.code == 250 else { return abort(failure(reply)) }
      return introduced(MailExtensions(reply))
    case .upgrade:
      guard reply.code == 220 else { return abort(failure(reply)) }
      // Whatever came along in clear was not said under TLS: somebody in between could have added it.
      guard !replies.hasMore else {
        return finish(.temporary(reason: "STARTTLS: the server spoke on in clear"))
      }
      stage = .handshake
      return [.secure]
    case .authentication(let next): return authenticate(reply, next)
    case .sender:
      guard let first = mail.recipients.first else { return abort(.permanent(reason: "there is no recipient")) }
      return advance(reply, wants: 250, to: .recipient(0), "RCPT TO:<\(bareAddress(first))>")
    case .recipient(let index): return takeRecipient(index, reply)
    case .data:
      guard reply.code == 354 else { return abort(failure(reply)) }
      stage = .text
      return [.send(mail.octets)]
    case .text:
      guard reply.code == 250 else { return abort(failure(reply)) }
      // The mail is the server's now; whatever happens to QUIT does not matter.
      outcome = .accepted(refused: refused)
      stage = .quit
      return [.send(Array("QUIT\r\n".utf8))]
    case .quit: return finish(outcome ?? .accepted(refused: refused))
    }
  }

  private var hello: String { "\(security.needsExtensions ? "EHLO" : "HELO") \(heloName)" }

  /// What comes after the server has introduced itself: TLS, the password, or the mail.
  private mutating func introduced(_ extensions: MailExtensions) -> [DialogueEffect] {
    if security.transport == .upgraded, !isSecure {
      guard extensions.offersTLS else { return abort(.temporary(reason: "the server does not offer STARTTLS")) }
      stage = .upgrade
      return [command("STARTTLS")]
    }
    guard let credentials = security.credentials else { return beginMail() }
    guard isSecure else { return abort(.permanent(reason: "a password is not sent in clear; smtp_tls is needed")) }
    let (user, password) = (base64(credentials.user.utf8), base64(credentials.password.utf8))
    if extensions.mechanisms.contains("PLAIN") {
      stage = .authentication(next: [])
      let both = [0] + Array(credentials.user.utf8) + [0] + Array(credentials.password.utf8)
      return [command("AUTH PLAIN \(base64(both))")]
    }
    guard extensions.mechanisms.contains("LOGIN") else {
      return abort(.permanent(reason: "the server offers neither AUTH PLAIN nor AUTH LOGIN"))
    }
    stage = .authentication(next: [user, password])
    return [command("AUTH LOGIN")]
  }

  private mutating func authenticate(_ reply: SMTPReplies.Reply, _ next: [String]) -> [DialogueEffect] {
    if reply.code == 235 { return beginMail() }
    guard reply.code == 334, let answer = next.first else { return abort(failure(reply)) }
    stage = .authentication(next: Array(next.dropFirst()))
    return [command(answer)]
  }

  private mutating func beginMail() -> [DialogueEffect] {
    stage = .sender
    return [command("MAIL FROM:<\(bareAddress(mail.from))>")]
  }

  private func command(_ text: String) -> DialogueEffect { .send(Array("\(text)\r\n".utf8)) }

  private mutating func takeRecipient(_ index: Int, _ reply: SMTPReplies.Reply) -> [DialogueEffect] {
    if reply.code != 250 && reply.code != 251 {
      refused.append(mail.recipients[index])
      // A temporary refusal is remembered rather than a permanent one: it is worth another try.
      if refusal == nil || reply.code < 500 { refusal = reply }
    }
    let next = index + 1
    guard next < mail.recipients.count else {
      if refused.count == mail.recipients.count, let refusal { return abort(failure(refusal)) }
      stage = .data
      return [.send(Array("DATA\r\n".utf8))]
    }
    stage = .recipient(next)
    return [.send(Array("RCPT TO:<\(bareAddress(mail.recipients[next]))>\r\n".utf8))]
  }

  private mutating func advance(
    _ reply: SMTPReplies.Reply, wants code: Int, to next: Stage, _ command: String
  ) -> [DialogueEffect] {
    guard reply.code == code else { return abort(failure(reply)) }
    stage = next
    return [self.command(command)]
  }

  private func failure(_ reply: SMTPReplies.Reply) -> MailOutcome {
    let reason = "\(stageText): \"\(reply.text)\""
    return reply.code < 500 ? .temporary(reason: reason) : .permanent(reason: reason)
  }

  private mutating func interrupted(_ reason: String) -> [DialogueEffect] {
    switch stage {
    case .over: []
    case .quit: finish(outcome ?? .accepted(refused: refused))
    case .connecting, .greeting, .helo, .upgrade, .handshake, .authentication, .sender, .recipient, .data, .text:
      finish(.temporary(reason: "\(stageText): \(reason)"))
    }
  }

  /// Ends politely.
  private mutating func abort(_ outcome: MailOutcome) -> [DialogueEffect] {
    [.send(Array("QUIT\r\n".utf8))] + finish(outcome)
  }

  private mutating func finish(_ outcome: MailOutcome) -> [DialogueEffect] {
    stage = .over
    self.outcome = outcome
    switch outcome {
    case .accepted(let refused):
      let exception = refused.isEmpty ? "" : ", but not for \(refused.joined(separator: ", "))"
      return [.finish(.success(detail: "accepted\(exception)"))]
    case .temporary(let reason), .permanent(let reason): return [.finish(.failure(reason: reason))]
    }
  }

  private var stageText: String {
    switch stage {
    case .connecting: "connecting"
    case .greeting: "greeting"
    case .helo: "HELO"
    case .upgrade: "STARTTLS"
    case .handshake: "TLS"
    case .authentication: "AUTH"
    case .sender: "MAIL FROM"
    case .recipient(let index):
      mail.recipients.indices.contains(index) ? "RCPT TO \(bareAddress(mail.recipients[index]))" : "RCPT TO"
    case .data: "DATA"
    case .text: "text of the mail"
    case .quit, .over: "QUIT"
    }
  }
}
