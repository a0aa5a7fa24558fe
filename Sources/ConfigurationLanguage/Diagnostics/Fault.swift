/// A fault as the reader finds it, with a place in the expanded text; `Diagnostics` traces it back to a file.
struct Fault: Equatable, Sendable {
  /// Where it is.
  enum Place: Equatable, Sendable {
    /// Octets of the expanded text.
    case expanded(Origin, length: Int)
    /// Octets of a file, found before they reached the expanded text; the line number there gives the order.
    case source(opening: Int, line: Int, column: Int, length: Int, text: [UInt8], order: Int)
    /// The configuration as a whole.
    case nowhere
  }

  var code: DiagnosticCode
  var severity: Diagnostic.Severity
  var verdict: Diagnostic.Verdict
  var message: String
  var place: Place
  var notes: [String] = []
  var suggestion: String?

  /// The line of the expanded text by which faults are put in order.
  var order: Int {
    switch place {
    case .expanded(let origin, _): Int(origin.line)
    case .source(_, _, _, _, _, let order): order
    case .nowhere: Int.max
    }
  }
}

/// Faults, as many as are kept.
struct FaultList: Equatable, Sendable {
  private(set) var list: [Fault] = []
  private(set) var omitted = 0
  private(set) var verdict = Diagnostic.Verdict.none

  /// Adds a fault.
  mutating func append(_ fault: Fault) {
    verdict = max(verdict, fault.verdict)
    if list.count < Diagnostics.limit { list.append(fault) } else { omitted += 1 }
  }
}
