import Dialogues
import Machines
import Testing
import Wire

private let timeout = Duration.seconds(5)

private struct Accepting: BodyMatcher {
  let expression = "anything"
  func accepts(_ body: ArraySlice<UInt8>) -> Bool { body.count <= HTTPExchange.mostBodyToSearch }
}

private func peer(digest: String? = nil, searches: Bool = false) -> HostilePeer {
  let settings = HTTPExchange.Settings(
    path: "/", host: "h", statusCodes: [200...200], digest: digest, matcher: searches ? Accepting() : nil)
  return HostilePeer(HTTPExchange(settings, timeout: timeout, from: .origin))
}

private let chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"

/// An answer: how it begins, what it goes on with for ever, and what becomes of it.
private struct Answer: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var head: String
  var goesOn: [UInt8] = []
  /// How the failure begins; nil when the check succeeds.
  var failure: String?
  /// How much may have been said until then, in KiB.
  var most: Int

  init(_ description: String, _ head: String, forever: String = "", failure: String?, most: Int = 1) {
    (testDescription, self.head, goesOn) = (description, head, octets(forever))
    (self.failure, self.most) = (failure, most)
  }
}

private let notHTTP = "the answer is not HTTP: "

private let answers = [
  Answer("a status line without end", "HTTP/1.1 200 ", forever: "x", failure: notHTTP + "a line is longer", most: 32),
  Answer("NUL for ever", "", forever: "\0", failure: notHTTP + "a line is longer", most: 32),
  Answer("NUL in lines", "", forever: "\0\0\0\n", failure: notHTTP + "\"...\" is no status", most: 16),
  Answer(
    "a header line without end", "HTTP/1.1 200 OK\nX: ", forever: "y", failure: notHTTP + "a line is longer", most: 32),
  Answer("headers without end", "HTTP/1.1 200 OK\n", forever: "X: y\n", failure: notHTTP + "the header is", most: 32),
  Answer(
    "lines without colon for ever", "HTTP/1.1 200 OK\n", forever: "\u{1}\u{2}\n", failure: notHTTP + "the header is",
    most: 32),
  Answer(
    "large headers without end", "HTTP/1.1 200 OK\n", forever: "X: \(String(repeating: "y", count: 8_000))\n",
    failure: notHTTP + "the header is", most: 96),
  Answer(
    "interim answers without end", "", forever: "HTTP/1.1 100 Continue\n\n", failure: notHTTP + "the header is",
    most: 32
  ),
  Answer(
    "hints without end", "", forever: "HTTP/1.1 103 Early Hints\nLink: </a>\n\n", failure: notHTTP + "the header is",
    most: 32),
  Answer("a status below all", "HTTP/1.1 099 x\n\n", failure: notHTTP),
  Answer("a negative status", "HTTP/1.1 -20 x\n\n", failure: notHTTP),
  Answer("a negative length", "HTTP/1.1 200 OK\nContent-Length: -1\n\n", failure: notHTTP + "\"-1\" is no length"),
  Answer("a length with a sign", "HTTP/1.1 200 OK\nContent-Length: +2\n\nok", failure: notHTTP + "\"+2\" is no length"),
  Answer("a list of lengths", "HTTP/1.1 200 OK\nContent-Length: 2, 2\n\nok", failure: notHTTP),
  Answer("no length", "HTTP/1.1 200 OK\nContent-Length:\n\nok", failure: notHTTP + "\"\" is no length"),
  Answer(
    "a length beyond any number", "HTTP/1.1 200 OK\nContent-Length: 18446744073709551616\n\n",
    failure: notHTTP + "\"18446744073709551616\" is no length"),
  Answer(
    "two lengths", "HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 3\n\nok",
    failure: notHTTP + "\"3\" is no length"),
  Answer("the same length twice", "HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2\n\nok", failure: nil),
  Answer(
    "a length that is a lie", "HTTP/1.1 200 OK\nContent-Length: 999999999999999999\n\n", forever: "x", failure: nil,
    most: 300),
  Answer("a body without end", "HTTP/1.1 200 OK\n\n", forever: "\0\u{7F}", failure: nil, most: 300),
  Answer(
    "both framings", "HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", failure: nil),
  Answer("a size that is no number", chunked + "xyz\n", failure: notHTTP + "\"xyz\" is no size"),
  Answer("a negative size", chunked + "-5\nhello", failure: notHTTP + "\"-5\" is no size"),
  Answer("a size with 0x", chunked + "0x5\nhello", failure: notHTTP + "\"0x5\" is no size"),
  Answer("no size", chunked + ";x=y\n", failure: notHTTP + "a chunk has no sensible size"),
  Answer(
    "a size beyond any number", chunked + "10000000000000000\n", failure: notHTTP + "a chunk has no sensible size"),
  Answer(
    "a size of zeros", chunked, forever: "0", failure: notHTTP + "a line is longer", most: 32),
  Answer("the largest size", chunked + "fffffffffffffff\n", forever: "x", failure: nil, most: 300),
  Answer("a chunk that goes on", chunked + "2\nokay\n", failure: notHTTP + "a chunk is longer than announced"),
  Answer(
    "an extension without end", chunked + "1;x=", forever: "y", failure: notHTTP + "a line is longer", most: 32),
  Answer(
    "extensions without end", chunked, forever: "1;x=\(String(repeating: "y", count: 4_000))\nz\n",
    failure: notHTTP + "the extensions of chunks are longer", most: 96),
  Answer("small chunks without end", chunked, forever: "1\nz\n", failure: nil, most: 2_048),
  Answer(
    "a trailer without end", chunked + "0\nX: ", forever: "y", failure: notHTTP + "a line is longer", most: 32),
  Answer("trailers without end", chunked + "0\n", forever: "X: y\n", failure: notHTTP + "the header is", most: 32),
  Answer("blanks for a size", chunked, forever: " ", failure: notHTTP + "a line is longer", most: 32),
]

@Suite struct `A hostile web server` {
  @Test(arguments: answers)
  private func `gets its verdict within bounds`(answer: Answer) {
    var peer = peer()
    peer.say(octets(answer.head))
    if !peer.isOver, !answer.goesOn.isEmpty { peer.repeatForever(answer.goesOn) }
    #expect(peer.verdicts.count == 1)
    if let beginning = answer.failure {
      #expect(peer.failure?.hasPrefix(beginning) == true, "\(peer.verdicts)")
    } else {
      #expect(peer.isOver && peer.failure == nil, "\(peer.verdicts)")
    }
    #expect(peer.heard <= answer.most << 10)
    // A line and the piece that made it too long, and the request.
    #expect(peer.mostHeld <= 8_192 + 16_384 + 1_024)
    // Nothing follows, whatever it says.
    peer.happen(.received(octets(answer.head)[...]))
    peer.happen(.ended)
    peer.happen(.deadlineReached)
    #expect(peer.verdicts.count == 1)
  }

  @Test(arguments: ["HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\nContent-Length: 99999999999\n\n"])
  func `that sends a body without end is given up, and no more of it is held than is searched`(head: String) {
    var peer = peer(searches: true)
    peer.say(octets(head))
    peer.repeatForever([UInt8](repeating: 0, count: 16_384))
    #expect(peer.failure == "the body is longer than 67108864 octets")
    #expect(peer.heard <= HTTPExchange.mostBody + 32_768)
    #expect(peer.mostHeld <= HTTPExchange.mostBodyToSearch + 16_384)
  }

  /// What gzip makes of 256 MiB of zeros is 260 KB; the first octets of such a file, and then its sort of octets.
  @Test func `with a compressed bomb hits nothing: a body is its octets, whatever their coding`() {
    let bomb = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xEC, 0xC1] + [UInt8](repeating: 0, count: 4_000)
    var digest = MD5()
    digest.add(bomb[...])
    let head = octets("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: \(bomb.count)\n\n")
    var wanted = peer(digest: digest.hexadecimal)
    wanted.say(head + bomb)
    #expect(wanted.verdicts == [.success(detail: "HTTP 200, 4012 octets")] && wanted.mostHeld < 2_048)
    var other = peer(digest: String(repeating: "0", count: 32))
    other.say(head + bomb)
    #expect(other.failure?.hasPrefix("MD5 digest ") == true)
    var coded = peer()
    coded.say(octets("HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n"))
    coded.repeatForever(bomb)
    #expect(coded.failure == nil && coded.isOver && coded.heard <= HTTPExchange.mostUnjudgedBody + 32_768)
  }

  @Test func `cannot fill the memory of who only wants a digest, or shows the page`() {
    var page = HostilePeer(PageDigest(.init(path: "/", host: "h"), timeout: timeout, from: .origin))
    page.say(octets("HTTP/1.1 404 Not Found\n\n"))
    for _ in 0..<64 { page.say([UInt8](repeating: 0x61, count: 16_384)) }
    #expect(!page.isOver && page.mostHeld <= PageDigest.mostAnswer + 1_024)
    page.happen(.ended)
    #expect(page.verdicts == [.success(detail: "7202826a7791073fe2787f0c94603278")])
    var silent = HostilePeer(PageDigest(.init(path: "/", host: "h"), timeout: timeout, from: .origin))
    silent.wait()
    #expect(silent.failure == "no answer within 5 s" && silent.now == .origin + timeout)
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", true), ("HTTP/1.0 200 OK\nContent-Length: 2\n\nok", false),
    ("HTTP/1.0 200 OK\nConnection: Keep-Alive\nContent-Length: 2\n\nok", true),
    ("HTTP/1.1 200 OK\nConnection: x, close\nContent-Length: 2\n\nok", false),
    ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok, and what nobody asked for", false),
    ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n", true),
  ])
  func `is asked again over its connection only after an answer with a clear end`(answer: String, isOpen: Bool) {
    var settings = HTTPExchange.Settings(path: "/", host: "h", version: "1.1")
    settings.keepsConnection = true
    var conversation = Conversation(HTTPExchange(settings, timeout: timeout, from: .origin))
    conversation.happen(.connected)
    conversation.hear(answer)
    #expect(conversation.isSuccess && conversation.dialogue.leavesConnectionOpen == isOpen)
  }
}
