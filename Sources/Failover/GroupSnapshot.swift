package import Machines
package import VRRP
package import Wire

/// The state of a group at one moment.
package struct GroupSnapshot: Hashable, Sendable {
  /// The name of the sync group; nil for a router that stands alone.
  package var name: String?
  /// The state of the group: MASTER when all members are, FAULT when one is.
  package var state: RouterStateName
  /// The members.
  package var routers: [RouterSnapshot]
}

/// The state of a router at one moment.
package struct RouterSnapshot: Hashable, Sendable {
  /// The settings in force.
  package var settings: RouterSettings
  /// The state.
  package var state: RouterStateName
  /// When the state was entered.
  package var since: Moment
  /// When the state was entered, by the wall clock.
  package var sinceWallTime: WallTime
  /// Why the state was entered.
  package var cause: TransitionCause
  /// The effective priority, as the adverts carry it, and how it comes about. After a restart of the process it is the
  /// remembered one until all trackers have reported.
  package var priority: PriorityArithmetic
  /// The causes of FAULT, as they are now.
  package var faults: [FaultCause]
  /// What waits for what, in words; empty when nothing does. For instance "scripts that have not reported yet".
  package var pending: [String]
  /// What was counted.
  package var counters: RouterCounters
  /// The source address of the adverts.
  package var source: IPAddress?
  /// The last master heard; nil when none was, or when the router itself is master.
  package var master: IPAddress?
  /// The priority of that master.
  package var masterPriority: UInt8
  /// The interval in force: that of the master heard, or the own one.
  package var masterInterval: Duration
  /// When the next advert is due, or as backup when the master will count as dead.
  package var nextDeadline: Moment?
  /// The name of the interface made for the router; nil when it has none.
  package var virtualInterface: String?
  /// The virtual addresses that are on their interfaces by this router's doing.
  package var heldAddresses: Set<AddressPrefix>
  /// Others that speak for this virtual router and are not understood, at most eight of them.
  package var foreignSpeakers: [ForeignSpeaker]
}

extension RouterSnapshot {
  /// The state of a router's machine, with what only its shell knows.
  init(_ router: RouterMachine, enteredAt wallTime: WallTime, held: Set<AddressPrefix>) {
    settings = router.settings
    state = router.state.name
    since = router.since
    sinceWallTime = wallTime
    cause = router.cause
    priority = router.priority
    priority.effective = router.effectivePriority
    faults = router.faults
    pending = router.pending
    counters = router.counters
    source = router.inputs.source
    (master, masterPriority, masterInterval) = (nil, 0, router.settings.advertisedInterval)
    if case .backup(let backup) = router.state {
      (master, masterPriority) = (backup.master?.address, backup.master?.priority ?? 0)
      masterInterval = backup.masterInterval
    }
    nextDeadline = router.nextDeadline
    heldAddresses = held
    foreignSpeakers = router.foreignSpeakers
  }
}
