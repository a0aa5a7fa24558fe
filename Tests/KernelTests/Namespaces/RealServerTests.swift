import Testing

/// A host that is prepared for direct routing.
private struct Server {
  let lab: Lab

  init() throws {
    lab = try Lab("pair")
    // Values that are not the kernel's defaults, to see them restored.
    try lab("exec", "d1", "sysctl", "-q", "net.ipv4.conf.all.arp_announce=1", "net.ipv4.conf.lo.arp_announce=1")
  }

  func helper(_ words: [String]) throws -> Outcome {
    try run(
      [Paths.checkout + "/contrib/lab/lab", "exec", "d1", Paths.realserver] + words,
      environment: ["LAB_PREFIX": lab.prefix])
  }

  /// Runs the helper, which must succeed.
  func call(_ words: String...) throws {
    let outcome = try helper(words)
    guard outcome.status == 0 else { throw NotSo(description: "realserver \(words): \(outcome.output)") }
  }

  /// arp_ignore and arp_announce of all, then of lo.
  func sysctls() throws -> [String] {
    try lab(
      "exec", "d1", "sysctl", "-n", "net.ipv4.conf.all.arp_ignore", "net.ipv4.conf.all.arp_announce",
      "net.ipv4.conf.lo.arp_ignore", "net.ipv4.conf.lo.arp_announce"
    ).split(separator: "\n").map(String.init)
  }

  /// The addresses on lo besides its own: "192.0.2.10/32 lo:0".
  func addresses() throws -> [String] {
    try lab("exec", "d1", "ip", "-o", "addr", "show", "dev", "lo").split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 3, words[3] != "127.0.0.1/8", words[3] != "::1/128" else { return nil }
      let label = words.first { $0.hasPrefix("lo:") }.map { " " + $0.prefix { $0 != "\\" } } ?? ""
      return words[3] + label
    }.sorted()
  }
}

@Suite(.needs(.namespaces), .serialized) struct `The real-server helper` {
  @Test func `adds the addresses to lo, restrains ARP, and restores exactly what was before`() throws {
    let server = try Server()
    let before = try server.sysctls()
    try server.call("start", "--vip", "192.0.2.10", "--vip", "192.0.2.11", "--vip", "2001:db8::10")
    #expect(try server.addresses() == ["192.0.2.10/32 lo:0", "192.0.2.11/32 lo:1", "2001:db8::10/128"])
    #expect(try server.sysctls() == ["1", "2", "1", "2"])
    try server.call("stop", "--vip", "192.0.2.10", "--vip", "192.0.2.11", "--vip", "2001:db8::10")
    #expect(try server.addresses() == [])
    #expect(try server.sysctls() == before)
  }

  @Test func `may be started and stopped twice`() throws {
    let server = try Server()
    let before = try server.sysctls()
    for _ in 1...2 { try server.call("start", "--vip", "192.0.2.10") }
    #expect(try server.addresses() == ["192.0.2.10/32 lo:0"])
    for _ in 1...2 { try server.call("stop", "--vip", "192.0.2.10") }
    #expect(try server.addresses() == [])
    #expect(try server.sysctls() == before)
  }

  @Test func `leaves addresses alone that it did not add`() throws {
    let server = try Server()
    try server.lab("exec", "d1", "ip", "addr", "add", "192.0.2.77/32", "dev", "lo")
    try server.call("start", "--vip", "192.0.2.10")
    try server.call("stop", "--vip", "192.0.2.10")
    #expect(try server.addresses() == ["192.0.2.77/32"])
  }

  @Test func `takes the addresses of a director's configuration`() throws {
    let server = try Server()
    let file = Paths.checkout + "/contrib/lab/cases/a/keepalived.conf"
    try server.call("start", "-f", file)
    #expect(try server.addresses() == ["192.168.0.239/32 lo:0"])
    let status = try server.helper(["status", "-f", file])
    #expect(status.status == 0 && status.output.contains("192.168.0.239"), "\(status.output)")
    try server.call("stop", "-f", file)
    #expect(try server.addresses() == [])
  }

  @Test func `keeps the others from hearing of the address`() throws {
    let server = try Server()
    try server.call("start", "--vip", "192.168.0.77")
    let ping = try server.lab.attempt("exec", "client", "ping", "-c1", "-W1", "192.168.0.77")
    #expect(ping.status != 0)
    // It is there for those who send to it all the same.
    try server.lab("exec", "client", "ip", "route", "add", "192.168.0.77/32", "via", "192.168.0.236")
    try server.lab("exec", "client", "ping", "-c1", "-W2", "192.168.0.77")
  }

  @Test func `says what is wrong`() throws {
    let server = try Server()
    let before = try server.sysctls()
    for words in [["restartle"], ["start", "--vip", "192.0.2.999"], ["start", "-f", "/nonexistent"]] {
      let outcome = try server.helper(words)
      #expect(outcome.status != 0 && !outcome.output.isEmpty, "\(words)")
    }
    let unprivileged = try server.lab.attempt(
      "exec", "d1", "setpriv", "--reuid=65534", "--clear-groups", Paths.realserver, "start", "--vip", "192.0.2.10")
    #expect(unprivileged.status != 0 && unprivileged.output.contains("root"), "\(unprivileged.output)")
    #expect(try server.addresses() == [])
    #expect(try server.sysctls() == before)
  }
}
