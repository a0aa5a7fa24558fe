/// Reads fields of network byte order from the front of a buffer; never beyond its end.
package struct ByteReader: Sendable {
  private var rest: ArraySlice<UInt8>

  /// A reader at the start of `bytes`.
  package init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// A reader at the start of `bytes`.
  package init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  /// What has not been read yet.
  package var remaining: ArraySlice<UInt8> { rest }

  /// The next octet; nil at the end.
  package mutating func octet() -> UInt8? { rest.popFirst() }

  /// The next `count` octets; nil, and nothing consumed, when there are fewer.
  package mutating func octets(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The next number of the width of `Value`, most significant octet first; nil when there is too little left.
  @specialized(where Value == UInt16)
  @specialized(where Value == UInt32)
  @specialized(where Value == UInt64)
  package mutating func number<Value: FixedWidthInteger & UnsignedInteger>(_: Value.Type = Value.self) -> Value? {
    guard let octets = octets(Value.bitWidth / 8) else { return nil }
    var value: Value = 0
    for octet in octets { value = value << 8 | Value(octet) }
    return value
  }
}

extension [UInt8] {
  /// Appends a number, most significant octet first.
  @inlinable
  package mutating func append(number value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}

/// The Internet checksum (RFC 1071): the one's complement of the one's complement sum of sixteen-bit words.
package struct InternetChecksum: Sendable {
  private var sum: UInt64 = 0

  /// The checksum of nothing.
  package init() {}

  /// Adds octets; each call starts at a word's boundary, and an odd last octet is padded with zero.
  package mutating func add(_ octets: ArraySlice<UInt8>) {
    var high = true
    for octet in octets {
      sum &+= high ? UInt64(octet) << 8 : UInt64(octet)
      high.toggle()
    }
  }

  /// Adds octets, as a slice of them.
  package mutating func add(_ octets: [UInt8]) {
    add(octets[...])
  }

  /// Adds a number of sixteen bits.
  package mutating func add(word: UInt16) {
    sum &+= UInt64(word)
  }

  /// The value to put into the packet's field; zero when a received packet that includes its field is intact.
  package var value: UInt16 {
    var folded = sum
    while folded >> 16 != 0 { folded = (folded & 0xFFFF) + folded >> 16 }
    return ~UInt16(truncatingIfNeeded: folded)
  }

  /// The checksum of some octets.
  package static func of(_ octets: [UInt8]) -> UInt16 {
    var checksum = InternetChecksum()
    checksum.add(octets[...])
    return checksum.value
  }
}
