package import VRRP
package import World

/// What a group has to tell: to the log, and some of it to notifications.
package enum FailoverReport: Hashable, Sendable {
  /// Something about a router. Notifications are due for `.transition` and `.lowerPriorityHeard`, and on demand for
  /// `.priorityChanged`; everything else is for the log.
  case router(String, RouterReport)
  /// The state of a named sync group changed.
  case group(String, Transition)
  /// A call into the system on behalf of a router failed; `suppressed` counts failures not reported since the last one.
  case failed(router: String, SystemFailure, suppressed: UInt64)

  /// The line for the log.
  package var text: String {
    switch self {
    case .router(let name, let report): report.text(router: name)
    case .group(let name, let transition): transition.text(subject: "VRRP Group \(name)")
    case .failed(let name, let failure, let suppressed):
      "(\(name)) \(failure)" + (suppressed > 0 ? " (and \(suppressed) more failures)" : "")
    }
  }
}
