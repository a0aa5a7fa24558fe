import Dialogues
import Machines
import Testing

private func greeting(_ lines: [String]) -> Conversation<SMTPGreeting> {
  var conversation = Conversation(
    SMTPGreeting(heloName: "probe.example.net", timeout: .seconds(5), from: .origin))
  conversation.happen(.connected)
  for line in lines { conversation.hear("\(line)\n") }
  return conversation
}

@Suite struct `An SMTP check` {
  @Test func `is greeted, says HELO and QUIT`() {
    let conversation = greeting(["220 ready", "250 hello", "221 bye"])
    #expect(conversation.saidText == "HELO probe.example.net\r\nQUIT\r\n")
    #expect(conversation.isSuccess && conversation.finishes == 1)
  }

  @Test func `understands replies of several lines`() {
    #expect(greeting(["220-hello", "220 ready", "250-a", "250-b", "250 c", "221 bye"]).isSuccess)
  }

  @Test func `does not mind how the server says good-bye`() {
    var conversation = greeting(["220 ready", "250 hello"])
    conversation.happen(.ended)
    #expect(conversation.isSuccess)
  }

  @Test(arguments: [
    ["554 closed"], ["421 busy"], ["220 ready", "500 what"], ["garbage"], ["22"], ["220xready"], ["999 x"],
    [String(repeating: "2", count: 3_000)], Array(repeating: "220-more", count: 200),
  ])
  func `fails on any other answer`(lines: [String]) {
    let conversation = greeting(lines)
    #expect(conversation.failure != nil && conversation.finishes == 1)
  }

  @Test func `waits for each reply`() {
    var conversation = greeting(["220 ready"])
    conversation.waitInVain()
    #expect(conversation.failure == "no answer within 5 s after HELO")
  }
}

private let mail = Mail(
  from: "LVS <lvs@pos.example>", recipients: ["ops@pos.example", "Night <night@pos.example>"],
  subject: "[LB1] something happened", body: "=> first <=\n.second", date: "Sat, 29 Aug 2026 14:03:09 +0200")

private func submission(_ lines: [String], of mail: Mail = mail) -> Conversation<MailSubmission> {
  var conversation = Conversation(
    MailSubmission(mail, heloName: "lb1", timeout: .seconds(30), from: .origin))
  conversation.happen(.connected)
  for line in lines { conversation.hear("\(line)\n") }
  return conversation
}

private let friendly = ["220 hi", "250 hi", "250 ok", "250 ok", "250 ok", "354 go", "250 taken", "221 bye"]

@Suite struct `The submission of a mail` {
  @Test func `follows the dialogue and the format to the octet`() {
    let conversation = submission(friendly)
    let expected = """
      HELO lb1
      MAIL FROM:<lvs@pos.example>
      RCPT TO:<ops@pos.example>
      RCPT TO:<night@pos.example>
      DATA
      Date: Sat, 29 Aug 2026 14:03:09 +0200
      From: LVS <lvs@pos.example>
      Subject: [LB1] something happened
      X-Mailer: Keepalived
      To: ops@pos.example,
       Night <night@pos.example>

      => first <=
      ..second
      .
      QUIT

      """
    #expect(conversation.said == octets(expected))
    #expect(conversation.dialogue.outcome == .accepted(refused: []))
    #expect(conversation.finishes == 1)
  }

  @Test func `goes on when one recipient is refused`() {
    var lines = friendly
    lines[3] = "550 unknown"
    #expect(submission(lines).dialogue.outcome == .accepted(refused: ["ops@pos.example"]))
  }

  @Test func `ends when all are refused, and tells a greylist from a refusal`() {
    var lines = friendly
    (lines[3], lines[4]) = ("550 unknown", "450 later")
    #expect(
      submission(lines).dialogue.outcome == .temporary(reason: "RCPT TO night@pos.example: \"450 later\""))
    lines[4] = "550 unknown"
    let conversation = submission(lines)
    #expect(
      conversation.dialogue.outcome == .permanent(reason: "RCPT TO night@pos.example: \"550 unknown\""))
    #expect(conversation.saidText.hasSuffix("\r\nQUIT\r\n"))
  }

  @Test(arguments: [(0, "554 no", false), (0, "421 busy", true), (2, "452 full", true), (6, "552 too much", false)])
  func `tells temporary from permanent failures`(step: Int, reply: String, isTemporary: Bool) {
    var lines = friendly
    lines[step] = reply
    switch submission(lines).dialogue.outcome {
    case .temporary: #expect(isTemporary)
    case .permanent: #expect(!isTemporary)
    case .accepted, nil: Issue.record("not a failure")
    }
  }

  @Test(arguments: 0..<7) func `may be tried again when the server vanishes at any step`(steps: Int) {
    var conversation = submission(Array(friendly.prefix(steps)))
    conversation.happen(.ended)
    guard case .temporary = conversation.dialogue.outcome else {
      Issue.record("\(String(describing: conversation.dialogue.outcome))")
      return
    }
    var silent = submission(Array(friendly.prefix(steps)))
    silent.waitInVain()
    #expect(silent.now == .origin + .seconds(30) && silent.finishes == 1)
  }

  @Test func `is done once the mail is taken, whatever becomes of QUIT`() {
    var conversation = submission(Array(friendly.prefix(7)))
    conversation.happen(.failed(reason: "reset"))
    #expect(conversation.dialogue.outcome == .accepted(refused: []))
  }

  @Test func `lets nobody smuggle commands or fields in`() {
    var evil = mail
    evil.recipients = ["a@b>\r\nRCPT TO:<c@d"]
    evil.subject = "x\r\nBcc: everybody@example.net"
    evil.body = "one\r\n.\r\nMAIL FROM:<x@y>"
    let conversation = submission(
      ["220 hi", "250 hi", "250 ok", "250 ok", "354 go", "250 taken", "221 bye"], of: evil)
    let lines = conversation.saidText.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(!lines.contains { $0.hasPrefix("Bcc") })
    #expect(lines.filter { $0.hasPrefix("RCPT") }.count == 1)
    #expect(lines.filter { $0 == "." }.count == 1)
  }

  @Test func `has no recipient left out`() {
    var lonely = mail
    lonely.recipients = []
    #expect(submission(friendly, of: lonely).dialogue.outcome == .permanent(reason: "there is no recipient"))
  }

  @Test(arguments: 0..<10) func `survives garbage and ends once`(round: UInt64) {
    for seed in round * 200..<(round + 1) * 200 {
      var conversation = submission([])
      conversation.happen(.received(garbage(octets(friendly.joined(separator: "\n") + "\n"), seed: seed)[...]))
      conversation.happen(.ended)
      #expect(conversation.finishes == 1)
    }
  }
}

@Suite struct `The date of a mail` {
  @Test(arguments: [
    (0, 0, "Thu, 01 Jan 1970 00:00:00 +0000"), (1_788_005_009, 7_200, "Sat, 29 Aug 2026 14:03:29 +0200"),
    (951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"), (1_709_251_199, -12_600, "Thu, 29 Feb 2024 20:29:59 -0330"),
    (4_107_542_399, 0, "Sun, 28 Feb 2100 23:59:59 +0000"), (-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"),
  ])
  func `is that of RFC 5322`(seconds: Int64, offset: Int, expected: String) {
    #expect(mailDate(WallTime(nanoseconds: seconds * 1_000_000_000), offset: offset) == expected)
  }
}
