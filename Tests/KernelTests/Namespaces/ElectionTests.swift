import Testing

/// Who is whose partner: the same configuration file for all.
private let pairings: [(Implementation, Implementation)] = [
  (.understudy, .understudy), (.understudy, .keepalived), (.keepalived, .understudy),
]

/// Both directors run and d1, which has the higher priority, is master.
private func electedPair(_ d1: Implementation = .understudy, _ d2: Implementation = .understudy) throws -> Lab {
  let lab = try Lab("pair", d1: d1, d2: d2)
  try lab("start", "d1", "d2")
  try lab.until("d1 is master") { try lab.isMaster("d1") }
  return lab
}

@Suite(.needs(.namespaces), .serialized) struct `Two directors` {
  @Test(arguments: pairings)
  func `elect the higher priority, and only one of them`(d1: Implementation, d2: Implementation) throws {
    let lab = try electedPair(d1, d2)
    try lab.stays("d1 alone is master", for: 4.5) { try lab.isMaster("d1") }
  }

  @Test(arguments: pairings)
  func `hand over within the skew time when the master is stopped`(d1: Implementation, d2: Implementation) throws {
    let lab = try electedPair(d1, d2)
    let stop = try lab.background("stop", "d1")
    let elapsed = try lab.until("d2 is master") { try lab.holds("d2") }
    // Without the advert of priority 0 it takes 2.6 seconds at least.
    #expect(elapsed < 2)
    let outcome = stop.wait()
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(try !lab.holds("d1"))
  }

  @Test(arguments: pairings)
  func `replace a master without power, and yield to it when it is back`(d1: Implementation, d2: Implementation) throws
  {
    let lab = try electedPair(d1, d2)
    try lab("power-off", "d1")
    let elapsed = try lab.until("d2 is master") { try lab.holds("d2") }
    #expect(elapsed < 6.5, "two elections take longer")
    try lab("boot", "d1")
    try lab("start", "d1")
    try lab.until("d1 is master again, and alone") { try lab.isMaster("d1") }
    try lab.stays("and remains so", for: 4) { try lab.isMaster("d1") }
  }

  @Test func `give the address away when the cable of the master is pulled, and back when it is in again`() throws {
    let lab = try electedPair()
    try lab("unplug", "d1")
    try lab.until("d2 alone is master") { try lab.isMaster("d2") }
    try lab("plug", "d1")
    try lab.until("d1 alone is master") { try lab.isMaster("d1") }
  }

  @Test func `tell their notify scripts what they become`() throws {
    let lab = try Lab("pair")
    let heard = try lab.path("d1", "heard")
    let script = try lab.path("d1", "notify")
    try write("#!/bin/sh\necho \"$@\" >>\(heard)\n", to: script)
    _ = try run(["chmod", "755", script])
    try lab.edit("d1", "    advert_int 1", with: "    advert_int 1\n    notify \"\(script) told\"")
    try lab.edit("d1", "    router_id", with: "    script_user root\n    router_id")
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    try lab.until("the script was run") {
      (try? contents(of: heard).contains("told INSTANCE VI_1 MASTER 100")) == true
    }
    try lab("stop", "d1")
    try lab.until("and again at the end") { try contents(of: heard).contains("told INSTANCE VI_1 STOP 100") }
    #expect(try contents(of: heard).hasPrefix("told INSTANCE VI_1 BACKUP 100\n"))
  }
}

@Suite(.needs(.namespaces), .serialized) struct `A director` {
  @Test func `goes on when its election is killed, and the peer does not take over`() throws {
    let lab = try electedPair()
    let before = try lab.role("d1", "election")
    let peer = try AddressWatch(lab, "d2")
    let own = try AddressWatch(lab, "d1")
    try lab("kill-role", "d1", "election")
    try lab.until("the election is back") { (try? lab.role("d1", "election")).map { $0 != before } == true }
    // Longer than the peer waits for an advert, several times.
    try lab.stays("d1 alone is master", for: 9) { try lab.isMaster("d1") }
    #expect(peer.changes(of: Lab.address) == [])
    #expect(own.changes(of: Lab.address).filter { $0.hasPrefix("Deleted") } == [])
    try lab("stop", "d1")
    #expect(try !lab.holds("d1"), "what the first one added, the second one removes")
  }

  @Test func `changes nothing for a configuration that is broken`() throws {
    let lab = try electedPair()
    let before = try lab.role("d1", "election")
    let peer = try AddressWatch(lab, "d2")
    try lab.edit("d1", "priority 100", with: "priority 1\n    virtual_routerid 52")
    try lab.edit("d1", "virtual_ipaddress { 192.168.0.239 }", with: "virtual_ipaddress { 192.168.0.240")
    try lab("reload", "d1")
    try lab.until("the log says what is wrong") { try lab.log("d1").contains(/keepalived\.conf:\d+:\d+/) }
    try lab.stays("d1 alone is master", for: 5) { try lab.isMaster("d1") }
    #expect(try lab.role("d1", "election") == before)
    #expect(peer.changes(of: Lab.address) == [])
  }

  @Test func `yields at a reload that lowers its priority`() throws {
    let lab = try electedPair()
    try lab.edit("d1", "priority 100", with: "priority 90")
    try lab("reload", "d1")
    try lab.until("d2 alone is master") { try lab.isMaster("d2") }
  }

  @Test func `keeps its address at a reload that adds another one`() throws {
    let lab = try electedPair()
    let own = try AddressWatch(lab, "d1")
    try lab.edit(
      "d1", "virtual_ipaddress { 192.168.0.239 }", with: "virtual_ipaddress { 192.168.0.239\n192.168.0.240 }")
    try lab("reload", "d1")
    try lab.until("d1 has the new address") { try lab.holds("d1", "192.168.0.240") }
    #expect(own.changes(of: Lab.address) == [])
    #expect(try lab.isMaster("d1"))
  }
}
