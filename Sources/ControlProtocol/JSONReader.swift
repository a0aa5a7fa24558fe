/// Why a text is no JSON value that we accept.
package enum JSONError: Error, Hashable, Sendable {
  /// Something unexpected stands at this octet.
  case unexpected(at: Int)
  /// The text ends too early.
  case cutShort
  /// Arrays and objects are nested deeper than `JSON.deepestNesting`.
  case tooDeep
}

extension JSON {
  /// How deep arrays and objects may be nested: far beyond any message of ours, far below the stack's end.
  package static let deepestNesting = 64

  /// Reads exactly one value. The text is untrusted: nothing in it makes this trap or run on.
  package init(parsing text: some Sequence<UInt8>) throws(JSONError) {
    var reader = JSONReader(Array(text))
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.isAtEnd else { throw .unexpected(at: reader.position) }
    self = value
  }
}

/// Walks through the octets of a JSON text.
private struct JSONReader {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipBlanks() {
    while let byte = next, byte == 32 || (9...10).contains(byte) || byte == 13 { position += 1 }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth <= JSON.deepestNesting else { throw .tooDeep }
    skipBlanks()
    switch next {
    case nil: throw .cutShort
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    skipBlanks()
    guard let byte = next else { throw .cutShort }
    guard byte == UInt8(ascii: character) else { throw .unexpected(at: position) }
    position += 1
  }

  private mutating func word(_ text: String, _ meaning: JSON) throws(JSONError) -> JSON {
    let end = position + text.utf8.count
    guard end <= bytes.count else { throw .cutShort }
    guard bytes[position..<end].elementsEqual(text.utf8) else { throw .unexpected(at: position) }
    position = end
    return meaning
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    try expect("[")
    var elements: [JSON] = []
    skipBlanks()
    if next == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      if next == UInt8(ascii: "]") {
        position += 1
        return .array(elements)
      }
      try expect(",")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    try expect("{")
    var members: [JSON.Member] = []
    skipBlanks()
    if next == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      skipBlanks()
      let name = try string()
      try expect(":")
      members.append(JSON.Member(name, try value(depth: depth + 1)))
      skipBlanks()
      if next == UInt8(ascii: "}") {
        position += 1
        return .object(members)
      }
      try expect(",")
    }
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = position
    while let byte = next, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw .unexpected(at: start) }
    return .number(number)
  }

  private mutating func string() throws(JSONError) -> String {
    try expect("\"")
    var octets: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: octets, as: UTF8.self)
      case UInt8(ascii: "\\"): octets += try escape().utf8
      case 0..<32: throw .unexpected(at: position - 1)
      default: octets.append(byte)
      }
    }
    throw .cutShort
  }

  private mutating func escape() throws(JSONError) -> String {
    guard let byte = next else { throw .cutShort }
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"": return "\""
    case "\\": return "\\"
    case "/": return "/"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try unicode()
    default: throw .unexpected(at: position - 1)
    }
  }

  private mutating func unicode() throws(JSONError) -> String {
    var unit = try hexadecimal()
    // A high surrogate needs its low one; a lone one becomes the replacement character.
    if (0xD800..<0xDC00).contains(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexadecimal()
      if (0xDC00..<0xE000).contains(low) { unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00) }
    }
    return String(Unicode.Scalar(unit) ?? "\u{FFFD}")
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw .cutShort }
    let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
    guard let value = UInt32(digits, radix: 16) else { throw .unexpected(at: position) }
    position += 4
    return value
  }
}
