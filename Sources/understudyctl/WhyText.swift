import ControlProtocol

/// The explanation of one thing's state.
enum WhyText {
  /// What is known of everything with this name; empty when there is nothing.
  static func lines(_ document: JSON, _ name: String) -> [String] {
    var lines: [String] = []
    for group in document["groups"]?.array ?? [] {
      for router in group["routers"]?.array ?? [] where router["name"]?.string == name { lines += self.router(router) }
    }
    for service in document["balancing"]?["services"]?.array ?? [] {
      if service["name"]?.string == name { lines += self.service(service) }
      for server in service["servers"]?.array ?? [] where server["name"]?.string == name {
        lines += self.server(server, of: service)
      }
    }
    return lines
  }

  private static func router(_ router: JSON) -> [String] {
    let name = router["name"]?.string ?? ""
    var lines = [
      "\(name) is \(router["state"]?.string ?? "?") for \(StatusText.duration(router["for"])), because: "
        + (router["cause"]?.string ?? "?")
    ]
    for fault in texts(router["faults"]) { lines.append("  fault: \(fault)") }
    for reason in texts(router["pending"]) { lines.append("  waits for: \(reason)") }
    lines.append("  priority:")
    lines += texts(router["arithmetic"]).map { "    \($0)" }
    if let master = router["master"]?.string {
      lines.append("  master: \(master) with priority \(StatusText.number(router["master_priority"]))")
    }
    lines.append("  addresses held: \(list(texts(router["held"])))")
    let foreign = (router["foreign"]?.array ?? []).compactMap { $0["address"]?.string }
    if !foreign.isEmpty { lines.append("  others that speak for this VRID and are not understood: \(list(foreign))") }
    return lines
  }

  private static func service(_ service: JSON) -> [String] {
    let quorum = service["quorum"]
    var lines = [
      "\(service["name"]?.string ?? "") is \(quorum?["up"]?.boolean == true ? "up" : "down"): weight "
        + "\(StatusText.number(quorum?["live"])) is alive, \(StatusText.number(quorum?["needed"])) is needed",
      "  \(service["presence"]?.string ?? "")",
    ]
    for server in service["servers"]?.array ?? [] { lines += self.server(server, of: service).map { "  \($0)" } }
    return lines
  }

  private static func server(_ server: JSON, of service: JSON) -> [String] {
    let isUp = server["up"]?.boolean == true
    var lines = [
      "\(server["name"]?.string ?? "") of \(service["name"]?.string ?? "") is \(isUp ? "up" : "down") for "
        + "\(StatusText.duration(server["for"])), weight \(StatusText.number(server["weight"])), in the table: "
        + (server["table_weight"]?.integer.map { "with weight \($0)" } ?? "no")
    ]
    for check in server["checks"]?.array ?? [] {
      var line = "  \(check["check"]?.string ?? ""): \(check["state"]?.string ?? "")"
      if check["last"] != .null { line += ", asked \(StatusText.duration(check["last"])) ago" }
      if check["next"] != .null { line += ", next in \(StatusText.duration(check["next"]))" }
      lines.append(line)
    }
    return lines
  }

  private static func texts(_ json: JSON?) -> [String] { (json?.array ?? []).compactMap(\.string) }

  private static func list(_ texts: [String]) -> String { texts.isEmpty ? "none" : texts.joined(separator: ", ") }
}
