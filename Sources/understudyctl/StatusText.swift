import ControlProtocol

/// The status in plain columns.
enum StatusText {
  /// The whole status; with `width` also the columns of rates, which are known from the second time on.
  static func lines(_ document: JSON, rates: Rates? = nil, width: Bool = false) -> [String] {
    let groups = document["election"]?["groups"]?.array ?? []
    let services = document["balancing"]?["services"]?.array ?? []
    var lines: [String] = []
    if !groups.isEmpty { lines += routers(groups) }
    if !services.isEmpty {
      if !lines.isEmpty { lines.append("") }
      lines += self.services(services, rates, width)
    }
    var notes: [String] = (document["balancing"]?["edits"]?.array ?? []).map { edit in
      let isAdded = edit["action"]?.string == "add"
      return "NOTE \(edit["server"]?.string ?? "?") is \(isAdded ? "added to" : "removed from") "
        + "\(edit["service"]?.string ?? "?") until the next reload"
    }
    for router in groups.flatMap({ $0["routers"]?.array ?? [] }) {
      for speaker in router["foreign"]?.array ?? [] {
        notes.append(
          "WARNING \(speaker["address"]?.string ?? "?") speaks for VRID \(Columns.number(router["vrid"])) of "
            + "\(router["name"]?.string ?? "?") too, the last time \(Columns.duration(speaker["heard"])) ago")
      }
    }
    for failure in document["balancing"]?["failures"]?.array ?? [] { notes.append("FAILURE \(failure.string ?? "")") }
    for role in document["daemon"]?["roles"]?.array ?? [] where role["running"]?.boolean == false {
      notes.append("FAILURE the \(role["name"]?.string ?? "?") role does not run")
    }
    for role in document["silent"]?.array ?? [] { notes.append("FAILURE \(role.string ?? "?") gave no answer") }
    if !notes.isEmpty { lines += (lines.isEmpty ? [] : [""]) + notes }
    return lines.isEmpty ? ["nothing is configured"] : lines
  }

  private static func routers(_ groups: [JSON]) -> [String] {
    var rows = [["INSTANCE", "STATE", "FOR", "PRIORITY", "INTERFACE", "VRID", "MASTER", "ADDRESSES"]]
    for group in groups {
      if let name = group["name"]?.string {
        rows.append([name, group["state"]?.string ?? "", "", "", "", "", "", "(sync group)"])
      }
      for router in group["routers"]?.array ?? [] {
        let isMaster = router["state"]?.string == "MASTER"
        let held = router[isMaster ? "held" : "addresses"]?.array?.compactMap(\.string) ?? []
        let indentation = group["name"]?.string == nil ? "" : "  "
        rows.append([
          indentation + (router["name"]?.string ?? ""), router["state"]?.string ?? "", Columns.duration(router["for"]),
          Columns.number(router["priority"]), router["interface"]?.string ?? "-", Columns.number(router["vrid"]),
          isMaster ? "this host" : router["master"]?.string ?? "-", held.joined(separator: ","),
        ])
      }
    }
    return Columns.lines(rows)
  }

  private static func services(_ services: [JSON], _ rates: Rates?, _ width: Bool) -> [String] {
    var heading = ["SERVICE", "STATE", "FOR", "WEIGHT", "ACTIVE", "INACTIVE"]
    if width { heading += ["CONN/S", "IN B/S", "OUT B/S"] }
    var rows = [heading + ["CHECKS"]]
    for service in services {
      let quorum = service["quorum"]
      let isUp = quorum?["up"]?.boolean == true
      let isPresent = service["presence"]?.string?.hasPrefix("in the kernel") == true
      let name = service["name"]?.string ?? ""
      var row = [
        name, (isUp ? "UP" : "DOWN") + (isPresent ? "" : ", not installed"), Columns.duration(quorum?["for"]),
        "\(Columns.number(quorum?["live"])) of \(Columns.number(quorum?["needed"]))",
      ]
      row += traffic(service, rates, width, [name])
      rows.append(row + [service["sorry_active"]?.boolean == true ? "sorry server in use" : text(service, "scheduler")])
      for server in service["servers"]?.array ?? [] {
        let place = server["name"]?.string ?? ""
        var row = [
          "  -> \(place)", state(server), Columns.duration(server["for"]), Columns.number(server["weight"]),
        ]
        row += traffic(server, rates, width, [name, place])
        let checks = server["checks"]?.array ?? []
        rows.append(row + [checks.map { text($0, "state") }.joined(separator: "; ")])
      }
    }
    return Columns.lines(rows, right: width ? [4, 5, 6, 7, 8] : [4, 5])
  }

  private static func text(_ json: JSON, _ member: String) -> String { json[member]?.string ?? "" }

  private static func state(_ server: JSON) -> String {
    let state = server["up"]?.boolean == true ? "UP" : "DOWN"
    return server["order"]?.string.map { "\(state), \($0)" } ?? state
  }

  private static func traffic(_ json: JSON, _ rates: Rates?, _ width: Bool, _ place: [String]) -> [String] {
    let traffic = json["traffic"]
    var columns = [Columns.number(traffic?["active"]), Columns.number(traffic?["inactive"])]
    guard width else { return columns }
    for counter in Rates.counters { columns.append(Columns.rate(rates?.rate(place, counter))) }
    return columns
  }
}

/// How fast counters grow between two documents.
struct Rates {
  static let counters = ["connections", "in_bytes", "out_bytes"]

  private var values: [[String]: Double] = [:]

  init(_ document: JSON, before: JSON, seconds: Double) {
    let old = Self.counts(before)
    for (key, value) in Self.counts(document) {
      // A counter that is smaller than before began anew.
      guard let then = old[key], value >= then, seconds > 0 else { continue }
      values[key] = Double(value - then) / seconds
    }
  }

  func rate(_ place: [String], _ counter: String) -> Double? { values[place + [counter]] }

  private static func counts(_ document: JSON) -> [[String]: Int64] {
    var counts: [[String]: Int64] = [:]
    for service in document["balancing"]?["services"]?.array ?? [] {
      let name = service["name"]?.string ?? ""
      for counter in counters { counts[[name, counter]] = service["traffic"]?[counter]?.integer }
      for server in service["servers"]?.array ?? [] {
        let place = server["name"]?.string ?? ""
        for counter in counters { counts[[name, place, counter]] = server["traffic"]?[counter]?.integer }
      }
    }
    return counts
  }
}
