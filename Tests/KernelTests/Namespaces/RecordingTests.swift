import Testing

@Suite(.needs(.namespaces), .serialized) struct `A recording of a director` {
  /// Replays; the exit status and what was told.
  private func replay(_ file: String, _ words: String...) throws -> Outcome {
    try run([Paths.programs + "/understudy-sim", "--replay", file] + words)
  }

  @Test func `is fetched and tells the takeover with its cause, which the replay makes again`() throws {
    let lab = try Lab("pair")
    for host in ["d1", "d2"] {
      try lab.addGlobals(host, "    record_election 1")
      try lab.edit(host, "auth_pass 1111", with: "auth_pass s3cr3t")
    }
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    try lab.until("d2 follows") { try lab.control("d2", "status").contains("192.168.0.236") }
    try lab("power-off", "d1")
    try lab.until("d2 takes over") { try lab.control("d2", "why", "VI_1").contains("VI_1 is MASTER") }
    let file = try lab.path("d2", "failover.rec")
    #expect(try lab.control("d2", "recording", file).contains("written to \(file)"))
    #expect(try lab.command("d2", ["stat", "-c", "%a", file]).hasPrefix("600"))
    #expect(try lab.attempt("d2", ["grep", "-c", "s3cr3t", file]).output.hasPrefix("0"))
    let told = try replay(file)
    #expect(told.status == 0, "\(told.output)")
    #expect(told.output.contains("Entering MASTER STATE (no master heard for "), "\(told.output)")
    #expect(told.output.contains("the machines did the same again"), "\(told.output)")
    #expect(try replay(file, "--trace").output.contains("hears an advert of version 2"))
    // What would have been: with one event less it is the same story, with another priority it is told.
    let without = try replay(file, "--without", "2")
    #expect(without.status == 0 && without.output.contains("Entering MASTER STATE"), "\(without.output)")
    let configuration = try lab.path("d2", "keepalived.conf")
    let other = try replay(file, "--configuration", configuration)
    #expect(other.status == 0 && other.output.contains("Entering MASTER STATE"), "\(other.output)")
  }

  @Test func `is refused while nothing is recorded`() throws {
    let lab = try Lab("pair")
    try lab("start", "d1")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    let outcome = try lab.attempt("d1", [Paths.programs + "/understudyctl", "recording", "-"])
    #expect(outcome.status != 0)
    #expect(outcome.output.contains("record_election 4"))
  }
}
