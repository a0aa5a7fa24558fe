package import Machines
package import VirtualServices
package import Wire

/// Everything a director knows, for status queries.
package struct DirectorSnapshot: Hashable, Sendable {
  package var services: [ServiceSnapshot]
  /// When the kernel's table was last read; nil for never.
  package var tableRead: Moment?
  /// Commands written since the start.
  package var writes: TableWrites
  /// Commands not yet written.
  package var pendingCommands: Int
  /// Services that wait to be compared with the table; those that were changed meanwhile may count more than once.
  package var pendingServices: Int
  /// Distinct probes, each made once however many checks share it.
  package var probes: Int
  /// Probes under way.
  package var probing: Int
  /// The failures reported and not yet overcome.
  package var failures: [String]
}

/// A service in a snapshot.
package struct ServiceSnapshot: Hashable, Sendable {
  package var settings: VirtualServiceSettings
  package var presence: Presence
  package var quorumIsUp: Bool
  /// Since when the quorum is as it is.
  package var quorumSince: Moment
  /// The sum of the weights of servers that are up.
  package var liveWeight: UInt64
  /// Whether the sorry server is in use.
  package var sorryIsActive: Bool
  package var servers: [ServerSnapshot]
}

/// A real server in a snapshot; its settings stand in the service's at the same place.
package struct ServerSnapshot: Hashable, Sendable {
  package var endpoint: Endpoint
  package var isUp: Bool
  package var since: Moment
  /// The effective weight, with what checks say about it.
  package var weight: UInt32
  /// What an operator ordered; nil for nothing.
  package var order: OperatorOrder?
  /// The weight it has in the kernel by our wish; nil when it is not in the table.
  package var tableWeight: UInt32?
  package var checks: [CheckSnapshot]
}

/// A check in a snapshot.
package struct CheckSnapshot: Hashable, Sendable {
  /// What is asked of whom: "TCP_CHECK 192.0.2.1:80".
  package var text: String
  package var state: CheckState
  /// Failed attempts since the last success.
  package var misses: UInt32
  /// The next attempt; nil while one is under way or checking rests.
  package var nextTry: Moment?
  /// When the last attempt ended; nil for none yet.
  package var lastTry: Moment?
  /// How the attempts went; those of all checks that share the probe.
  package var history: ProbeHistory
}

/// How often a probe was made, how it ended and how long it took.
package struct ProbeHistory: Hashable, Sendable {
  /// The upper ends of the classes of duration.
  package static let bounds: [Duration] = [
    .milliseconds(1), .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100),
    .milliseconds(250), .milliseconds(500), .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10),
  ]

  /// Attempts that succeeded, and that did not.
  package private(set) var successes: UInt64 = 0
  package private(set) var failures: UInt64 = 0
  /// The time all attempts took together.
  package private(set) var total = Duration.zero
  /// How many attempts fell into each class; those longer than the last bound are in none.
  package private(set) var classes = [UInt64](repeating: 0, count: bounds.count)

  /// No attempt yet.
  package init() {}

  /// Counts an attempt.
  mutating func count(_ duration: Duration, isSuccess: Bool) {
    if isSuccess { successes &+= 1 } else { failures &+= 1 }
    total += duration
    if let place = Self.bounds.firstIndex(where: { duration <= $0 }) { classes[place] &+= 1 }
  }
}
