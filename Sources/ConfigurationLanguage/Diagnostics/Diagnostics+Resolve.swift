/// From places in the expanded text to places in files.
extension Diagnostics {
  /// Puts the faults of both passes in the order of the text and traces them back.
  init(_ first: FaultList, _ second: FaultList, in text: ConfigurationText) {
    self.init()
    let faults = (first.list + second.list).enumerated().sorted { left, right in
      left.element.order != right.element.order
        ? left.element.order < right.element.order : left.offset < right.offset
    }
    omitted = first.omitted + second.omitted
    verdict = max(first.verdict, second.verdict)
    guard !faults.isEmpty else { return }
    let lines = LineStarts(text.bytes)
    var seen: Set<Seen> = []
    for (_, fault) in faults.prefix(Self.limit) {
      let diagnostic = Self.resolve(fault, text, lines)
      // A line that is repeated or expanded often has its faults once.
      let key = Seen(code: fault.code, message: fault.message, location: diagnostic.location)
      if seen.insert(key).inserted { list.append(diagnostic) }
    }
    omitted += max(0, faults.count - Self.limit)
  }

  private struct Seen: Hashable {
    var code: DiagnosticCode
    var message: String
    var location: Diagnostic.Location?
  }

  private static func resolve(_ fault: Fault, _ text: ConfigurationText, _ lines: LineStarts) -> Diagnostic {
    var diagnostic = Diagnostic(
      code: fault.code, severity: fault.severity, message: fault.message, verdict: fault.verdict)
    diagnostic.notes = fault.notes
    diagnostic.suggestion = fault.suggestion
    switch fault.place {
    case .nowhere: break
    case .source(let opening, let line, let column, let length, let source, _):
      place(&diagnostic, source, column, length)
      locate(&diagnostic, text, opening, line, column)
    case .expanded(let origin, let length):
      guard let run = text.map.run(of: Int(origin.line)) else { break }
      let expanded = lines.line(Int(origin.line), in: text.bytes)
      if text.map.changes.indices.contains(run.change) {
        let change = text.map.changes[run.change]
        let (column, width) = change.place(of: Int(origin.column), length: length)
        place(&diagnostic, change.source, column, width)
        diagnostic.expansion = cut(expanded.trimmed, limit: 200).text
        locate(&diagnostic, text, run.opening, run.line, column)
      } else {
        place(&diagnostic, Array(expanded), Int(origin.column), length)
        locate(&diagnostic, text, run.opening, run.line + Int(origin.line) - run.start, Int(origin.column))
      }
    }
    return diagnostic
  }

  private static func locate(
    _ diagnostic: inout Diagnostic, _ text: ConfigurationText, _ opening: Int, _ line: Int, _ column: Int
  ) {
    guard text.map.openings.indices.contains(opening) else { return }
    diagnostic.location = Diagnostic.Location(
      file: text.map.openings[opening].path, line: line + 1, column: column + 1)
    diagnostic.includedFrom = text.map.includes(of: opening)
  }

  /// Octets shown of a line.
  private static var width: Int { 160 }

  /// Keeps the part of a line round the caret.
  private static func place(_ diagnostic: inout Diagnostic, _ line: [UInt8], _ column: Int, _ length: Int) {
    var line = line[...]
    while let last = line.last, last == 0x0D || last == 0x0A { line = line.dropLast() }
    let column = min(max(0, column), line.count)
    var start = 0
    if line.count > width {
      start = max(0, min(column - width / 4, line.count - width))
      // Not in the middle of a character.
      while start > 0, line[start] & 0xC0 == 0x80 { start -= 1 }
    }
    diagnostic.sourceLine = Array(cut(line[start...], limit: width))
    diagnostic.caret = column - start
    diagnostic.caretLength = max(1, min(length, diagnostic.sourceLine.count - diagnostic.caret))
  }

  private static func cut(_ line: ArraySlice<UInt8>, limit: Int) -> ArraySlice<UInt8> {
    guard line.count > limit else { return line }
    var end = line.startIndex + limit
    while end > line.startIndex, line[end] & 0xC0 == 0x80 { end -= 1 }
    return line[line.startIndex..<end]
  }
}

/// Where the lines of the expanded text begin; built only when there is something to report.
private struct LineStarts {
  private var starts: [Int] = [0]

  init(_ bytes: [UInt8]) {
    for index in bytes.indices where bytes[index] == Character8.newline { starts.append(index + 1) }
  }

  func line(_ number: Int, in bytes: [UInt8]) -> ArraySlice<UInt8> {
    guard starts.indices.contains(number) else { return [] }
    let end = number + 1 < starts.count ? starts[number + 1] - 1 : bytes.count
    return starts[number] <= end ? bytes[starts[number]..<end] : []
  }
}
