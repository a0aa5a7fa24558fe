// What of an expression stands for octets: literals, escapes and classes.

extension ExpressionParser {
  func literal(_ octet: UInt8) -> ExpressionTree {
    let set = OctetSet(octet...octet)
    return .octet(options.ignoresCase ? set.withBothCases : set)
  }

  /// Any octet, or any character of UTF-8, but those of a set of ASCII.
  func any(but set: OctetSet) -> ExpressionTree {
    guard options.isUTF else { return .octet(set.inverted) }
    let tail = ExpressionTree.octet(OctetSet(0x80...0xBF))
    func character(_ first: ClosedRange<UInt8>, _ tails: Int) -> ExpressionTree {
      .sequence([.octet(OctetSet(first))] + Array(repeating: tail, count: tails))
    }
    return .choice([
      .octet(set.inverted.ascii), character(0xC2...0xDF, 1), character(0xE0...0xEF, 2), character(0xF0...0xF4, 3),
    ])
  }

  mutating func escape() throws(Mistake) -> ExpressionTree {
    guard let octet = peek else { throw mistake("a backslash at the end") }
    if let set = Self.escapedClass(octet) {
      at += 1
      // A negated class knows only ASCII; outside of it everything belongs to it.
      return OctetSet.all != set && set.contains(0x80) ? any(but: set.inverted) : .octet(set)
    }
    let assertion: BodyExpression.Assertion? =
      switch octet {
      case UInt8(ascii: "b"): .wordBoundary
      case UInt8(ascii: "B"): .noWordBoundary
      case UInt8(ascii: "A"): .start
      case UInt8(ascii: "Z"): .endOrFinalNewline
      case UInt8(ascii: "z"): .end
      case _: nil
      }
    if let assertion {
      at += 1
      return .assertion(assertion)
    }
    if take("Q") { return quotation() }
    return literal(try escapedOctet())
  }

  /// "\Q...\E": everything literally.
  private mutating func quotation() -> ExpressionTree {
    var parts: [ExpressionTree] = []
    while let octet = peek, !take("\\E") {
      parts.append(literal(octet))
      at += 1
    }
    return .sequence(parts)
  }

  private static func escapedClass(_ octet: UInt8) -> OctetSet? {
    switch octet {
    case UInt8(ascii: "d"): .digit
    case UInt8(ascii: "D"): OctetSet.digit.inverted
    case UInt8(ascii: "w"): .word
    case UInt8(ascii: "W"): OctetSet.word.inverted
    case UInt8(ascii: "s"): .space
    case UInt8(ascii: "S"): OctetSet.space.inverted
    case UInt8(ascii: "h"): OctetSet(" \t")
    case UInt8(ascii: "N"): OctetSet.newline.inverted
    case _: nil
    }
  }

  /// The octet that an escape stands for; the backslash is read already.
  private mutating func escapedOctet() throws(Mistake) -> UInt8 {
    guard let octet = peek else { throw mistake("a backslash at the end") }
    at += 1
    switch octet {
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "e"): return 27
    case UInt8(ascii: "a"): return 7
    case UInt8(ascii: "0"): return 0
    case UInt8(ascii: "x"): return try hexadecimal()
    case _ where OctetSet.word.contains(octet):
      throw mistake("\"\\\(Character(UnicodeScalar(octet)))\" is not supported")
    case _: return octet
    }
  }

  private mutating func hexadecimal() throws(Mistake) -> UInt8 {
    var digits: [UInt8] = []
    if take("{") {
      while let next = peek, !take("}") {
        digits.append(next)
        at += 1
      }
    } else {
      while digits.count < 2, let next = peek, Character(UnicodeScalar(next)).isHexDigit {
        digits.append(next)
        at += 1
      }
    }
    guard let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), !options.isUTF || value < 128 else {
      throw mistake("an octet of two hexadecimal digits is expected after \"\\x\"")
    }
    return value
  }

  mutating func characterClass() throws(Mistake) -> ExpressionTree {
    let isNegated = take("^")
    var set = OctetSet()
    var isFirst = true
    while isFirst || peek != UInt8(ascii: "]") {
      guard peek != nil else { throw mistake("a class without its \"]\"") }
      isFirst = false
      if let named = try posixClass() {
        set.formUnion(named)
        continue
      }
      guard let first = try member(&set) else { continue }
      guard peek == UInt8(ascii: "-"), at + 1 < pattern.count, pattern[at + 1] != UInt8(ascii: "]") else {
        set.insert(first...first)
        continue
      }
      at += 1
      guard let last = try member(&set) else { throw mistake("a range that ends with a class") }
      guard first <= last else { throw mistake("a range out of order") }
      set.insert(first...last)
    }
    at += 1
    if options.ignoresCase { set = set.withBothCases }
    return isNegated ? any(but: set) : .octet(set)
  }

  /// A member of a class; nil when it was a class itself, which is in the set then.
  private mutating func member(_ set: inout OctetSet) throws(Mistake) -> UInt8? {
    guard let octet = peek else { throw mistake("a class without its \"]\"") }
    at += 1
    guard octet == UInt8(ascii: "\\") else {
      guard !options.isUTF || octet < 128 else { throw mistake("classes of characters beyond ASCII are not supported") }
      return octet
    }
    if let next = peek, let escaped = Self.escapedClass(next) {
      at += 1
      set.formUnion(escaped)
      return nil
    }
    return take("b") ? 8 : try escapedOctet()
  }

  /// "[:alpha:]" or "[:^alpha:]" within a class.
  private mutating func posixClass() throws(Mistake) -> OctetSet? {
    guard starts("[:"), let end = pattern[at...].firstIndex(of: UInt8(ascii: "]")),
      pattern[end - 1] == UInt8(ascii: ":"),
      end - 1 > at + 1
    else { return nil }
    var name = String(decoding: pattern[(at + 2)..<(end - 1)], as: UTF8.self)
    let isNegated = name.hasPrefix("^")
    if isNegated { name.removeFirst() }
    guard let set = OctetSet.named(name) else { throw mistake("\"[:\(name):]\" is no class") }
    at = end + 1
    return isNegated ? set.inverted : set
  }
}
