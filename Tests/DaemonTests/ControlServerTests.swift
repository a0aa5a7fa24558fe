import CLinux
import ControlProtocol
import Daemon
import Glibc
import LinuxWorld
import Machines
import Synchronization
import Testing
import World

/// A control server with clients, roles that answer as the test wants, and a directory of its own.
private final class Desk {
  let reactor: Reactor
  let directory: String
  let asked = Mutex<[(role: Role, number: UInt64, text: String)]>([])
  var server: ControlServer?

  init(patience: Duration = .seconds(30), roles: [Role] = [.election, .balancing], answers: Bool = true) throws {
    reactor = try Reactor()
    var template = Array("/tmp/understudy-control.XXXXXX\0".utf8CString)
    directory = unsafe String(cString: mkdtemp(&template))
    let new = ControlServer(reactor, patience: patience, warn: { Issue.record("\($0)") }) { [self] role, number, text in
      asked.withLock { $0.append((role, number, text)) }
      guard answers else { return }
      server?.answered(number, role, "{", isLast: false)
      server?.answered(number, role, "\"services\":[]}", isLast: true)
    }
    server = new
    var settings = ControlServer.Settings()
    settings.roles = roles
    settings.path = path
    new.apply(settings)
  }

  var path: String { "\(directory)/control.sock" }

  func close() {
    server?.close()
    server = nil
    unsafe _ = rmdir(directory)
  }

  func connect() throws -> Descriptor { Descriptor(try succeed("connect", unsafe linux_unix_connect(path))) }

  /// Sends octets as far as they are taken, while the server turns.
  func send(_ octets: [UInt8], _ client: Descriptor) {
    var rest = octets[...]
    for _ in 0..<2000 where !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe linux_send(client.number, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if count != -Int(EAGAIN) { return }
      reactor.turn(until: reactor.now)
    }
  }

  /// Turns until the client has heard so many lines, or was hung up on.
  func hear(_ client: Descriptor, lines: Int = 1, within limit: Duration = .seconds(5)) -> (
    lines: [String], isEnd: Bool
  ) {
    let end = reactor.now + limit
    var octets: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while reactor.now < end {
      let count = unsafe room.withUnsafeMutableBytes { unsafe linux_receive(client.number, $0.baseAddress, $0.count) }
      if count > 0 { octets += room[..<count] }
      let texts = octets.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
      if count == 0 || count == -Int(ECONNRESET) { return (texts, true) }
      if octets.last == 10, texts.count >= lines { return (texts, false) }
      reactor.turn(until: min(end, reactor.now + .milliseconds(5)))
    }
    return ([], false)
  }

  func ask(_ request: ControlRequest) throws -> ControlReply {
    let client = try connect()
    send(request.line, client)
    return try reply(hear(client).lines.first)
  }

  func reply(_ line: String?) throws -> ControlReply { try ControlReply(JSON(parsing: (line ?? "").utf8)) }
}

@Suite struct `The control server` {
  @Test func `puts the answers of the roles together`() throws {
    let desk = try Desk()
    defer { desk.close() }
    guard case .success(let status) = try desk.ask(.status) else { throw ControlError.badReply }
    #expect(status["election"]?["services"] == [])
    #expect(status["balancing"]?["services"] == [])
    #expect(status["silent"] == [])
    #expect(desk.asked.withLock { Set($0.map(\.role)) } == [.supervisor, .election, .balancing])
  }

  @Test func `asks the roles once for many clients`() throws {
    let desk = try Desk(answers: false)
    defer { desk.close() }
    let clients = try (0..<20).map { _ in try desk.connect() }
    for client in clients { desk.send(ControlRequest.status.line, client) }
    let questions = desk.asked.withLock { $0 }
    #expect(questions.count == 3)
    for question in questions { desk.server?.answered(question.number, question.role, "{}", isLast: true) }
    for client in clients { #expect(desk.hear(client).lines.count == 1) }
  }

  @Test func `names the roles that are silent, and answers with the rest`() throws {
    let desk = try Desk(roles: [.election], answers: false)
    defer { desk.close() }
    let client = try desk.connect()
    desk.send(ControlRequest.status.line, client)
    let first = desk.asked.withLock { $0[0] }
    desk.server?.answered(first.number, first.role, "{\"generation\":7}", isLast: true)
    desk.server?.answered(99, .election, "[]", isLast: true)
    guard case .success(let status) = try desk.reply(desk.hear(client).lines.first) else { throw ControlError.badReply }
    #expect(status["silent"] == ["election"])
    #expect(status["daemon"]?["generation"] == 7)
  }

  @Test(arguments: [
    "", "{", "[1,2]", "{\"protocol\":1}", "{\"protocol\":1,\"verb\":\"halt\"}", "\u{0}\u{1}", "GET / HTTP/1.1",
  ])
  func `says what is wrong with a request, and hangs up`(text: String) throws {
    let desk = try Desk()
    defer { desk.close() }
    let client = try desk.connect()
    desk.send(Array("\(text)\n".utf8), client)
    let heard = desk.hear(client, lines: 2)
    #expect(heard.isEnd && heard.lines.count == 1)
    guard case .failure(let reason) = try desk.reply(heard.lines.first) else { throw ControlError.badReply }
    #expect(!reason.isEmpty)
    #expect(desk.asked.withLock { $0.isEmpty })
  }

  @Test func `refuses a request that is too long, and goes on with others`() throws {
    let desk = try Desk()
    defer { desk.close() }
    let client = try desk.connect()
    desk.send([UInt8](repeating: 120, count: 200_000), client)
    let heard = desk.hear(client, lines: 2)
    #expect(heard.isEnd)
    guard case .failure(let reason) = try desk.reply(heard.lines.first) else { throw ControlError.badReply }
    #expect(reason.contains("at most"))
    guard case .success = try desk.ask(.status) else { throw ControlError.badReply }
  }

  @Test func `hangs up on a client that does not finish its request`() throws {
    let desk = try Desk(patience: .milliseconds(50))
    defer { desk.close() }
    let client = try desk.connect()
    desk.send(Array("{\"protocol\":1,".utf8), client)
    let heard = desk.hear(client, lines: 2)
    #expect(heard.isEnd && heard.lines.count == 1)
    guard case .failure = try desk.reply(heard.lines.first) else { throw ControlError.badReply }
  }

  @Test func `takes no more clients than it can serve`() throws {
    let desk = try Desk()
    defer { desk.close() }
    var clients = try (0..<ControlServer.mostClients).map { _ in
      let client = try desk.connect()
      desk.reactor.turn(until: desk.reactor.now)
      return client
    }
    let late = try desk.connect()
    let heard = desk.hear(late, lines: 2)
    #expect(heard.isEnd)
    guard case .failure = try desk.reply(heard.lines.first) else { throw ControlError.badReply }
    #expect(clients.count == ControlServer.mostClients)
    clients = []
    desk.reactor.turn(until: desk.reactor.now + .milliseconds(20))
    guard case .success = try desk.ask(.status) else { throw ControlError.badReply }
  }

  @Test func `is not held up by a client that asks without reading`() throws {
    let desk = try Desk()
    defer { desk.close() }
    let idle = try desk.connect()
    for _ in 0..<200 { desk.send(ControlRequest.status.line, idle) }
    guard case .success = try desk.ask(.status) else { throw ControlError.badReply }
  }

  @Test func `passes on what a role refuses`() throws {
    let desk = try Desk(answers: false)
    defer { desk.close() }
    let client = try desk.connect()
    desk.send(ControlRequest.failover(name: "V9", ends: false).line, client)
    let question = desk.asked.withLock { $0[0] }
    #expect(question.role == .election)
    desk.server?.answered(question.number, .election, "{\"error\":\"no such thing\"}", isLast: true)
    #expect(try desk.reply(desk.hear(client).lines.first) == .failure("no such thing"))
  }

  @Test func `refuses what the configuration has no role for`() throws {
    let desk = try Desk(roles: [])
    defer { desk.close() }
    guard case .failure(let reason) = try desk.ask(.ipvs) else { throw ControlError.badReply }
    #expect(reason.contains("balancing"))
  }

  @Test func `tells events to those who look back and those who follow`() throws {
    let desk = try Desk()
    defer { desk.close() }
    desk.server?.happened(EventNotice(role: .election, level: "notice", about: ["V1"], text: "first"))
    desk.server?.happened(EventNotice(role: .election, level: "notice", about: ["V2"], text: "second"))
    guard case .success(let past) = try desk.ask(.events(limit: 10, name: "V1", follows: false)) else {
      throw ControlError.badReply
    }
    #expect(past["events"]?.array?.compactMap { $0["text"]?.string } == ["first"])
    let follower = try desk.connect()
    desk.send(ControlRequest.events(limit: 1, name: nil, follows: true).line, follower)
    #expect(desk.hear(follower).lines.first?.contains("second") ?? false)
    desk.server?.happened(EventNotice(role: .balancing, level: "warning", about: [], text: "third"))
    #expect(desk.hear(follower).lines.first?.contains("third") ?? false)
  }

  @Test func `gives up a follower that does not read`() throws {
    let desk = try Desk()
    defer { desk.close() }
    let follower = try desk.connect()
    desk.send(ControlRequest.events(limit: 0, name: nil, follows: true).line, follower)
    let text = String(repeating: "x", count: 2000)
    for _ in 0..<2000 { desk.server?.happened(EventNotice(role: .election, level: "info", about: [], text: text)) }
    #expect(desk.hear(follower, lines: .max).isEnd)
  }
}
