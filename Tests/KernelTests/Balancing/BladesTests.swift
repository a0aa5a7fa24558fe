import Testing

private let service = "192.168.0.239:8898"
private let one = "192.168.0.236:8898"
private let two = "192.168.0.238:8898"

extension Lab {
  /// Case a with both directors running, d1 master and both servers in its table.
  static func blades(_ timers: Timers = .fast, edits: [(String, String)] = []) throws -> Lab {
    let lab = try Lab("a", timers: timers)
    for (text, replacement) in edits {
      for director in ["d1", "d2"] { try lab.edit(director, text, with: replacement) }
    }
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    try lab.until("d1 balances over both") { try lab.table("d1") == [service: [one: 1, two: 1]] }
    return lab
  }

  /// Two requests of every terminal.
  fileprivate func requestsOfTerminals() throws -> [String: Int] {
    try requests(Lab.address, 8898, count: 2 * Lab.terminals.count, from: Lab.terminals)
  }
}

@Suite(.needs(.ipvs), .serialized) struct `Two blades that are directors and real servers` {
  @Test func `run the configuration as it is written`() throws {
    let lab = try Lab.blades(.asWritten)
    let answers = try lab.requestsOfTerminals()
    #expect(answers == ["d1": 20, "d2": 20, "failed": 0], "round robin, and each terminal stays with its server")
    #expect(try lab("table", "d1").contains("rr persistent 50"))
    #expect(try lab.bounced() == 0)
  }

  @Test func `serve every terminal through a failover and back, and no packet bounces`() throws {
    let lab = try Lab.blades()
    #expect(try lab.table("d2") == [:], "the backup must not balance what the master sends it")
    #expect(try lab.requestsOfTerminals() == ["d1": 20, "d2": 20, "failed": 0])
    #expect(try lab.bounced() == 0)

    let gap = try lab.longestGap(Lab.address, 8898, from: Lab.terminals) {
      try lab("power-off", "d1")
      try lab.until("d2 is master") { try lab.holds("d2") }
      try lab.until("d2 knows that d1 does not serve") { try lab.table("d2") == [service: [two: 1]] }
    }
    #expect(gap < 5)
    #expect(try lab.requestsOfTerminals() == ["d2": 40, "failed": 0])

    try lab("boot", "d1")
    try lab("start", "d1")
    try lab.until("d1 is master again") { try lab.isMaster("d1") }
    try lab.until("d1 balances over both") { try lab.table("d1") == [service: [one: 1, two: 1]] }
    try lab.until("and d2 no longer") { try lab.table("d2").isEmpty }
    #expect(try lab.requestsOfTerminals() == ["d1": 20, "d2": 20, "failed": 0])
    #expect(try lab.bounced() == 0)
  }

  @Test func `hand over without a bounce when the master is stopped, and balance from the other side`() throws {
    let lab = try Lab.blades()
    // The daemon goes, its blade stays and serves.
    try lab("stop", "d1")
    try lab.until("d2 is master") { try lab.isMaster("d2") }
    try lab.until("d2 balances over both") { try lab.table("d2") == [service: [one: 1, two: 1]] }
    #expect(try lab.table("d1").isEmpty, "a clean stop leaves nothing in the kernel")
    #expect(try lab.requestsOfTerminals() == ["d1": 20, "d2": 20, "failed": 0])
    #expect(try lab.bounced() == 0)
  }

  /// What the others count must be able to happen.
  @Test func `do let packets bounce when the service is in the kernel of both`() throws {
    let lab = try Lab.blades(edits: [("persistence_timeout 50", "persistence_timeout 50\n    lvs_on_backup yes")])
    try lab.until("d2 balances over both") { try lab.table("d2") == [service: [one: 1, two: 1]] }
    _ = try lab.requestsOfTerminals()
    #expect(try lab.bounced() > 100)
  }

  @Test func `keep the service out of the backup's kernel when told so`() throws {
    let lab = try Lab.blades(edits: [("persistence_timeout 50", "persistence_timeout 50\n    lvs_on_backup no")])
    #expect(try lab.table("d2").isEmpty)
  }

  @Test func `take a failed service out of the table, put it back, and mail both`() throws {
    let lab = try Lab.blades()
    let mail =
      "Subject: [LVS_POS_PRD] Realserver [192.168.0.238]:tcp:8898 of virtual server [192.168.0.239]:tcp:8898 - "
    try lab("server-down", "d2")
    try lab.until("it is out of the table") { try lab.table("d1") == [service: [one: 1]] }
    #expect(try lab.requestsOfTerminals() == ["d1": 40, "failed": 0])
    try lab("server-up", "d2")
    try lab.until("it is in the table") { try lab.table("d1") == [service: [one: 1, two: 1]] }
    // Both directors check, and both say so.
    for state in ["DOWN", "UP"] {
      try lab.until("the mails arrived") {
        try lab.mails(with: mail + state, "To: ops@pos.example, failover@pos.example") == 2
      }
    }
    #expect(try lab.isMaster("d1"))
  }

  @Test func `keep the table when the balancing role is killed, and go on checking`() throws {
    let lab = try Lab.blades()
    let before = try lab.role("d1", "balancing")
    let watch = try AddressWatch(lab, "d1")
    try lab("kill-role", "d1", "balancing")
    try lab.stays("the table is as it was", for: 5) { try lab.table("d1") == [service: [one: 1, two: 1]] }
    try lab.until("the role is back") { (try? lab.role("d1", "balancing")).map { $0 != before } == true }
    #expect(try lab.requestsOfTerminals() == ["d1": 20, "d2": 20, "failed": 0])
    #expect(watch.changes(of: Lab.address) == [])
    try lab("server-down", "d2")
    try lab.until("it notices a failure") { try lab.table("d1") == [service: [one: 1]] }
  }

  @Test func `keep the service in the kernel when the election role is killed`() throws {
    let lab = try Lab.blades()
    let watch = try AddressWatch(lab, "d2")
    try lab("kill-role", "d1", "election")
    try lab.stays("the table is as it was", for: 6) {
      try lab.table("d1") == [service: [one: 1, two: 1]] && lab.table("d2").isEmpty
    }
    #expect(try lab.isMaster("d1"))
    #expect(watch.changes(of: Lab.address) == [])
  }
}
