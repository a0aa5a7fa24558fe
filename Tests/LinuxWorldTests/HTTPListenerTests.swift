import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import Wire
import World

@Suite struct `The HTTP listener` {
  let reactor: Reactor
  let scratch: Scratch

  init() throws {
    reactor = try Reactor()
    scratch = try Scratch()
  }

  var path: String { "\(scratch.path)/http" }

  private func listener(
    patience: Duration = .seconds(10), limit: Int = 16, body: [UInt8] = Array("hello\n".utf8)
  ) throws -> HTTPListener {
    try HTTPListener(reactor, at: .unix(path), limit: limit, patience: patience) { request, answer in
      answer(
        request.path == "/x"
          ? HTTPAnswer(status: 200, contentType: "text/plain", body: body) : .line(404, "none: \(request.accept)"))
    }
  }

  private func connect() throws -> Descriptor { Descriptor(try succeed("connect", unsafe linux_unix_connect(path))) }

  /// What a client receives until the end.
  private func rest(_ client: Descriptor) -> String? {
    var text: [UInt8] = []
    let ended = reactor.turns(within: .seconds(5)) {
      while let octets = client.take(65_536) {
        if octets.isEmpty { return true }
        text += octets
      }
      return false
    }
    return ended ? String(decoding: text, as: UTF8.self) : nil
  }

  private func answer(to request: String) throws -> String? {
    let client = try connect()
    client.put(Array(request.utf8))
    return rest(client)
  }

  @Test(arguments: [
    ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\nhello\n"),
    ("GET /x?y=1 HTTP/1.0\n\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\nhello\n"),
    ("HEAD /x HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", "Content-Length: 6\r\nConnection: close\r\n\r\n"),
    ("GET / HTTP/1.1\r\nACCEPT: a/b\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "none:  a/b\n"),
    ("POST /x HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ", "served\n"), ("rubbish\r\n\r\n", "HTTP/1.1 400 ", "request\n"),
    ("GET x HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "request\n"), ("GET /x HTTP/2\r\n\r\n", "HTTP/1.1 400 ", "request\n"),
  ])
  func `answers one request and hangs up`(row: (request: String, beginning: String, end: String)) throws {
    let listener = try listener()
    let answer = try #require(try answer(to: row.request))
    #expect(answer.utf8.starts(with: row.beginning.utf8), "\(answer)")
    #expect(Array(answer.utf8).suffix(row.end.utf8.count).elementsEqual(row.end.utf8), "\(answer)")
    #expect(listener.count == 0)
    listener.close()
  }

  @Test func `takes a request in pieces`() throws {
    let listener = try listener()
    let client = try connect()
    for piece in ["GET", " /x HT", "TP/1.1\r", "\n", "\r"] {
      client.put(Array(piece.utf8))
      reactor.turns(for: .milliseconds(2))
    }
    client.put(Array("\n".utf8))
    #expect(rest(client)?.hasSuffix("hello\n") ?? false)
    listener.close()
  }

  @Test func `refuses an endless request`() throws {
    let listener = try listener()
    let client = try connect()
    client.put([UInt8](repeating: 120, count: 12_000))
    #expect(rest(client)?.hasPrefix("HTTP/1.1 431 ") ?? false)
    listener.close()
  }

  @Test func `does not wait for a client that says nothing`() throws {
    let listener = try listener(patience: .milliseconds(30))
    let client = try connect()
    #expect(rest(client)?.hasPrefix("HTTP/1.1 408 ") ?? false)
    #expect(listener.count == 0)
    listener.close()
  }

  @Test func `hangs up on a client that does not read`() throws {
    let listener = try listener(patience: .milliseconds(30), body: [UInt8](repeating: 120, count: 8 << 20))
    let client = try connect()
    client.put(Array("GET /x HTTP/1.1\r\n\r\n".utf8))
    #expect(reactor.turns { listener.count == 1 })
    #expect(reactor.turns { listener.count == 0 })
    listener.close()
  }

  @Test func `delivers a large body whole`() throws {
    let listener = try listener(body: [UInt8](repeating: 120, count: 3 << 20))
    let answer = try answer(to: "GET /x HTTP/1.1\r\n\r\n")
    #expect(answer.map { $0.utf8.count > 3 << 20 } ?? false)
    listener.close()
  }

  @Test func `hangs up on those beyond the limit`() throws {
    let listener = try listener(limit: 1)
    let first = try connect()
    #expect(reactor.turns { listener.count == 1 })
    #expect(try answer(to: "GET /x HTTP/1.1\r\n\r\n") == "")
    first.put(Array("GET /x HTTP/1.1\r\n\r\n".utf8))
    #expect(rest(first)?.hasSuffix("hello\n") ?? false)
    listener.close()
  }

  @Test func `listens at a port, and says so when it cannot`() throws {
    let listener = try HTTPListener(reactor, at: .tcp(Endpoint(.v4(.loopback), port: 0))) { _, answer in
      answer(.line(200, "ok"))
    }
    let port = try #require(listener.port)
    #expect(throws: SystemFailure.self) {
      try HTTPListener(reactor, at: .tcp(Endpoint(.v4(.loopback), port: port))) { _, _ in }
    }
    listener.close()
  }
}
