import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import Wire
import World

/// A directory that goes with its last reference.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = "/tmp/understudy-tests-\(getpid())-\(UInt32.random(in: .min ... .max))"
    try command("mkdir -m 755 \(path)")
  }

  deinit {
    _ = try? command("rm -rf \(path)")
  }
}

/// A certificate that signs itself, made once for all tests: for www.example.test and 127.0.0.1.
private let certificates: Result<Scratch, any Error> = Result {
  let scratch = try Scratch()
  atexit { unsafe _ = system("rm -rf /tmp/understudy-tests-\(getpid())-*") }
  try command(
    """
    cd \(scratch.path) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -keyout key.pem -out certificate.pem -subj /CN=www.example.test \
    -addext subjectAltName=DNS:www.example.test,IP:127.0.0.1 2>/dev/null && \
    openssl pkey -in key.pem -aes256 -passout pass:secret -out locked.pem
    """)
  return scratch
}

/// `openssl s_server` in a namespace of its own, on port 4433 of the loopback interface.
private final class SecureServer {
  let namespace: Namespace
  let files: String
  private let process: ChildProcess

  init(on reactor: Reactor, _ options: [String] = ["-www"]) throws {
    namespace = try Namespace()
    files = try certificates.get().path
    var program = Program(
      "/usr/bin/openssl",
      [
        "openssl", "s_server", "-quiet", "-accept", "4433", "-cert", "\(files)/certificate.pem", "-key",
        "\(files)/key.pem",
      ]
        + options)
    program.deathSignal = SIGKILL
    process = try namespace.inside { try ChildProcess(program, on: reactor) { _ in } }
  }

  deinit {
    process.signal(SIGKILL)
  }
}

@Suite struct TLSTests {
  let reactor: Reactor
  let connector: LinuxConnector

  init() throws {
    reactor = try Reactor()
    connector = LinuxConnector(reactor)
  }

  /// Opens a connection and returns it with its events when it stands or failed; tries again while nobody listens.
  private func converse(
    _ server: SecureServer, _ settings: TLSSettings, through connector: LinuxConnector? = nil
  ) throws -> (any Connection, Collected<ConnectionEvent>) {
    let request = ConnectionRequest(
      to: Endpoint(.v4(.loopback), port: 4433), over: .tls(settings))
    for _ in 0..<2000 {
      let events = Collected<ConnectionEvent>()
      let connection = try server.namespace.inside {
        (connector ?? self.connector).open(request) { events.append($0) }
      }
      #expect(reactor.turns { events.count > 0 })
      if events.all.first != .failed(.refused(reason: "connection refused")) { return (connection, events) }
      connection.close()
      usleep(2000)
    }
    throw SystemFailure("connect", code: ETIMEDOUT)
  }

  private func settings(_ server: SecureServer, name: String?, trusted: Bool) -> TLSSettings {
    var settings = TLSSettings(serverName: name, verifies: true)
    if trusted { settings.authorityFile = "\(server.files)/certificate.pem" }
    return settings
  }

  @Test func `a page comes through TLS, and its end is the end`() throws {
    let server = try SecureServer(on: reactor)
    let (connection, events) = try converse(server, TLSSettings(serverName: "www.example.test"))
    #expect(events.all == [.connected])
    connection.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))
    #expect(reactor.turns { events.all.last == .ended })
    let page = events.all.reduce(into: "") { page, event in
      if case .received(let octets) = event { page += String(decoding: octets, as: UTF8.self) }
    }
    #expect(page.hasPrefix("HTTP/1.0 200 ok"))
    #expect(page.contains("Server certificate") || page.contains("SSL"))
    connection.close()
  }

  @Test func `large answers come whole, though TLS holds back parts of them`() throws {
    let server = try SecureServer(on: reactor, ["-rev"])
    let (connection, events) = try converse(server, TLSSettings())
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 12_000)
    for _ in 0..<40 { connection.send(line + [10]) }
    func count() -> Int {
      events.all.reduce(0) { sum, event in
        if case .received(let octets) = event { sum + octets.count } else { sum }
      }
    }
    #expect(reactor.turns { count() == 40 * 12_001 })
    connection.close()
  }

  @Test(arguments: [("www.example.test", true), ("127.0.0.1", true), (nil, true)])
  func `the right certificate is accepted`(name: String?, trusted: Bool) throws {
    let server = try SecureServer(on: reactor)
    let (connection, events) = try converse(server, settings(server, name: name, trusted: trusted))
    #expect(events.all == [.connected])
    connection.close()
  }

  @Test(arguments: [
    ("www.example.test", false, "certificate verify failed: self-signed certificate"),
    ("other.example.test", true, "certificate verify failed: hostname mismatch"),
    ("127.0.0.2", true, "certificate verify failed: IP address mismatch"),
  ])
  func `the wrong certificate is refused with the reason`(name: String, trusted: Bool, reason: String) throws {
    let server = try SecureServer(on: reactor)
    let (_, events) = try converse(server, settings(server, name: name, trusted: trusted))
    #expect(events.all == [.failed(.handshake(reason: reason))])
  }

  @Test(arguments: [(false, false), (true, false), (true, true)])
  func `a server may demand a certificate of ours`(presents: Bool, locked: Bool) throws {
    let files = try certificates.get().path
    var settings = TLSSettings()
    if presents {
      settings.certificateFile = "\(files)/certificate.pem"
      settings.keyFile = "\(files)/\(locked ? "locked" : "key").pem"
      settings.keyPassword = locked ? "secret" : nil
    }
    let server = try SecureServer(
      on: reactor, ["-www", "-Verify", "1", "-verify_return_error", "-tls1_2", "-CAfile", "\(files)/certificate.pem"])
    let (connection, events) = try converse(server, settings)
    if presents {
      #expect(events.all == [.connected])
    } else {
      guard case .failed(.handshake(let reason)) = events.all.first else {
        Issue.record("\(events.all)")
        return
      }
      #expect(reason.contains("alert"))
    }
    connection.close()
  }

  @Test func `files that cannot be read are this host's fault, until they can`() throws {
    let server = try SecureServer(on: reactor)
    let scratch = try Scratch()
    var settings = TLSSettings(serverName: "www.example.test", verifies: true)
    settings.authorityFile = "\(scratch.path)/authority.pem"
    let (_, events) = try converse(server, settings)
    guard case .failed(.impossible(let failure)) = events.all.first else {
      Issue.record("\(events.all)")
      return
    }
    #expect(failure.call == "SSL_CTX_load_verify_file")
    #expect(failure.subject == settings.authorityFile)
    try command("cp \(server.files)/certificate.pem \(scratch.path)/authority.pem")
    let (connection, later) = try converse(server, settings)
    #expect(later.all == [.connected])
    connection.close()
  }

  @Test func `a locked key without its password fails instead of asking`() throws {
    let server = try SecureServer(on: reactor)
    var settings = TLSSettings()
    settings.certificateFile = "\(server.files)/certificate.pem"
    settings.keyFile = "\(server.files)/locked.pem"
    let (_, events) = try converse(server, settings)
    guard case .failed(.impossible(let failure)) = events.all.first else {
      Issue.record("\(events.all)")
      return
    }
    #expect(failure.call == "SSL_CTX_use_PrivateKey_file")
  }

  @Test func `a server without TLS is told apart from one that refuses`() throws {
    let listener = Descriptor(
      try succeed("listen", linux_listen(linux_endpoint(.v4(.loopback)), 4)))
    let connections = Cell<[Descriptor]>([])
    let watch = try reactor.watch(listener.number, .readable) { _ in
      let peer = Descriptor(linux_accept(listener.number))
      peer.put(Array("220 plain and simple\r\n".utf8))
      connections.value.append(peer)
    }
    let events = Collected<ConnectionEvent>()
    let port = linux_local_endpoint(listener.number).port
    let request = ConnectionRequest(to: Endpoint(.v4(.loopback), port: port), over: .tls(TLSSettings()))
    let connection = connector.open(request) { events.append($0) }
    #expect(reactor.turns { events.count == 1 })
    #expect(events.all == [.failed(.handshake(reason: "wrong version number"))])
    connection.close()
    watch.cancel()
  }
}
