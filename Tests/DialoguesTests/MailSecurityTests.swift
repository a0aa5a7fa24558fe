import Dialogues
import Machines
import Testing
import Wire

@Suite struct `A mail that is submitted with TLS or a password` {
  private static let mail = Mail(
    from: "lvs@pos.example", recipients: ["ops@pos.example"], subject: "s", body: "b", date: "d")
  private static let credentials = MailSecurity.Credentials(user: "tim", password: "tanstaaftanstaaf")

  /// A conversation whose server says these lines one after the other; "TLS" stands for a handshake that succeeds.
  private func submission(_ security: MailSecurity, _ lines: [String]) -> Conversation<MailSubmission> {
    var conversation = Conversation(
      MailSubmission(Self.mail, heloName: "d1", security: security, timeout: .seconds(30), from: .origin))
    conversation.happen(.connected)
    for line in lines {
      if line == "TLS" { conversation.happen(.connected) } else { conversation.hear(line + "\n") }
    }
    return conversation
  }

  private let rest = ["250 ok", "250 ok", "354 go", "250 taken", "221 bye"]

  @Test func `upgrades, introduces itself again and shows who it is`() {
    let conversation = submission(
      MailSecurity(.upgraded, credentials: Self.credentials),
      [
        "220 hi", "250-mx\n250-PIPELINING\n250 STARTTLS", "220 go ahead", "TLS", "250-mx\n250 AUTH LOGIN PLAIN",
        "235 ok",
      ]
        + rest)
    #expect(conversation.dialogue.outcome == .accepted(refused: []))
    #expect(conversation.secured == 1)
    // The example of RFC 4616 section 4 has an authorisation identity; ours is empty.
    #expect(
      conversation.saidText.hasPrefix(
        "EHLO d1\r\nSTARTTLS\r\nEHLO d1\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nMAIL FROM:<lvs@pos.example>\r\n"))
  }

  @Test func `answers the two questions of AUTH LOGIN`() {
    let conversation = submission(
      MailSecurity(.immediate, credentials: Self.credentials),
      ["220 hi", "250-mx\n250 AUTH=LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 ok"] + rest)
    #expect(conversation.dialogue.outcome == .accepted(refused: []))
    #expect(
      conversation.saidText.hasPrefix("EHLO d1\r\nAUTH LOGIN\r\ndGlt\r\ndGFuc3RhYWZ0YW5zdGFhZg==\r\nMAIL FROM"))
  }

  @Test(arguments: [
    ("no STARTTLS", MailSecurity(.upgraded), ["220 hi", "250 mx"]),
    ("STARTTLS refused", MailSecurity(.upgraded), ["220 hi", "250-mx\n250 STARTTLS", "454 not now"]),
    ("words smuggled in", MailSecurity(.upgraded), ["220 hi", "250-mx\n250 STARTTLS", "220 go\n250 AUTH PLAIN"]),
  ])
  func `does not go out in clear, but may be tried again`(why: String, security: MailSecurity, lines: [String]) {
    let conversation = submission(security, lines)
    guard case .temporary = conversation.dialogue.outcome else {
      Issue.record("\(why): \(String(describing: conversation.dialogue.outcome))")
      return
    }
    #expect(conversation.secured == 0 && conversation.finishes == 1)
    #expect(!conversation.saidText.contains("MAIL FROM"))
  }

  @Test(arguments: [
    ("in clear", MailSecurity(.clear, credentials: credentials), ["220 hi", "250-mx\n250 AUTH PLAIN"]),
    ("no mechanism", MailSecurity(.immediate, credentials: credentials), ["220 hi", "250-mx\n250 AUTH CRAM-MD5"]),
    (
      "wrong password", MailSecurity(.immediate, credentials: credentials),
      ["220 hi", "250-mx\n250 AUTH PLAIN", "535 no"]
    ),
  ])
  func `is given up where the password cannot be right`(why: String, security: MailSecurity, lines: [String]) {
    let conversation = submission(security, lines)
    guard case .permanent = conversation.dialogue.outcome else {
      Issue.record("\(why): \(String(describing: conversation.dialogue.outcome))")
      return
    }
    if why == "in clear" { #expect(!conversation.saidText.contains("AUTH")) }
  }

  @Test func `waits no longer for a handshake than for a reply`() {
    var conversation = submission(MailSecurity(.upgraded), ["220 hi", "250-mx\n250 STARTTLS", "220 go"])
    conversation.waitInVain()
    guard case .temporary(let reason) = conversation.dialogue.outcome else {
      Issue.record("it goes on")
      return
    }
    #expect(reason.hasPrefix("TLS"))
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
  func `is encoded as RFC 4648 has it`(text: String, expected: String) {
    #expect(base64(text.utf8) == expected)
  }
}
