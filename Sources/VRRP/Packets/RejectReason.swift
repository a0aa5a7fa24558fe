/// Why a received packet was ignored, in the order of the checks.
package enum RejectReason: String, Error, Hashable, Sendable, CaseIterable {
  /// The header of IP or VRRP is cut short.
  case incomplete
  /// There is no such virtual router here.
  case unknownVirtualRouter
  /// The packet came from this router's own address.
  case ownAddress
  /// IPv6: a packet to a group for a unicast router, or the reverse.
  case wrongChannel
  /// An authentication header where none is configured, or the reverse.
  case headerMismatch
  /// The packet is longer or shorter than its address count says.
  case length
  /// The TTL or hop limit is not 255.
  case timeToLive
  /// Another version of the protocol.
  case version
  /// The HMAC trailer is missing.
  case trailerMissing
  /// The HMAC trailer is of an unknown form.
  case trailerMalformed
  /// The HMAC trailer's time is outside of the window.
  case trailerStale
  /// The HMAC trailer names a key that is not configured.
  case trailerUnknownKey
  /// The HMAC is wrong.
  case trailerInvalid
  /// The HMAC trailer's number is not greater than that of an earlier one.
  case trailerReplayed
  /// An authentication type that does not exist.
  case authenticationType
  /// An authentication type other than the configured one.
  case authenticationMismatch
  /// A wrong password, or a wrong authentication header.
  case authenticationFailure
  /// Version 2: an interval other than the own one (RFC 3768 §7.1).
  case interval
  /// Not an advertisement.
  case type
  /// The length in the IPv4 header is not the packet's.
  case totalLength
  /// A wrong checksum.
  case checksum
  /// A multicast packet for a unicast router, or the reverse.
  case delivery
  /// The owner ignores all adverts (`owner_ignore_adverts`).
  case ignoredByOwner
  /// The sender is none of the configured peers.
  case unknownPeer
  /// The TTL or hop limit is outside of the peer's range.
  case peerTimeToLive
}
