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
    // The 19th word of the line; the second is the name, which may have blanks.
    let words = try contents(of: "/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    try #require(words.count > 38, "\(words)")
    #expect(Int(words[16]) == (role == "election" ? -15 : 10), "\(words)")
    // Real-time priority and policy: SCHED_RR is 2, SCHED_OTHER 0.
    #expect(words[37...38] == (role == "election" ? ["1", "2"] : ["0", "0"]), "\(words)")
    #expect(try status(of: process, "NoNewPrivs") == "1")
    #expect(try status(of: process, "Seccomp") == "2")
    // Whoever runs scripts for others has to keep what those may have.
    #expect(try status(of: supervisor, "NoNewPrivs") == "0")
  }
}
