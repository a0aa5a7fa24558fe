/// The metrics: a function of the status, so whoever has one has the other.
///
/// Our own names begin with "understudy_". Beside them stand the names of the two exporters in use for keepalived, so
/// that dashboards and alerts keep working (KeepalivedMetrics.swift).
package enum MetricsText {
  /// The upper ends of the classes of durations in the status, in seconds.
  package static let bounds = ["0.001", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"]

  /// The text for a status.
  package static func text(_ status: JSON, _ form: MetricsForm) -> String {
    var writer = MetricsWriter(form)
    let routers = (status["election"]?["groups"]?.array ?? []).flatMap { group in
      (group["routers"]?.array ?? []).map { RouterFigures(group: group["name"]?.string ?? "", document: $0) }
    }
    let services = (status["balancing"]?["services"]?.array ?? []).map(ServiceFigures.init)
    daemon(status, &writer)
    self.routers(routers, &writer)
    scripts(status, &writer)
    self.services(services, status["balancing"], &writer)
    checks(services, &writer)
    KeepalivedMetrics.write(status, routers, services, &writer)
    writer.finish()
    return writer.text
  }

  private static func daemon(_ status: JSON, _ writer: inout MetricsWriter) {
    writer.family("understudy_build_info", .gauge, "The version that runs.")
    writer.sample([("version", status["version"]?.string ?? "")], true)
    let roles = status["daemon"]?["roles"]?.array ?? []
    writer.family("understudy_role_up", .gauge, "Whether the process of a role runs.")
    for role in roles { writer.sample([("role", role.text("name"))], role["running"]?.boolean) }
    writer.family("understudy_role_age_seconds", .gauge, "How long the process of a role has been running.")
    for role in roles { writer.sample([("role", role.text("name"))], role.double("for")) }
    writer.family("understudy_role_restarts_total", .counter, "How often a role died and was started again.")
    for role in roles { writer.sample([("role", role.text("name"))], role["restarts"]?.integer) }
    writer.family("understudy_role_silent", .gauge, "Whether a role did not answer in time.")
    let silent = Set((status["silent"]?.array ?? []).compactMap(\.string))
    for role in roles { writer.sample([("role", role.text("name"))], silent.contains(role.text("name"))) }
    writer.family("understudy_configuration_generation", .gauge, "The number of the configuration in force.")
    writer.sample([], status["daemon"]?["generation"]?.integer)
    writer.family("understudy_configuration_refused_total", .counter, "Reloads that were refused.")
    writer.sample([], status["daemon"]?["reloads_refused"]?.integer)
    writer.family("understudy_scripts_total", .counter, "Scripts: started, failed to run or to end, and skipped.")
    for what in ["started", "failed", "skipped"] {
      writer.sample([("what", what)], status["daemon"]?["scripts"]?[what]?.integer)
    }
    self.control(status["control"], &writer)
  }

  private static func control(_ control: JSON?, _ writer: inout MetricsWriter) {
    for (member, name, things) in [("mails", "mails", "Mails"), ("webhook", "webhook_posts", "Posts to the webhook")] {
      writer.family("understudy_\(name)_total", .counter, "\(things) by what became of them.")
      for what in ["sent", "postponed", "given_up"] {
        writer.sample([("what", what)], control?[member]?[what]?.integer)
      }
      writer.family("understudy_\(name)_waiting", .gauge, "\(things) that wait to be sent.")
      writer.sample([], control?[member]?["waiting"]?.integer)
    }
    writer.family("understudy_control_clients", .gauge, "Clients connected to the control socket.")
    writer.sample([], control?["clients"]?.integer)
    writer.family("understudy_control_requests_total", .counter, "Requests on the control socket by their verb.")
    if case .object(let members) = control?["requests"] {
      for member in members { writer.sample([("verb", member.name)], member.value.integer) }
    }
  }

  private static func routers(_ routers: [RouterFigures], _ writer: inout MetricsWriter) {
    guard !routers.isEmpty else { return }
    writer.family("understudy_vrrp_state", .gauge, "State of an instance: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.")
    for router in routers { writer.sample(router.labels, router.state) }
    writer.family("understudy_vrrp_priority", .gauge, "Effective priority of an instance.")
    for router in routers { writer.sample(router.labels, router.document["priority"]?.integer) }
    writer.family("understudy_vrrp_base_priority", .gauge, "Configured priority of an instance.")
    for router in routers { writer.sample(router.labels, router.document["base_priority"]?.integer) }
    writer.family("understudy_vrrp_last_transition_timestamp_seconds", .gauge, "When the state was entered.")
    for router in routers { writer.sample(router.labels, router.document["since"]?.integer) }
    writer.family("understudy_vrrp_faults", .gauge, "Causes of FAULT at present.")
    for router in routers { writer.sample(router.labels, Int64(router.document["faults"]?.array?.count ?? 0)) }
    writer.family("understudy_vrrp_addresses_held", .gauge, "Virtual addresses that this host has put on.")
    for router in routers { writer.sample(router.labels, Int64(router.document["held"]?.array?.count ?? 0)) }
    writer.family("understudy_vrrp_events_total", .counter, "What an instance counts, by keepalived's names.")
    for router in routers {
      guard case .object(let members) = router.document["counters"] else { continue }
      for member in members { writer.sample(router.labels + [("event", member.name)], member.value.integer) }
    }
  }

  private static func scripts(_ status: JSON, _ writer: inout MetricsWriter) {
    let scripts = status["election"]?["scripts"]?.array ?? []
    guard !scripts.isEmpty else { return }
    writer.family("understudy_vrrp_script_good", .gauge, "Whether a checking script is good; absent until it is known.")
    for script in scripts { writer.sample([("script", script.text("name"))], script["good"]?.boolean) }
  }
}

/// A router of the status with its labels.
struct RouterFigures {
  let document: JSON
  let labels: MetricsWriter.Labels
  let state: Int64

  init(group: String, document: JSON) {
    self.document = document
    labels = [
      ("instance", document.text("name")), ("group", group), ("interface", document.text("interface")),
      ("vrid", String(document["vrid"]?.integer ?? 0)),
    ]
    state =
      switch document["state"]?.string {
      case "BACKUP": 1
      case "MASTER": 2
      case "FAULT": 3
      default: 0
      }
  }
}

extension JSON {
  /// The text of a member; empty when it has none.
  func text(_ member: String) -> String { self[member]?.string ?? "" }

  /// A number of a member, with or without fraction.
  func double(_ member: String) -> Double? {
    switch self[member] {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .null, .boolean, .string, .array, .object, nil: nil
    }
  }
}
