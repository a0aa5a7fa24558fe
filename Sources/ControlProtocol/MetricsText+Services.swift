// The part of the metrics that is about virtual services, real servers and checks.

extension MetricsText {
  static func services(_ services: [ServiceFigures], _ balancing: JSON?, _ writer: inout MetricsWriter) {
    guard let balancing, balancing["services"] != nil else { return }
    writer.family("understudy_service_up", .gauge, "Whether a service has its quorum.")
    for service in services { writer.sample(service.labels, service.document["quorum"]?["up"]?.boolean) }
    writer.family("understudy_service_live_weight", .gauge, "Weight of the servers of a service that are up.")
    for service in services { writer.sample(service.labels, service.document["quorum"]?["live"]?.integer) }
    writer.family("understudy_service_quorum", .gauge, "Weight that a service needs.")
    for service in services { writer.sample(service.labels, service.document["quorum"]?["needed"]?.integer) }
    writer.family("understudy_service_installed", .gauge, "Whether a service is in the kernel's table.")
    for service in services { writer.sample(service.labels, service.document["traffic"] != .null) }
    writer.family("understudy_service_sorry_active", .gauge, "Whether the sorry server stands in.")
    for service in services { writer.sample(service.labels, service.document["sorry_active"]?.boolean) }
    for figure in TrafficFigure.all {
      writer.family("understudy_service_\(figure.name)", figure.kind, "\(figure.help) of a service.")
      for service in services { writer.sample(service.labels, service.document["traffic"]?[figure.member]?.integer) }
    }
    let servers = services.flatMap(\.servers)
    writer.family("understudy_server_up", .gauge, "Whether a server is up.")
    for server in servers { writer.sample(server.labels, server.document["up"]?.boolean) }
    writer.family("understudy_server_weight", .gauge, "Weight of a server, with what checks and operators say.")
    for server in servers { writer.sample(server.labels, server.document["weight"]?.integer) }
    writer.family("understudy_server_ordered", .gauge, "Whether an operator ordered something for a server.")
    for server in servers { writer.sample(server.labels, server.document["order"]?.string != nil) }
    writer.family("understudy_server_state_age_seconds", .gauge, "How long a server has been up or down.")
    for server in servers { writer.sample(server.labels, server.document.double("for")) }
    for figure in TrafficFigure.all {
      writer.family("understudy_server_\(figure.name)", figure.kind, "\(figure.help) of a server.")
      for server in servers { writer.sample(server.labels, server.document["traffic"]?[figure.member]?.integer) }
    }
    reconciler(balancing, &writer)
  }

  private static func reconciler(_ balancing: JSON, _ writer: inout MetricsWriter) {
    writer.family("understudy_probes", .gauge, "Distinct probes, each made once however many checks share it.")
    writer.sample([], balancing["probes"]?.integer)
    writer.family("understudy_probes_running", .gauge, "Probes under way.")
    writer.sample([], balancing["probing"]?.integer)
    writer.family("understudy_table_commands_total", .counter, "Commands written to the kernel's table.")
    writer.sample([], balancing["commands_written"]?.integer)
    writer.family("understudy_table_command_failures_total", .counter, "Commands that the kernel refused.")
    writer.sample([], balancing["commands_failed"]?.integer)
    writer.family("understudy_table_commands_pending", .gauge, "Commands that are still to be written.")
    writer.sample([], balancing["commands_pending"]?.integer)
    writer.family("understudy_table_failures", .gauge, "Failures not overcome yet.")
    writer.sample([], Int64(balancing["failures"]?.array?.count ?? 0))
  }

  static func checks(_ services: [ServiceFigures], _ writer: inout MetricsWriter) {
    let checks = services.flatMap(\.servers).flatMap(\.checks)
    guard !checks.isEmpty else { return }
    writer.family("understudy_check_up", .gauge, "Whether a check is content; absent before its first result.")
    for check in checks { writer.sample(check.labels, check.document["good"]?.boolean) }
    writer.family("understudy_check_last_run_age_seconds", .gauge, "Time since the last attempt of a check ended.")
    for check in checks { writer.sample(check.labels, check.document.double("last")) }
    writer.family("understudy_check_results_total", .counter, "Attempts of a check by their result.")
    for check in checks {
      writer.sample(check.labels + [("result", "success")], check.document["successes"]?.integer)
      writer.sample(check.labels + [("result", "failure")], check.document["failures"]?.integer)
    }
    writer.family(
      "understudy_check_duration_seconds", .histogram, "How long attempts took, by service and kind of check.")
    for service in services {
      for (kind, latency) in service.latencies.sorted(by: { $0.key < $1.key }) {
        writer.histogram(
          service.labels + [("kind", kind)], bounds: bounds, classes: latency.classes, count: latency.count,
          sum: latency.sum)
      }
    }
  }
}

/// Something the kernel counts.
struct TrafficFigure {
  let member: String
  let name: String
  let kind: MetricsWriter.Kind
  let help: String

  static let all = [
    TrafficFigure(member: "active", name: "active_connections", kind: .gauge, help: "Active connections"),
    TrafficFigure(member: "inactive", name: "inactive_connections", kind: .gauge, help: "Inactive connections"),
    TrafficFigure(member: "connections", name: "connections_total", kind: .counter, help: "Connections scheduled"),
    TrafficFigure(member: "in_packets", name: "incoming_packets_total", kind: .counter, help: "Incoming packets"),
    TrafficFigure(member: "out_packets", name: "outgoing_packets_total", kind: .counter, help: "Outgoing packets"),
    TrafficFigure(member: "in_bytes", name: "incoming_bytes_total", kind: .counter, help: "Incoming bytes"),
    TrafficFigure(member: "out_bytes", name: "outgoing_bytes_total", kind: .counter, help: "Outgoing bytes"),
  ]
}

/// A service of the status with its labels.
struct ServiceFigures {
  /// Durations of attempts, added up.
  struct Latency {
    var classes = [Int64](repeating: 0, count: MetricsText.bounds.count)
    var count: Int64 = 0
    var sum = 0.0
  }

  /// A server of the service, or a check of a server.
  struct Part {
    let document: JSON
    let labels: MetricsWriter.Labels
    var checks: [Part] = []
  }

  let document: JSON
  let labels: MetricsWriter.Labels
  let servers: [Part]

  init(_ document: JSON) {
    self.document = document
    let labels = [(name: "service", value: document.text("name"))]
    self.labels = labels
    servers = (document["servers"]?.array ?? []).map { server in
      let place = labels + [("server", server.text("name"))]
      // Two checks of one server may look alike from outside.
      var alike: [String: Int] = [:]
      let checks = (server["checks"]?.array ?? []).map { check in
        let name = check.text("check")
        alike[name, default: 0] += 1
        let number = alike[name, default: 1]
        return Part(document: check, labels: place + [("check", number == 1 ? name : "\(name) #\(number)")])
      }
      return Part(document: server, labels: place, checks: checks)
    }
  }

  /// The durations by kind of check: "TCP_CHECK".
  var latencies: [String: Latency] {
    var found: [String: Latency] = [:]
    for check in servers.flatMap(\.checks) {
      let kind = check.document.text("check").split(separator: " ").first.map(String.init) ?? ""
      var latency = found[kind] ?? Latency()
      for (place, value) in (check.document["classes"]?.array ?? []).prefix(latency.classes.count).enumerated() {
        latency.classes[place] &+= value.integer ?? 0
      }
      latency.count &+= (check.document["successes"]?.integer ?? 0) &+ (check.document["failures"]?.integer ?? 0)
      latency.sum += check.document.double("seconds") ?? 0
      found[kind] = latency
    }
    return found
  }
}
