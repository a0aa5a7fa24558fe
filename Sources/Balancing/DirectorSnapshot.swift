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
}
