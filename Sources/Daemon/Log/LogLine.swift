import ControlProtocol

/// One line of the log with what programs want to know of it.
package struct LogLine: Hashable, Sendable {
  /// The severity of syslog(3), 0 to 7.
  package var severity: Int32
  /// The level's name: "notice", "warning".
  package var level: String
  /// The name in the system's log: "Understudy_vrrp".
  package var identity: String
  /// The role: "election".
  package var role: String
  /// The process.
  package var process: Int32
  package var text: String
  /// What it is about, by name: "instance" and so on.
  package var fields: [(name: String, value: String)] { sortedFields.map { ($0.name, $0.value) } }
  private var sortedFields: [Field]

  private struct Field: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// A line.
  package init(
    _ text: String, severity: Int32, level: String, identity: String, role: String, process: Int32,
    fields: [String: String] = [:]
  ) {
    self.text = text
    self.severity = severity
    self.level = level
    self.identity = identity
    self.role = role
    self.process = process
    sortedFields = fields.sorted { $0.key < $1.key }.map { Field(name: $0.key, value: $0.value) }
  }

  /// The line as a JSON object (`--log-format json`), `time` in seconds since 1970.
  package func json(time: Double) -> String {
    let members = [
      JSON.Member("time", .number(time)), JSON.Member("level", .string(level)),
      JSON.Member("identity", .string(identity)), JSON.Member("role", .string(role)),
      JSON.Member("process", .integer(Int64(process))), JSON.Member("message", .string(text)),
    ]
    return JSON.object(members + fields.map { JSON.Member($0.name, .string($0.value)) }).description
  }

  /// The line as an entry for journald: NAME=value lines; a value of several lines comes with its length
  /// (systemd's "Native Journal Protocol").
  package func journalEntry(facility: Int32) -> [UInt8] {
    let all =
      [
        ("MESSAGE", text), ("PRIORITY", "\(severity)"), ("SYSLOG_FACILITY", "\(facility)"),
        ("SYSLOG_IDENTIFIER", identity), ("SYSLOG_PID", "\(process)"), ("UNDERSTUDY_ROLE", role),
      ] + fields.map { ("UNDERSTUDY_\(Self.journalName($0.name))", $0.value) }
    var octets: [UInt8] = []
    for (name, value) in all {
      guard value.utf8.contains(UInt8(ascii: "\n")) else {
        octets += "\(name)=\(value)\n".utf8
        continue
      }
      octets += "\(name)\n".utf8
      for shift in stride(from: 0, to: 64, by: 8) {
        octets.append(UInt8(truncatingIfNeeded: value.utf8.count >> shift))
      }
      octets += "\(value)\n".utf8
    }
    return octets
  }

  /// A name that journald takes: capitals, digits and underscores.
  private static func journalName(_ name: String) -> String {
    String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
