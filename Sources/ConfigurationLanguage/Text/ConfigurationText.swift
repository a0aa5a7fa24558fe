/// A configuration with all includes, conditions, parameters and repetitions carried out, and a map back to the files.
///
/// This is what the supervisor hands to the other roles, so that all of them parse the same octets. Comments and line
/// breaks are those of the files; what was expanded stands as if it had been written out.
package struct ConfigurationText: Equatable, Sendable {
  /// The expanded text: lines that each end in a newline, to be read with the plain lexical rules.
  package private(set) var bytes: [UInt8] = []
  /// The way back to the files.
  var map = LineMap()
  /// What the supervisor found out about the machine; nil when nobody has looked yet.
  package var findings: MachineFindings?
  /// What went wrong on the way here.
  var faults = FaultList()

  /// Reads and expands a file, or all files of a pattern.
  package init(reading file: String, from source: some ConfigurationSource, options: ParseOptions = ParseOptions()) {
    var expander = Expander(source: source, options: options)
    expander.expand(file)
    bytes = expander.output
    map = expander.map
    faults = expander.faults
  }

  init(bytes: [UInt8], map: LineMap) {
    self.bytes = bytes
    self.map = map
  }

  /// Where something in a model made from this text was written.
  package func location(of origin: Origin) -> Diagnostic.Location? {
    guard origin.line >= 0, let run = map.run(of: Int(origin.line)), map.openings.indices.contains(run.opening) else {
      return nil
    }
    let path = map.openings[run.opening].path
    guard map.changes.indices.contains(run.change) else {
      return Diagnostic.Location(
        file: path, line: run.line + Int(origin.line) - run.start + 1, column: Int(origin.column) + 1)
    }
    let (column, _) = map.changes[run.change].place(of: Int(origin.column), length: 1)
    return Diagnostic.Location(file: path, line: run.line + 1, column: column + 1)
  }
}

extension LineMap.Change {
  /// The octets of the source line that stand for octets of the expanded line.
  func place(of column: Int, length: Int) -> (column: Int, length: Int) {
    guard let part = parts.last(where: { $0.start <= column }) ?? parts.first else { return (0, max(1, source.count)) }
    guard part.isCopied else { return (part.source, max(1, part.length)) }
    let place = part.source + max(0, column - part.start)
    return (min(place, max(0, source.count - 1)), max(1, length))
  }
}
