package import Wire

/// `bfd_instance`: a session with a neighbour (RFC 5880).
package struct BFDInstance: Equatable, Sendable {
  /// Name used in `track_bfd` and BFD_CHECK, at most 31 octets.
  package var name: String
  /// Local address; nil lets the kernel choose.
  package var sourceAddress: IPAddress?
  /// The neighbour's address; nil only in an instance that is dropped.
  package var neighborAddress: IPAddress?
  /// Shortest interval between packets we can accept, resolution a microsecond, 1 to 4,294,967 ms.
  package var minimumReceiveInterval = Duration.milliseconds(10)
  /// Shortest interval at which we send, 1 to 4,294,967 ms.
  package var minimumTransmitInterval = Duration.milliseconds(10)
  /// Interval at which we send while the session is not up, 1,000 to 4,294,967 ms.
  package var idleTransmitInterval = Duration.milliseconds(1000)
  /// Missed packets before the session is down, 1 to 255.
  package var multiplier = 5
  /// Whether the neighbour has to begin.
  package var isPassive = false
  /// TTL or hop limit of what we send, 1 to 255; 255 for IPv4 and 64 for IPv6 when not written.
  @Inherited package var timeToLive = 255
  /// Most routers between neighbour and us, -1 to 255; 255 checks nothing.
  package var maximumHops = 0
  /// Whether the multihop port 4784 is used (RFC 5883) rather than 3784.
  package var isMultihop = false
  /// Default weight of its trackers, -253 to 253; 0 sends them to FAULT.
  package var weight = 0
  /// Whether the sense of the weight is turned round.
  package var reverse = false
  /// Whether VRRP instances may follow it.
  @Inherited package var servesVRRP = true
  /// Whether health checks may follow it.
  @Inherited package var servesCheckers = true
  /// Where it was written.
  package var origin: Origin

  /// A session of which only the name is known.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}
