import Wire

/// The form in which a text travels to other processes: its octets as they are, for they may be many, and apart from them
/// a mark, the map as numbers of variable length, and what was found out about the machine.
extension ConfigurationText {
  private static let mark = Array("UNDERSTUDY TEXT 2\n".utf8)

  /// All but the octets.
  package var encodedMap: [UInt8] {
    var writer = TextWriter(bytes: Self.mark)
    writer.write(map.openings.count)
    for opening in map.openings {
      writer.write(Array(opening.path.utf8))
      writer.write(opening.parent + 1)
      writer.write(opening.parentLine)
    }
    writer.write(map.changes.count)
    for change in map.changes {
      writer.write(change.source)
      writer.write(change.parts.count)
      for part in change.parts {
        for number in [part.start, part.source, part.isCopied ? 1 : 0, part.length] { writer.write(number) }
      }
    }
    writer.write(map.runs.count)
    for run in map.runs {
      for number in [run.start, run.opening, run.line, run.change + 1] { writer.write(number) }
    }
    writer.write(findings == nil ? 0 : 1)
    if let findings {
      writer.write(findings.answers.count)
      for (question, answer) in findings.answers.sorted(by: { $0.key < $1.key }) {
        writer.write(Array(question.utf8))
        writer.write(answer)
      }
    }
    return writer.bytes
  }

  /// A text of another process, with the map it encoded; nil when that is none.
  package init?(bytes: [UInt8], encodedMap: ArraySlice<UInt8>) {
    guard encodedMap.starts(with: Self.mark) else { return nil }
    var reader = TextReader(bytes: encodedMap.dropFirst(Self.mark.count))
    var map = LineMap()
    for _ in 0..<reader.count() {
      let path = reader.octets().text
      map.openings.append(
        LineMap.Opening(path: path, parent: reader.number() - 1, parentLine: reader.number()))
    }
    for _ in 0..<reader.count() {
      var change = LineMap.Change(source: Array(reader.octets()), parts: [])
      for _ in 0..<reader.count() {
        change.parts.append(
          LineMap.Part(
            start: reader.number(), source: reader.number(), isCopied: reader.number() == 1, length: reader.number()))
      }
      map.changes.append(change)
    }
    for _ in 0..<reader.count() {
      map.runs.append(
        LineMap.Run(
          start: reader.number(), opening: reader.number(), line: reader.number(), change: reader.number() - 1))
    }
    var findings: MachineFindings?
    if reader.number() == 1 {
      var found = MachineFindings()
      for _ in 0..<reader.count() {
        let question = reader.octets().text
        found.answers[question] = Array(reader.octets())
      }
      findings = found
    }
    guard !reader.isBroken, reader.bytes.isEmpty else { return nil }
    self.init(bytes: bytes, map: map)
    self.findings = findings
  }
}

/// Writes numbers as LEB128, and octets after their count.
private struct TextWriter {
  var bytes: [UInt8]

  mutating func write(_ number: Int) { LEB128.append(UInt64(clamping: number), to: &bytes) }

  mutating func write(_ octets: [UInt8]) {
    write(octets.count)
    bytes.append(contentsOf: octets)
  }
}

/// Reads what `TextWriter` wrote; anything else breaks it, and it then reads nothing more.
private struct TextReader {
  var bytes: ArraySlice<UInt8>
  var isBroken = false

  mutating func number() -> Int {
    // So far below the largest that nobody who adds some of them overflows.
    if let value = LEB128.read({ bytes.popFirst() }), value < 1 << 56 { return Int(value) }
    isBroken = true
    bytes = []
    return 0
  }

  /// A number of things still to come, each of at least one octet.
  mutating func count() -> Int {
    let value = number()
    guard value <= bytes.count else {
      isBroken = true
      bytes = []
      return 0
    }
    return value
  }

  mutating func octets() -> ArraySlice<UInt8> {
    let length = count()
    defer { bytes = bytes.dropFirst(length) }
    return bytes.prefix(length)
  }
}
