import Testing

/// The words of a line of /proc/PID/status.
private func status(of process: Int, _ name: String) throws -> String {
  let lines = try contents(of: "/proc/\(process)/status").split(separator: "\n")
  let line = try #require(lines.first { $0.hasPrefix("\(name):") })
  return line.dropFirst(name.count + 1).drop { $0 == "\t" || $0 == " " }.description
}

private func capabilitySet(of process: Int, _ name: String) throws -> Set<Int> {
  let mask = try #require(UInt64(status(of: process, name), radix: 16))
  return Set((0..<64).filter { mask >> $0 & 1 == 1 })
}

/// How a process is scheduled.
private struct Rank: Equatable {
  var nice: Int?
  /// Priority under SCHED_RR; nil under SCHED_OTHER.
  var realTime: Int?

  init(nice: Int, realTime: Int? = nil) {
    self.nice = nice
    self.realTime = realTime
  }

  /// Reads words 19, 40 and 41 of /proc/PID/stat (proc(5)); the second is the name, which may have blanks.
  init(of process: Int) throws {
    let words = try contents(of: "/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    try #require(words.count > 38, "\(words)")
    nice = Int(words[16])
    // Policies of linux/sched.h.
    realTime = words[38] == "2" ? Int(words[37]) : nil
  }
}

@Suite(.needs(.namespaces), .serialized) struct `The processes of a director` {
  /// Bits of linux/capability.h.
  @Test(arguments: [
    ("election", [2, 12, 13, 14, 23, 24]), ("control", [0, 1, 2, 10]),
  ])
  func `keep the capabilities they need, and can run no programs`(role: String, wanted: [Int]) throws {
    let lab = try Lab("pair")
    try lab("start", "d1")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    let process = try lab.role("d1", role)
    let supervisor = try #require(Int(status(of: process, "PPid")))
    // In a container root has less to begin with.
    let all = try capabilitySet(of: supervisor, "CapPrm")
    #expect(all.count > wanted.count)
    for name in ["CapPrm", "CapEff", "CapBnd"] {
      #expect(try capabilitySet(of: process, name) == all.intersection(wanted), "\(role) \(name)")
    }
    #expect(try status(of: process, "CapInh").allSatisfy { $0 == "0" })
    #expect(try Rank(of: process) == (role == "election" ? Rank(nice: -15, realTime: 1) : Rank(nice: 10)))
    #expect(try status(of: process, "NoNewPrivs") == "1")
    #expect(try status(of: process, "Seccomp") == "2")
    // Whoever runs scripts for others has to keep what those may have.
    #expect(try status(of: supervisor, "NoNewPrivs") == "0")
  }

  @Test func `rank as the configuration says, and the election before all others when it says nothing`() throws {
    let router = try Router(farAway: false)
    func configuration(_ rank: String) -> String {
      """
      global_defs {
          \(rank)
      }
      vrrp_instance VI_1 {
          interface eth0
          virtual_router_id 51
          virtual_ipaddress {
              192.0.2.100/24
          }
      }
      """
    }
    try router.start(configuration(""))
    let process = try router.role("election")
    let usual = Rank(nice: -15, realTime: 1)
    #expect(try Rank(of: process) == usual)
    for (rank, expected) in [
      ("vrrp_priority -3", Rank(nice: -3)), ("vrrp_rt_priority 7", Rank(nice: -3, realTime: 7)), ("", usual),
    ] {
      try router.reload(configuration(rank))
      try poll("the election is \(expected)\n\(router.log)", within: 15) { try Rank(of: process) == expected }
    }
    #expect(!router.log.contains("refused"), "\(router.log)")
  }
}
