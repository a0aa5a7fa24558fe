/// The IP authentication header as VRRP version 2 uses it (RFC 2338 §10.1.2, RFC 2402): numbers shared by those that
/// look for a message behind it.
package enum AuthenticationHeader {
  /// The IP protocol number.
  package static let transport: UInt8 = 51
  /// Octets of the header with a truncated MAC of 96 bits.
  package static let length = 24
}
