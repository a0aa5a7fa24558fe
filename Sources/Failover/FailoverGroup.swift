package import VRRP
package import World

/// A sync group, or a router that stands alone, at work: one actor per group, on the role's loop.
///
/// It has one mutating door, `deliver(_:)`. Whatever happens enters there as an event of the group's machine; what comes
/// out goes to lanes in this order: packets, then changes of the kernel's state, then announcements, then reports.
///
/// All entrances that are not isolated may be called from the loop's thread only.
package actor FailoverGroup {
  private let loop: any Loop
  private let report: @Sendable (FailoverReport) -> Void

  /// The role's loop runs this actor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.executor.asUnownedSerialExecutor() }

  /// A group that does nothing before `start`.
  ///
  /// - Parameters:
  ///   - memory: What routers of the same names left behind when the process was restarted; empty at a fresh start.
  ///   - remember: Called with the current memories whenever they changed, that is with each advert and transition.
  ///   - report: Called with each report, in order, on the loop.
  package init(
    settings: GroupSettings, loop: any Loop, transport: any AdvertTransport, state: any NetworkState,
    control: any NetworkControl, memory: [RouterMemory] = [],
    remember: @escaping @Sendable ([RouterMemory]) -> Void = { _ in },
    report: @escaping @Sendable (FailoverReport) -> Void
  ) {
    self.loop = loop
    self.report = report
  }

  /// Begins to work.
  package nonisolated func start() {}

  /// Ends: masters send priority 0 and everything held is removed, unless `releasing` is false
  /// (`--dont-release-vrrp`). Then `completion` is called, after the last report.
  package nonisolated func stop(
    releasing: Bool = true, completion: @escaping @Sendable () -> Void
  ) {}

  /// Takes over new settings (reload). Routers that did not change keep everything; of those that did only the
  /// difference acts; new ones begin, missing ones end with a transition to DELETED.
  package nonisolated func apply(_ settings: GroupSettings) {}

  /// Says what is known of a tracked script, file, process or BFD session. Interfaces are watched by the group itself.
  /// It may be called before `start`, and has no effect when nothing in the group tracks the thing.
  package nonisolated func set(_ tracker: Tracker.Identity, to value: TrackerValue) {}

  /// Says that the virtual services of a router's addresses are in the kernel (see `announcesAfterServices`).
  package nonisolated func servicesInstalled(for router: String) {}

  /// Sets all counters to zero.
  package nonisolated func resetCounters() {}

  /// The state now.
  package func snapshot() -> GroupSnapshot {
    GroupSnapshot(name: nil, state: .initialize, routers: [])
  }
}
