import Dialogues
import Machines
import Testing

private let mail = Mail(from: "a@example.net", recipients: ["b@example.net"], subject: "s", body: "b", date: "d")

private func greeting() -> HostilePeer {
  HostilePeer(SMTPGreeting(heloName: "h", timeout: .seconds(5), from: .origin))
}

private func submission() -> HostilePeer {
  HostilePeer(MailSubmission(mail, heloName: "h", timeout: .seconds(5), from: .origin))
}

private func agent() -> HostilePeer {
  HostilePeer(AgentInquiry(greeting: "", timeout: .seconds(5), from: .origin))
}

/// What a server says at first, what it goes on with for ever, and what becomes of it.
private struct Reply: CustomTestStringConvertible, Sendable {
  var first: String
  var forever = ""
  /// How the failure begins.
  var failure: String
  var testDescription: String { "\(first.prefix(30).debugDescription), \(forever.prefix(30).debugDescription)" }
}

private let replies = [
  Reply(first: "220-hello\n", forever: "220-more\n", failure: "a reply has more than 128 lines"),
  Reply(first: "", forever: "220", failure: "a line is longer than 2048 octets"),
  Reply(first: "220 ", forever: "x", failure: "a line is longer than 2048 octets"),
  Reply(first: "220-x\n220", forever: "\0", failure: "a line is longer than 2048 octets"),
  Reply(first: "", forever: "\n", failure: "\"\" is no reply of SMTP"),
  Reply(first: "\0\0\0 x\n", failure: "\"... x\" is no reply of SMTP"),
  Reply(first: "000 x\n", failure: "\"000 x\" is no reply of SMTP"),
  Reply(first: "199 x\n", failure: "\"199 x\" is no reply of SMTP"),
  Reply(first: "600 x\n", failure: "\"600 x\" is no reply of SMTP"),
  Reply(first: "-20 x\n", failure: "\"-20 x\" is no reply of SMTP"),
  Reply(first: "2200 x\n", failure: "\"2200 x\" is no reply of SMTP"),
  Reply(first: "22\n", failure: "\"22\" is no reply of SMTP"),
  Reply(first: "220-x\n22x y\n", failure: "\"22x y\" is no reply of SMTP"),
]

@Suite struct `A hostile mail server` {
  @Test(arguments: replies)
  private func `gets its verdict within bounds`(reply: Reply) {
    for (name, peer) in [("check", greeting()), ("mail", submission())] {
      var peer = peer
      peer.say(octets(reply.first))
      if !peer.isOver { peer.repeatForever(octets(reply.forever)) }
      #expect(peer.verdicts.count == 1)
      let beginning = name == "mail" ? "greeting: \(reply.failure)" : reply.failure
      #expect(peer.failure?.hasPrefix(beginning) == true, "\(name): \(peer.verdicts)")
      #expect(peer.heard <= 16_384)
      // The lines of a reply, cut for people, and a piece.
      #expect(peer.mostHeld <= 128 * 128 + 16_384)
      peer.happen(.received(octets("220 again\n")[...]))
      peer.happen(.ended)
      #expect(peer.verdicts.count == 1)
    }
  }

  @Test func `cannot go through the whole conversation in one breath and have it count twice`() {
    var peer = greeting()
    peer.repeatForever(octets("220 hi\n250 hi\n221 bye\n"))
    #expect(peer.verdicts == [.success(detail: "221 bye")])
  }

  @Test func `that agrees to everything for ever gets one mail`() {
    var peer = submission()
    peer.say(octets("220 hi\n"))
    peer.repeatForever(octets("250 fine\n"))
    #expect(peer.verdicts == [.failure(reason: "DATA: \"250 fine\"")])
  }
}

private let lines = [
  Reply(first: "", forever: "up ", failure: "the agent's line is too long"),
  Reply(first: "", forever: "\0", failure: "the agent's line is too long"),
  Reply(first: "up #", forever: "x", failure: "the agent's line is too long"),
  Reply(first: "\n", failure: "the agent said \"\", which is not understood"),
  Reply(first: "weight:4294967296\n", failure: "the agent said \"weight:4294967296\", which is not understood"),
  Reply(first: "weight:-1\n", failure: "the agent said"), Reply(first: "weight:1e2\n", failure: "the agent said"),
  Reply(first: "weight:0x10\n", failure: "the agent said"), Reply(first: "weight: 5\n", failure: "the agent said"),
  Reply(first: "99999999999999999999%\n", failure: "the agent said"),
  Reply(first: "25601%\n", failure: "the agent said"),
  Reply(first: "%%\n", failure: "the agent said"), Reply(first: "50%%\n", failure: "the agent said"),
  Reply(first: "１２%\n", failure: "the agent said"), Reply(first: "up\0\n", failure: "the agent said \"up.\""),
  Reply(first: "maxconn:99999999999999999999\n", failure: "the agent said"),
]

@Suite struct `A hostile agent` {
  @Test(arguments: lines)
  private func `gets its verdict within bounds`(line: Reply) {
    var peer = agent()
    peer.say(octets(line.first))
    if !peer.isOver { peer.repeatForever(octets(line.forever)) }
    #expect(peer.verdicts.count == 1 && peer.failure?.hasPrefix(line.failure) == true, "\(peer.verdicts)")
    #expect(peer.heard <= 16_384 && peer.mostHeld <= 1_024 + 16_384)
    peer.say(octets("up\n"))
    #expect(peer.verdicts.count == 1)
  }

  @Test func `that stops within its line, or breaks off, is down`() {
    var ended = agent()
    ended.say(octets("up"))
    ended.happen(.ended)
    #expect(ended.failure == "the agent closed the connection before the end of its line")
    var broken = agent()
    broken.happen(.failed(reason: "connection reset"))
    #expect(broken.failure == "connection reset")
  }

  @Test(arguments: 0..<256)
  func `may send any octets`(octet: Int) {
    var peer = agent()
    peer.say([UInt8(octet), 0x75, 0x70, UInt8(octet), 10])
    #expect(peer.verdicts.count == 1)
    let isGood = peer.failure == nil
    // Before and behind a word these are what may stand there.
    #expect(isGood == [0x20, 0x09, 0x2C].contains(octet))
  }
}
