import Testing

@Suite(.needs(.directors), .serialized) struct `A director that lets servers go` {
  private func configuration(_ servers: [Int], words: String = "") -> String {
    DirectorText.routers(priority: 150)
      + servers.reduce(
        "virtual_server \(Lab.publicAddress) 80 {\n\(DirectorText.quick)protocol TCP\nlvs_sched rr\nlvs_method NAT\n\(words)\n"
      ) {
        $0 + DirectorText.server($1, 80, "TCP_CHECK {\n}") + "\n"
      } + "}\n"
  }

  @Test func `keeps an established connection while its server is drained, and lets the idle one go at once`() throws {
    let lab = try Lab.director(configuration([11, 12, 13], words: "drain_timeout 20"))
    try lab("start", "d1")
    try lab.until("all are in") { try lab.servers(80)?.count == 3 }
    try lab.until("the address is there") { try lab.holds("d1", Lab.publicAddress) }
    let connection = try HeldConnection(lab, Lab.publicAddress, 80)
    let server = try #require(connection.server.flatMap { ["s1": 11, "s2": 12, "s3": 13][$0] })
    let stays = server == 11 ? 12 : 11

    try write(configuration([stays], words: "drain_timeout 20"), to: lab.path("d1", "keepalived.conf"))
    let before = try #require(connection.answered)
    let began = secondsNow()
    try lab("reload", "d1")
    try lab.until("nothing new comes to it, and the one without connections is gone", within: 8) {
      try lab.servers(80) == ["10.0.0.\(stays):80": 1, "10.0.0.\(server):80": 0]
    }
    #expect(try lab.requests(Lab.publicAddress, 80, count: 10).count == 2, "one server, and no failure")
    try lab.until("the connection goes on") { try #require(connection.answered) > before + 20 }
    try lab.until("its time is up") { try lab.servers(80) == ["10.0.0.\(stays):80": 1] }
    #expect(secondsNow() - began > 19)
    connection.close()
  }

  @Test func `gives a recovered server its weight step by step`() throws {
    let lab = try Lab.director(configuration([11, 12], words: "weight 100\nslow_start 10"))
    try lab("start", "d1")
    try lab.until("both are in at once") { try lab.servers(80) == ["10.0.0.11:80": 100, "10.0.0.12:80": 100] }
    try lab("server-down", "s1")
    try lab.until("one is out") { try lab.servers(80) == ["10.0.0.12:80": 100] }
    try lab("server-up", "s1")
    var seen: [Int] = []
    try lab.until("it has all of its weight again") {
      let weight = try lab.servers(80)?["10.0.0.11:80"] ?? 0
      if weight > 0, seen.last != weight { seen.append(weight) }
      return weight == 100
    }
    #expect(seen.count >= 5 && seen == seen.sorted() && seen[0] <= 20, "\(seen)")
  }
}
