package import Balancing
import VirtualServices
import Wire

/// The text of keepalived's data file about services (SIGUSR1): those that it balances, with their servers and checks.
package enum KeepalivedCheckerData {
  /// The state of all services.
  package static func text(_ snapshot: DirectorSnapshot) -> String {
    snapshot.services.reduce(into: "------< LVS Topology >------\n") { $0 += paragraph($1) }
  }

  private static func paragraph(_ service: ServiceSnapshot) -> String {
    let settings = service.settings
    var lines = [
      " VIP = \(settings.identity.description)",
      "   lb_algo = \(settings.attributes.scheduler)",
      "   Quorum = \(settings.quorum), hysteresis = \(settings.hysteresis)",
      "   Quorum state = \(service.quorumIsUp ? "UP" : "DOWN")",
      "   Live weight = \(service.liveWeight)",
      "   Sorry server in use = \(service.sorryIsActive ? "yes" : "no")",
    ]
    for server in service.servers {
      lines += [
        "   RIP = \(server.endpoint)",
        "     State = \(server.isUp ? "UP" : "DOWN")",
        "     Weight = \(server.weight)",
        "     In the table = \(server.tableWeight.map { "yes, weight \($0)" } ?? "no")",
      ]
      lines += server.checks.map { "     Check = \($0.text), \(word($0.state.standing))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func word(_ standing: CheckState.Standing) -> String {
    switch standing {
    case .notYet: "no result yet"
    case .good: "UP"
    case .failed(let failure): "DOWN (\(failure.text))"
    }
  }
}
