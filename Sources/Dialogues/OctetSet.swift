/// A set of octets.
struct OctetSet: Hashable, Sendable {
  private var low: UInt128 = 0
  private var high: UInt128 = 0

  init() {}

  init(_ range: ClosedRange<UInt8>) {
    insert(range)
  }

  init(_ text: StaticString) {
    for octet in "\(text)".utf8 { insert(octet...octet) }
  }

  func contains(_ octet: UInt8) -> Bool {
    (octet < 128 ? low >> UInt128(octet) : high >> UInt128(octet - 128)) & 1 != 0
  }

  mutating func insert(_ range: ClosedRange<UInt8>) {
    for octet in range {
      if octet < 128 { low |= 1 << UInt128(octet) } else { high |= 1 << UInt128(octet - 128) }
    }
  }

  mutating func formUnion(_ other: OctetSet) {
    low |= other.low
    high |= other.high
  }

  var inverted: OctetSet {
    var set = self
    (set.low, set.high) = (~low, ~high)
    return set
  }

  /// Only what is ASCII.
  var ascii: OctetSet {
    var set = self
    set.high = 0
    return set
  }

  /// With the other case of every letter.
  var withBothCases: OctetSet {
    var set = self
    for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
      let capital = letter - 32
      if contains(letter) { set.insert(capital...capital) }
      if contains(capital) { set.insert(letter...letter) }
    }
    return set
  }

  static let all = OctetSet(0...255)
  static let digit = OctetSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
  static let word: OctetSet = {
    var set = OctetSet("_")
    for range in [
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"),
    ] { set.insert(range) }
    return set
  }()
  /// Blank, tab, line feed, vertical tab, form feed and carriage return.
  static let space: OctetSet = {
    var set = OctetSet(" ")
    set.insert(9...13)
    return set
  }()
  static let newline = OctetSet(10...10)

  /// The POSIX class of a name.
  static func named(_ name: String) -> OctetSet? {
    func letters(_ first: UInt8, _ last: UInt8) -> OctetSet { OctetSet(first...last) }
    var set = OctetSet()
    switch name {
    case "alpha", "alnum":
      set.formUnion(letters(0x41, 0x5A))
      set.formUnion(letters(0x61, 0x7A))
      if name == "alnum" { set.formUnion(digit) }
    case "ascii": set = letters(0, 0x7F)
    case "blank": set = OctetSet(" \t")
    case "cntrl":
      set = letters(0, 0x1F)
      set.insert(0x7F...0x7F)
    case "digit": set = digit
    case "graph": set = letters(0x21, 0x7E)
    case "lower": set = letters(0x61, 0x7A)
    case "print": set = letters(0x20, 0x7E)
    case "punct":
      for range in [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E] as [ClosedRange<UInt8>] { set.insert(range) }
    case "space": set = space
    case "upper": set = letters(0x41, 0x5A)
    case "word": set = word
    case "xdigit":
      set = digit
      set.insert(0x41...0x46)
      set.insert(0x61...0x66)
    case _: return nil
    }
    return set
  }
}
