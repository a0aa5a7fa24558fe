package import Wire

/// What a router has to tell; the log's words are in ReportText.swift.
package enum RouterReport: Hashable, Sendable {
  /// The state changed.
  case transition(Transition)
  /// After a restart of the process, or in another group, the router is master as it was before: nothing to notify
  /// anybody of.
  case resumed(priority: UInt8)
  /// The effective priority changed without a change of state.
  case priorityChanged(from: UInt8, to: UInt8, state: RouterStateName)
  /// A master heard a lower advert (`notify_master_rx_lower_pri`); rate-limited.
  case lowerPriorityHeard(from: IPAddress, priority: UInt8)
  /// A second master was there, and this one stays; once per contest.
  case contested(by: IPAddress, priority: UInt8)
  /// The set of fault causes changed while in FAULT.
  case faultsChanged([FaultCause])
  /// A packet was ignored; rate-limited, `suppressed` counts those not reported since the last report of this reason.
  case rejected(RejectReason, from: IPAddress, suppressed: UInt64)
  /// An accepted advert names other addresses than are configured here; rate-limited.
  case addressListDiffers(from: IPAddress)
  /// Another master of version 3 advertises at another interval than this one; rate-limited.
  case intervalDiffers(from: IPAddress, theirs: Duration)
  /// Addresses, routes or rules that somebody else removed are being put back.
  case restored
  /// The process slept for longer than the peers wait; it listens before it speaks.
  case stalled(Duration)
}
