/// A 48-bit Ethernet address.
package struct HardwareAddress: Hashable, Sendable, Codable {
  /// The address as a number, first octet most significant; the upper sixteen bits are zero.
  package var rawValue: UInt64

  /// The address with the lower 48 bits of this number.
  package init(rawValue: UInt64) {
    self.rawValue = rawValue & 0xFFFF_FFFF_FFFF
  }

  /// The address of six octets; nil for any other number of them.
  package init?(octets: some Collection<UInt8>) {
    guard octets.count == 6 else { return nil }
    rawValue = octets.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// ff:ff:ff:ff:ff:ff
  package static let broadcast = HardwareAddress(rawValue: 0xFFFF_FFFF_FFFF)

  /// The virtual router's address 00:00:5e:00:01:VRID for IPv4, 00:00:5e:00:02:VRID for IPv6 (RFC 9568 §7.3).
  package static func virtualRouter(_ identifier: UInt8, _ family: AddressFamily) -> HardwareAddress {
    switch family {
    case .ipv4: HardwareAddress(rawValue: 0x0000_5E00_0100 | UInt64(identifier))
    case .ipv6: HardwareAddress(rawValue: 0x0000_5E00_0200 | UInt64(identifier))
    }
  }

  /// The Ethernet address of an IPv4 or IPv6 multicast group (RFC 1112 §6.4, RFC 2464 §7).
  package static func multicast(_ group: IPAddress) -> HardwareAddress {
    switch group {
    case .v4(let address): HardwareAddress(rawValue: 0x0100_5E00_0000 | UInt64(address.rawValue & 0x7F_FFFF))
    case .v6(let address):
      HardwareAddress(rawValue: 0x3333_0000_0000 | UInt64(truncatingIfNeeded: address.rawValue & 0xFFFF_FFFF))
    }
  }

  /// The six octets.
  package var octets: [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: rawValue >> (40 - 8 * UInt64($0))) }
  }
}

extension HardwareAddress: LosslessStringConvertible {
  package var description: String {
    octets.map { octet in (octet < 16 ? "0" : "") + String(octet, radix: 16) }.joined(separator: ":")
  }

  /// Reads six groups of one or two hexadecimal digits, separated by colons.
  package init?(_ text: some StringProtocol) {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    // Every character is looked at, because UInt8 would take a sign.
    let octets = fields.compactMap { field in
      field.utf8.count <= 2 && field.allSatisfy(\.isHexDigit) ? UInt8(field, radix: 16) : nil
    }
    guard fields.count == 6, octets.count == 6 else { return nil }
    self.init(octets: octets)
  }
}
