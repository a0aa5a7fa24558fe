import Testing

private let shopAddress = "203.0.113.10"
private let web = shopAddress + ":80"
private let secure = shopAddress + ":443"
private let allOfWeb = ["10.0.0.11:80": 1, "10.0.0.12:80": 1, "10.0.0.13:80": 1]
private let allOfSecure = ["10.0.0.11:443": 3, "10.0.0.12:443": 1]

extension Lab {
  /// Case b with both directors running, d1 master and all servers in its table.
  fileprivate static func shop(
    d1: Implementation = .understudy, d2: Implementation = .understudy, edits: [(String, String)] = []
  ) throws -> Lab {
    let lab = try Lab("b", d1: d1, d2: d2)
    for (text, replacement) in edits {
      for director in ["d1", "d2"] { try lab.edit(director, text, with: replacement) }
    }
    try lab("start", "d1", "d2")
    try lab.until("d1 is master of both addresses") {
      try lab.isMaster("d1", address: shopAddress) && lab.holdsGateway("d1")
    }
    try lab.until("all servers are there") { try lab.table("d1") == [web: allOfWeb, secure: allOfSecure] }
    return lab
  }

  fileprivate func holdsGateway(_ host: String) throws -> Bool {
    try holds(host, "10.0.0.10", on: "eth1")
  }
}

@Suite(.needs(.ipvs), .serialized) struct `A shop behind NAT` {
  @Test func `is balanced, and checked by page, by status and over TLS`() throws {
    let lab = try Lab.shop()
    let answers = try lab.requests(shopAddress, 80, count: 30)
    #expect(Set(answers.keys) == ["s1", "s2", "s3", "failed"] && answers["failed"] == 0, "\(answers)")
    #expect(try lab.table("d2") == [web: allOfWeb, secure: allOfSecure], "the backup is ready")
    let reply = try lab("exec", "client", "curl", "-sk", "--max-time", "5", "https://\(shopAddress)/")
    #expect(["s1\n", "s2\n"].contains(reply))

    try write("changed\n", to: lab.path("s2", "www/health"))
    try lab.until("the digest of s2's page is found wrong, on both ports") {
      try lab.table("d1") == [web: allOfWeb.without("10.0.0.12:80"), secure: ["10.0.0.11:443": 3]]
    }
    try write("all is well\n", to: lab.path("s2", "www/health"))
    try lab.until("s2 is back") { try lab.table("d1") == [web: allOfWeb, secure: allOfSecure] }
  }

  @Test func `says sorry without a quorum, and tells scripts and people`() throws {
    let lab = try Lab.shop()
    let heard = try lab.path("d1", "heard")
    let script = try lab.path("d1", "quorum")
    try write("#!/bin/sh\necho \"$1\" >>\(heard)\n", to: script)
    _ = try run(["chmod", "755", script])
    try lab.edit(
      "d1", "    quorum 2\n", with: "    quorum 2\n    quorum_up \"\(script) up\"\n    quorum_down \"\(script) down\"\n"
    )
    try lab.edit("d1", "    router_id", with: "    script_user root\n    router_id")
    try lab("reload", "d1")
    let removeStatus = try lab.path("s1", "www/status")
    _ = try run(["rm", removeStatus])
    try lab.until("s1 is out for the status of its page") {
      try lab.table("d1")[web] == allOfWeb.without("10.0.0.11:80")
    }
    try lab("server-down", "s3")
    try lab.until("the sorry server alone is in") { try lab.table("d1")[web] == ["10.0.0.99:80": 1] }
    #expect(try lab.requests(shopAddress, 80, count: 10) == ["sorry": 10, "failed": 0])
    try lab.until("the script was told") { (try? contents(of: heard).contains("down\n")) == true }
    try lab.until("the mail arrived") {
      try lab.mails(
        with: "Subject: [LVS_SHOP] Virtualserver [\(shopAddress)]:tcp:80 - DOWN", "=> Lost quorum 2-0=2 > 1 <=")
        > 0
    }
    try write("fine\n", to: removeStatus)
    try lab.until("two are enough") {
      try lab.table("d1")[web] == allOfWeb.without("10.0.0.13:80")
    }
    try lab.until("the script was told again") { try contents(of: heard).hasSuffix("down\nup\n") }
    try lab.until("the mail arrived") {
      try lab.mails(
        with: "Subject: [LVS_SHOP] Virtualserver [\(shopAddress)]:tcp:80 - UP", "=> Gained quorum 2+0=2 <= 2 <=") > 0
    }
  }

  @Test(arguments: [
    (Implementation.understudy, Implementation.understudy), (.understudy, .keepalived), (.keepalived, .understudy),
  ])
  func `moves with both addresses to the other director`(d1: Implementation, d2: Implementation) throws {
    let lab = try Lab.shop(d1: d1, d2: d2)
    let gap = try lab.longestGap(shopAddress, 80) {
      try lab("power-off", "d1")
      try lab.until("d2 is master of both addresses") { try lab.holds("d2", shopAddress) && lab.holdsGateway("d2") }
      _ = try lab.requests(shopAddress, 80, count: 10)
    }
    #expect(gap < 5)
    let answers = try lab.requests(shopAddress, 80, count: 30)
    #expect(Set(answers.keys) == ["s1", "s2", "s3", "failed"] && answers["failed"] == 0, "\(answers)")
  }

  @Test func `moves with both addresses when one cable is pulled`() throws {
    let lab = try Lab.shop()
    try lab("exec", "d1", "ip", "link", "set", "eth1", "down")
    try lab.until("d2 is master of both addresses") {
      try lab.isMaster("d2", address: shopAddress) && lab.holdsGateway("d2")
    }
    let answers = try lab.requests(shopAddress, 80, count: 10)
    #expect(answers["failed"] == 0, "\(answers)")
  }

  @Test func `keeps an established connection while its director changes around it`() throws {
    let lab = try Lab.shop()
    let connection = try HeldConnection(lab, shopAddress, 80)
    let server = try #require(connection.server)
    let other = server == "s1" ? "s2" : "s1"

    func goesOn(_ after: String) throws {
      let before = try #require(connection.answered, "broken \(after)")
      try lab.until("the connection goes on \(after)", within: 5) { try #require(connection.answered) > before + 5 }
    }
    try lab.edit("d1", "quorum 2\n", with: "quorum 1\n")
    try lab.edit("d1", "weight 3", with: "weight 5")
    try lab("reload", "d1")
    try lab.until("the reload took effect") { try lab.table("d1")[secure]?["10.0.0.11:443"] == 5 }
    try goesOn("after a reload")

    let before = try lab.role("d1", "balancing")
    try lab("kill-role", "d1", "balancing")
    try lab.until("the role is back") { (try? lab.role("d1", "balancing")).map { $0 != before } == true }
    try goesOn("after the death of the balancing role")

    try lab("server-down", other)
    try lab.until("another server is out") { try lab.table("d1")[web]?.count == 2 }
    try goesOn("after the failure of another server")
    connection.close()
  }
}

extension [String: Int] {
  fileprivate func without(_ key: String) -> Self {
    filter { $0.key != key }
  }
}
