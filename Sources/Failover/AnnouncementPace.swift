package import Machines
package import Wire
package import World

/// The gaps between announcements (`vrrp_garp_interval`, `vrrp_gna_interval`, `garp_group`).
package struct AnnouncementGaps: Hashable, Sendable {
  /// The gaps of one interface, or of several that share one pace.
  package struct Lane: Hashable, Sendable {
    /// The names of the interfaces.
    package var interfaces: Set<String>
    /// Between two gratuitous ARPs; zero for none.
    package var arp: Duration
    /// Between two unsolicited neighbour advertisements; zero for none.
    package var neighbour: Duration

    /// Interfaces with the same pace.
    package init(_ interfaces: Set<String>, arp: Duration, neighbour: Duration) {
      self.interfaces = interfaces
      self.arp = arp
      self.neighbour = neighbour
    }
  }

  /// On an interface without a lane: between two gratuitous ARPs.
  package var arp = Duration.zero
  /// On an interface without a lane: between two unsolicited neighbour advertisements.
  package var neighbour = Duration.zero
  /// Interfaces that share a pace; each is in one at most.
  package var lanes: [Lane] = []

  /// No gaps.
  package init() {}
}

/// When the next announcement may leave, line by line: whoever asks is given a moment that nobody else has.
package struct AnnouncementTimetable: Hashable, Sendable {
  private struct Line: Hashable {
    /// The first of the names that share the pace.
    var name: String
    var family: AddressFamily
  }

  private var freeAt: [Line: Moment] = [:]

  /// Nothing was announced yet.
  package init() {}

  /// The moment at which an announcement may leave by an interface; it is not given to anybody else.
  package mutating func reserve(
    interface: String, family: AddressFamily, gaps: AnnouncementGaps, at now: Moment
  ) -> Moment {
    let lane = gaps.lanes.first { $0.interfaces.contains(interface) }
    let gap: Duration =
      switch family {
      case .ipv4: lane?.arp ?? gaps.arp
      case .ipv6: lane?.neighbour ?? gaps.neighbour
      }
    guard gap > .zero else { return now }
    let line = Line(name: lane?.interfaces.min() ?? interface, family: family)
    let moment = max(now, freeAt[line] ?? now)
    freeAt[line] = moment + gap
    return moment
  }
}

/// The timetable that all groups of a role share, on the role's loop: the gap is one of the interface, not of the router.
package actor AnnouncementPace {
  private let loop: any Loop
  private var timetable = AnnouncementTimetable()

  /// The role's loop runs this actor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.executor.asUnownedSerialExecutor()
  }

  /// A pace for groups on this loop.
  package init(_ loop: any Loop) { self.loop = loop }

  /// As the timetable's.
  package nonisolated func reserve(
    interface: String, family: AddressFamily, gaps: AnnouncementGaps, at now: Moment
  ) -> Moment {
    assumeIsolated { $0.timetable.reserve(interface: interface, family: family, gaps: gaps, at: now) }
  }
}
