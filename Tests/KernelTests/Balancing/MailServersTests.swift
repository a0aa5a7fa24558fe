import Testing

@Suite(.needs(.ipvs), .serialized) struct `Twenty mail servers behind NAT` {
  private let address = "203.0.113.25"

  @Test func `all get mail, except those that failed`() throws {
    let lab = try Lab("c")
    let service = address + ":25"
    let all = Dictionary(uniqueKeysWithValues: (101...120).map { ("10.0.0.\($0):25", 1) })
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1", address: address) }
    try lab.until("all twenty are in the table") { try lab.table("d1") == [service: all] }
    var expected = Dictionary(uniqueKeysWithValues: (1...20).map { ("m\($0)", 2) })
    expected["failed"] = 0
    #expect(try lab.greetings(address, count: 40) == expected, "round robin")

    try lab("server-down", "m3", "m11", "m20")
    let dead = ["10.0.0.103:25", "10.0.0.111:25", "10.0.0.120:25"]
    try lab.until("three are out") {
      try lab.table("d1") == [service: all.filter { !dead.contains($0.key) }]
    }
    for name in ["m3", "m11", "m20"] { expected[name] = nil }
    #expect(try lab.greetings(address, count: 34) == expected)
    try lab("server-up", "m3", "m11", "m20")
    try lab.until("they are back") { try lab.table("d1") == [service: all] }
    for server in dead {
      try lab.until("both directors mailed about \(server)") {
        let name = "Realserver [\(server.dropLast(3))]:tcp:25 of virtual server [\(address)]:tcp:25 - "
        return try lab.mails(with: name + "DOWN", "To: postmaster@isp.example") == 2
          && lab.mails(with: name + "UP") == 2
      }
    }
  }
}
