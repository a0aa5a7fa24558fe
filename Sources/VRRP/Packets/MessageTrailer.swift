package import Wire

/// keepalived's HMAC trailer behind a message (draft-cassen-vrrp-auth-hmac): 28 octets that say when the message was
/// made and prove by whom.
///
///     0  type (1: HMAC-SHA-256, first 128 bits)   1  key number   2  reserved, zero
///     4  seconds since 1970                       8  1/65536 s   10  counter
///     12 HMAC, 16 octets
package struct MessageTrailer: Hashable, Sendable {
  /// Octets of the trailer.
  package static let length = 28
  private static let codeLength = 16

  /// The number of the key, 1 to 255.
  package var key: UInt8
  /// Seconds, fraction and counter as one number; it grows from advert to advert.
  package var sequence: UInt64
  /// The HMAC, 16 octets.
  package var code: [UInt8]

  /// Seconds since 1970.
  var seconds: UInt32 { UInt32(truncatingIfNeeded: sequence >> 32) }

  /// Signs a message.
  ///
  /// - Parameters:
  ///   - message: The VRRP message without trailer; its checksum does not matter.
  ///   - secret: The key, 32 to 64 octets.
  package init(
    signing message: ArraySlice<UInt8>, from source: IPAddress, key: UInt8, secret: [UInt8], sequence: UInt64
  ) {
    self.key = key
    self.sequence = sequence
    code = Self.code(of: message, from: source, key: key, secret: secret, sequence: sequence)
  }

  /// Reads a trailer; nil when its length, type or reserved field is wrong.
  package init?(_ octets: ArraySlice<UInt8>) {
    var reader = ByteReader(octets)
    guard octets.count == Self.length, reader.octet() == 1, let key = reader.octet(),
      reader.number(UInt16.self) == 0, let sequence = reader.number(UInt64.self),
      let code = reader.octets(Self.codeLength)
    else { return nil }
    (self.key, self.sequence, self.code) = (key, sequence, Array(code))
  }

  /// The trailer's octets.
  package var encoded: [UInt8] { Self.head(key: key, sequence: sequence) + code }

  /// Whether the secret made this trailer for this message.
  func isGenuine(for message: ArraySlice<UInt8>, from source: IPAddress, secret: [UInt8]) -> Bool {
    isSameSecret(
      code, Self.code(of: message, from: source, key: key, secret: secret, sequence: sequence))
  }

  private static func head(key: UInt8, sequence: UInt64) -> [UInt8] {
    var bytes: [UInt8] = [1, key, 0, 0]
    bytes.append(number: sequence)
    return bytes
  }

  /// The HMAC covers a pseudo block with the source, the message with its checksum zero, and the trailer likewise.
  private static func code(
    of message: ArraySlice<UInt8>, from source: IPAddress, key: UInt8, secret: [UInt8], sequence: UInt64
  ) -> [UInt8] {
    var message = Array(message)
    guard message.count >= Advertisement.headerLength else { return [] }
    (message[6], message[7]) = (0, 0)
    let address = source.octets
    let block: [UInt8] =
      [source.family == .ipv4 ? 4 : 6, message[0] >> 4, message[1], 0] + address
      + [UInt8](repeating: 0, count: 16 - address.count)
    let covered = block + message + head(key: key, sequence: sequence) + [UInt8](repeating: 0, count: codeLength)
    return Array(SHA256.authenticationCode(of: covered, key: secret).prefix(codeLength))
  }
}
