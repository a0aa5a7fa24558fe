/// Carries out includes, conditions, parameters and repetitions (`About the language` has the rules).
///
/// Lines that none of this concerns, nearly all, are copied as they are. The work is bounded: every octet that is
/// produced or looked at again is charged to a budget, and a configuration that uses it up is refused.
struct Expander<Source: ConfigurationSource> {
  /// A line on its way, and where it comes from.
  struct Line {
    var text: ArraySlice<UInt8>
    var provenance: Provenance
  }

  /// Where a line comes from.
  struct Provenance {
    var opening: Int
    /// Line of the file, counted from 0.
    var line: Int
    /// The line as written.
    var source: [UInt8]
    /// Octet of `source` that the text begins at.
    var column: Int
    /// Whether the text is that of `source` from there; otherwise it is what the octets there stand for.
    var isCopied: Bool
    /// How many octets stand for it when it is not copied.
    var length: Int
  }

  /// What still has to be read, innermost last.
  enum Frame {
    case file(FileFrame)
    /// The further lines of a parameter of several lines.
    case parameter(name: [UInt8], lines: ArraySlice<[UInt8]>, provenance: Provenance)
    case repetition(Repetition)
    /// What follows a brace.
    case leftover(Line)
  }

  /// A file being read.
  struct FileFrame {
    var bytes: [UInt8]
    var position = 0
    var line = 0
    var opening: Int
    var directory: String
    /// The checks to return to.
    var outerChecks: IncludeChecks
    /// Further files of the same pattern.
    var siblings: ArraySlice<String>
    var parent: Int
    var parentLine: Int
    var includeChecks: IncludeChecks
  }

  /// A definition of several lines being collected.
  struct OpenDefinition {
    var name: [UInt8]
    var lines: [[UInt8]]
    var provenance: Provenance
  }

  /// Octets that may be produced and looked at again.
  static var workLimit: Int { 32 << 20 }
  /// What a generated line and a replaced parameter are charged besides their octets.
  static var lineCharge: Int { 64 }
  /// Octets of files that may be copied, each as often as it is included.
  static var volumeLimit: Int { 1 << 30 }

  let source: Source
  let configurationID: [UInt8]
  var output: [UInt8] = []
  var lines = 0
  var map = LineMap()
  var faults = FaultList()
  var frames: [Frame] = []
  var parameters: [[UInt8]: [[UInt8]]] = [:]
  var definition: OpenDefinition?
  var checks: IncludeChecks
  var work = 0
  private var volume = 0
  /// Paths of the files being read, outermost first, for telling circles.
  var openFiles: [String] = []

  init(source: Source, options: ParseOptions) {
    self.source = source
    let identifier =
      options.configurationID ?? String(source.nodeName.prefix { $0 != "." })
    configurationID = Array(identifier.utf8)
    checks = options.checksAllIncludes ? .all : []
  }

  /// Reads everything.
  mutating func expand(_ file: String) {
    openMain(file)
    while work <= Self.workLimit, volume <= Self.volumeLimit, let frame = frames.popLast() {
      switch frame {
      case .file(let file): advance(file)
      case .parameter(let name, let lines, let provenance): advance(name, lines, provenance)
      case .repetition(let repetition): advance(repetition)
      case .leftover(let line): process(line)
      }
    }
    if work > Self.workLimit || volume > Self.volumeLimit {
      faults.append(
        Fault(
          code: .expansionTooLarge, severity: .fatal, verdict: .stopped,
          message: "the configuration grows without measure when its parameters and repetitions are expanded",
          place: .expanded(Origin(line: max(0, lines - 1), column: 0), length: 1)))
    }
    if let definition {
      fault(
        .unfinishedDefinition, .error, .faulty,
        "the definition of $\(definition.name.text) ends with a backslash, but there is no further line",
        definition.provenance, 0, definition.provenance.source.count)
    }
  }

  /// Reports something about octets of a line.
  mutating func fault(
    _ code: DiagnosticCode, _ severity: Diagnostic.Severity, _ verdict: Diagnostic.Verdict, _ message: String,
    _ provenance: Provenance, _ offset: Int, _ length: Int, notes: [String] = []
  ) {
    let column = provenance.isCopied ? provenance.column + offset : provenance.column
    faults.append(
      Fault(
        code: code, severity: severity, verdict: verdict, message: message,
        place: .source(
          opening: provenance.opening, line: provenance.line, column: column,
          length: provenance.isCopied ? length : provenance.length, text: provenance.source, order: lines),
        notes: notes))
  }

  // MARK: Files

  private mutating func advance(_ frame: FileFrame) {
    var file = frame
    if definition == nil { copyPlainLines(&file) }
    guard file.position < file.bytes.count else {
      checks = file.outerChecks
      if !openFiles.isEmpty { openFiles.removeLast() }
      openNext(file.siblings, parent: file.parent, parentLine: file.parentLine, checks: file.includeChecks)
      return
    }
    let start = file.position
    let end = file.bytes[start...].firstIndex(of: Character8.newline) ?? file.bytes.count
    let provenance = Provenance(
      opening: file.opening, line: file.line, source: Array(file.bytes[start..<end]), column: 0, isCopied: true,
      length: end - start)
    file.position = end + 1
    file.line += 1
    frames.append(.file(file))
    processPhysical(provenance)
  }

  /// Copies the lines up to the first that something has to be done with.
  private mutating func copyPlainLines(_ file: inout FileFrame) {
    let bytes = file.bytes
    let start = file.position
    var position = start
    var copied = 0
    while position < bytes.count {
      guard let end = PlainLines.end(of: position, in: bytes) else { break }
      position = end
      copied += 1
    }
    guard copied > 0 else { return }
    volume += position - start
    if output.isEmpty, start == 0, position >= bytes.count {
      // Nothing has to be done with the whole of a file that may be large: its octets are the text.
      output = bytes
    } else {
      output.append(contentsOf: bytes[start..<min(position, bytes.count)])
    }
    if output.last != Character8.newline { output.append(Character8.newline) }
    map.appendVerbatim(lines, opening: file.opening, line: file.line)
    lines += copied
    file.line += copied
    file.position = position
  }

  private mutating func processPhysical(_ provenance: Provenance) {
    work += provenance.source.count
    guard !provenance.source.contains(0) else {
      fault(
        .nulByte, .error, .faulty, "a line with a NUL octet is skipped", provenance,
        provenance.source.firstIndex(of: 0) ?? 0, 1)
      return
    }
    var stripped = CommentStripper.strip(provenance.source).bytes
    if provenance.source.trimmed.last == Character8.backslash, continuesDefinition(stripped) {
      // A comment does not hide the backslash that continues a definition.
      if stripped.trimmed.last != Character8.backslash { stripped.append(Character8.backslash) }
    }
    let trimmed = stripped.trimmed
    var shifted = provenance
    shifted.column = trimmed.startIndex
    let line = Line(text: trimmed, provenance: shifted)
    if definition != nil {
      collect(line)
    } else {
      process(line)
    }
  }

  private func continuesDefinition(_ line: [UInt8]) -> Bool {
    definition != nil || (line.contains(Character8.dollar) && line.contains(Character8.equals))
  }

  // MARK: Generated lines

  private mutating func advance(_ name: [UInt8], _ rest: ArraySlice<[UInt8]>, _ provenance: Provenance) {
    var rest = rest
    guard let first = rest.popFirst() else { return }
    // Even when nothing follows the frame stays while its last line is read, so that a line that refers to its own
    // parameter is noticed.
    frames.append(.parameter(name: name, lines: rest, provenance: provenance))
    work += first.count + Self.lineCharge
    let line = Line(text: first[...], provenance: provenance)
    if definition != nil { collect(line) } else { process(line) }
  }

  // MARK: One line

  /// Steps 4 to 11 of the rules for one line.
  mutating func process(_ line: Line) {
    var line = line
    guard let first = line.text.first else { return }
    if first == Character8.at {
      guard let kept = applyCondition(line) else { return }
      line = kept
    }
    guard let first = line.text.first else { return }
    if first == Character8.dollar, define(line) { return }
    if first == Character8.tilde {
      if repeatLine(line) { return }
      emit(line.text, parts: [Self.wholePart(line)], provenance: line.provenance)
      return
    }
    var parts = [Self.wholePart(line)]
    var continuation: Frame?
    if line.text.contains(Character8.dollar) {
      let replaced = replaceParameters(line)
      parts = replaced.parts
      continuation = replaced.continuation
      line.text = replaced.didReplace ? CommentStripper.strip(replaced.bytes).bytes.trimmed : replaced.bytes[...]
    }
    let depth = frames.count
    if let directive = IncludeDirective(line.text) {
      include(directive, line)
    } else {
      emitPieces(line, parts)
    }
    // What this line left over, or includes, is read before the further lines of its parameter.
    if let continuation { frames.insert(continuation, at: depth) }
  }

  static func wholePart(_ line: Line) -> LineMap.Part {
    LineMap.Part(
      start: 0, source: line.provenance.column, isCopied: line.provenance.isCopied, length: line.provenance.length)
  }

  private mutating func applyCondition(_ line: Line) -> Line? {
    var rest = line.text.dropFirst()
    let isNegated = rest.first == Character8.caret
    if isNegated { rest = rest.dropFirst() }
    let word = rest.prefix { !$0.isBlank }
    let kept = rest.dropFirst(word.count).trimmed
    guard !kept.isEmpty, !word.isEmpty, (Array(word) == configurationID) != isNegated else { return nil }
    var result = line
    if line.provenance.isCopied { result.provenance.column += kept.startIndex - line.text.startIndex }
    result.text = kept
    return result
  }

  /// Writes a line; where a brace is followed by something these rules concern, what follows is a line of its own.
  private mutating func emitPieces(_ line: Line, _ parts: [LineMap.Part]) {
    guard let cut = PlainLines.braceBeforeDirective(in: line.text) else {
      emit(line.text, parts: parts, provenance: line.provenance)
      return
    }
    emit(line.text[...cut], parts: parts, provenance: line.provenance)
    let rest = line.text[(cut + 1)...].trimmed
    var provenance = line.provenance
    let place = LineMap.Change(source: provenance.source, parts: parts)
      .place(of: rest.startIndex - line.text.startIndex, length: 1)
    provenance.column = place.column
    work += rest.count
    frames.append(.leftover(Line(text: rest, provenance: provenance)))
  }

  /// Writes a line of the expanded text.
  mutating func emit(_ text: ArraySlice<UInt8>, parts: [LineMap.Part], provenance: Provenance) {
    let start = output.count
    output.append(contentsOf: CommentStripper.protect(Array(text)))
    output.append(Character8.newline)
    work += output.count - start
    if parts.count == 1, provenance.isCopied, provenance.column == 0, text.elementsEqual(provenance.source) {
      map.appendVerbatim(lines, opening: provenance.opening, line: provenance.line)
    } else {
      map.appendChanged(
        lines, opening: provenance.opening, line: provenance.line,
        change: LineMap.Change(source: provenance.source, parts: parts))
    }
    lines += 1
  }
}
