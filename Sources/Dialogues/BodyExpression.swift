/// A regular expression over the octets of a body, searched for in time proportional to the body.
///
/// The expressions are those of PCRE2 without what needs memory or going back: back references, look-around, atomic
/// groups, possessive quantifiers and recursion are refused when the expression is made. For the question whether
/// there is a match, greedy and lazy quantifiers are the same. In exchange no body, however hostile, makes a search
/// slow: every octet costs at most one visit of each instruction.
package struct BodyExpression: BodyMatcher, Hashable {
  /// How an expression is read and searched for.
  package struct Options: Hashable, Sendable {
    /// Letters match in either case.
    package var ignoresCase = false
    /// "." matches a line feed too.
    package var dotMatchesAll = false
    /// "^" and "$" match at every line.
    package var isMultiline = false
    /// White space and comments in the expression mean nothing.
    package var isExtended = false
    /// "." and negated classes match whole characters of UTF-8 rather than octets.
    package var isUTF = false
    /// "$" does not match before a final line feed.
    package var dollarIsEnd = false

    /// No options.
    package init() {}

    /// The options of keepalived's regex_options; those that do not matter for whether there is a match are ignored.
    package init(words: some Sequence<String>) {
      for word in words {
        switch word {
        case "caseless": ignoresCase = true
        case "dotall": dotMatchesAll = true
        case "multiline": isMultiline = true
        case "extended": isExtended = true
        case "utf": isUTF = true
        case "dollar_endonly": dollarIsEnd = true
        case _: break
        }
      }
    }
  }

  /// What of an expression is not understood.
  package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// A place that is no octet.
  enum Assertion: Hashable, Sendable {
    case start
    case startOfLine
    case end
    case endOrFinalNewline
    case endOfLine
    case wordBoundary
    case noWordBoundary
  }

  /// A step of the search; the numbers are places in the program.
  enum Instruction: Hashable, Sendable {
    case octet(OctetSet)
    case both(Int, Int)
    case jump(Int)
    case check(Assertion)
    case match
  }

  package let expression: String
  private let inverts: Bool
  private let program: [Instruction]
  /// Where a match may begin.
  private let beginnings: ClosedRange<Int>

  /// Reads an expression. With `inverts` a body is accepted when it does not match; a match has to begin at one of
  /// the offsets `beginnings`.
  package init(
    _ expression: String, options: Options = Options(), inverts: Bool = false, beginnings: ClosedRange<Int> = 0 ... .max
  ) throws(Mistake) {
    self.expression = expression
    self.inverts = inverts
    self.beginnings = beginnings
    var parser = ExpressionParser(expression, options)
    let tree = try parser.parse()
    var compiler = ExpressionCompiler()
    program = try compiler.compile(tree)
  }

  /// Whether the expression matches anywhere, or with `inverts` nowhere.
  package func accepts(_ body: ArraySlice<UInt8>) -> Bool {
    matches(body) != inverts
  }

  /// Whether the expression matches anywhere.
  func matches(_ body: ArraySlice<UInt8>) -> Bool {
    var search = Search(program)
    var offset = 0
    var before: UInt8?
    var index = body.startIndex
    while true {
      let here = Search.Place(before: before, rest: body[index...])
      if beginnings.contains(offset) { search.add(0, here) }
      if search.hasMatched { return true }
      guard index < body.endIndex else { return false }
      let octet = body[index]
      index += 1
      offset += 1
      search.advance(over: octet, to: Search.Place(before: octet, rest: body[index...]))
      if search.hasMatched { return true }
      if search.isEmpty, offset > beginnings.upperBound { return false }
      before = octet
    }
  }
}

/// All places in the program at which a match might be, moved octet by octet.
private struct Search {
  struct Place {
    let before: UInt8?
    let rest: ArraySlice<UInt8>

    func holds(_ assertion: BodyExpression.Assertion) -> Bool {
      let newline = UInt8(ascii: "\n")
      return switch assertion {
      case .start: before == nil
      case .startOfLine: before == nil || before == newline
      case .end: rest.isEmpty
      case .endOrFinalNewline: rest.isEmpty || rest.first == newline && rest.count == 1
      case .endOfLine: rest.isEmpty || rest.first == newline
      case .wordBoundary: isWord(before) != isWord(rest.first)
      case .noWordBoundary: isWord(before) == isWord(rest.first)
      }
    }

    private func isWord(_ octet: UInt8?) -> Bool {
      octet.map(OctetSet.word.contains) ?? false
    }
  }

  private let program: [BodyExpression.Instruction]
  /// Instructions that wait for an octet.
  private var waiting: [Int] = []
  /// The step at which an instruction was visited last, so that each is visited once per step.
  private var visited: [Int]
  private var step = 1
  private var pending: [Int] = []
  private(set) var hasMatched = false

  var isEmpty: Bool { waiting.isEmpty }

  init(_ program: [BodyExpression.Instruction]) {
    self.program = program
    visited = [Int](repeating: 0, count: program.count)
  }

  mutating func add(_ start: Int, _ place: Place) {
    pending.append(start)
    while let at = pending.popLast() {
      guard visited[at] != step else { continue }
      visited[at] = step
      switch program[at] {
      case .octet: waiting.append(at)
      case .both(let first, let second): pending += [first, second]
      case .jump(let target): pending.append(target)
      case .check(let assertion): if place.holds(assertion) { pending.append(at + 1) }
      case .match: hasMatched = true
      }
    }
  }

  mutating func advance(over octet: UInt8, to place: Place) {
    let former = waiting
    waiting.removeAll(keepingCapacity: true)
    step += 1
    for at in former {
      if case .octet(let set) = program[at], set.contains(octet) { add(at + 1, place) }
    }
  }
}
