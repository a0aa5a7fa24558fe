import Testing

/// The way of somebody who tries everything once, as contrib/doc/operating.md has it.
@Suite(.needs(.ipvs), .serialized) struct `A newcomer` {
  private static let service = "203.0.113.10:80"

  @Test func `drains a server, adds one, hands over, asks why, scrapes metrics and gets a mail`() throws {
    let lab = try Lab("b")
    for host in ["d1", "d2"] { try lab.addGlobals(host, "    metrics_address 127.0.0.1:9650") }
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1", address: "203.0.113.10") }
    try lab.until("all servers are there") { try lab.table("d1")[Self.service]?.count == 3 }
    let follower = try lab.background("exec", "d1", Paths.programs + "/understudyctl", "events", "--follow")
    try maintain(lab)
    try change(lab)
    try lab.until("its check says that it is good") {
      try lab.control("d1", "why", "10.0.0.11:80").contains("HTTP_GET 10.0.0.11:80: good for")
    }
    let watch = try lab.attempt(
      "d1", ["timeout", "5", Paths.programs + "/understudyctl", "status", "--watch", "--interval", "0.5"])
    #expect(watch.output.contains("CONN/S"))
    let scrape = "curl -sS http://127.0.0.1:9650/metrics | promtool check metrics"
    #expect(try lab.command("d1", ["bash", "-o", "pipefail", "-c", scrape]).isEmpty)
    #expect(try lab.control("d1", "failover", "SHOP").contains("OUTSIDE: handed over to 203.0.113.2"))
    try lab.until("d2 is master") { try lab.isMaster("d2", address: "203.0.113.10") }
    #expect(try lab.control("d1", "why", "OUTSIDE").contains("handed over by the operator"))
    try lab.until("the mail arrived") { try lab.mails(with: "Entering MASTER state") >= 2 }
    #expect(follower.stop().output.contains("handed over by the operator"))
  }

  private func weights(_ lab: Lab) throws -> [String: Int] { try lab.table("d1")[Self.service] ?? [:] }

  private func maintain(_ lab: Lab) throws {
    let server = "10.0.0.11:80"
    _ = try lab.control("d1", "server", "drain", Self.service, server)
    try lab.until("it gets nothing new") { try weights(lab)[server] == 0 }
    _ = try lab.control("d1", "server", "weight", Self.service, server, "3")
    try lab.until("it gets more") { try weights(lab)[server] == 3 }
    _ = try lab.control("d1", "server", "disable", Self.service, server)
    try lab.until("it is out") { try weights(lab)[server] == nil }
    #expect(try lab.control("d1", "why", server).contains("ordered by the operator: disabled"))
    _ = try lab.control("d1", "server", "ready", Self.service, server)
    try lab.until("it is back") { try weights(lab)[server] == 1 }
    // The two print the same.
    #expect(try lab.control("d1", "ipvs") == lab.command("d1", ["ipvsadm", "-Ln"]))
  }

  private func change(_ lab: Lab) throws {
    // Another address of a real server stands for a new one.
    try lab.command("s2", ["ip", "address", "add", "10.0.0.14/24", "dev", "eth0"])
    let said = try lab.control("d1", "server", "add", Self.service, "10.0.0.14:80", "--like", "10.0.0.12:80")
    #expect(said.contains("10.0.0.14:80 of [203.0.113.10]:tcp:80: added"), "\(said)")
    try lab.until("it is checked and in") { try weights(lab)["10.0.0.14:80"] == 1 }
    _ = try lab.control("d1", "server", "remove", Self.service, "10.0.0.11:80")
    try lab.until("the other is out") {
      try Set(weights(lab).keys) == ["10.0.0.12:80", "10.0.0.13:80", "10.0.0.14:80"]
    }
    try lab("kill-role", "d1", "balancing")
    try lab.until("a new balancing role knows of both") {
      (try? lab.control("d1", "status").contains("10.0.0.14:80 is added to")) ?? false
    }
    #expect(try Set(weights(lab).keys) == ["10.0.0.12:80", "10.0.0.13:80", "10.0.0.14:80"])
    let file = try lab.path("d1", "shop.conf")
    _ = try lab.control("d1", "server", "save", file, Self.service)
    #expect(try contents(of: file).contains("real_server 10.0.0.14 80 {"))
    let check = try lab.attempt("d1", [Paths.daemon, "-t", "-f", file])
    #expect(check.status == 0, "\(check.output)")
    _ = try lab.control("d1", "reload")
    try lab.until("the file alone counts") {
      try Set(weights(lab).keys) == ["10.0.0.11:80", "10.0.0.12:80", "10.0.0.13:80"]
    }
  }
}
