/// One fault of a configuration, with all that is needed to show it.
package struct Diagnostic: Equatable, Sendable {
  /// How bad it is.
  package enum Severity: String, Comparable, CaseIterable, Sendable {
    /// Worth knowing; means what it says.
    case note
    /// It works, though perhaps not as meant.
    case warning
    /// Something that was written has no effect.
    case error
    /// The configuration cannot be used.
    case fatal

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .error: 2
      case .fatal: 3
      }
    }
  }

  /// A place in a file.
  package struct Location: Hashable, Sendable {
    /// Path of the file as it was named.
    package var file: String
    /// Line, counted from 1.
    package var line: Int
    /// Column, counted from 1 in octets as compilers do.
    package var column: Int
  }

  /// What kind of fault it is.
  package var code: DiagnosticCode
  /// How bad it is.
  package var severity: Severity
  /// One sentence without full stop.
  package var message: String
  /// Where it is; nil when it concerns the configuration as a whole.
  package var location: Location?
  /// The line it is in, as written; tabs and all. Cut to a sensible length around the place.
  package var sourceLine: [UInt8] = []
  /// Octet of `sourceLine` at which the caret begins.
  package var caret = 0
  /// Octets the caret underlines, at least 1.
  package var caretLength = 1
  /// The files that include this one, innermost first.
  package var includedFrom: [Location] = []
  /// The line after parameters were replaced, where that changed it.
  package var expansion: String?
  /// What keepalived would do, and what else helps.
  package var notes: [String] = []
  /// What was probably meant; nil when nothing is near.
  package var suggestion: String?
  /// What `-t` makes of it.
  package var verdict: Verdict

  /// The classes of keepalived's exit status for a configuration test, which take precedence in this order.
  package enum Verdict: Int, Comparable, Sendable {
    /// Nothing to complain about: 0.
    case none
    /// Would not run on this machine: 4.
    case cannotRun
    /// An error or a warning: 5.
    case faulty
    /// A script could be replaced by others, or an include failed: 6.
    case security
    /// A parameter is missing: 2.
    case stopped

    package static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }

    /// Exit status of a configuration test.
    package var exitStatus: Int32 {
      switch self {
      case .none: 0
      case .cannotRun: 4
      case .faulty: 5
      case .security: 6
      case .stopped: 2
      }
    }
  }
}

/// All faults of a configuration, in the order of the text.
package struct Diagnostics: Equatable, Sendable {
  /// The faults, at most `limit`.
  package var list: [Diagnostic] = []
  /// How many more there were.
  package var omitted = 0
  /// The gravest verdict, omitted faults included.
  package var verdict = Diagnostic.Verdict.none

  /// Faults kept; a file of rubbish must not fill the memory.
  package static let limit = 10_000

  /// No faults.
  package init() {}

  /// The exit status of a configuration test, as keepalived's: 0, 2, 4, 5 or 6.
  package var exitStatus: Int32 { verdict.exitStatus }

  /// Whether a daemon may start or reload with this configuration. As with keepalived most faults only cost what they
  /// concern; a missing parameter, an unreadable file or a missing interface does stop it.
  package var allowStart: Bool { !list.contains { $0.severity == .fatal } && verdict != .stopped }
}
