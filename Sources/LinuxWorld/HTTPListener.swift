import CLinux
import Glibc
import Machines
package import Wire
package import World

// A very small HTTP server
//
// Role. Lets a program such as Prometheus fetch a text from the daemon. One request per connection, GET and HEAD only,
// HTTP/1.0 and 1.1; what is sent is said to end with the connection ("Connection: close").
//
// Bounds. So many connections, so many octets of a request, so much time for all of it; what is too much gets a status
// that says so. Answers are shared between connections, not copied.
//
// Sources: RFC 9112, RFC 9110.

/// What a client of a listener wants.
package struct HTTPRequest: Hashable, Sendable {
  /// The path, without what follows a question mark.
  package var path: String
  /// The Accept header; empty when there is none.
  package var accept: String
}

/// What it gets.
package struct HTTPAnswer: Hashable, Sendable {
  /// The status, for instance 200.
  package var status: Int
  /// The media type of the body.
  package var contentType: String
  package var body: [UInt8]

  /// An answer.
  package init(status: Int, contentType: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// An answer that is one line of plain text.
  package static func line(_ status: Int, _ text: String) -> HTTPAnswer {
    HTTPAnswer(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
  }
}

/// Listens for HTTP clients at a TCP port or a Unix socket.
package final class HTTPListener: @unchecked Sendable {
  /// Where to listen.
  package enum Place: Hashable, Sendable {
    case tcp(Endpoint)
    case unix(String)
  }

  /// Makes the answer to a request, at once or later.
  package typealias Answering = @Sendable (HTTPRequest, @escaping @Sendable (HTTPAnswer) -> Void) -> Void

  private let place: Place
  private var acceptor: Acceptor<HTTPClient>?

  /// Listens.
  ///
  /// - Parameters:
  ///   - limit: how many clients may be connected; those beyond it are hung up on
  ///   - patience: how long a client may take to ask, and again to receive
  package init(
    _ reactor: Reactor, at place: Place, limit: Int = 16, patience: Duration = .seconds(10),
    answer: @escaping Answering
  ) throws(SystemFailure) {
    self.place = place
    let number =
      switch place {
      case .tcp(let endpoint):
        try succeed(
          "listen", about: "\(endpoint)", linux_listen(linux_endpoint(endpoint.address, port: endpoint.port), 64))
      case .unix(let path): try succeed("listen", about: path, unsafe linux_unix_listen(path, 0o660, 64))
      }
    let path: String? = if case .unix(let path) = place { path } else { nil }
    acceptor = try Acceptor(reactor, Descriptor(number), path: path, limit: limit) { [weak self] connection in
      try? HTTPClient(reactor, connection, patience, answer) { [weak self] client in self?.acceptor?.ended(client) }
    }
  }

  deinit {
    close()
  }

  /// The port that is listened at; nil for a Unix socket.
  package var port: UInt16? {
    guard case .tcp = place, let descriptor = acceptor?.listening else { return nil }
    return linux_local_endpoint(descriptor.number).port
  }

  /// How many clients are connected.
  package var count: Int { acceptor?.count ?? 0 }

  /// Stops listening and hangs up on all clients.
  package func close() { acceptor?.close() }
}

/// A connected HTTP client.
private final class HTTPClient: ListenersClient, @unchecked Sendable {
  private static let longestRequest = 8192
  private static let readsInTurn = 4

  private let reactor: Reactor
  private let patience: Duration
  private let answer: HTTPListener.Answering
  private let ended: @Sendable (HTTPClient) -> Void
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var alarm: (any Alarm)?
  private var request: [UInt8] = []
  private var isAsked = false
  /// What is sent: a head of its own and a body that others may share.
  private var head: [UInt8] = []
  private var body: [UInt8] = []
  private var sent = 0

  init(
    _ reactor: Reactor, _ descriptor: Descriptor, _ patience: Duration, _ answer: @escaping HTTPListener.Answering,
    ended: @escaping @Sendable (HTTPClient) -> Void
  ) throws(SystemFailure) {
    self.reactor = reactor
    self.descriptor = descriptor
    self.patience = patience
    self.answer = answer
    self.ended = ended
    watch = try reactor.watch(descriptor.number, .readable) { [weak self] ready in self?.proceed(ready) }
    alarm = reactor.alarm { [weak self] in self?.rang() }
    alarm?.set(reactor.now + patience)
  }

  func hangUp() {
    guard let descriptor else { return }
    watch?.cancel()
    watch = nil
    alarm?.set(nil)
    // Octets that nobody read would turn the end into a reset, and the client would lose the answer's end.
    shutdown(descriptor.number, Int32(SHUT_WR))
    linux_discard(descriptor.number, 1 << 16)
    self.descriptor = nil
    ended(self)
  }

  private func rang() {
    guard !isAsked else { return hangUp() }
    respond(.line(408, "no whole request came in time"), isHead: false)
  }

  private func proceed(_ ready: Readiness) {
    if ready.contains(.writable) { flush() }
    if ready.contains(.readable), !isAsked { read() }
    if !ready.isDisjoint(with: [.hangUp, .error]) { hangUp() }
  }

  private func read() {
    for _ in 0..<Self.readsInTurn {
      guard let descriptor, !isAsked else { return }
      let count = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { room in
        let count = unsafe linux_receive(descriptor.number, room.baseAddress, room.count)
        if count > 0 { unsafe request.append(contentsOf: room[..<count]) }
        return count
      }
      if count == -Int(EAGAIN) { return }
      guard count > 0 else { return hangUp() }
      if let end = HTTPHead.end(of: request) { return take(HTTPHead(request[..<end])) }
      guard request.count <= Self.longestRequest else {
        return respond(.line(431, "a request has at most \(Self.longestRequest) octets"), isHead: false)
      }
    }
  }

  private func take(_ head: HTTPHead?) {
    guard let head else { return respond(.line(400, "this is no HTTP/1 request"), isHead: false) }
    guard ["GET", "HEAD"].contains(head.method) else {
      return respond(.line(405, "only GET and HEAD are served"), isHead: false)
    }
    isAsked = true
    alarm?.set(reactor.now + patience)
    let isHead = head.method == "HEAD"
    let reactor = reactor
    answer(head.request) { [weak self] answer in
      reactor.later { [weak self] in self?.respond(answer, isHead: isHead) }
    }
  }

  private func respond(_ answer: HTTPAnswer, isHead: Bool) {
    guard descriptor != nil, head.isEmpty else { return }
    isAsked = true
    head = Array(
      ("HTTP/1.1 \(answer.status) \(HTTPHead.reason(answer.status))\r\nContent-Type: \(answer.contentType)\r\n"
        + "Content-Length: \(answer.body.count)\r\nConnection: close\r\n\r\n").utf8)
    body = isHead ? [] : answer.body
    alarm?.set(reactor.now + patience)
    flush()
  }

  private func flush() {
    while let descriptor, sent < head.count + body.count {
      let piece = sent < head.count ? head[sent...] : body[(sent - head.count)...]
      let count = unsafe piece.withUnsafeBytes {
        unsafe linux_send(descriptor.number, $0.baseAddress, min($0.count, 262_144))
      }
      if count == -Int(EAGAIN) { return wait() }
      guard count > 0 else { return hangUp() }
      sent += count
    }
    hangUp()
  }

  private func wait() {
    do throws(SystemFailure) {
      try watch?.change(.writable)
    } catch {
      hangUp()
    }
  }
}

/// The head of a request.
struct HTTPHead {
  var method: String
  var request: HTTPRequest

  /// Where the head ends; nil while it has not.
  static func end(of octets: [UInt8]) -> Int? {
    var breaks = 0
    for (place, octet) in octets.enumerated() {
      if octet == 10 {
        breaks += 1
        if breaks == 2 { return place + 1 }
      } else if octet != 13 {
        breaks = 0
      }
    }
    return nil
  }

  /// Reads a head; nil when it is none.
  init?(_ octets: ArraySlice<UInt8>) {
    let lines = String(decoding: octets, as: UTF8.self).split(whereSeparator: { $0 == "\n" || $0 == "\r\n" })
    let words = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
    guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else { return nil }
    method = String(words[0])
    var accept = ""
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "accept" { accept += String(parts[1]) }
    }
    request = HTTPRequest(
      path: words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
        ?? "/",
      accept: accept)
  }

  /// The words for a status.
  static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 431: "Request Header Fields Too Large"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }
}
