/// Reads a regular expression in PCRE2's syntax into a tree.
struct ExpressionParser {
  typealias Mistake = BodyExpression.Mistake

  /// How deep groups may be nested.
  private static let deepest = 100
  /// The most repetitions that may be counted.
  private static let mostRepetitions = 1_000

  let pattern: [UInt8]
  var at = 0
  var options: BodyExpression.Options
  private var depth = 0

  init(_ expression: String, _ options: BodyExpression.Options) {
    pattern = Array(expression.utf8)
    self.options = options
  }

  mutating func parse() throws(Mistake) -> ExpressionTree {
    let tree = try choice()
    guard at == pattern.count else { throw mistake("an unmatched \")\"") }
    return tree
  }

  // MARK: Structure

  private mutating func choice() throws(Mistake) -> ExpressionTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw mistake("too many nested groups") }
    let outer = options
    defer { options = outer }
    var choices = [try sequence()]
    while take("|") { choices.append(try sequence()) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws(Mistake) -> ExpressionTree {
    var parts: [ExpressionTree] = []
    while true {
      skipExtended()
      guard let next = peek, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") else { break }
      let part = try atom()
      parts.append(try quantified(part))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func quantified(_ part: ExpressionTree) throws(Mistake) -> ExpressionTree {
    var part = part
    while true {
      skipExtended()
      let bounds: (least: Int, most: Int?)
      if take("*") {
        bounds = (0, nil)
      } else if take("+") {
        bounds = (1, nil)
      } else if take("?") {
        bounds = (0, 1)
      } else if let counted = try count() {
        bounds = counted
      } else {
        return part
      }
      // Lazy or not is the same for whether there is a match; possessive is not.
      if peek == UInt8(ascii: "+") { throw mistake("possessive quantifiers are not supported") }
      _ = take("?")
      part = .repeated(part, least: bounds.least, most: bounds.most)
    }
  }

  /// "{2}", "{2,}" or "{2,4}"; anything else is a literal brace, as with PCRE2.
  private mutating func count() throws(Mistake) -> (least: Int, most: Int?)? {
    guard peek == UInt8(ascii: "{"), let end = pattern[at...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
    let numbers = pattern[(at + 1)..<end].split(
      separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
    guard let least = decimal(numbers[0]) else { return nil }
    var most: Int? = least
    if numbers.count == 2 {
      guard numbers[1].isEmpty || decimal(numbers[1]) != nil else { return nil }
      most = decimal(numbers[1])
    }
    guard least <= Self.mostRepetitions, most ?? 0 <= Self.mostRepetitions, most.map({ $0 >= least }) ?? true else {
      throw mistake("repetitions must be in order and at most \(Self.mostRepetitions)")
    }
    at = end + 1
    return (least, most)
  }

  private mutating func atom() throws(Mistake) -> ExpressionTree {
    let octet = pattern[at]
    at += 1
    switch octet {
    case UInt8(ascii: "("): return try group()
    case UInt8(ascii: "["): return try characterClass()
    case UInt8(ascii: "."): return any(but: options.dotMatchesAll ? OctetSet() : .newline)
    case UInt8(ascii: "^"): return .assertion(options.isMultiline ? .startOfLine : .start)
    case UInt8(ascii: "$"):
      return .assertion(options.isMultiline ? .endOfLine : options.dollarIsEnd ? .end : .endOrFinalNewline)
    case UInt8(ascii: "\\"): return try escape()
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw mistake("nothing to repeat")
    case _: return literal(octet)
    }
  }

  private mutating func group() throws(Mistake) -> ExpressionTree {
    let outer = options
    if take("?") {
      if take("#") {
        while at < pattern.count, !take(")") { at += 1 }
        return .nothing
      }
      if take("P<") || (peek == UInt8(ascii: "<") && !starts("<=") && !starts("<!")) || take("'") {
        while let next = peek, next != UInt8(ascii: ">"), next != UInt8(ascii: "'") { at += 1 }
        at = min(at + 1, pattern.count)
      } else if !take(":") {
        guard try !inlineOptions() else { return .nothing }
      }
    } else if peek == UInt8(ascii: "*") {
      throw mistake("verbs are not supported")
    }
    let tree = try choice()
    guard take(")") else { throw mistake("a group without its \")\"") }
    options = outer
    return tree
  }

  /// "i-s)" or "i-s:"; true when the group ends with it, so that the options are for the rest of the outer group.
  private mutating func inlineOptions() throws(Mistake) -> Bool {
    var value = true
    while let next = peek {
      at += 1
      switch next {
      case UInt8(ascii: "i"): options.ignoresCase = value
      case UInt8(ascii: "s"): options.dotMatchesAll = value
      case UInt8(ascii: "m"): options.isMultiline = value
      case UInt8(ascii: "x"): options.isExtended = value
      case UInt8(ascii: "U"), UInt8(ascii: "J"), UInt8(ascii: "n"): break
      case UInt8(ascii: "-"): value = false
      case UInt8(ascii: ")"): return true
      case UInt8(ascii: ":"): return false
      case _: throw mistake("look-around, atomic groups and recursion are not supported")
      }
    }
    throw mistake("a group without its \")\"")
  }

  // MARK: Reading

  var peek: UInt8? { at < pattern.count ? pattern[at] : nil }

  func starts(_ text: StaticString) -> Bool { pattern[at...].starts(with: "\(text)".utf8) }

  mutating func take(_ text: StaticString) -> Bool {
    guard starts(text) else { return false }
    at += text.utf8CodeUnitCount
    return true
  }

  mutating func skipExtended() {
    guard options.isExtended else { return }
    while let next = peek {
      if OctetSet.space.contains(next) {
        at += 1
      } else if next == UInt8(ascii: "#") {
        while let octet = peek, octet != 10 { at += 1 }
      } else {
        return
      }
    }
  }

  func mistake(_ text: String) -> Mistake {
    Mistake(description: "\(text), at octet \(at) of the expression")
  }
}
