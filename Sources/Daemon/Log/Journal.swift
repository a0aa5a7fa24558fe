import CLinux
import LinuxWorld
package import Logging
import Synchronization

/// Where the lines of the log go: standard error, syslog, or both. Writing never waits: a line that cannot be taken at
/// once is dropped and counted, because nothing in an election may depend on a terminal or a log daemon.
package final class Journal: Sendable {
  /// How to log.
  package struct Settings: Hashable, Sendable {
    /// To standard error (`--log-console`).
    package var console = false
    /// To syslog (not `--no-syslog`).
    package var syslog = true
    /// The facility's number: 3 daemon, 1 user, 16 to 23 local0 to local7.
    package var facility: Int32 = 3
    /// More lines (`--log-detail`, once or twice).
    package var detail = 0

    /// To syslog only.
    package init() {}
  }

  private let settings: Settings
  private let identity: String
  private let role: String
  private let syslog: Int32
  private let dropped = Atomic<Int>(0)

  /// A journal for one process.
  ///
  /// - Parameters:
  ///   - identity: the program's name in syslog, "Understudy_vrrp" or "Keepalived_vrrp"
  ///   - role: the word at the beginning of each line on standard error
  package init(_ settings: Settings, identity: String, role: String) {
    self.settings = settings
    self.identity = identity
    self.role = role
    syslog = settings.syslog ? unsafe linux_syslog_open("/dev/log") : -1
  }

  /// Lines that could not be written.
  package var droppedLines: Int { dropped.load(ordering: .relaxed) }

  /// Writes one line. Line breaks within become several lines on the console, and spaces in syslog.
  package func write(_ text: String, level: Logger.Level) {
    if settings.console { writeConsole(text) }
    if syslog >= 0 {
      let line = String(text.map { $0 == "\n" ? " " : $0 })
      if unsafe linux_syslog_send(syslog, settings.facility << 3 | level.severity, identity, line) < 0 {
        dropped.add(1, ordering: .relaxed)
      }
    }
  }

  private func writeConsole(_ text: String) {
    let time = LocalTime.text(linux_wall_time())
    var octets: [UInt8] = []
    for line in text.split(separator: "\n") { octets += "\(time) \(role): \(line)\n".utf8 }
    let written = unsafe octets.withUnsafeBytes { unsafe linux_write_promptly(2, $0.baseAddress, $0.count) }
    if written < octets.count { dropped.add(1, ordering: .relaxed) }
  }

  /// A logger that writes here.
  package var logger: Logger {
    var logger = Logger(label: identity) { _ in JournalHandler(journal: self) }
    logger.logLevel = settings.detail > 1 ? .trace : settings.detail == 1 ? .debug : .info
    return logger
  }
}

/// The bridge from swift-log.
struct JournalHandler: LogHandler {
  let journal: Journal
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    journal.write(event.message.description, level: event.level)
  }
}

extension Logger.Level {
  /// The severity of syslog(3).
  fileprivate var severity: Int32 {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
