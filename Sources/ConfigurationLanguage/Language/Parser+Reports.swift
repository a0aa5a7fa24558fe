/// Reporting.
extension Parser {
  /// Where an octet of the words is.
  func origin(_ word: Word) -> Origin { Origin(line: lexer.line, column: lexer.column(of: word.start)) }

  /// Reports something about a word, or about all words from one to another.
  mutating func report(
    _ code: DiagnosticCode, _ severity: Diagnostic.Severity, _ verdict: Diagnostic.Verdict, _ message: String,
    _ word: Word, through last: Word? = nil, notes: [String] = [], suggestion: String? = nil
  ) {
    let end = max(word.end, last?.end ?? 0)
    var notes = notes
    if severity >= .error || verdict > .none { notes += hints(about: lexer.bytes[word.start..<end]) }
    report(
      code, severity, verdict, message, origin(word), max(1, end - word.start), notes: notes, suggestion: suggestion)
  }

  /// Reports something about octets of the text.
  mutating func report(
    _ code: DiagnosticCode, _ severity: Diagnostic.Severity, _ verdict: Diagnostic.Verdict, _ message: String,
    _ origin: Origin, _ length: Int, notes: [String] = [], suggestion: String? = nil
  ) {
    faults.append(
      Fault(
        code: code, severity: severity, verdict: verdict, message: message,
        place: origin.line < 0 ? .nowhere : .expanded(origin, length: length), notes: notes, suggestion: suggestion))
  }

  /// Reports something about the brace just read.
  mutating func reportHere(_ code: DiagnosticCode, _ message: String, notes: [String] = []) {
    report(
      code, .error, .faulty, message,
      Origin(line: lexer.line, column: lexer.column(of: lexer.itemStart)), 1, notes: notes)
  }

  /// What in the octets of a bad value probably made it bad.
  private func hints(about octets: ArraySlice<UInt8>) -> [String] {
    var notes: [String] = []
    if octets.contains(where: { $0 >= 0x80 }) {
      let text = octets.text
      if text.unicodeScalars.contains("\u{3000}") {
        notes.append("it contains an ideographic space (U+3000), which does not separate words")
      } else if text.unicodeScalars.contains("\u{A0}") {
        notes.append("it contains a no-break space (U+00A0), which does not separate words")
      } else if text.unicodeScalars.contains("\u{FFFD}") {
        notes.append("it contains octets that are not UTF-8")
      }
    }
    if let dollar = octets.firstIndex(of: Character8.dollar) {
      let name = octets[(dollar + 1)...].drop { $0 == Character8.open }.prefix { $0.isNamePart }
      if !name.isEmpty { notes.append("the parameter $\(name.text) is not defined before this line") }
    }
    return notes
  }

  mutating func reportUnexpectedOpen() {
    reportHere(
      .unexpectedOpeningBrace, "a { does not fit here; the block is skipped",
      notes: ["keepalived ignores the { but not its }, which then closes the surrounding block"])
  }

  mutating func reportUnknown(_ index: KeywordIndex, opensBlock: Bool) {
    let word = lexer.words[first]
    let name = text(word)
    let place = index.block.isEmpty ? "at the top of the file" : "in \(index.block)"
    var notes: [String] = []
    if let known = KeywordList.blocks(of: name), !known.isEmpty {
      let list = known.prefix(4).map { $0.isEmpty ? "the top of the file" : $0 }.joined(separator: ", ")
      notes.append("it is a keyword of \(list)\(known.count > 4 ? " and others" : "")")
    } else if let dead = KeywordList.dead[name] {
      notes.append(dead)
    }
    if opensBlock {
      notes.append(
        "keepalived skips only this line, and reads the block as part of \(index.block.isEmpty ? "the file" : index.block)"
      )
    }
    report(
      .unknownKeyword, .error, .faulty,
      "unknown keyword '\(name)' \(place)\(opensBlock ? "; its block is skipped" : "")", word, notes: notes,
      suggestion: suggestion(for: name, among: index.names))
  }

  mutating func reportMissingParameter(_ keyword: String, _ arguments: String, stops: Bool = true) {
    let form = "it is written: \(keyword) \(arguments)"
    report(
      .missingParameter, stops ? .fatal : .error, stops ? .stopped : .faulty, "\(keyword) needs a value",
      lexer.words[first], notes: stops ? [form, "keepalived ends here with exit status 2"] : [form])
  }

  mutating func reportDuplicateSetting() {
    report(
      .duplicateSetting, .error, .faulty, "\(text(lexer.words[first])) is set already; the first one counts",
      lexer.words[first])
  }

  /// Reports what is wrong with the text of a line whatever its words mean.
  mutating func noteText() {
    if checksEncoding {
      for word in lexer.words where String(validating: octets(word), as: UTF8.self) == nil {
        report(
          .notUTF8, .warning, .none, "the text is not UTF-8; what belongs to no character is read as U+FFFD", word)
      }
    }
    guard let quote = lexer.unterminatedQuote else { return }
    lexer.unterminatedQuote = nil
    report(
      .unterminatedQuote, .error, .faulty, "the quote is not closed in its line; the rest of the line is dropped",
      Origin(line: lexer.line, column: lexer.column(of: quote)), 1)
  }

  /// Reports comments that keepalived does not take for such in whole.
  mutating func reportStrayBackslashes() {
    for origin in lexer.strayBackslashes {
      report(
        .strayBackslash, .warning, .faulty, "a comment ends in a backslash", origin, 1,
        notes: ["keepalived keeps the backslash, and takes it for an unknown keyword"])
    }
  }

  /// Warns of a keyword that has no effect here or is old.
  mutating func noteSupport(_ keyword: String, _ support: Support, _ replacement: String?) {
    switch support {
    case .supported: break
    case .accepted(let reason):
      report(.withoutEffect, .note, .none, "\(keyword) has no effect: \(reason)", lexer.words[first])
    case .unsupported(let loss):
      report(.unsupported, .warning, .none, "\(keyword) is not supported: \(loss)", lexer.words[first])
    }
    if let replacement {
      report(
        .deprecated, .warning, .faulty, "\(keyword) is an old spelling", lexer.words[first], suggestion: replacement)
    }
  }
}
