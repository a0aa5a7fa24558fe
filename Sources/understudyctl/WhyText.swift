import ControlProtocol

/// The explanation of one thing's state.
enum WhyText {
  /// What is known of everything with this name; empty when there is nothing.
  static func lines(_ document: JSON, _ name: String) -> [String] {
    var lines: [String] = []
    for group in document["election"]?["groups"]?.array ?? [] {
      let isWhole = group["name"]?.string == name
      if isWhole { lines.append("\(name) is \(group["state"]?.string ?? "?"):") }
      for router in group["routers"]?.array ?? [] where isWhole || router["name"]?.string == name {
        lines += self.router(router).map { isWhole ? "  \($0)" : $0 }
      }
    }
    for service in document["balancing"]?["services"]?.array ?? [] {
      // The daemon sends what it takes the name for: a service may be meant by its address and port alone.
      let servers = (service["servers"]?.array ?? []).filter { isServer($0, service, name) }
      lines += servers.isEmpty ? self.service(service) : servers.flatMap { server($0, of: service) }
    }
    let events = document["control"]?["events"]?.array ?? []
    if !events.isEmpty { lines += ["  what happened last:"] + events.map { "    \(EventText.line($0))" } }
    return lines
  }

  private static func isServer(_ server: JSON, _ service: JSON, _ name: String) -> Bool {
    let place = server["name"]?.string
    return place == name || server["text"]?.string == name
  }

  private static func router(_ router: JSON) -> [String] {
    let name = router["name"]?.string ?? ""
    var lines = [
      "\(name) is \(router["state"]?.string ?? "?") for \(Columns.duration(router["for"])), because: "
        + (router["cause"]?.string ?? "?")
    ]
    for fault in texts(router["faults"]) { lines.append("  fault: \(fault)") }
    for reason in texts(router["pending"]) { lines.append("  waits for: \(reason)") }
    lines.append("  priority:")
    lines += texts(router["arithmetic"]).map { "    \($0)" }
    if let master = router["master"]?.string {
      lines.append("  master: \(master) with priority \(Columns.number(router["master_priority"]))")
    }
    lines.append("  addresses held: \(list(texts(router["held"])))")
    for speaker in router["foreign"]?.array ?? [] {
      lines.append(
        "  FOREIGN VRID: \(speaker["address"]?.string ?? "?") speaks for VRID \(Columns.number(router["vrid"])) too: "
          + "\(speaker["difference"]?.string ?? "?") (\(Columns.number(speaker["packets"])) packets, the last "
          + "\(Columns.duration(speaker["heard"])) ago)")
    }
    if let contests = router["counters"]?["contested"]?.integer, contests > 0 {
      lines.append("  contested: a second master was there \(contests) times, and this one stayed")
    }
    return lines
  }

  private static func service(_ service: JSON) -> [String] {
    let quorum = service["quorum"]
    var lines = [
      "\(service["name"]?.string ?? "") is \(quorum?["up"]?.boolean == true ? "up" : "down"): weight "
        + "\(Columns.number(quorum?["live"])) is alive, \(Columns.number(quorum?["needed"])) is needed",
      "  \(service["presence"]?.string ?? "")",
    ]
    for server in service["servers"]?.array ?? [] { lines += self.server(server, of: service).map { "  \($0)" } }
    return lines
  }

  private static func server(_ server: JSON, of service: JSON) -> [String] {
    let isUp = server["up"]?.boolean == true
    var lines = [
      "\(server["name"]?.string ?? "") of \(service["name"]?.string ?? "") is \(isUp ? "up" : "down") for "
        + "\(Columns.duration(server["for"])), weight \(Columns.number(server["weight"])), in the table: "
        + (server["table_weight"]?.integer.map { "with weight \($0)" } ?? "no")
    ]
    if let order = server["order"]?.string { lines.append("  ordered by the operator: \(order)") }
    if let traffic = server["traffic"], traffic != .null {
      lines.append(
        "  connections: \(Columns.number(traffic["active"])) active, \(Columns.number(traffic["inactive"])) inactive, "
          + "\(Columns.number(traffic["connections"])) since it is in the table")
    }
    for check in server["checks"]?.array ?? [] {
      var line = "  \(check["check"]?.string ?? ""): \(check["state"]?.string ?? "")"
      if check["good"] != .null { line += " for \(Columns.duration(check["for"]))" }
      if check["last"] != .null { line += ", asked \(Columns.duration(check["last"])) ago" }
      if check["next"] != .null { line += ", next in \(Columns.duration(check["next"]))" }
      lines.append(line)
    }
    return lines
  }

  private static func texts(_ json: JSON?) -> [String] { (json?.array ?? []).compactMap(\.string) }

  private static func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}
