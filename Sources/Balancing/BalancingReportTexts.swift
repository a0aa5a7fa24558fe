package import VirtualServices
import World

extension BalancingReport {
  /// How much a line of the log matters.
  package enum Level: Hashable, Sendable {
    case debug
    case info
    case warning
    case error
  }

  /// One line for the log; nil for what is not news.
  package var logLine: String? {
    switch self {
    case .service(let report): report.logLine
    case .attemptFailed(let check, let failure, let attempt, let allowed):
      "\(check): attempt \(attempt) of \(allowed) failed: \(failure.text)"
    case .presenceDecided(let service, let presence): "VS \(service) is \(presence.text)"
    case .servicesInstalled(let router, let complete):
      complete
        ? "The services of instance \(router) are in the kernel"
        : "Not all services of instance \(router) could be put into the kernel"
    case .tableWritten(let writes):
      "IPVS: services +\(writes.servicesAdded) ~\(writes.servicesEdited) -\(writes.servicesRemoved), servers "
        + "+\(writes.destinationsAdded) ~\(writes.destinationsEdited) -\(writes.destinationsRemoved)"
    case .tableRepaired(let commands):
      "The IPVS table had been changed by somebody else; \(commands) commands put it right"
    case .tableFailed(let command, let failure): "IPVS: \(command) failed: \(failure)"
    case .tableUnreadable(let failure): "The IPVS table cannot be read: \(failure)"
    case .runCheck, .cancelCheck: nil
    }
  }

  /// How much the line matters.
  package var level: Level {
    switch self {
    case .service(let report): report.isBad ? .warning : .info
    case .attemptFailed, .presenceDecided: .info
    case .servicesInstalled(_, let complete): complete ? .info : .error
    case .tableWritten: .debug
    case .tableRepaired: .warning
    case .tableFailed, .tableUnreadable: .error
    case .runCheck, .cancelCheck: .debug
    }
  }

  /// The mail to send, without "[router_id] " before its subject.
  package var mail: MailText? {
    if case .service(let report) = self { report.mail } else { nil }
  }

  /// The line for the FIFOs, without newline and NUL.
  package var fifoLine: String? {
    if case .service(let report) = self { report.fifoLine } else { nil }
  }

  /// The notify script to run.
  package var command: NotifyCommand? {
    if case .service(let report) = self { report.command } else { nil }
  }
}
