import ControlProtocol

/// The status in plain columns.
enum StatusText {
  /// The whole status.
  static func lines(_ document: JSON) -> [String] {
    let groups = document["groups"]?.array ?? []
    let services = document["balancing"]?["services"]?.array ?? []
    var lines: [String] = []
    if !groups.isEmpty { lines += routers(groups) }
    if !services.isEmpty {
      if !lines.isEmpty { lines.append("") }
      lines += self.services(services)
    }
    for failure in document["balancing"]?["failures"]?.array ?? [] { lines.append("FAILURE \(failure.string ?? "")") }
    for role in document["silent"]?.array ?? [] { lines.append("\(role.string ?? "?") gave no answer") }
    return lines.isEmpty ? ["nothing is configured"] : lines
  }

  private static func routers(_ groups: [JSON]) -> [String] {
    var rows = [["INSTANCE", "STATE", "FOR", "PRIORITY", "INTERFACE", "VRID", "MASTER", "ADDRESSES"]]
    for group in groups {
      for router in group["routers"]?.array ?? [] {
        let isMaster = router["state"]?.string == "MASTER"
        let held = router[isMaster ? "held" : "addresses"]?.array?.compactMap(\.string) ?? []
        rows.append([
          router["name"]?.string ?? "", router["state"]?.string ?? "", duration(router["for"]),
          number(router["priority"]), router["interface"]?.string ?? "-", number(router["vrid"]),
          isMaster ? "this host" : router["master"]?.string ?? "-", held.joined(separator: ","),
        ])
      }
    }
    return table(rows)
  }

  private static func services(_ services: [JSON]) -> [String] {
    var rows = [["SERVICE", "STATE", "FOR", "WEIGHT", "CHECKS"]]
    for service in services {
      let quorum = service["quorum"]
      let isUp = quorum?["up"]?.boolean == true
      let isPresent = service["presence"]?.string?.hasPrefix("in the kernel") == true
      rows.append([
        service["name"]?.string ?? "", (isUp ? "UP" : "DOWN") + (isPresent ? "" : ", not installed"),
        duration(quorum?["for"]), "\(number(quorum?["live"])) of \(number(quorum?["needed"]))",
        service["sorry_active"]?.boolean == true ? "sorry server in use" : service["scheduler"]?.string ?? "",
      ])
      for server in service["servers"]?.array ?? [] {
        let checks = server["checks"]?.array ?? []
        rows.append([
          "  -> \(server["name"]?.string ?? "")", server["up"]?.boolean == true ? "UP" : "DOWN",
          duration(server["for"]), number(server["weight"]),
          checks.map { $0["state"]?.string ?? "" }.joined(separator: "; "),
        ])
      }
    }
    return table(rows)
  }

  /// Seconds in the two largest units that say something.
  static func duration(_ json: JSON?) -> String {
    let seconds: Int64
    switch json {
    case .number(let value): seconds = Int64(max(0, min(value, 1e12)))
    case .integer(let value): seconds = max(0, value)
    default: return "-"
    }
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(seconds % 60)s"
    case ..<86_400: return "\(seconds / 3600)h\(seconds / 60 % 60)m"
    default: return "\(seconds / 86_400)d\(seconds / 3600 % 24)h"
    }
  }

  static func number(_ json: JSON?) -> String { json?.integer.map(String.init) ?? "-" }

  private static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        line += column == columns - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count + 2)
      }
      return line
    }
  }
}
