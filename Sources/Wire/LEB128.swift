/// Numbers in groups of seven bits, least significant first, in as few octets as they need; all but the last octet have the
/// highest bit set (LEB128, as in DWARF 5 §7.6).
package enum LEB128 {
  /// Appends a number.
  package static func append(_ number: UInt64, to octets: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    octets.append(UInt8(truncatingIfNeeded: rest))
  }

  /// The next number of whoever gives octets; nil when they end or the number has more than 64 bits.
  package static func read(_ next: () -> UInt8?) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let octet = next() else { return nil }
      let part = UInt64(octet & 0x7F)
      guard (part << shift) >> shift == part else { return nil }
      value |= part << shift
      if octet & 0x80 == 0 { return value }
    }
    return nil
  }
}
