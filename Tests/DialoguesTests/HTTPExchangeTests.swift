import Dialogues
import Machines
import Testing
import Wire

private let timeout = Duration.seconds(5)

private func exchange(_ settings: HTTPExchange.Settings = .init(path: "/", host: "h")) -> Conversation<HTTPExchange> {
  var conversation = Conversation(HTTPExchange(settings, timeout: timeout, from: .origin))
  conversation.happen(.connected)
  return conversation
}

private func answer(
  _ text: String, ends: Bool = true, to settings: HTTPExchange.Settings = .init(path: "/", host: "h")
) -> Conversation<HTTPExchange> {
  var conversation = exchange(settings)
  conversation.hear(text)
  if ends { conversation.happen(.ended) }
  return conversation
}

private struct Contains: BodyMatcher {
  let expression: String
  func accepts(_ body: ArraySlice<UInt8>) -> Bool { String(decoding: body, as: UTF8.self).contains(expression) }
}

@Suite struct `An HTTP check` {
  @Test(arguments: [
    ("1.0", false, "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 192.0.2.1:80\r\n\r\n"),
    (
      "1.1", true,
      "GET /a?b HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 192.0.2.1:80\r\n\r\n"
    ),
  ])
  func `asks as keepalived does`(version: String, closes: Bool, expected: String) {
    let settings = HTTPExchange.Settings(path: "/a?b", host: "192.0.2.1:80", version: version, closes: closes)
    #expect(exchange(settings).saidText == expected)
  }

  @Test(arguments: [200, 204, 299])
  func `takes any success when nothing is said`(status: Int) {
    #expect(answer("HTTP/1.0 \(status) Text\nContent-Length: 2\n\nok").isSuccess)
  }

  @Test(arguments: [199, 300, 404, 503])
  func `fails any other status`(status: Int) {
    let reason = answer("HTTP/1.0 \(status) Text\nContent-Length: 2\n\nok").failure
    #expect(status == 199 ? reason != nil : reason == "HTTP status \(status) instead of 200-299")
  }

  @Test func `takes the codes and ranges it is told`() {
    let settings = HTTPExchange.Settings(path: "/", host: "h", statusCodes: [200...200, 300...303])
    #expect(answer("HTTP/1.0 302 Found\n\n", to: settings).isSuccess)
    #expect(
      answer("HTTP/1.0 304 Not Modified\n\n", to: settings).failure == "HTTP status 304 instead of 200 300-303")
  }

  @Test func `compares the digest of the body, and then not the status`() {
    let settings = HTTPExchange.Settings(path: "/", host: "h", digest: "444bcb3a3fcf8389296c49467f27e1d6")
    #expect(answer("HTTP/1.0 500 x\nContent-Length: 2\n\nok", to: settings).isSuccess)
    #expect(answer("HTTP/1.1 200 x\nTransfer-Encoding: chunked\n\n1\no\n1;x=y\nk\n0\n\n", to: settings).isSuccess)
    #expect(answer("HTTP/1.0 200 x\n\nok", to: settings).isSuccess)
    #expect(answer("HTTP/1.0 200 x\n\nko", to: settings).failure?.hasPrefix("MD5 digest ") == true)
  }

  @Test func `compares status and digest when both are told`() {
    var settings = HTTPExchange.Settings(path: "/", host: "h", digest: "444bcb3a3fcf8389296c49467f27e1d6")
    settings.statusCodes = [200...200]
    #expect(answer("HTTP/1.0 500 x\nContent-Length: 2\n\nok", to: settings).failure != nil)
    #expect(answer("HTTP/1.0 200 x\nContent-Length: 2\n\nno", to: settings).failure != nil)
    #expect(answer("HTTP/1.0 200 x\nContent-Length: 2\n\nok", to: settings).isSuccess)
  }

  @Test func `searches the body`() {
    let settings = HTTPExchange.Settings(path: "/", host: "h", matcher: Contains(expression: "up"))
    #expect(answer("HTTP/1.0 200 x\n\nall up", to: settings).isSuccess)
    #expect(answer("HTTP/1.0 200 x\n\ndown", to: settings).failure == "the body is not as \"up\" says")
  }

  @Test func `is over as soon as the body is complete`() {
    #expect(answer("HTTP/1.0 200 x\nContent-Length: 2\n\nok", ends: false).isSuccess)
    #expect(answer("HTTP/1.0 200 x\nContent-Length: 3\n\nok", ends: false).verdict == nil)
    #expect(answer("HTTP/1.1 204 x\n\n", ends: false).isSuccess)
    #expect(answer("HTTP/1.1 200 x\nTransfer-Encoding: chunked\n\n2\nok\n0\nTrailer: x\n\n", ends: false).isSuccess)
  }

  @Test func `skips interim answers`() {
    #expect(answer("HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 200 OK\nContent-Length: 0\n\n").isSuccess)
  }

  @Test func `forgives bare line feeds and strange capitals`() {
    var conversation = exchange()
    conversation.happen(.received(Array("HTTP/1.0 200\ncONTENT-lENGTH:2\n\nok".utf8)[...]))
    #expect(conversation.isSuccess)
  }

  @Test(arguments: [
    "", "\n", "hello\n", "HTTP/1.0\n", "HTTP/1.0 20\n\n", "HTTP/1.0 2000 x\n\n", "HTTP/1.0 abc x\n\n",
    "HTTP/1.0 200 x\nContent-Length: -1\n\n", "HTTP/1.0 200 x\nContent-Length: 99999999999999999999\n\n",
    "HTTP/1.0 200 x\nContent-Length: 1\nContent-Length: 2\n\nab",
    "HTTP/1.1 200 x\nTransfer-Encoding: chunked\n\nzz\n",
    "HTTP/1.1 200 x\nTransfer-Encoding: chunked\n\nffffffffffffffffff\n",
    "HTTP/1.1 200 x\nTransfer-Encoding: chunked\n\n2\nokok\n",
    "HTTP/1.1 200 x\nTransfer-Encoding: chunked\n\n2\nok\n",
    "HTTP/1.1 200 x\nSome: header", "SSH-2.0-OpenSSH_9.2\n",
  ])
  func `fails what is not HTTP`(text: String) {
    let conversation = answer(text)
    #expect(conversation.failure?.hasPrefix("the answer is not HTTP: ") == true)
    #expect(conversation.finishes == 1)
  }

  @Test(arguments: [
    String(repeating: "x", count: 9_000), "HTTP/1.0 200 x\n" + String(repeating: "a: b\n", count: 300),
    "HTTP/1.0 200 x\n" + String(repeating: "a: \(String(repeating: "b", count: 8_000))\n", count: 9),
    String(repeating: "HTTP/1.0 100 x\n\n", count: 300),
  ])
  func `gives up on endless headers`(text: String) {
    #expect(answer(text, ends: false).failure != nil)
  }

  @Test func `does not read an endless body that nobody judges`() {
    var conversation = answer("HTTP/1.0 200 x\n\n", ends: false)
    let piece = [UInt8](repeating: 0x78, count: 16_384)[...]
    for _ in 0..<17 where conversation.verdict == nil { conversation.happen(.received(piece)) }
    #expect(conversation.isSuccess)
  }

  @Test func `waits for the connection and for the answer, each for its time`() {
    var conversation = Conversation(HTTPExchange(.init(path: "/", host: "h"), timeout: timeout, from: .origin))
    var silent = conversation
    silent.waitInVain()
    #expect(silent.failure == "no connection within 5 s" && silent.now == .origin + timeout)
    conversation.now = .origin + .seconds(3)
    conversation.happen(.connected)
    conversation.waitInVain()
    #expect(conversation.failure == "no answer within 5 s" && conversation.now == .origin + .seconds(8))
  }

  @Test func `is not held for ever by a server that drips`() {
    var conversation = exchange()
    conversation.hear("HTTP/1.0 200 x\n")
    while conversation.verdict == nil, conversation.now < .origin + .seconds(60) {
      conversation.now += .seconds(4)
      conversation.happen(.deadlineReached)
      conversation.hear("a")
    }
    #expect(conversation.failure != nil && conversation.now <= .origin + .seconds(24))
  }

  @Test func `ends the same however the answer is cut`() {
    let text = octets("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5;a=b\nhello\n3\nyou\n0\nX: y\n\n")
    var digest = MD5()
    digest.add(Array("helloyou".utf8)[...])
    let settings = HTTPExchange.Settings(path: "/", host: "h", digest: digest.hexadecimal)
    for first in 0..<text.count {
      for second in stride(from: first, to: text.count, by: 3) {
        var conversation = exchange(settings)
        for piece in [text[..<first], text[first..<second], text[second...]] { conversation.happen(.received(piece)) }
        #expect(conversation.isSuccess, "cut at \(first) and \(second)")
      }
    }
  }

  @Test(arguments: 0..<20) func `survives garbage and ends once`(round: UInt64) {
    let templates = [
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n", "HTTP/1.0 200 OK\nContent-Length: 5\n\nhello",
      "HTTP/1.1 100 x\n\nHTTP/1.1 302 x\nLocation: /\nContent-Length: 0\n\n",
    ].map(octets)
    for seed in round * 500..<(round + 1) * 500 {
      var conversation = exchange()
      conversation.happen(.received(garbage(templates[Int(seed % 3)], seed: seed)[...]))
      conversation.happen(.ended)
      conversation.waitInVain()
      #expect(conversation.finishes == 1)
    }
  }
}
