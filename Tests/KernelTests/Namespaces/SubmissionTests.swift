import Testing

@Suite(.needs(.namespaces), .serialized) struct `Mail by submission` {
  private static let server = "192.0.2.25"

  /// The pair with d1 submitting to a server that wants TLS and a password.
  private func lab(_ kind: String, password: String = "s3cret", trusts: Bool = true) throws -> (Lab, Background) {
    // The file is named before it is there.
    let file = "/tmp/understudy-trust-\(secondsNow()).pem"
    let lab = try Lab("pair", environment: trusts ? ["SSL_CERT_FILE": file] : [:])
    let certificate = try lab.certificate(for: Self.server, on: "mail")
    _ = try run(["cp", certificate + ".crt", file])
    try lab("server-down", "mail")
    let port = kind == "tls" ? "465" : "587"
    let mailbox = try lab.path("mail", "../mailbox")
    let server = try lab.background(
      "exec", "mail", Paths.checkout + "/contrib/lab/submission", kind, port, certificate, "ops", password, mailbox)
    try lab.until("the server listens") { try lab.attempt("mail", ["ss", "-Hltn"]).output.contains(":\(port) ") }
    try lab.edit(
      "d1", "smtp_server \(Self.server)",
      with: """
        smtp_server \(Self.server)
            smtp_tls \(kind == "tls" ? "on" : "starttls")
            smtp_user ops
            smtp_password s3cret
        """)
    try lab("start", "d1")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    return (lab, server)
  }

  @Test(arguments: ["starttls", "tls"])
  func `arrives at a server that wants TLS and a password`(kind: String) throws {
    let (lab, server) = try lab(kind)
    try lab.until("the mail arrived") {
      try lab.mails(with: "Subject: [LVS_POS_PRD] VRRP Instance VI_1 - Entering MASTER state") == 1
    }
    #expect(server.stop().output.contains("accepted"))
    #expect(try lab.control("d1", "metrics").contains("understudy_mails_total{what=\"sent\"}"))
  }

  @Test func `is not sent, and the password not told, to a server whose certificate nobody vouches for`() throws {
    let (lab, server) = try lab("starttls", trusts: false)
    try lab.until("d1 says why") { try lab.log("d1").contains("certificate") }
    let said = server.stop().output
    #expect(!said.contains("accepted") && !said.contains("refused"), "\(said)")
    #expect(try lab.mails().isEmpty)
    #expect(try !lab.log("d1").contains("s3cret"))
  }

  @Test func `with a wrong password is not sent, and the log says why`() throws {
    let (lab, server) = try lab("tls", password: "other")
    try lab.until("d1 says why") { try lab.log("d1").contains("535") }
    #expect(server.stop().output.contains("refused"))
    #expect(try lab.mails().isEmpty)
    #expect(try !lab.log("d1").contains("s3cret"))
  }
}

@Suite(.needs(.namespaces), .serialized) struct `The webhook` {
  private static let host = "192.0.2.25"

  @Test(arguments: [false, true])
  func `hears every change in its order, although it is busy at times`(isSecure: Bool) throws {
    let trusted = "/tmp/understudy-trust-\(secondsNow()).pem"
    let lab = try Lab("pair", environment: ["SSL_CERT_FILE": trusted])
    let certificate = try lab.certificate(for: Self.host, on: "mail")
    _ = try run(["cp", certificate + ".crt", trusted])
    let news = try lab.path("mail", "news")
    let words = [Paths.checkout + "/contrib/lab/hook", "8080", news] + (isSecure ? [certificate] : [])
    let hook = try Background(
      ["ip", "netns", "exec", lab.prefix + "mail"] + words)
    try lab.until("the hook listens") { try lab.attempt("mail", ["ss", "-Hltn"]).output.contains(":8080 ") }
    for host in ["d1", "d2"] {
      try lab.addGlobals(host, "    notify_webhook \(isSecure ? "https" : "http")://\(Self.host):8080/news")
    }
    try lab("start", "d1")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    try lab("start", "d2")
    try lab.until("d2 follows") { try lab.control("d2", "status").contains("192.168.0.236") }
    _ = try lab.control("d1", "failover", "VI_1")
    try lab.until("all four changes were posted", within: 90) {
      ((try? contents(of: news)) ?? "").split(separator: "\n").count { $0.contains("\"name\":\"VI_1\"") } >= 5
    }
    let lines = try contents(of: news).split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("/news application/json {\"version\":1,\"router\":\"LVS_POS_PRD\"") })
    // Who posts cannot be told from the identifier, which both have; d1's states are BACKUP, MASTER, BACKUP.
    let states = lines.compactMap { line in line.firstMatch(of: #/"state":"([A-Z]+)"/#).map { String($0.output.1) } }
    #expect(states.first == "BACKUP")
    #expect(states.count { $0 == "MASTER" } == 2 && states.count { $0 == "BACKUP" } == 3, "\(states)")
    _ = hook.stop()
  }
}
