import Testing

@Suite(.needs(.directors), .serialized) struct `A director that keeps its connections` {
  private let directory = "/tmp/understudy-kept"

  /// nginx, which notes for each request the port, the connection's number and how many requests that has seen.
  private func configuration() -> String {
    func server(_ port: Int, _ words: String) -> String {
      "server {\nlisten \(port)\(words.isEmpty ? "" : " ")\(words);\nlocation / { return 200 \"fine\\n\"; }\n}\n"
    }
    return """
      user root;
      worker_processes 1;
      daemon off;
      pid \(directory)/nginx.pid;
      error_log \(directory)/error.log;
      events { worker_connections 256; }
      http {
        log_format requests "$server_port $connection $connection_requests";
        access_log \(directory)/requests requests;
        client_body_temp_path \(directory)/body;
        ssl_certificate \(directory)/server.pem;
        ssl_certificate_key \(directory)/server.key;

      """ + server(8001, "") + server(8002, ";\nkeepalive_requests 3") + server(8003, ";\nkeepalive_timeout 300ms")
        + server(8004, "") + server(8005, "ssl") + server(8006, "ssl;\nkeepalive_requests 3") + "}\n"
  }

  private func webServer(_ lab: Lab) throws -> Background {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=shop.example"
    let outcome = try run([
      "bash", "-c",
      "rm -rf \(directory); mkdir -p \(directory) && cd \(directory) && "
        + "openssl req -x509 \(key) -keyout server.key -out server.pem",
    ])
    guard outcome.status == 0 else { throw NotSo(description: outcome.output) }
    try write(configuration(), to: directory + "/nginx.conf")
    return try lab.program("s1", ["nginx", "-e", "\(directory)/error.log", "-c", "\(directory)/nginx.conf"])
  }

  /// The connections that have served requests of a port, and how many each.
  private func connections(_ port: Int) throws -> [Substring: Int] {
    var requests: [Substring: Int] = [:]
    for line in try contents(of: directory + "/requests").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3, words[0] == "\(port)" { requests[words[1], default: 0] += 1 }
    }
    return requests
  }

  @Test func `asks nginx over one connection for as long as nginx likes, with and without TLS`() throws {
    let url = "url {\npath /\nstatus_code 200\n}\nhttp_protocol 1.1\n"
    let lab = try Lab.director(
      DirectorText.service(
        80,
        (8001...8006).map { port in
          let kind = port < 8005 ? "HTTP_GET" : "SSL_GET"
          return DirectorText.server(11, port, "\(kind) {\n\(url)\(port == 8004 ? "" : "keep_alive\n")}")
        }.joined(separator: "\n")))
    let server = try webServer(lab)
    for port in 8001...8006 { try lab.untilListening("s1", port) }
    try lab("start", "d1")
    try lab.until("each has been asked eight times") {
      try (8001...8006).allSatisfy { try connections($0).values.reduce(0, +) >= 8 }
    }
    for port in [8001, 8005] {
      let used = try connections(port)
      #expect(used.count == 1, "\(port) \(used)")
    }
    for port in [8002, 8006] {
      let used = try connections(port)
      #expect(used.count >= 2 && used.values.allSatisfy { $0 <= 3 } && used.values.contains(3), "\(port) \(used)")
    }
    for port in [8003, 8004] { #expect(try connections(port).values.allSatisfy { $0 == 1 }, "\(port)") }
    // A connection that the server took away at its leisure was no failure.
    #expect(try lab.servers(80)?.count == 6)
    let log = try lab.log("d1")
    #expect(!log.contains("failed"), "\(log)")
    // But a server that is gone is.
    _ = server.stop()
    try lab.until("all are out") { try lab.servers(80) == [:] }
  }
}
