package import Machines

/// What happens to a sync group.
package enum GroupEvent: Hashable, Sendable {
  /// The program began; the inputs are by router name. After a restart of the process memories come along.
  case started(inputs: [String: RouterInputs], memories: [RouterMemory])
  /// `nextDeadline` has come.
  case deadlineReached
  /// Since this moment the program has not been stopped or starved: what had been heard by then was not missed.
  case awake(since: Moment)
  /// A packet with the VRID of this router arrived on its channel.
  case packetReceived(ReceivedPacket, router: String)
  /// The facts outside changed; routers that are not named keep theirs.
  case inputsChanged([String: RouterInputs])
  /// A reload changed the settings. Routers that come from another group bring their memories along.
  case settingsChanged(SyncGroupSettings, inputs: [String: RouterInputs], memories: [RouterMemory] = [])
  /// The virtual services of the router's addresses are in the kernel.
  case servicesInstalled(router: String)
  /// Something the router holds was removed by somebody else.
  case holdingLost(router: String)
  /// All counters were reset.
  case countersReset
  /// Another router is to take over by the standard's means.
  case stepDownRequested
  /// An operator wants another router to take over; another Understudy does so at once.
  case handoverRequested
  /// The operator ends the time after a handover in which lower masters are left alone.
  case handoverEnded
  /// A message about a handover arrived on the router's channel.
  case handoverReceived(ReceivedPacket, router: String)
  /// The program ends.
  case stopped(releases: Bool)
}

/// What a group wants done. All reports come after everything else.
package enum GroupEffect: Hashable, Sendable {
  /// Something for a router, never a report.
  case router(String, RouterEffect)
  /// Tell of a router.
  case report(String, RouterReport)
  /// Tell of the group.
  case groupReport(String, Transition)
}
