import Testing

/// What programs that drive keepalived do with it and read of it, replayed: a script each, in contrib/lab/drop-ins.
private func replay(_ name: String) throws {
  let outcome = try run(
    [Paths.checkout + "/contrib/lab/drop-ins/run", name], environment: ["DAEMON": Paths.daemon], within: 600)
  #expect(outcome.status == 0, "\(outcome.output)")
  #expect(outcome.output.contains("\nmet "), "\(outcome.output)")
}

@Suite(.needs(.namespaces), .serialized) struct `Called as keepalived, the daemon does for` {
  @Test(arguments: [
    "ansible", "exporter-gen2brain", "exporter-mehdy", "keepalived-operator", "kolla", "neutron", "octavia",
    "openshift", "vyatta", "vyos", "zstack",
  ])
  func `a program that drives keepalived`(name: String) throws { try replay(name) }

  @Test func `readers of dump files what keepalived does`() throws { try replay("dumps") }
}

@Suite(.needs(.ipvs), .serialized) struct `Called as keepalived, the director does for` {
  @Test(arguments: ["kube-keepalived-vip", "octavia-lvs"])
  func `a program that drives keepalived`(name: String) throws { try replay(name) }
}
