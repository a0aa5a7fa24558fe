/// The way back from lines of the expanded text to files.
struct LineMap: Equatable, Sendable {
  /// One opening of a file; a file that is included twice is opened twice.
  struct Opening: Equatable, Sendable {
    /// Path as it was named or matched.
    var path: String
    /// The opening that includes it; -1 for a file named on the command line.
    var parent: Int
    /// Line of the parent that includes it, counted from 0.
    var parentLine: Int
  }

  /// Lines of the expanded text that stand one after another in a file, unchanged.
  struct Run: Equatable, Sendable {
    /// First line of the expanded text.
    var start: Int
    /// The opening they are in.
    var opening: Int
    /// The line of the file that `start` is.
    var line: Int
    /// Index of what happened to the line; -1 where nothing did. A changed line is a run of its own.
    var change: Int
  }

  /// A line that is not what the file says: parameters replaced, a condition taken away, a repetition.
  struct Change: Equatable, Sendable {
    /// The line as written.
    var source: [UInt8]
    /// Where parts of the expanded line come from, by ascending start.
    var parts: [Part]
  }

  /// A part of a changed line.
  struct Part: Equatable, Sendable {
    /// Octet of the expanded line where it begins.
    var start: Int
    /// Octet of the source line.
    var source: Int
    /// Whether octets correspond one to one; otherwise all stand for the parameter at `source`.
    var isCopied: Bool
    /// Octets of what is written at `source` when it is not copied.
    var length: Int
  }

  var openings: [Opening] = []
  var runs: [Run] = []
  var changes: [Change] = []

  /// The run a line of the expanded text belongs to.
  func run(of line: Int) -> Run? {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].start <= line { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? runs[low - 1] : nil
  }

  /// Notes that a line is as written.
  mutating func appendVerbatim(_ expandedLine: Int, opening: Int, line: Int) {
    if let last = runs.last, last.change < 0, last.opening == opening,
      line - last.line == expandedLine - last.start
    {
      return
    }
    runs.append(Run(start: expandedLine, opening: opening, line: line, change: -1))
  }

  /// Notes that a line was changed.
  mutating func appendChanged(_ expandedLine: Int, opening: Int, line: Int, change: Change) {
    changes.append(change)
    runs.append(Run(start: expandedLine, opening: opening, line: line, change: changes.count - 1))
  }

  /// The openings that lead to one, as locations of the include lines, innermost first.
  func includes(of opening: Int) -> [Diagnostic.Location] {
    var found: [Diagnostic.Location] = []
    var current = opening
    while openings.indices.contains(current), openings[current].parent >= 0, found.count < 64 {
      let parent = openings[current].parent
      guard openings.indices.contains(parent) else { break }
      found.append(
        Diagnostic.Location(file: openings[parent].path, line: openings[current].parentLine + 1, column: 1))
      current = parent
    }
    return found
  }
}
