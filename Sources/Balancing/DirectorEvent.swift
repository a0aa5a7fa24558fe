package import VirtualServices
package import Wire
package import World

/// Identifies a run of a program for a MISC_CHECK.
package struct ScriptRun: Hashable, Sendable {
  /// Unique within one director.
  package var number: UInt64
}

/// How a program ended.
package enum ScriptOutcome: Hashable, Sendable {
  /// It exited with this status, 0 to 255.
  case exited(Int32)
  /// A signal ended it.
  case killed(signal: Int32)
  /// It did not end in time and was killed.
  case timedOut
  /// It could not be started; the reason in words.
  case notStarted(reason: String)
}

/// What is told to a director.
package enum DirectorEvent: Sendable {
  /// Begin: adopt what is in the kernel, install the services, check the servers. What is not known yet is nil or
  /// missing; services that depend on it are left in the kernel as they are.
  case started(masters: [String: Bool], localAddresses: Set<IPAddress>?)
  /// The configuration was read again. What did not change keeps its state, its timers and its kernel entries.
  case settingsChanged(DirectorSettings)
  /// A VRRP instance is, or is no longer, MASTER here. After it became MASTER and its services are in the kernel,
  /// `BalancingReport.servicesInstalled` is reported, in the same turn of the loop.
  case routerChanged(name: String, isMaster: Bool)
  /// The addresses of this host are now these.
  case localAddressesChanged(Set<IPAddress>)
  /// The answer to `BalancingReport.runCheck`.
  case checkRan(ScriptRun, ScriptOutcome)
  /// The number in a tracked file; nil when there is none.
  case fileChanged(name: String, value: Int64?)
  /// The state of a BFD session.
  case sessionChanged(name: String, isUp: Bool)
  /// An operator wants something of a server, or with nil nothing any more. It holds across reloads, for as long as the
  /// service is configured, and may be told before `started`.
  case serverOrdered(ServiceIdentity, Endpoint, OperatorOrder?)
  /// Read the kernel's table and put it right now, not only when the period is over.
  case reconcileWanted
}

/// How many commands were written to the kernel's table.
package struct TableWrites: Hashable, Sendable {
  package var servicesAdded = 0
  package var servicesEdited = 0
  package var servicesRemoved = 0
  package var destinationsAdded = 0
  package var destinationsEdited = 0
  package var destinationsRemoved = 0
  package var failures = 0

  /// None.
  package init() {}

  /// All commands together.
  package var total: Int {
    servicesAdded + servicesEdited + servicesRemoved + destinationsAdded + destinationsEdited + destinationsRemoved
  }
}

/// What a director tells, and what it asks for.
package enum BalancingReport: Sendable {
  /// Something about a service or a server: log it, mail it, write it to the FIFOs, run its script.
  case service(ServiceReport)
  /// An attempt of a check failed (log_all_failures).
  case attemptFailed(check: String, CheckFailure, attempt: UInt32, allowed: UInt32)
  /// Whether a service is in the kernel here was decided anew.
  case presenceDecided(ServiceIdentity, Presence)
  /// The services of this VRRP instance are in the kernel, or `complete` is false when some could not be put there.
  case servicesInstalled(router: String, complete: Bool)
  /// Commands were written to the kernel.
  case tableWritten(TableWrites)
  /// The table was not as we left it, and so many commands put it right.
  case tableRepaired(commands: Int)
  /// A command failed for good; it is tried again each reconcile period but reported once.
  case tableFailed(command: String, SystemFailure)
  /// The table cannot be read; it is tried again.
  case tableUnreadable(SystemFailure)
  /// Run the program of a MISC_CHECK and answer with `DirectorEvent.checkRan`; kill it after `timeout`.
  case runCheck(ScriptRun, NotifyCommand, timeout: Duration)
  /// The answer is no longer wanted; the program may be killed.
  case cancelCheck(ScriptRun)
}
