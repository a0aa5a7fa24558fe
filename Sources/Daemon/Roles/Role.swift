/// The processes of one daemon. One executable serves all of them; the supervisor starts the others by running
/// itself again with `--role`.
package enum Role: UInt8, CaseIterable, Sendable {
  /// Starts, watches and restarts the others, passes their messages, runs scripts; signals and pid files.
  case supervisor = 0
  /// VRRP and tracking; owns addresses, routes and rules.
  case election = 1
  /// Health checks, virtual services and the IPVS table.
  case balancing = 2
  /// Control socket and mail.
  case control = 3
  /// Reads the configuration once and ends: whatever a file does to the parser, nothing else is hurt.
  case reader = 4

  /// The word for `--role`, process titles and the log.
  package var name: String {
    switch self {
    case .supervisor: "supervisor"
    case .election: "election"
    case .balancing: "balancing"
    case .control: "control"
    case .reader: "reader"
    }
  }

  /// The role of this name.
  package init?(name: String) {
    guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }

  /// The roles that run as long as the daemon, in the order in which they are started.
  package static let lasting: [Role] = [.control, .election, .balancing]
}
