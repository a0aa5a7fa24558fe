/// Octets that mean something to the language.
enum Character8 {
  static let newline = UInt8(ascii: "\n")
  static let quote = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")
  static let backslash = UInt8(ascii: "\\")
  static let hash = UInt8(ascii: "#")
  static let bang = UInt8(ascii: "!")
  static let open = UInt8(ascii: "{")
  static let close = UInt8(ascii: "}")
  static let dollar = UInt8(ascii: "$")
  static let at = UInt8(ascii: "@")
  static let tilde = UInt8(ascii: "~")
  static let caret = UInt8(ascii: "^")
  static let equals = UInt8(ascii: "=")
  static let comma = UInt8(ascii: ",")
  static let parenthesis = UInt8(ascii: "(")
  static let closingParenthesis = UInt8(ascii: ")")
  static let space = UInt8(ascii: " ")
  static let underscore = UInt8(ascii: "_")
  static let zero = UInt8(ascii: "0")
  static let nine = UInt8(ascii: "9")
}

extension UInt8 {
  /// Blank, tab, vertical tab, form feed or carriage return; the newline is no blank.
  @inline(__always)
  var isBlank: Bool { self == 0x20 || self == 0x09 || (self >= 0x0B && self <= 0x0D) }

  /// A decimal digit.
  @inline(__always)
  var isDigit: Bool { self >= Character8.zero && self <= Character8.nine }

  /// What a parameter's name may begin with.
  var isNameStart: Bool {
    self == Character8.underscore || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z"))
  }

  /// What a parameter's name may go on with.
  var isNamePart: Bool { isNameStart || isDigit }

  /// The value of a hexadecimal digit; nil for anything else.
  var hexadecimalValue: UInt8? {
    switch self {
    case Character8.zero...Character8.nine: self - Character8.zero
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension RandomAccessCollection where Element == UInt8 {
  /// Without blanks at either end.
  var trimmed: SubSequence {
    var start = startIndex
    var end = endIndex
    while start < end, self[start].isBlank { start = index(after: start) }
    while end > start, self[index(before: end)].isBlank { end = index(before: end) }
    return self[start..<end]
  }

  /// The text of these octets; what is not UTF-8 becomes U+FFFD.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// Whether the octets begin with those of an ASCII text.
  func begins(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { buffer in
      for offset in 0..<buffer.count where unsafe buffer[offset] != self[index(startIndex, offsetBy: offset)] {
        return false
      }
      return true
    }
  }
}

/// What the reader does with a line before anything else: comments go away, and `\#` and `\!` become what they protect.
enum CommentStripper {
  /// Strips a line (without its newline), and says where octets were left out.
  static func strip(_ line: some Collection<UInt8>) -> (bytes: [UInt8], removed: [Int], unterminated: Bool) {
    var bytes: [UInt8] = []
    var removed: [Int] = []
    var inQuotes = false
    var isProtected = false
    for (offset, byte) in line.enumerated() {
      if isProtected {
        isProtected = false
        if !inQuotes, byte == Character8.hash || byte == Character8.bang {
          bytes.removeLast()
          removed.append(offset - 1)
        }
        bytes.append(byte)
        continue
      }
      switch byte {
      case Character8.backslash: isProtected = true
      case Character8.quote: inQuotes.toggle()
      case Character8.hash, Character8.bang:
        if !inQuotes { return (bytes, removed, false) }
      default: break
      }
      bytes.append(byte)
    }
    return (bytes, removed, inQuotes)
  }

  /// The inverse: a line which stripping turns into these octets.
  static func protect(_ line: [UInt8]) -> [UInt8] {
    guard line.contains(where: { $0 == Character8.hash || $0 == Character8.bang }) else { return line }
    var bytes: [UInt8] = []
    var inQuotes = false
    var isProtected = false
    for byte in line {
      if isProtected {
        isProtected = false
      } else if byte == Character8.backslash {
        isProtected = true
      } else if byte == Character8.quote {
        inQuotes.toggle()
      } else if !inQuotes, byte == Character8.hash || byte == Character8.bang {
        bytes.append(Character8.backslash)
      }
      bytes.append(byte)
    }
    return bytes
  }
}
