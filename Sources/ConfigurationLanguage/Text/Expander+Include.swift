/// The problems of includes that count as errors (`include_check` and the letter of the word).
struct IncludeChecks: OptionSet, Sendable {
  var rawValue: UInt8
  static let read = IncludeChecks(rawValue: 1)
  static let match = IncludeChecks(rawValue: 2)
  static let wildcardMatch = IncludeChecks(rawValue: 4)
  static let braceMatch = IncludeChecks(rawValue: 8)
  static let all: IncludeChecks = [.read, .match, .wildcardMatch, .braceMatch]

  /// A word of `include_check` without its sign.
  init?(word: some StringProtocol) {
    switch word {
    case "read": self = .read
    case "match": self = .match
    case "wildcard_match": self = .wildcardMatch
    case "brace_match": self = .braceMatch
    default: return nil
    }
  }

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The set after a line of `include_check` words: an unsigned first word begins anew, the others add or take away.
  func applying(_ words: [String]) -> IncludeChecks {
    guard let first = words.first else { return .all }
    var checks = first.hasPrefix("+") || first.hasPrefix("-") ? self : []
    for word in words {
      guard let check = IncludeChecks(word: word.drop { $0 == "+" || $0 == "-" }) else { continue }
      if word.hasPrefix("-") { checks.subtract(check) } else { checks.formUnion(check) }
    }
    return checks
  }
}

/// `include` and its relatives, or `include_check`.
struct IncludeDirective {
  enum Kind {
    case include(IncludeChecks)
    case check
  }
  var kind: Kind
  /// What follows the word.
  var rest: ArraySlice<UInt8>

  init?(_ text: ArraySlice<UInt8>) {
    guard text.begins(with: "include") else { return nil }
    let word = text.prefix { !$0.isBlank && $0 != Character8.open && $0 != Character8.close }
    rest = text.dropFirst(word.count).trimmed
    switch word.text {
    case "include": kind = .include([])
    case "includer": kind = .include(.read)
    case "includem": kind = .include([.read, .match])
    case "includew": kind = .include([.read, .match, .wildcardMatch])
    case "includeb": kind = .include([.read, .braceMatch])
    case "includea": kind = .include(.all)
    case "include_check": kind = .check
    default: return nil
    }
    if case .include = kind, rest.isEmpty { return nil }
  }
}

extension Expander {
  /// Files open at a time.
  private static var depthLimit: Int { 64 }

  /// Opens what the command line names.
  mutating func openMain(_ file: String) {
    let matches = Self.isPattern(file) ? alternatives(file).flatMap(source.matches(of:)) : [file]
    guard !matches.isEmpty else {
      reportMain(.noConfiguration, "no configuration file matches \(file)")
      return
    }
    openNext(matches[...], parent: -1, parentLine: 0, checks: checks)
    if frames.isEmpty, faults.list.isEmpty { reportMain(.noConfiguration, "there is no configuration in \(file)") }
  }

  private mutating func reportMain(_ code: DiagnosticCode, _ message: String) {
    faults.append(
      Fault(code: code, severity: .fatal, verdict: .security, message: message, place: .nowhere))
  }

  /// Opens the first of some files that can be read.
  mutating func openNext(
    _ paths: ArraySlice<String>, parent: Int, parentLine: Int, checks includeChecks: IncludeChecks
  ) {
    var rest = paths
    while let path = rest.popFirst() {
      work += Self.lineCharge
      if openFiles.contains(path) {
        let circle = (openFiles.drop { $0 != path } + [path]).joined(separator: " → ")
        reportFile(
          .includeCircle, isError: true, "the file includes itself: \(circle)", path, parent, parentLine)
        continue
      }
      guard openFiles.count < Self.depthLimit else {
        reportFile(.includeCircle, isError: true, "includes are nested too deep", path, parent, parentLine)
        continue
      }
      let isError = includeChecks.contains(.read)
      switch source.read(path) {
      case .contents(let bytes):
        open(path, bytes, rest, parent, parentLine, includeChecks)
        return
      case .missing:
        let isMatchError = includeChecks.contains(.match)
        reportFile(.fileMissing, isError: isMatchError, "there is no file \(path)", path, parent, parentLine)
      case .unreadable(let reason):
        reportFile(.fileUnreadable, isError: isError, "\(path) cannot be read: \(reason)", path, parent, parentLine)
      case .directory:
        reportFile(.fileUnreadable, isError: isError, "\(path) is a directory", path, parent, parentLine)
      case .notRegular:
        reportFile(.fileUnreadable, isError: isError, "\(path) is no regular file", path, parent, parentLine)
      case .executable:
        reportFile(
          .fileUnreadable, isError: isError, "\(path) is executable, which a configuration is not", path, parent,
          parentLine)
      }
    }
  }

  private mutating func open(
    _ path: String, _ contents: [UInt8], _ siblings: ArraySlice<String>, _ parent: Int, _ parentLine: Int,
    _ includeChecks: IncludeChecks
  ) {
    map.openings.append(LineMap.Opening(path: path, parent: parent, parentLine: parentLine))
    var frame = FileFrame(
      bytes: contents, opening: map.openings.count - 1, directory: Self.directory(of: path, source.workingDirectory),
      outerChecks: checks, siblings: siblings, parent: parent, parentLine: parentLine, includeChecks: includeChecks)
    if contents.starts(with: [0xEF, 0xBB, 0xBF]) {
      frame.position = 3
      let provenance = Provenance(
        opening: frame.opening, line: 0, source: Array(contents.prefix { $0 != Character8.newline }), column: 0,
        isCopied: true, length: 3)
      fault(
        .byteOrderMark, .warning, .faulty, "the file begins with a byte order mark, which is skipped", provenance, 0, 3,
        notes: ["keepalived takes it for part of the first keyword"])
    }
    openFiles.append(path)
    frames.append(.file(frame))
  }

  /// Reports a file that could not be opened; one of the command line is fatal, an included one only where checked.
  private mutating func reportFile(
    _ code: DiagnosticCode, isError: Bool, _ message: String, _ path: String, _ parent: Int, _ parentLine: Int
  ) {
    guard parent >= 0 else {
      reportMain(.noConfiguration, message)
      return
    }
    faults.append(
      Fault(
        code: code, severity: isError ? .error : .warning, verdict: isError ? .security : .none, message: message,
        place: .source(
          opening: parent, line: parentLine, column: 0, length: 1, text: sourceLine(parent, parentLine), order: lines),
        notes: isError ? [] : ["keepalived goes on without it; `includea` in place of `include` makes it an error"]))
  }

  private func sourceLine(_ opening: Int, _ line: Int) -> [UInt8] {
    for frame in frames {
      guard case .file(let file) = frame, file.opening == opening else { continue }
      // The line just read ends before the position; going back to its beginning costs no more than reading it did.
      let end = max(0, min(file.position - 1, file.bytes.count))
      let start = file.bytes[..<end].lastIndex(of: Character8.newline).map { $0 + 1 } ?? 0
      return Array(file.bytes[start..<end])
    }
    return []
  }

  /// Carries out an include or notes the checks from here on.
  mutating func include(_ directive: IncludeDirective, _ line: Line) {
    switch directive.kind {
    case .check:
      checks = checks.applying(directive.rest.split(whereSeparator: \.isBlank).map(\.text))
      emit(line.text, parts: [Self.wholePart(line)], provenance: line.provenance)
    case .include(let letter):
      let pattern = directive.rest.text
      let effective = checks.union(letter)
      let absolute = pattern.hasPrefix("/") ? pattern : currentDirectory + "/" + pattern
      var paths: [String] = []
      for alternative in alternatives(absolute) {
        let found = Self.isPattern(alternative) ? source.matches(of: alternative) : [alternative]
        let missing = found.isEmpty || (found == [alternative] && isMissing(alternative))
        if missing { reportNoMatch(pattern, alternative, absolute, effective, line) } else { paths += found }
      }
      openNext(paths[...], parent: line.provenance.opening, parentLine: line.provenance.line, checks: effective)
    }
  }

  private func isMissing(_ path: String) -> Bool {
    if case .missing = source.read(path) { true } else { false }
  }

  private mutating func reportNoMatch(
    _ pattern: String, _ alternative: String, _ absolute: String, _ checks: IncludeChecks, _ line: Line
  ) {
    let isWildcard = Self.isPattern(alternative)
    let isError =
      (isWildcard ? checks.contains(.wildcardMatch) : checks.contains(.match))
      || (alternative != absolute && checks.contains(.braceMatch))
    let offset = max(0, line.text.count - pattern.utf8.count)
    fault(
      .fileMissing, isError ? .error : .warning, isError ? .security : .none,
      isWildcard ? "no file matches \(alternative)" : "there is no file \(alternative)", line.provenance, offset,
      pattern.utf8.count,
      notes: isError ? [] : ["keepalived goes on without it; `includea` in place of `include` makes it an error"])
  }

  // MARK: Paths

  static func isPattern(_ path: String) -> Bool { path.utf8.contains { "*?[{".utf8.contains($0) } }

  static func directory(of path: String, _ workingDirectory: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return workingDirectory }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    return directory.hasPrefix("/") ? directory : workingDirectory + "/" + directory
  }

  /// The patterns that the braces of one stand for, at most a thousand.
  private func alternatives(_ pattern: String) -> [String] {
    var done: [String] = []
    var open = [pattern]
    while let next = open.popLast(), done.count + open.count < 1000 {
      guard let (before, choices, after) = Self.firstBraces(next) else {
        done.append(next)
        continue
      }
      open.append(contentsOf: choices.reversed().map { before + $0 + after })
    }
    return done
  }

  private static func firstBraces(_ pattern: String) -> (String, [String], String)? {
    guard let start = pattern.firstIndex(of: "{") else { return nil }
    var depth = 0
    var choices = [""]
    for index in pattern[start...].indices {
      let character = pattern[index]
      switch character {
      case "{":
        depth += 1
        if depth > 1 { choices[choices.count - 1].append(character) }
      case "}":
        depth -= 1
        if depth == 0 {
          return (String(pattern[..<start]), choices, String(pattern[pattern.index(after: index)...]))
        }
        choices[choices.count - 1].append(character)
      case "," where depth == 1: choices.append("")
      default: choices[choices.count - 1].append(character)
      }
    }
    return nil
  }
}
