/// The kinds of faults. The number never changes its meaning, so that it can be looked up.
package enum DiagnosticCode: Int, CaseIterable, Sendable {
  case unknownKeyword = 101

  /// "U0101".
  package var name: String {
    let digits = String(rawValue)
    return "U" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}
