/// Octets of the text that make up a word, quotes left out.
struct Word: Sendable {
  /// First octet.
  var start: Int
  /// The octet after the last.
  var end: Int
  /// Whether it was written in double quotes.
  var isQuoted: Bool
}

/// Cuts the expanded text into lines of words and braces, in place.
///
/// A line is what stands between two of: line break, `{`, `}` (outside double quotes). Lines with a backslash are
/// rare and are first stripped into a copy that is put after the text, so that words can always point into `bytes`.
struct Lexer {
  /// What comes next.
  enum Item {
    case words
    case open
    case close
    case end
  }

  /// The text, and after it the stripped copies.
  private(set) var bytes: [UInt8]
  /// The words of the line, valid until the next call.
  private(set) var words: [Word] = []
  /// The line of the expanded text, counted from 0.
  private(set) var line = 0
  /// Where the words' line ends: at its break, brace or comment.
  private(set) var pieceEnd = 0
  /// The brace or word that was found last.
  private(set) var itemStart = 0
  /// An opening quote that is not closed in its line; the reader takes it away when it has reported it.
  var unterminatedQuote: Int?

  /// Backslashes at the end of comments that are alone in their lines.
  private(set) var strayBackslashes: [Origin] = []

  private var position = 0
  private var lineStart = 0
  private var end: Int
  private let textEnd: Int
  /// While a copy is read: where the text goes on, and the octets left out of the copy.
  private var resume: Int?
  private var removed: [Int] = []
  private var pushedBack: Item?
  /// How far lines ahead were counted.
  private var countedTo = 0

  init(_ text: [UInt8]) {
    bytes = text
    textEnd = text.count
    end = text.count
    words.reserveCapacity(32)
  }

  /// The text without the copies.
  var text: [UInt8] { Array(bytes[..<textEnd]) }

  /// The column of an octet in its line, counted from 0.
  func column(of index: Int) -> Int {
    var column = index - lineStart
    guard resume != nil else { return max(0, column) }
    for hole in removed where hole <= column { column += 1 }
    return max(0, column)
  }

  /// Lets the next call give the same item again.
  mutating func pushBack(_ item: Item) { pushedBack = item }

  /// Reads on.
  mutating func next() -> Item {
    if let item = pushedBack {
      pushedBack = nil
      return item
    }
    words.removeAll(keepingCapacity: true)
    while true {
      switch scan() {
      case .item(let item): return item
      case .strip: stripLine()
      case .resumed: continue
      }
    }
  }

  private enum Step {
    case item(Item)
    /// The line holds a backslash and has to be stripped first.
    case strip
    case resumed
  }

  private mutating func scan() -> Step {
    let isCopy = resume != nil
    var index = position
    while index < end {
      let byte = bytes[index]
      if byte == Character8.newline {
        pieceEnd = index
        line += 1
        index += 1
        if !words.isEmpty {
          // The line counter belongs to the next line; `line` is set back while these words are looked at.
          position = index
          return endLine()
        }
        lineStart = index
        continue
      }
      if byte.isBlank {
        index += 1
        continue
      }
      switch byte {
      case Character8.open, Character8.close:
        pieceEnd = index
        if !words.isEmpty {
          position = index
          return .item(.words)
        }
        itemStart = index
        position = index + 1
        return .item(byte == Character8.open ? .open : .close)
      case Character8.hash where !isCopy, Character8.bang where !isCopy:
        pieceEnd = index
        index = endOfLine(from: index)
        noteBackslash(of: pieceEnd, index)
        if !words.isEmpty {
          position = index
          return .item(.words)
        }
      case Character8.quote:
        guard let close = closingQuote(after: index) else {
          if !isCopy, hasBackslash(from: index) { return .strip }
          unterminatedQuote = index
          index = endOfLine(from: index)
          continue
        }
        if !isCopy, hasBackslash(from: index, to: close) { return .strip }
        words.append(Word(start: index + 1, end: close, isQuoted: true))
        index = close + 1
      default:
        guard let after = endOfWord(from: index, isCopy) else { return .strip }
        words.append(Word(start: index, end: after, isQuoted: false))
        index = after
      }
    }
    position = index
    if let main = resume { return endCopy(main) }
    pieceEnd = index
    return .item(words.isEmpty ? .end : .words)
  }

  /// Ends a line that has words. The break is read again, so that `line` stays that of the words.
  private mutating func endLine() -> Step {
    line -= 1
    position -= 1
    return .item(.words)
  }

  /// Remembers a backslash that ends a comment which is alone in its line.
  private mutating func noteBackslash(of comment: Int, _ end: Int) {
    guard words.isEmpty, strayBackslashes.count < 100 else { return }
    var last = end - 1
    while last > comment, bytes[last].isBlank { last -= 1 }
    if bytes[last] == Character8.backslash {
      strayBackslashes.append(Origin(line: line, column: column(of: last)))
    }
  }

  private func endOfLine(from index: Int) -> Int {
    var index = index
    while index < end, bytes[index] != Character8.newline { index += 1 }
    return index
  }

  private func closingQuote(after index: Int) -> Int? {
    var index = index + 1
    while index < end {
      if bytes[index] == Character8.quote { return index }
      if bytes[index] == Character8.newline { return nil }
      index += 1
    }
    return nil
  }

  private func hasBackslash(from index: Int, to limit: Int? = nil) -> Bool {
    var index = index
    while index < limit ?? end, bytes[index] != Character8.newline {
      if bytes[index] == Character8.backslash { return true }
      index += 1
    }
    return false
  }

  /// The end of an unquoted word; nil at a backslash in the text itself.
  private func endOfWord(from start: Int, _ isCopy: Bool) -> Int? {
    var index = start
    while index < end {
      let byte = bytes[index]
      // Everything below is rarer than letters, digits, and the signs of addresses and names.
      if byte > 0x2F, byte < 0x5C {
        index += 1
      } else {
        if byte <= 0x20, byte.isBlank || byte == Character8.newline { return index }
        switch byte {
        case Character8.quote, Character8.open, Character8.close: return index
        case Character8.hash, Character8.bang:
          if !isCopy { return index }
        case Character8.backslash:
          if !isCopy { return nil }
        default: break
        }
        index += 1
      }
    }
    return index
  }

  // MARK: Lines with a backslash

  /// Strips the whole line into a copy, and starts it again there.
  private mutating func stripLine() {
    let lineEnd = endOfLine(from: lineStart)
    let stripped = CommentStripper.strip(bytes[lineStart..<lineEnd])
    // What was read of the line before stays read; stripping moved it by the octets taken out.
    var offset = max(0, position - lineStart)
    offset -= stripped.removed.count { $0 < offset }
    let copyStart = bytes.count
    bytes.append(contentsOf: stripped.bytes)
    words.removeAll(keepingCapacity: true)
    removed = stripped.removed
    resume = lineEnd
    lineStart = copyStart
    position = min(copyStart + max(0, offset), bytes.count)
    end = bytes.count
  }

  /// Goes back from a copy to the text.
  private mutating func endCopy(_ main: Int) -> Step {
    if !words.isEmpty {
      pieceEnd = end
      return .item(.words)
    }
    bytes.removeSubrange(textEnd...)
    resume = nil
    removed = []
    position = main
    end = textEnd
    lineStart = main
    return .resumed
  }

  /// No estimate is larger: what only pretends to be much reserves little.
  private static let largestEstimate = 1 << 16

  /// How many of the following lines begin with a word: an estimate of what is to be read.
  func estimateLines(beginningWith word: StaticString) -> Int {
    countLines(beginningWith: word, before: nil).count
  }

  /// The same before a line that begins with another word. Nothing is looked at twice, so that all of these estimates
  /// together are no more than the lines of the text.
  mutating func estimateLines(beginningWith word: StaticString, before last: StaticString) -> Int {
    guard position >= countedTo else { return 0 }
    let (count, end) = countLines(beginningWith: word, before: last)
    countedTo = end
    return count
  }

  private func countLines(beginningWith word: StaticString, before last: StaticString?) -> (count: Int, end: Int) {
    guard resume == nil else { return (0, position) }
    var (index, count) = (position, 0)
    while index < end {
      while index < end, bytes[index].isBlank { index += 1 }
      let rest = bytes[index..<end]
      if let last, rest.begins(with: last) { break }
      if rest.begins(with: word) { count += 1 }
      index = endOfLine(from: index) + 1
    }
    return (min(count, Self.largestEstimate), index)
  }

  /// Whether a `{` comes next, on this line or a later one.
  var nextIsOpen: Bool {
    if let pushedBack, case .open = pushedBack { return true }
    var index = position
    var limit = end
    var isCopy = resume != nil
    while true {
      while index < limit {
        let byte = bytes[index]
        if byte == Character8.hash || byte == Character8.bang, !isCopy {
          while index < limit, bytes[index] != Character8.newline { index += 1 }
          continue
        }
        guard byte.isBlank || byte == Character8.newline else { return byte == Character8.open }
        index += 1
      }
      guard isCopy, let main = resume else { return false }
      (index, limit, isCopy) = (main, textEnd, false)
    }
  }
}
