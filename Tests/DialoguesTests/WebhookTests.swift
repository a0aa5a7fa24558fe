import Dialogues
import Machines
import Testing

@Suite struct `A post to a web service` {
  private func post(_ answer: String) throws -> Conversation<WebhookPost> {
    let address = try #require(WebAddress("http://hooks.example:8080/a?b=c"))
    var conversation = Conversation(
      WebhookPost(Array("{}".utf8), to: address, agent: "test", timeout: .seconds(10), from: .origin))
    conversation.happen(.connected)
    if !answer.isEmpty { conversation.hear(answer) }
    return conversation
  }

  @Test func `says what it brings`() throws {
    let conversation = try post("HTTP/1.1 204 No Content\n\n")
    #expect(conversation.dialogue.outcome == .accepted && conversation.finishes == 1)
    #expect(
      conversation.saidText
        == "POST /a?b=c HTTP/1.1\r\nHost: hooks.example:8080\r\nUser-Agent: test\r\nContent-Type: application/json\r\n"
        + "Content-Length: 2\r\nConnection: close\r\n\r\n{}")
  }

  @Test(arguments: [(200, 0), (404, 2), (301, 2), (429, 1), (503, 1)])
  func `is tried again where that may help`(status: Int, kind: Int) throws {
    switch try post("HTTP/1.1 \(status) x\nContent-Length: 0\n\n").dialogue.outcome {
    case .accepted: #expect(kind == 0)
    case .temporary: #expect(kind == 1)
    case .permanent: #expect(kind == 2)
    case nil: Issue.record("it goes on")
    }
  }

  @Test(arguments: ["", "HTTP/1.1 2", "\n\n", "SSH-2.0\n"])
  func `is tried again when the answer is none`(answer: String) throws {
    var conversation = try post(answer)
    conversation.happen(.ended)
    guard case .temporary = conversation.dialogue.outcome else {
      Issue.record("\(String(describing: conversation.dialogue.outcome))")
      return
    }
    #expect(conversation.finishes == 1)
    var silent = try post("")
    silent.waitInVain()
    #expect(silent.now == .origin + .seconds(10) && silent.finishes == 1)
  }

  @Test(arguments: [
    ("http://a", "a", 80, "/"), ("https://a.example/x", "a.example", 443, "/x"), ("http://[::1]:81/", "::1", 81, "/"),
    ("https://a:8443?q", "a", 8443, "/?q"), ("http://a/b#c", "a", 80, "/b"),
  ])
  func `goes to the address that is written`(text: String, host: String, port: UInt16, path: String) throws {
    let address = try #require(WebAddress(text))
    #expect(address.host == host && address.port == port && address.path == path)
    #expect(address.isSecure == text.hasPrefix("https"))
  }

  @Test(arguments: [
    "", "ftp://a/", "http://", "http://a:0/", "http://a:99999/", "http://u:p@a/", "http://a/b c", "http://:80/",
  ])
  func `goes nowhere when the address is none`(text: String) {
    #expect(WebAddress(text) == nil)
  }
}

@Suite struct `The digest of a page` {
  @Test func `is that of its body, whatever the status`() {
    var conversation = Conversation(
      PageDigest(HTTPExchange.Settings(path: "/", host: "h"), timeout: .seconds(5), from: .origin))
    conversation.happen(.connected)
    conversation.hear("HTTP/1.0 404 No\n\n")
    conversation.happen(.received(Array("hello\n".utf8)[...]))
    conversation.happen(.ended)
    #expect(conversation.verdict == .success(detail: "b1946ac92492d2347c6235b4d2611184"))
  }
}
