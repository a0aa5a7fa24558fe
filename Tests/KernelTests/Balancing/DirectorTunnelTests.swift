import Testing

@Suite(.needs(.directors), .serialized) struct `A director that tunnels` {
  private let all = ["10.0.0.11:80": 1, "10.0.0.12:80": 1]

  private func configuration(priority: Int) -> String {
    let check = "HTTP_GET {\nurl {\npath /status\nstatus_code 200\n}\n}"
    return DirectorText.routers(priority: priority)
      + DirectorText.service(
        80, "lvs_method TUN", DirectorText.server(11, 80, check), DirectorText.server(12, 80, check))
  }

  private func build() throws -> Lab {
    _ = try run(["modprobe", "ipip"])
    let lab = try Lab("b")
    for (director, priority) in [("d1", 150), ("d2", 100)] {
      try write(configuration(priority: priority), to: lab.path(director, "keepalived.conf"))
      // The servers' answers carry the virtual address as source and pass the director that has it.
      try lab("exec", director, "sysctl", "-q", "net.ipv4.conf.all.accept_local=1")
    }
    for server in ["s1", "s2"] {
      try lab("exec", server, "ip", "link", "set", "tunl0", "up")
      try lab("exec", server, "sysctl", "-q", "net.ipv4.conf.tunl0.rp_filter=0")
      try lab("exec", server, Paths.realserver, "start", "--vip", Lab.publicAddress)
    }
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1", address: Lab.publicAddress) }
    try lab.until("both servers are in") { try lab.servers(80) == all }
    return lab
  }

  @Test func `loses a server, gets it back, and hands over to the other director`() throws {
    let lab = try build()
    #expect(try lab("table", "d1").contains("Tunnel"))
    #expect(try lab.requests(Lab.publicAddress, 80, count: 20) == ["s1": 10, "s2": 10, "failed": 0])
    try lab("server-down", "s1")
    try lab.until("s1 is out") { try lab.servers(80) == ["10.0.0.12:80": 1] }
    #expect(try lab.requests(Lab.publicAddress, 80, count: 10) == ["s2": 10, "failed": 0])
    try lab("server-up", "s1")
    try lab.until("s1 is back") { try lab.servers(80) == all }
    #expect(try lab.requests(Lab.publicAddress, 80, count: 20) == ["s1": 10, "s2": 10, "failed": 0])
    let gap = try lab.longestGap(Lab.publicAddress, 80) {
      try lab("power-off", "d1")
      try lab.until("d2 is master") { try lab.holds("d2", Lab.publicAddress) }
      _ = try lab.requests(Lab.publicAddress, 80, count: 10)
    }
    #expect(gap < 5)
    #expect(try lab.requests(Lab.publicAddress, 80, count: 20) == ["s1": 10, "s2": 10, "failed": 0])
  }
}
