import Testing

@Suite(.needs(.namespaces), .serialized) struct `Directors with virtual MAC interfaces` {
  /// Both directors run; what they have beside the case's configuration is in the words for each.
  private func pair(
    _ lines1: String, _ lines2: String, d1: Implementation = .understudy, d2: Implementation = .understudy
  ) throws -> Lab {
    let lab = try Lab("pair", d1: d1, d2: d2)
    for (host, lines) in [("d1", lines1), ("d2", lines2)] {
      try lab.edit(host, "    advert_int 1", with: "    advert_int 1\n    \(lines)")
    }
    try lab("start", "d1")
    try lab.until("d1 is master") { try holds(lab, "d1") }
    try lab("start", "d2")
    return lab
  }

  private func holds(_ lab: Lab, _ host: String) throws -> Bool {
    try lab.attempt("exec", host, "ip", "-o", "addr", "show", "to", Lab.address).output.contains(Lab.address)
  }

  private func linkOfAddress(_ lab: Lab, _ host: String) throws -> String {
    try lab("exec", host, "ip", "-o", "link", "show", "vrrp.51")
  }

  @Test(arguments: [
    ("use_vmac", "use_vmac"), ("use_vmac", ""), ("", "use_vmac"), ("use_vmac", "use_vmac\n    vmac_xmit_base"),
    ("use_vmac\n    vmac_xmit_base", "use_vmac"),
  ])
  func `hear each other whoever has one`(lines1: String, lines2: String) throws {
    let lab = try pair(lines1, lines2)
    try lab.stays("d1 alone is master", for: 5) { try holds(lab, "d1") && !holds(lab, "d2") }
    try lab("stop", "d1")
    try lab.until("d2 is master") { try holds(lab, "d2") }
  }

  @Test(arguments: [(Implementation.understudy, Implementation.keepalived), (.keepalived, .understudy)])
  func `hear those of keepalived`(d1: Implementation, d2: Implementation) throws {
    let lab = try pair("use_vmac", "use_vmac", d1: d1, d2: d2)
    try lab.stays("d1 alone is master", for: 5) { try holds(lab, "d1") && !holds(lab, "d2") }
  }

  @Test func `keep them when the election is killed, and leave nothing when they stop`() throws {
    let lab = try pair("use_vmac\n    no_accept", "")
    let parameters = ["net.ipv4.conf.eth0.arp_ignore", "net.ipv4.conf.eth0.arp_filter"]
    let own = try AddressWatch(lab, "d1")
    let link = try linkOfAddress(lab, "d1")
    #expect(link.contains("00:00:5e:00:01:33"))
    let before = try lab.role("d1", "election")
    try lab("kill-role", "d1", "election")
    try lab.until("the election is back") { (try? lab.role("d1", "election")).map { $0 != before } == true }
    try lab.stays("d1 alone is master", for: 5) { try holds(lab, "d1") && !holds(lab, "d2") }
    #expect(own.changes(of: Lab.address) == [])
    #expect(try linkOfAddress(lab, "d1").prefix(20) == link.prefix(20), "it is the same interface")
    try lab("stop", "d1")
    #expect(try !lab.attempt("exec", "d1", "ip", "link").output.contains("vrrp.51"))
    for parameter in parameters {
      let value = try lab("exec", "d1", "sysctl", "-n", parameter)
      #expect(value == "0\n", "\(parameter)")
    }
  }
}
