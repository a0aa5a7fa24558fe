/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable, Codable {
  /// The address as a number, most significant octet first: 192.0.2.1 is 0xC0000201.
  package var rawValue: UInt32

  /// The address with this number.
  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The address a.b.c.d.
  package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }

  /// 0.0.0.0
  package static let any = IPv4Address(rawValue: 0)
  /// 127.0.0.1
  package static let loopback = IPv4Address(127, 0, 0, 1)

  /// The four octets in network order.
  package var octets: [UInt8] {
    [
      UInt8(truncatingIfNeeded: rawValue >> 24), UInt8(truncatingIfNeeded: rawValue >> 16),
      UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue),
    ]
  }

  /// Whether the address is in 224.0.0.0/4.
  package var isMulticast: Bool { rawValue >> 28 == 0xE }

  package static func < (left: IPv4Address, right: IPv4Address) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The netmask of a prefix; lengths beyond 32 count as 32.
  package static func mask(length: Int) -> IPv4Address {
    IPv4Address(rawValue: length <= 0 ? 0 : ~0 << UInt32(max(0, 32 - length)))
  }
}

extension IPv4Address: LosslessStringConvertible {
  package var description: String {
    "\(rawValue >> 24).\(rawValue >> 16 & 255).\(rawValue >> 8 & 255).\(rawValue & 255)"
  }

  /// Reads dotted decimal with exactly four numbers of at most three digits, as inet_pton(3) does.
  package init?(_ text: some StringProtocol) {
    var value: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var dots = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if digits > 0, octet == 0 { return nil }  // a leading zero: some programs would read octal
        octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        guard octet <= 255, digits <= 3 else { return nil }
      case UInt8(ascii: "."):
        guard digits > 0, dots < 3 else { return nil }
        value = value << 8 | octet
        (octet, digits, dots) = (0, 0, dots + 1)
      default:
        return nil
      }
    }
    guard dots == 3, digits > 0 else { return nil }
    self.init(rawValue: value << 8 | octet)
  }
}
