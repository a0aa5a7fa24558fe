/// Something that is not as it should be, with what mends it.
package struct Finding: Hashable, Sendable {
  /// How bad it is.
  package enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Something does not work.
    case trouble
    /// Something will not work under some circumstances.
    case warning
    /// Worth knowing.
    case note

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .trouble: 0
      case .warning: 1
      case .note: 2
      }
    }
  }

  package var severity: Severity
  /// The check that found it, one word: "ip_forward".
  package var check: String
  /// What is the case, and what comes of it.
  package var text: String
  /// Commands to type, one after the other.
  package var fixes: [String]

  /// A finding.
  package init(_ severity: Severity, _ check: String, _ text: String, fixes: [String] = []) {
    self.severity = severity
    self.check = check
    self.text = text
    self.fixes = fixes
  }
}

extension [Finding] {
  /// The findings as lines, the worst first.
  package var lines: [String] {
    sorted { $0.severity < $1.severity }.flatMap { finding in
      ["\(finding.severity.rawValue) [\(finding.check)] \(finding.text)"] + finding.fixes.map { "    fix: \($0)" }
    }
  }

  /// The exit status: 1 when there is trouble.
  package var exitStatus: Int32 { contains { $0.severity == .trouble } ? 1 : 0 }
}
