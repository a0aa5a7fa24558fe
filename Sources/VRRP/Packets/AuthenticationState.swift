import Machines
import Wire

/// What a router remembers of signatures, sent and received.
package struct AuthenticationState: Hashable, Sendable {
  /// The highest number accepted from a sender.
  struct Mark: Hashable, Sendable {
    var source: IPAddress
    var sequence: UInt64
  }

  /// Senders whose marks are kept, the latest last. A group has few members; forged packets make no marks.
  private static var markCapacity: Int { 16 }

  var marks: [Mark] = []
  var lastSent: UInt64 = 0

  /// Nothing seen, nothing sent.
  package init() {}

  /// The number for the next advert: that of the clock, but always more than the last one. When the last one is far
  /// ahead, because the clock was set back, the clock is followed: the receivers forget by their clocks too.
  mutating func nextSequence(at wallTime: WallTime, window: Duration) -> UInt64 {
    let clock = Self.sequence(of: wallTime)
    let limit = clock &+ UInt64(clamping: window.components.seconds) << 32
    lastSent = Self.isAfter(lastSent, limit) || Self.isAfter(clock, lastSent) ? clock : lastSent &+ 1
    return lastSent
  }

  /// Checks the HMAC trailer of a message, in the order that tells the operator most.
  mutating func verifyTrailer(
    _ parts: PacketJudge.Parts, of packet: ReceivedPacket, settings: RouterSettings, at wallTime: WallTime
  ) throws(RejectReason) {
    guard case .trailer(let trailer) = settings.authentication else { return }
    if parts.trailer.isEmpty {
      guard trailer.mode != .enforce else { throw .trailerMissing }
      return
    }
    guard let received = MessageTrailer(parts.trailer) else { throw .trailerMalformed }
    let window = trailer.effectiveWindow(interval: settings.interval).components.seconds
    if trailer.replayProtection == .time {
      let distance = Int64(received.seconds) - wallTime.seconds
      guard distance.magnitude <= UInt64(clamping: window) else { throw .trailerStale }
    }
    guard let secret = trailer.keys[received.key] else { throw .trailerUnknownKey }
    guard received.isGenuine(for: parts.message, from: packet.source, secret: secret) else { throw .trailerInvalid }
    try remember(received, from: packet.source, trailer, window: window, at: wallTime)
  }

  private mutating func remember(
    _ received: MessageTrailer, from source: IPAddress, _ trailer: TrailerSettings, window: Int64, at wallTime: WallTime
  ) throws(RejectReason) {
    let index = marks.firstIndex { $0.source == source }
    if let index {
      let mark = marks[index].sequence
      // With clocks a mark older than the window protects nothing that the window does not.
      let isForgotten = trailer.replayProtection == .time && wallTime.seconds - Int64(mark >> 32) > window
      guard isForgotten || Self.isAfter(received.sequence, mark) else { throw .trailerReplayed }
      marks.remove(at: index)
    } else if marks.count >= Self.markCapacity {
      marks.removeFirst()
    }
    marks.append(Mark(source: source, sequence: received.sequence))
  }

  /// Checks the authentication header before a message. The sender's number has to grow; ours follows the greatest
  /// heard, so that others accept us when we take over.
  mutating func verifyHeader(of packet: ReceivedPacket, key: [UInt8]) throws(RejectReason) {
    guard let header = AuthenticationHeader(packet.payload), header.isGenuine(for: packet, key: key) else {
      throw .authenticationFailure
    }
    if let index = marks.firstIndex(where: { $0.source == packet.source }) {
      guard UInt64(header.sequence) > marks[index].sequence else { throw .authenticationFailure }
      marks.remove(at: index)
    } else if marks.count >= Self.markCapacity {
      marks.removeFirst()
    }
    marks.append(Mark(source: packet.source, sequence: UInt64(header.sequence)))
    lastSent = max(lastSent, UInt64(header.sequence))
  }

  /// The number for the next advert with authentication header: it grows, after a restart too, because it is no smaller
  /// than the clock's seconds, and there is no more than one advert of version 2 in a second.
  mutating func nextHeaderSequence(at wallTime: WallTime) -> UInt32 {
    lastSent = max(lastSent &+ 1, UInt64(clamping: wallTime.seconds)) & 0xFFFF_FFFF
    return UInt32(truncatingIfNeeded: lastSent)
  }

  /// Seconds, 1/65536 s and a counter of zero.
  private static func sequence(of wallTime: WallTime) -> UInt64 {
    let nanoseconds = UInt64(clamping: wallTime.nanoseconds)
    let fraction = (nanoseconds % 1_000_000_000) << 16 / 1_000_000_000
    return (nanoseconds / 1_000_000_000) << 32 | fraction << 16
  }

  /// Serial number arithmetic (RFC 1982) over 64 bits.
  private static func isAfter(_ left: UInt64, _ right: UInt64) -> Bool {
    Int64(truncatingIfNeeded: left &- right) > 0
  }
}

extension TrailerSettings {
  /// How far clocks may differ: as configured, else the larger of three intervals and five seconds.
  func effectiveWindow(interval: Duration) -> Duration {
    window ?? max(interval * 3, .seconds(5))
  }
}
