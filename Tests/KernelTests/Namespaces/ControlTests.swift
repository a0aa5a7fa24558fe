import Glibc
import Testing

@Suite(.needs(.namespaces), .serialized) struct `The control socket` {
  private static let socket = "/run/understudy/control.sock"

  /// The pair, up and following each other.
  private func pair(_ globals: String = "") throws -> Lab {
    let lab = try Lab("pair")
    for host in ["d1", "d2"] {
      if !globals.isEmpty { try lab.addGlobals(host, globals) }
    }
    try lab("start", "d1", "d2")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    try lab.until("d2 follows") { try lab.control("d2", "status").contains("192.168.0.236") }
    return lab
  }

  /// The transitions that d2 told of.
  private func entriesOfBackup(_ lab: Lab) throws -> [Substring] {
    try lab.log("d2").split(separator: "\n").filter { $0.contains("Entering") }
  }

  private func processes(_ lab: Lab) throws -> [Int] {
    try ["election", "control"].map { try lab.role("d1", $0) }
  }

  @Test func `gives malformed, huge, slow and idle clients a reason, and nothing else notices`() throws {
    let lab = try pair()
    let before = try processes(lab)
    let entries = try entriesOfBackup(lab)
    let intruder = try lab.background("exec", "d1", Paths.checkout + "/contrib/lab/intruder", Self.socket)
    try lab.until("it holds two hundred idle connections") { intruder.output.contains("all connected") }
    try lab.until("it was told to go", within: 90) { intruder.output.contains("refused") }
    let lines = intruder.wait().lines
    #expect(lines.count == 18)
    for line in lines.prefix(15) {
      #expect(line.contains(#"{"protocol":1,"ok":false,"error":""#) && line.hasSuffix(#"}\n'"#), "\(line)")
    }
    #expect(lines.contains { $0.hasPrefix("slow: ") && $0.contains("no whole request came within") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("idle: 200 refused") }, "\(lines)")
    #expect(try lab.control("d1", "status").contains("MASTER"))
    #expect(try processes(lab) == before)
    #expect(try entriesOfBackup(lab) == entries, "d2 has missed no advert\n\(lab.story)")
  }

  @Test func `lets a group read and nothing more, and nobody else in`() throws {
    let lab = try pair("    control_group games")
    let program = """
      import socket, sys
      client = socket.socket(socket.AF_UNIX)
      try:
          client.connect("\(Self.socket)")
      except PermissionError:
          sys.exit("not permitted to connect")
      client.settimeout(10)
      client.sendall(sys.argv[1].encode() + b"\\n")
      print(client.makefile().readline())
      """
    func ask(group: String, _ request: String) throws -> String {
      try lab.attempt(
        "d1",
        [
          "setpriv", "--reuid", "65534", "--regid", group, "--clear-groups", "/usr/bin/python3", "-c", program, request,
        ]
      ).output
    }
    let status = #"{"protocol":1,"verb":"status"}"#
    #expect(try ask(group: "60", status).contains("\"ok\":true"))
    #expect(try ask(group: "60", #"{"protocol":1,"verb":"reload"}"#).contains("not permitted to you"))
    #expect(try ask(group: "60", #"{"protocol":1,"verb":"failover","name":"VI_1"}"#).contains("not permitted to you"))
    #expect(try ask(group: "60", #"{"protocol":1,"verb":"services"}"#).contains("not permitted to you"))
    #expect(try ask(group: "65534", status).contains("not permitted to connect"))
    #expect(try lab.isMaster("d1"))
  }
}

@Suite(.needs(.namespaces), .serialized) struct `The metrics of a director` {
  @Test func `please promtool and are scraped by Prometheus`() throws {
    let lab = try Lab("pair")
    try lab.addGlobals("d1", "    metrics_address 127.0.0.1:9650")
    try lab("start", "d1")
    try lab.until("d1 is master") { try lab.isMaster("d1") }
    let check = "curl -sS http://127.0.0.1:9650/metrics | promtool check metrics"
    #expect(try lab.command("d1", ["bash", "-o", "pipefail", "-c", check]).isEmpty)
    #expect(try lab.control("d1", "metrics").contains("understudy_vrrp_state"))
    let settings = try lab.path("d1", "prometheus.yml")
    try write(
      """
      global: {scrape_interval: 1s}
      scrape_configs:
        - job_name: understudy
          static_configs:
            - targets: ["127.0.0.1:9650"]

      """, to: settings)
    let prometheus = try Background(
      [
        "ip", "netns", "exec", lab.prefix + "d1", "prometheus", "--config.file=\(settings)",
        "--storage.tsdb.path=\(try lab.path("d1", "tmp/prometheus"))", "--web.listen-address=127.0.0.1:9090",
      ])
    func query(_ text: String) throws -> String {
      try lab.attempt("d1", ["curl", "-sG", "http://127.0.0.1:9090/api/v1/query", "--data-urlencode", "query=\(text)"])
        .output
    }
    try lab.until("Prometheus has scraped the director") {
      try query("up").contains(#""job":"understudy"},"value":"#) && query("up").contains(#","1"]"#)
    }
    let state = try query(#"understudy_vrrp_state{instance="127.0.0.1:9650",exported_instance="VI_1"}"#)
    #expect(state.contains(#","2"]"#), "\(state)")
    let exporter = try query(#"keepalived_vrrp_state{iname="VI_1"}"#)
    #expect(exporter.contains(#","2"]"#), "\(exporter)")
    _ = prometheus.stop()
  }
}
