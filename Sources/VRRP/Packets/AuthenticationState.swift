/// What a router remembers of signatures, sent and received.
package struct AuthenticationState: Hashable, Sendable {
  /// Nothing seen, nothing sent.
  package init() {}

  /// Checks the HMAC trailer of a message.
  mutating func verifyTrailer(
    _ parts: PacketJudge.Parts, of packet: ReceivedPacket, settings: RouterSettings
  ) throws(RejectReason) {
    guard case .trailer(let trailer) = settings.authentication else { return }
    if parts.trailer.isEmpty, trailer.mode != .enforce { return }
    throw .trailerMissing
  }

  /// Checks the authentication header before a message.
  mutating func verifyHeader(of packet: ReceivedPacket, key: [UInt8]) throws(RejectReason) {
    throw .authenticationFailure
  }
}

/// keepalived's HMAC trailer behind a message.
package enum MessageTrailer {
  /// Octets of the trailer.
  package static let length = 28
}
