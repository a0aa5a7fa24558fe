import Dialogues
import Machines
import Testing

private func question(_ name: String = "www.example.net") -> Conversation<DNSQuestion> {
  var conversation = Conversation(
    DNSQuestion(name: name, type: 1, identifier: 0x1234, timeout: .seconds(1), from: .origin))
  conversation.happen(.connected)
  return conversation
}

@Suite struct `A DNS check` {
  @Test func `asks one question with recursion desired`() {
    let expected: [UInt8] =
      [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("www".utf8) + [7] + Array("example".utf8) + [3]
      + Array("net".utf8) + [0, 0, 1, 0, 1]
    #expect(question().said == expected)
    #expect(question("www.example.net.").said == expected)
    #expect(question("").said.count == 17)
    #expect(question(".").said.count == 17)
  }

  @Test(arguments: ["a..b", ".a", String(repeating: "a", count: 64), String(repeating: "abc.", count: 64)])
  func `does not ask for impossible names`(name: String) {
    #expect(question(name).failure == "the name cannot be asked for")
  }

  @Test func `takes an answer without error to its own question`() {
    var conversation = question()
    let rest = [UInt8](repeating: 0, count: 8)
    conversation.happen(.received([0x43, 0x21, 0x81, 0x80] + rest))  // another number
    conversation.happen(.received([0x12, 0x34, 0x01, 0x00] + rest))  // a question
    conversation.happen(.received([0x12, 0x34, 0x81]))  // too short
    #expect(conversation.verdict == nil)
    conversation.happen(.received([0x12, 0x34, 0x81, 0x80] + rest))
    #expect(conversation.isSuccess)
  }

  @Test func `fails on an error, on silence and when the port is closed`() {
    var refused = question()
    refused.happen(.received([0x12, 0x34, 0x81, 0x82, 0, 0, 0, 0, 0, 0, 0, 0]))
    #expect(refused.failure == "DNS answered SERVFAIL")
    var silent = question()
    silent.waitInVain()
    #expect(silent.failure == "no answer within 1 s")
    var closed = question()
    closed.happen(.failed(reason: "connection refused"))
    #expect(closed.failure == "connection refused")
  }
}

private func datagram(_ settings: UDPExchange.Settings) -> Conversation<UDPExchange> {
  var conversation = Conversation(UDPExchange(settings, timeout: .seconds(1), from: .origin))
  conversation.happen(.connected)
  return conversation
}

@Suite struct `A UDP check` {
  @Test func `takes silence for good news, and a closed port for bad`() {
    var silent = datagram(.init())
    #expect(silent.said.count == 32)
    silent.waitInVain()
    #expect(silent.isSuccess)
    var closed = datagram(.init())
    closed.happen(.failed(reason: "connection refused"))
    #expect(closed.failure == "connection refused")
  }

  @Test(
    arguments: [
      ([1, 2, 3, 4], true), ([1, 0xFF, 3, 4], true), ([1, 2], true), ([1, 2, 3, 5], false), ([2, 2, 3, 4], false),
      ([], false),
      ([1, 2, 3, 4, 9, 9, 9], false),
    ] as [([UInt8], Bool)])
  func `compares the reply it requires`(reply: [UInt8], isGood: Bool) {
    var settings = UDPExchange.Settings(payload: [9], requiresReply: true, length: 1...6)
    settings.expected = [(1, 255), (0, 0), (3, 255), (4, 255)].map { .init(value: $0, mask: $1) }
    var conversation = datagram(settings)
    conversation.happen(.received(reply[...]))
    #expect(conversation.isSuccess == isGood)
  }

  @Test func `fails without the reply it requires`() {
    var conversation = datagram(.init(requiresReply: true))
    conversation.waitInVain()
    #expect(conversation.failure == "no reply within 1 s")
  }
}

@Suite struct `A ping` {
  @Test func `wants its own octets back`() {
    var conversation = Conversation(EchoRequest(nonce: 77, timeout: .seconds(1), from: .origin))
    conversation.happen(.connected)
    conversation.happen(.received([1, 2, 3]))
    #expect(conversation.verdict == nil)
    conversation.happen(.received(conversation.said[...]))
    #expect(conversation.isSuccess)
  }
}

@Suite struct `An agent's line` {
  @Test(arguments: [
    ("75%", AgentReply.Weight.percentage(75)), ("weight:30", .absolute(30)), ("weight:50%", .percentage(50)),
    ("10% 20%", .percentage(20)),
  ])
  func `says a weight`(line: String, weight: AgentReply.Weight) {
    #expect(AgentReply(line: Array(line.utf8))?.weight == weight)
  }

  @Test func `says everything at once`() {
    let reply = AgentReply(line: Array("READY, Down\t50%,maxconn:30 # disk is full".utf8))
    #expect(reply?.administration == .ready)
    #expect(reply?.health == .down("down:  disk is full"))
    #expect(reply?.weight == .percentage(50))
    #expect(AgentReply(line: Array("drain".utf8))?.administration == .drain)
    #expect(AgentReply(line: Array("up maint".utf8))?.administration == .maintenance)
  }

  @Test(arguments: [
    "", "   ", "hello", "weight:", "weight:300", "-5%", "%", "99999%", "up nonsense", "maxconn:x", "# x",
  ])
  func `is not understood`(line: String) {
    #expect(AgentReply(line: Array(line.utf8)) == nil)
  }

  @Test func `ends with CR or LF and may arrive in pieces`() {
    var conversation = Conversation(AgentInquiry(greeting: "hi\n", timeout: .seconds(1), from: .origin))
    conversation.happen(.connected)
    #expect(conversation.saidText == "hi\n")
    conversation.happen(.received(Array("up 5".utf8)[...]))
    #expect(conversation.verdict == nil)
    conversation.happen(.received(Array("0%\rjunk".utf8)[...]))
    #expect(conversation.isSuccess && conversation.dialogue.reply?.weight == .percentage(50))
  }

  @Test func `must not be endless`() {
    var conversation = Conversation(AgentInquiry(greeting: "", timeout: .seconds(1), from: .origin))
    conversation.happen(.connected)
    for _ in 0..<200 { conversation.happen(.received(Array("drain ready".utf8)[...])) }
    #expect(conversation.failure != nil && conversation.finishes == 1)
  }
}
