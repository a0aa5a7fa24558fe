import Dialogues
import Machines
import Testing

/// A dialogue that begins at the origin, what the other side says at once, what it drips then, and when it is over.
private struct Drip: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var dialogue: @Sendable () throws -> any Dialogue
  var first = ""
  var drips: String
  /// The times of five seconds that the dialogue may take altogether.
  var steps: Int
}

private let timeout = Duration.seconds(5)
private let mail = Mail(from: "a@example.net", recipients: ["b@example.net"], subject: "s", body: "b", date: "d")

private func http(_ description: String, _ first: String, _ drips: String) -> Drip {
  Drip(
    testDescription: description,
    dialogue: { HTTPExchange(.init(path: "/", host: "h", digest: "x"), timeout: timeout, from: .origin) },
    first: first, drips: drips, steps: 4)
}

private let drips = [
  http("a status line", "", "HTTP/1.1 200 OK"), http("a header", "HTTP/1.1 200 OK\n", "X"),
  http("a body without end", "HTTP/1.1 200 OK\n\n", "x"),
  http("a body", "HTTP/1.1 200 OK\nContent-Length: 100000\n\n", "x"),
  http("a chunk", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nffff\n", "x"),
  http("a size", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1;", "x"),
  http("a trailer", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\n", "x"),
  http("interim answers", "", "HTTP/1.1 100 x\n\n"),
  Drip(
    testDescription: "a page",
    dialogue: { PageDigest(.init(path: "/", host: "h"), timeout: timeout, from: .origin) },
    first: "HTTP/1.1 200 OK\n\n", drips: "x", steps: 4),
  Drip(
    testDescription: "SMTP", dialogue: { SMTPGreeting(heloName: "h", timeout: timeout, from: .origin) }, drips: "2",
    steps: 4),
  Drip(
    testDescription: "SMTP in many lines", dialogue: { SMTPGreeting(heloName: "h", timeout: timeout, from: .origin) },
    drips: "220-x\n", steps: 4),
  Drip(
    testDescription: "a mail",
    dialogue: { MailSubmission(mail, heloName: "h", timeout: timeout, from: .origin) }, first: "220 hi\n250 hi\n",
    drips: "250-x\n", steps: 15),
  Drip(
    testDescription: "an agent", dialogue: { AgentInquiry(greeting: "", timeout: timeout, from: .origin) }, drips: "u",
    steps: 1),
  Drip(
    testDescription: "a webhook",
    dialogue: {
      let address = try #require(WebAddress("http://h/"))
      return WebhookPost([1], to: address, agent: "a", timeout: timeout, from: .origin)
    }, drips: "HTTP/1.1 100 x\n\n", steps: 3),
  Drip(
    testDescription: "DNS",
    dialogue: { DNSQuestion(name: "w", type: 1, identifier: 1, timeout: timeout, from: .origin) }, drips: "x", steps: 1),
  Drip(
    testDescription: "an echo", dialogue: { EchoRequest(nonce: 1, timeout: timeout, from: .origin) }, drips: "x",
    steps: 1),
]

@Suite struct `A server that drips` {
  @Test(arguments: drips, [10, 400, 4_900])
  private func `is given up in the time there is for all of it`(drip: Drip, milliseconds: Int) throws {
    var peer = try HostilePeer(drip.dialogue())
    peer.say(octets(drip.first))
    let said = octets(drip.drips)
    var place = 0
    while !peer.isOver, peer.now < .origin + .seconds(1_000) {
      peer.wait(.milliseconds(milliseconds))
      guard !peer.isOver else { break }
      peer.say([said[place % said.count]])
      place += 1
    }
    #expect(peer.verdicts.count == 1 && peer.failure != nil, "\(peer.verdicts)")
    #expect(peer.now <= .origin + timeout * drip.steps + .milliseconds(milliseconds))
    #expect(peer.mostHeld <= 65_536)
  }

  @Test(arguments: drips)
  private func `or says nothing at all is given up in the time for one answer`(drip: Drip) throws {
    var peer = try HostilePeer(drip.dialogue())
    peer.wait()
    #expect(peer.failure?.contains("within 5 s") == true && peer.now == .origin + timeout)
  }

  @Test func `or never lets anybody connect is given up at once`() {
    var probe = Conversation(TCPProbe(timeout: timeout, from: .origin))
    probe.waitInVain()
    #expect(probe.failure == "no connection within 5 s" && probe.now == .origin + timeout)
    probe = Conversation(TCPProbe(timeout: timeout, from: .origin))
    probe.happen(.failed(reason: "connection refused"))
    probe.happen(.connected)
    #expect(probe.failure == "connection refused" && probe.finishes == 1)
    probe = Conversation(TCPProbe(timeout: timeout, from: .origin))
    probe.happen(.connected)
    probe.happen(.ended)
    #expect(probe.isSuccess && probe.finishes == 1 && probe.dialogue.nextDeadline == nil)
    probe = Conversation(TCPProbe(timeout: timeout, from: .origin))
    probe.happen(.ended)
    #expect(probe.failure == "the server closed the connection")
  }
}
