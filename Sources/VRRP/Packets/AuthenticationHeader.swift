import Wire

/// The IP authentication header before a message, as VRRP version 2 uses it (RFC 2338 §10.1.2, RFC 2402): 24 octets.
///
///     0  next header (112)   1  length (4)   2  reserved, zero
///     4  SPI: the source address             8  number, growing
///     12 HMAC-MD5, first 96 bits
///
/// The HMAC covers the IPv4 header with its mutable fields zero (TOS, fragment field, checksum, and for unicast the TTL),
/// this header with the HMAC zero, and the message.
package struct AuthenticationHeader: Hashable, Sendable {
  /// The IP protocol number.
  package static let transport: UInt8 = 51
  /// Octets of the header.
  package static let length = 24
  private static let codeLength = 12

  /// The source address of the packet.
  var index: UInt32
  /// A number that grows from advert to advert.
  var sequence: UInt32
  /// The HMAC, 12 octets.
  var code: [UInt8]

  /// Reads the header at the start of a payload; nil when it is none or cut short.
  init?(_ payload: ArraySlice<UInt8>) {
    var reader = ByteReader(payload)
    guard reader.octet() == 112, reader.octet() == 4, reader.number(UInt16.self) != nil,
      let index = reader.number(UInt32.self), let sequence = reader.number(UInt32.self),
      let code = reader.octets(Self.codeLength)
    else { return nil }
    (self.index, self.sequence, self.code) = (index, sequence, Array(code))
  }

  /// The payload of a signed packet: this header and the message.
  ///
  /// - Parameter header: The IPv4 header the packet will have.
  static func payload(signing message: [UInt8], header: IPv4Header, key: [UInt8], sequence: UInt32) -> [UInt8] {
    var front: [UInt8] = [112, 4, 0, 0]
    front.append(number: header.source.rawValue)
    front.append(number: sequence)
    let unsigned = front + [UInt8](repeating: 0, count: codeLength) + message
    return front + code(of: unsigned, header: header.encoded, key: key) + message
  }

  /// Whether the key made this header for this packet.
  func isGenuine(for packet: ReceivedPacket, key: [UInt8]) -> Bool {
    guard let header = IPv4Header(packet.header), header.headerLength == 20, header.source.rawValue == index else {
      return false
    }
    var unsigned = Array(packet.payload)
    guard unsigned.count >= Self.length else { return false }
    for position in 12..<Self.length { unsigned[position] = 0 }
    return isSameSecret(code, Self.code(of: unsigned, header: Array(packet.header.prefix(20)), key: key))
  }

  static func code(of unsigned: [UInt8], header: [UInt8], key: [UInt8]) -> [UInt8] {
    var fixed = header
    // TOS, fragment field, checksum; and the TTL, which changes on the way, for all but multicast.
    for position in [1, 6, 7, 10, 11] + (fixed[16] >> 4 == 0xE ? [] : [8]) { fixed[position] = 0 }
    return Array(MD5.authenticationCode(of: fixed + unsigned, key: paddedSecret(key)).prefix(codeLength))
  }
}
