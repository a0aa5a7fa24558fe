import CLinux
import Glibc
import LinuxWorld
package import Logging
import Machines
import Synchronization

/// Where the lines of the log go: standard error, journald, syslog. Writing never waits: a line that cannot be taken at
/// once is dropped and counted, because nothing in an election may depend on a terminal or a log daemon.
package final class Journal: Sendable {
  /// How to log.
  package struct Settings: Hashable, Sendable {
    /// To standard error (`--log-console`).
    package var console = false
    /// To the system's log (not `--no-syslog`): journald where it gets our standard error anyway, else syslog.
    package var syslog = true
    /// The facility's number: 3 daemon, 1 user, 16 to 23 local0 to local7.
    package var facility: Int32 = 3
    /// More lines (`--log-detail`, once or twice).
    package var detail = 0
    /// JSON objects on standard error instead of lines for people (`--log-format json`).
    package var isJSON = false
    /// Whether standard error is a stream to journald (JOURNAL_STREAM).
    package var isUnderJournald = false

    /// To syslog only.
    package init() {}
  }

  private let settings: Settings
  private let identity: Mutex<String>
  private let role: String
  /// A socket of the system's log; negative for none.
  private let system: Int32
  private let isNative: Bool
  private let repeated = Mutex(RepeatedLines())
  private let dropped = Atomic<Int>(0)

  /// A journal for one process.
  ///
  /// - Parameters:
  ///   - identity: the program's name in syslog, "Understudy_vrrp" or "Keepalived_vrrp"
  ///   - role: the word at the beginning of each line on standard error
  package init(_ settings: Settings, identity: String, role: String) {
    self.settings = settings
    self.identity = Mutex(identity)
    self.role = role
    let native =
      settings.syslog && settings.isUnderJournald ? unsafe linux_syslog_open("/run/systemd/journal/socket") : -1
    isNative = native >= 0
    system = isNative || !settings.syslog ? native : unsafe linux_syslog_open("/dev/log")
  }

  /// Appends to the name in the system's log, once it is known which of several daemons this is.
  package func append(toIdentity suffix: String) { identity.withLock { $0 += suffix } }

  /// Lines that could not be written.
  package var droppedLines: Int { dropped.load(ordering: .relaxed) }

  /// Writes one line, unless it is a complaint that was written a moment ago. Line breaks within become several lines on
  /// the console, and spaces in syslog.
  package func write(_ text: String, level: Logger.Level, fields: [String: String] = [:]) {
    var text = text
    if level >= .warning {
      let now = Moment(nanoseconds: linux_monotonic_time())
      guard let line = repeated.withLock({ $0.take(text, at: now) }) else { return }
      text = line
    }
    let line = LogLine(
      text, severity: level.severity, level: level.rawValue, identity: identity.withLock { $0 }, role: role,
      process: getpid(), fields: fields)
    // What goes to journald by itself need not come again by its stream.
    if settings.console, !isNative { writeConsole(line) }
    guard system >= 0 else { return }
    if isNative {
      let entry = line.journalEntry(facility: settings.facility)
      let sent = unsafe entry.withUnsafeBytes { unsafe linux_write_promptly(system, $0.baseAddress, $0.count) }
      if sent < 0 { dropped.add(1, ordering: .relaxed) }
      return
    }
    let single = String(text.map { $0 == "\n" ? " " : $0 })
    if unsafe linux_syslog_send(system, settings.facility << 3 | line.severity, line.identity, single) < 0 {
      dropped.add(1, ordering: .relaxed)
    }
  }

  private func writeConsole(_ line: LogLine) {
    let now = linux_wall_time()
    var octets: [UInt8] = []
    if settings.isJSON {
      octets += "\(line.json(time: Double(now) / 1e9))\n".utf8
    } else {
      let time = LocalTime.text(now)
      for text in line.text.split(separator: "\n") { octets += "\(time) \(role): \(text)\n".utf8 }
    }
    let written = unsafe octets.withUnsafeBytes { unsafe linux_write_promptly(2, $0.baseAddress, $0.count) }
    if written < octets.count { dropped.add(1, ordering: .relaxed) }
  }

  /// A logger that writes here.
  package var logger: Logger {
    var logger = Logger(label: role) { _ in JournalHandler(journal: self) }
    logger.logLevel = settings.detail > 1 ? .trace : settings.detail == 1 ? .debug : .info
    return logger
  }

  /// Whether standard error is the stream that the service manager connected with journald: JOURNAL_STREAM names its
  /// device and inode (systemd.exec(5)).
  package static func isUnderJournald(_ variable: String?) -> Bool {
    guard let variable else { return false }
    let numbers = variable.split(separator: ":").compactMap { UInt64($0) }
    var status = stat()
    guard numbers.count == 2, unsafe fstat(2, &status) == 0 else { return false }
    return UInt64(status.st_dev) == numbers[0] && UInt64(status.st_ino) == numbers[1]
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
    var fields = metadata.mapValues(\.description)
    for (name, value) in event.metadata ?? [:] { fields[name] = value.description }
    journal.write(event.message.description, level: event.level, fields: fields)
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
