import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import World

@Suite struct UnixListenerTests {
  let reactor: Reactor
  let scratch: Scratch
  let lines = Collected<String>()

  init() throws {
    reactor = try Reactor()
    scratch = try Scratch()
  }

  var path: String { "\(scratch.path)/socket" }

  func listener(
    limit: Int = 64, answer: @escaping @Sendable (ControlClient, String) -> Void = { _, _ in }
  ) throws -> UnixListener {
    try UnixListener(reactor, path: path, limit: limit) { [lines] client, line in
      let text = String(decoding: line, as: UTF8.self)
      lines.append(text)
      answer(client, text)
    }
  }

  func connect() throws -> Descriptor {
    Descriptor(try succeed("connect", unsafe linux_unix_connect(path)))
  }

  /// What a client receives until the end.
  func rest(_ client: Descriptor) -> String? {
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

  @Test func `lines are answered, and the client is known`() throws {
    let who = Collected<PeerCredentials>()
    let listener = try listener { client, line in
      who.append(client.credentials)
      client.send(Array("<\(line)>".utf8))
    }
    let client = try connect()
    client.put(Array("one\ntwo\r\nth".utf8))
    #expect(reactor.turns { lines.count == 2 })
    client.put(Array("ree\n".utf8))
    shutdown(client.number, Int32(SHUT_WR))
    #expect(rest(client) == "<one><two><three>")
    #expect(lines.all == ["one", "two", "three"])
    #expect(who.all.first?.process == getpid())
    #expect(who.all.first?.user == getuid())
    #expect(listener.count == 0)
    listener.close()
  }

  @Test func `a client that has finished sending still gets a late answer`() throws {
    let late = Cell<ControlClient?>(nil)
    let listener = try listener { client, _ in late.value = client }
    let client = try connect()
    client.put(Array("question\n".utf8))
    shutdown(client.number, Int32(SHUT_WR))
    #expect(reactor.turns { late.value != nil })
    reactor.turns(for: .milliseconds(5))
    late.value?.send(Array("answer".utf8))
    #expect(rest(client) == "answer")
    listener.close()
  }

  @Test func `a client told goodbye gets everything first`() throws {
    let answer = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
    let listener = try listener { client, _ in
      client.send(answer)
      client.close()
    }
    let client = try connect()
    client.put(Array("question\nignored\n".utf8))
    #expect(rest(client)?.utf8.count == answer.count)
    #expect(lines.all == ["question"])
    listener.close()
  }

  @Test func `a client that leaves is forgotten, whatever it waits for`() throws {
    let listener = try listener()
    var client: Descriptor? = try connect()
    client?.put(Array("question\n".utf8))
    #expect(reactor.turns { lines.count == 1 })
    #expect(listener.count == 1)
    client = nil
    #expect(reactor.turns { listener.count == 0 })
    listener.close()
  }

  @Test func `an endless line is hung up on`() throws {
    let listener = try listener()
    let client = try connect()
    client.put([UInt8](repeating: UInt8(ascii: "x"), count: ControlClient.longestLine + 5000))
    let gone = reactor.turns {
      unsafe linux_send(client.number, "x", 1) == -Int(EPIPE)
    }
    #expect(gone)
    #expect(listener.count == 0)
    #expect(lines.count == 0)
    listener.close()
  }

  @Test func `clients beyond the limit are hung up on`() throws {
    let listener = try listener(limit: 2)
    let clients = try (0..<3).map { _ in try connect() }
    #expect(rest(clients[2]) == "")
    #expect(listener.count == 2)
    listener.close()
    #expect(rest(clients[0]) == "")
  }

  @Test func `a second listener is refused, and a dead one's socket is replaced`() throws {
    let listener = try listener()
    let failure = #expect(throws: SystemFailure.self) { _ = try self.listener() }
    #expect(failure?.code == EADDRINUSE)
    listener.close()
    // A socket whose process died without closing.
    _ = unsafe Descriptor(linux_unix_listen(path, 0o600, 1))
    let next = try self.listener()
    var status = stat()
    #expect(unsafe stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    next.close()
    #expect(unsafe stat(path, &status) != 0)
  }

  @Test func `a file that is no socket is left alone`() throws {
    try command("echo precious > \(path)")
    #expect(throws: SystemFailure.self) { _ = try listener() }
    #expect(try SmallFile.read(path, atMost: 100) == Array("precious\n".utf8))
  }
}
