/// Reads the expanded text into a configuration. All faults of the text are found in one pass.
///
/// Keywords are looked up only in the block they stand in. A block's reader gets the value it fills; what concerns the
/// configuration as a whole (names, references) is in the parser.
struct Parser {
  /// A block that is open, for messages and for telling a forgotten brace.
  struct OpenBlock {
    var index: KeywordIndex?
    /// The keyword and name, "vrrp_instance VI_1".
    var title: String
    /// Where it was opened.
    var origin: Origin
    var length: Int
  }

  let options: ParseOptions
  let environment: (any ConfigurationEnvironment)?
  var lexer: Lexer
  var faults = FaultList()
  /// Names defined so far, by kind, for references that must point backwards.
  var names = DefinedNames()
  /// The blocks that are open, outermost first.
  var blocks: [OpenBlock] = []
  /// The words of the statement: `lexer.words[first...]`; the next to be taken is `cursor`.
  var first = 0
  var cursor = 0
  /// More opening than closing braces in the whole text; nil until someone asks.
  private var missingClosingBraces: Int?
  private var didReportEnd = false
  /// Whether the text has octets beyond ASCII, which may not be UTF-8.
  let checksEncoding: Bool

  init(_ text: [UInt8], options: ParseOptions, environment: (any ConfigurationEnvironment)?) {
    lexer = Lexer(text)
    checksEncoding = text.contains { $0 >= 0x80 }
    self.options = options
    self.environment = environment
  }

  // MARK: Blocks

  /// Reads the whole text.
  mutating func readAll() -> Configuration {
    let table = TopKeywords.table
    blocks = [OpenBlock(index: table.index, title: "", origin: .nowhere, length: 0)]
    var root = Configuration()
    root.virtualServers.reserveCapacity(lexer.estimateLines(beginningWith: "virtual_server"))
    while true {
      switch lexer.next() {
      case .end:
        reportStrayBackslashes()
        return root
      case .close:
        reportHere(.extraClosingBrace, "there is no block that this } could close")
      case .open:
        reportUnexpectedOpen()
        skipBlock()
      case .words:
        noteText()
        _ = readStatements(table, &root)
      }
    }
  }

  /// Reads the lines of a block up to its closing brace into a value.
  mutating func readBlock<Root>(_ table: KeywordTable<Root>, _ root: inout Root) {
    readLines { parser in parser.readStatements(table, &root) }
  }

  /// Calls for every line of an opened block, up to its closing brace or until the call says false: the block ends there.
  private mutating func readLines(_ read: (inout Parser) -> Bool) {
    while true {
      switch lexer.next() {
      case .end:
        reportUnclosed()
        return
      case .close: return
      case .open:
        reportUnexpectedOpen()
        skipBlock()
      case .words:
        noteText()
        guard read(&self) else { return }
      }
    }
  }

  /// Reads the keywords of a line; false when the block ends here because its brace was forgotten.
  mutating func readStatements<Root>(_ table: KeywordTable<Root>, _ root: inout Root) -> Bool {
    first = 0
    while first < lexer.words.count {
      cursor = first + 1
      let word = lexer.words[first]
      guard let number = table.index.find(lexer.bytes, word.start, word.end) else {
        return handleUnknown(table.index)
      }
      let keyword = table.keywords[number]
      noteSupport(keyword.name, table.support[number], keyword.replacement)
      if lexer.words.count - first - 1 < keyword.required {
        reportMissingParameter(keyword.name, keyword.arguments, stops: keyword.stopsWhenMissing)
        if keyword.opensBlock, lexer.nextIsOpen { skipOpenedBlock() }
        return true
      }
      keyword.read(&root, &self)
      if keyword.opensBlock { return true }
      guard takeSurplus(table.index, keyword.name, after: first) else { return true }
    }
    return true
  }

  /// Decides what the words after a complete value are: the next keyword, or surplus. True for a keyword.
  ///
  /// keepalived ignores them all. Here a word that is a keyword of this block, and has what it needs behind it, is taken
  /// for one, because that is what its writer meant; a note says so.
  private mutating func takeSurplus(_ index: KeywordIndex, _ keyword: String, after start: Int) -> Bool {
    guard cursor < lexer.words.count else { return false }
    let word = lexer.words[cursor]
    if !word.isQuoted, let number = index.find(lexer.bytes, word.start, word.end),
      isComplete(index, number, at: cursor)
    {
      report(
        .severalKeywords, .note, .none, "a second keyword in the line of \(keyword)", word,
        notes: ["keepalived ignores what follows a complete value; here it counts"])
      first = cursor
      return true
    }
    report(
      .surplusWords, .warning, .none, "\(keyword) does not use what follows its value", word,
      through: lexer.words[lexer.words.count - 1], notes: ["keepalived ignores it without a word"])
    return false
  }

  /// Whether the keyword at a place has a value, or its block, behind it.
  private func isComplete(_ index: KeywordIndex, _ number: Int, at place: Int) -> Bool {
    if index.opensBlock[number] { return lexer.nextIsOpen }
    return true
  }

  /// Whether a word is a keyword of the innermost block, so that optional words of a value end before it.
  func isKeywordHere(_ word: Word) -> Bool {
    guard !word.isQuoted, let index = blocks.last?.index else { return false }
    return index.find(lexer.bytes, word.start, word.end) != nil
  }

  /// Opens a block of keywords, reads it into a value and closes it.
  mutating func block<Root>(_ table: KeywordTable<Root>, _ root: inout Root, title: String) {
    open(title, table.index)
    readBlock(table, &root)
    blocks.removeLast()
  }

  /// Expects the opening brace of the block whose keyword was just read.
  @discardableResult
  mutating func open(_ title: String, _ index: KeywordIndex?) -> Origin {
    let keyword = lexer.words[first]
    let origin = self.origin(keyword)
    let length = keyword.end - keyword.start
    if cursor < lexer.words.count {
      report(
        .surplusWords, .warning, index == nil ? .faulty : .none, "\(title) does not use what stands before its {",
        lexer.words[cursor], through: lexer.words[lexer.words.count - 1])
    }
    switch lexer.next() {
    case .open: break
    case let other:
      report(
        .missingOpeningBrace, .error, .faulty, "the { of \(title) is missing", origin, length,
        notes: ["as in keepalived what follows is read as the block's first line"])
      lexer.pushBack(other)
    }
    blocks.append(OpenBlock(index: index, title: title, origin: origin, length: length))
    return origin
  }

  /// Reads a value block: one call for each line.
  mutating func entries(_ title: String, _ read: (inout Parser) -> Void) {
    open(title, nil)
    defer { blocks.removeLast() }
    readLines { parser in
      parser.first = 0
      parser.cursor = 0
      if parser.lexer.nextIsOpen, parser.endsForgottenBlock() { return false }
      read(&parser)
      if parser.cursor < parser.lexer.words.count {
        parser.report(
          .surplusWords, .warning, .none, "an entry ends before this", parser.lexer.words[parser.cursor],
          through: parser.lexer.words[parser.lexer.words.count - 1])
      }
      return true
    }
  }

  /// Skips to the brace that closes the block just opened.
  mutating func skipBlock() {
    var depth = 1
    while depth > 0 {
      switch lexer.next() {
      case .open: depth += 1
      case .close: depth -= 1
      case .words: lexer.unterminatedQuote = nil
      case .end:
        if depth > 0 { reportUnclosed() }
        return
      }
    }
  }

  /// Skips a block whose opening brace comes next.
  mutating func skipOpenedBlock() {
    switch lexer.next() {
    case .open: skipBlock()
    case let other: lexer.pushBack(other)
    }
  }

  // MARK: What does not belong

  /// Deals with a word that is no keyword of the block; false when the block ends before it.
  private mutating func handleUnknown(_ index: KeywordIndex) -> Bool {
    let opens = lexer.nextIsOpen
    if opens, endsForgottenBlock() { return false }
    let word = lexer.words[first]
    reportUnknown(index, opensBlock: opens)
    if opens {
      blocks.append(
        OpenBlock(index: nil, title: text(word), origin: origin(word), length: word.end - word.start))
      skipOpenedBlock()
      blocks.removeLast()
    }
    return true
  }

  /// Whether the line is the beginning of an outer block's own block, and a closing brace is missing in the text: the
  /// innermost block was not closed. Reports that where it was opened.
  private mutating func endsForgottenBlock() -> Bool {
    guard blocks.count > 1, closingBracesAreMissing() else { return false }
    let word = lexer.words[first]
    for outer in blocks.dropLast().reversed() {
      guard let number = outer.index?.find(lexer.bytes, word.start, word.end), let index = outer.index,
        index.opensBlock[number]
      else { continue }
      let block = blocks[blocks.count - 1]
      report(
        .missingClosingBrace, .error, .faulty,
        "\(block.title) is not closed before \(text(word)) begins", block.origin, block.length,
        notes: ["keepalived reads what follows as part of \(block.title)"])
      missingClosingBraces = (missingClosingBraces ?? 1) - 1
      lexer.pushBack(.words)
      return true
    }
    return false
  }

  private mutating func closingBracesAreMissing() -> Bool {
    if missingClosingBraces == nil {
      var copy = Lexer(lexer.text)
      var balance = 0
      scan: while true {
        switch copy.next() {
        case .open: balance += 1
        case .close: balance -= 1
        case .words: break
        case .end: break scan
        }
      }
      missingClosingBraces = balance
    }
    return (missingClosingBraces ?? 0) > 0
  }

  /// Reports every block that is open at the end of the text, once.
  private mutating func reportUnclosed() {
    guard !didReportEnd else { return }
    didReportEnd = true
    for block in blocks.dropFirst().reversed() {
      report(.missingClosingBrace, .error, .faulty, "\(block.title) is never closed", block.origin, block.length)
    }
  }
}
