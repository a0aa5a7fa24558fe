import Testing

/// Reproducible chance.
private struct Chance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Lab {
  /// The table as ipvsadm saves it, one line for each service and server, sorted.
  fileprivate func saved() throws -> [String] {
    try self("exec", "d1", "ipvsadm", "-S", "-n").split(separator: "\n").map { line in
      String(line).trimmingEnd
    }.sorted()
  }

  fileprivate func restore(_ lines: [String], _ name: String) throws {
    let file = try path("d1", name)
    try write(lines.joined(separator: "\n") + "\n", to: file)
    _ = try attempt("exec", "d1", "sh", "-c", "ipvsadm -R <\(file)")
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    var text = self[...]
    while text.hasSuffix(" ") { text = text.dropLast() }
    return String(text)
  }
}

@Suite(.needs(.directors), .serialized) struct `The table of a director` {
  private let foreign = "198.51.100.99:99"

  private let configuration = """
    virtual_server 203.0.113.10 80 {
      protocol TCP
      lvs_sched wrr
      lvs_method NAT
      real_server 10.0.0.11 80 {
        weight 3
      }
      real_server 10.0.0.12 8080 {
        weight 5
        uthreshold 100
        lthreshold 50
      }
    }
    virtual_server 203.0.113.10 53 {
      protocol UDP
      lvs_sched rr
      lvs_method DR
      ops
      real_server 10.0.0.11 53 {
      }
      real_server 10.0.0.12 53 {
        lvs_method TUN
      }
    }
    virtual_server fwmark 5 {
      lvs_sched sh
      lvs_method NAT
      persistence_timeout 50
      persistence_granularity 255.255.255.0
      real_server 10.0.0.13 80 {
        weight 2
      }
    }

    """

  private let services = ["-t 203.0.113.10:80", "-u 203.0.113.10:53", "-f 5"]

  /// One thing that somebody might do to our services.
  private func mischief(_ chance: inout Chance) -> String {
    let service = services[Int.random(in: 0..<services.count, using: &chance)]
    let server = "10.0.0.\(Int.random(in: 11...15, using: &chance))"
    let port = service.hasPrefix("-f") || chance.next().isMultiple(of: 2) ? 80 : service.hasSuffix("53") ? 53 : 8080
    let method = ["-m", "-g", "-i"][Int.random(in: 0..<3, using: &chance)]
    let weight = Int.random(in: 0...9, using: &chance)
    let scheduler = ["rr", "wlc", "sh"][Int.random(in: 0..<3, using: &chance)]
    switch Int.random(in: 0..<12, using: &chance) {
    case 0: return "-D \(service)"
    case 1: return "-A \(service) -s \(scheduler)"
    case 2: return "-E \(service) -s \(scheduler) -p \(weight + 1)"
    case 3...5: return "-a \(service) -r \(server):\(port) \(method) -w \(weight)"
    case 6...9: return "-e \(service) -r \(server):\(port) \(method) -w \(weight)"
    default: return "-d \(service) -r \(server):\(port)"
    }
  }

  @Test func `is put right after two thousand changes behind its back, and leaves others alone`() throws {
    let lab = try Lab.director(configuration)
    try lab("start", "d1")
    try lab.until("the services are in") { try lab.saved().count == 8 }
    let ours = try lab.saved()
    let others = [
      "-A -t \(foreign) -s rr", "-a -t \(foreign) -r 10.0.0.14:99 -m -w 4", "-a -t \(foreign) -r 10.0.0.15:99 -m -w 0",
    ]
    try lab.restore(others, "others")
    let wanted = (ours + others).sorted()
    #expect(try lab.saved() == wanted)

    var chance = Chance(state: 5)
    var differed = 0
    for round in 1...20 {
      try lab.restore((1...100).map { _ in mischief(&chance) }, "mischief")
      if try lab.saved() != wanted { differed += 1 }
      #expect(try lab.saved().filter { $0.contains(foreign) } == others.sorted(), "after round \(round)")
    }
    #expect(differed > 10, "the changes change something")
    try lab.until("the table is as it should be within a period", within: 31) { try lab.saved() == wanted }
    #expect(try lab.log("d1").contains("had been changed by somebody else"))

    try lab("stop", "d1")
    #expect(try lab.saved() == others.sorted(), "at the end ours go, and others stay")
  }

  /// What the table holds for three servers of weight 1, by which of them work.
  private func oracle(_ works: [Bool], inhibits: Bool, sorryInhibits: Bool) -> [String: Int] {
    let hasQuorum = works.count { $0 } >= 2
    var table: [String: Int] = [:]
    for (place, isUp) in works.enumerated() {
      if isUp && hasQuorum {
        table["10.0.0.\(11 + place):80"] = 1
      } else if inhibits {
        table["10.0.0.\(11 + place):80"] = 0
      }
    }
    if !hasQuorum { table["10.0.0.99:80"] = 1 } else if sorryInhibits { table["10.0.0.99:80"] = 0 }
    return table
  }

  @Test func `is what quorum, sorry server and inhibition make of the checks`() throws {
    let directory = "/tmp/understudy-model"
    _ = try run(["bash", "-c", "rm -rf \(directory); mkdir -p \(directory); touch \(directory)/{11,12,13}"])
    let servers = (11...13).map { number in
      DirectorText.server(
        number, 80, "MISC_CHECK {\nmisc_path \"/usr/bin/test -e \(directory)/\(number)\"\ndelay_loop 0.5\nretry 0\n}")
    }.joined(separator: "\n")
    // All variants at once; they share their checks.
    let variants = [80: (false, false), 81: (true, false), 82: (false, true), 83: (true, true)]
    let services = variants.sorted { $0.key < $1.key }.map { port, variant in
      let (inhibits, sorryInhibits) = variant
      let words =
        ["quorum 2", "sorry_server 10.0.0.99 80"] + (sorryInhibits ? ["sorry_server_inhibit"] : [])
        + (inhibits ? ["inhibit_on_failure"] : [])
      return DirectorText.service(port, words.joined(separator: "\n"), servers)
    }
    let lab = try Lab.director("global_defs {\nscript_user root\n}\n" + services.joined())
    try lab("start", "d1")
    var works = [true, true, true]
    // Each combination is reached by changing one server, and some of them on two ways.
    for place in [0, 1, 0, 2, 0, 1, 0, 2, 1, 2] {
      works[place].toggle()
      let file = directory + "/\(11 + place)"
      if works[place] { try write("", to: file) } else { _ = try run(["rm", file]) }
      let expected = Dictionary(
        uniqueKeysWithValues: variants.map { port, variant in
          (Lab.publicAddress + ":\(port)", oracle(works, inhibits: variant.0, sorryInhibits: variant.1))
        })
      try lab.until("\(works) is \(expected)") { try lab.table("d1") == expected }
    }
  }
}
