package import Wire

/// A change of state with its cause.
package struct Transition: Hashable, Sendable {
  /// The state that was left.
  package var from: RouterStateName
  /// The state that was entered.
  package var to: RouterStateName
  /// The effective priority at that time; 0 for a group.
  package var effectivePriority: UInt8
  /// Why.
  package var cause: TransitionCause

  /// A change from one state to another.
  package init(
    from: RouterStateName, to: RouterStateName, effectivePriority: UInt8, cause: TransitionCause
  ) {
    self.from = from
    self.to = to
    self.effectivePriority = effectivePriority
    self.cause = cause
  }
}

/// Why a router is in the state it is in.
package enum TransitionCause: Hashable, Sendable {
  /// The program, or this router, has begun.
  case started
  /// It owns the addresses and needs to ask nobody.
  case owner
  /// No advert, or only lower ones that may be replaced, came for the master-down interval.
  case masterDown(silence: Duration)
  /// Only lower adverts came, from a master that may be replaced.
  case preemption(of: IPAddress, priority: UInt8)
  /// The master released its addresses by an advert of priority 0.
  case masterReleased(by: IPAddress)
  /// Another router has a higher priority.
  case higherPriority(from: IPAddress, priority: UInt8)
  /// Another router has the same priority and a higher address.
  case higherAddress(from: IPAddress)
  /// There are faults.
  case faults([FaultCause])
  /// There are no faults any more.
  case recovered
  /// Another member of the sync group moved.
  case groupMember(String)
  /// The process was restarted, or the group is another one, and the router goes on where it was.
  case resumed
  /// The process slept for so long that another router is sure to have taken over.
  case stalled(Duration)
  /// An operator asked for it; the successor is named when it is an Understudy.
  case steppedDown(to: IPAddress?)
  /// The operator of the former master wanted this router to take over.
  case handedOver(by: IPAddress)
  /// The program ends.
  case stopped
  /// A reload removed the router.
  case deleted
}

extension TransitionCause: CustomStringConvertible {
  package var description: String {
    switch self {
    case .started: "start"
    case .owner: "owner of the addresses"
    case .masterDown(let silence): "no master heard for \(text(ofSeconds: silence)) s"
    case .preemption(let address, let priority): "\(address) has lower priority \(priority)"
    case .masterReleased(let address): "\(address) released mastership"
    case .higherPriority(let address, let priority): "\(address) has higher priority \(priority)"
    case .higherAddress(let address): "\(address) has the same priority and a higher address"
    case .faults(let causes): causes.map(\.description).joined(separator: ", ")
    case .recovered: "no faults any more"
    case .groupMember(let name): "\(name) of the sync group moved"
    case .resumed: "resumed as before"
    case .stalled(let duration): "slept for \(text(ofSeconds: duration)) s"
    case .steppedDown(let successor): "handed over by the operator" + (successor.map { " to \($0)" } ?? "")
    case .handedOver(let address): "\(address) handed over, as its operator wanted"
    case .stopped: "stop"
    case .deleted: "removed from the configuration"
    }
  }
}

/// Seconds with three decimals, without floating-point formatting: "3.609".
func text(ofSeconds duration: Duration) -> String {
  let (seconds, attoseconds) = duration.components
  let milliseconds = String(attoseconds.magnitude / 1_000_000_000_000_000)
  return "\(seconds)." + String(repeating: "0", count: max(0, 3 - milliseconds.count)) + milliseconds
}
