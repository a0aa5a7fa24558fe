/// Something outside VRRP that decides about a router's priority or fitness.
package struct Tracker: Hashable, Sendable {
  /// The kinds of things that can be tracked.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case script
    case interface
    case file
    case process
    case bfd
    /// The static items that name a group: up while all are there.
    case trackGroup = "track_group"
  }

  /// Which thing is meant; interfaces are named by their name, everything else by its block's.
  package struct Identity: Hashable, Sendable, CustomStringConvertible {
    /// The kind of thing.
    package var kind: Kind
    /// Its name.
    package var name: String

    /// The thing of this kind and name.
    package init(_ kind: Kind, _ name: String) {
      self.kind = kind
      self.name = name
    }

    /// "script check".
    package var description: String { "\(kind.rawValue) \(name)" }
  }

  /// What is tracked.
  package var identity: Identity
  /// -254 to 254. 0: a failure is a fault. Positive: counts while good. Negative: counts while bad. For a file it is the
  /// factor of the file's number.
  package var weight: Int
  /// Whether the meaning is the other way round.
  package var isReversed: Bool

  /// Tracks something.
  package init(_ kind: Kind, _ name: String, weight: Int = 0, isReversed: Bool = false) {
    identity = Identity(kind, name)
    self.weight = weight
    self.isReversed = isReversed
  }
}

/// What is known of a tracked thing.
package enum TrackerValue: Hashable, Sendable {
  /// Nothing yet: with weight 0 the router waits for it before it begins, otherwise it does not count.
  case unknown
  /// The script succeeds, the interface runs, the process has its quorum, the session is up.
  case up
  /// The contrary.
  case down
  /// The number in a tracked file.
  case number(Int)
}
