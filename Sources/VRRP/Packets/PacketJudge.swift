package import Machines
package import Wire

/// Decides whether a received packet is to be believed: the checks of RFC 9568 §7.1 in keepalived's order, each of which
/// refuses with a reason of its own. It changes nothing.
package struct PacketJudge: Sendable {
  /// What a believed packet says.
  package struct Verdict: Hashable, Sendable {
    /// The message.
    package var advert: Advertisement
    /// Whether its checksum had the form that is not configured here.
    package var hasOtherChecksumForm: Bool
    /// Whether it names the addresses configured here, in whatever order.
    package var namesOurAddresses: Bool
  }

  /// A packet that was believed. The same octets from the same sender are believed again unread: that is what nearly
  /// all adverts are.
  struct Memory: Hashable {
    let packet: ReceivedPacket
    let verdict: Verdict

    /// Nil where each packet has to prove itself anew.
    init?(_ packet: ReceivedPacket, _ verdict: Verdict, under authentication: Authentication) {
      guard !authentication.changesEachPacket else { return nil }
      (self.packet, self.verdict) = (packet, verdict)
    }

    /// Whether the packet differs in nothing that is judged.
    func covers(_ other: ReceivedPacket) -> Bool { packet.isJudged(like: other) }
  }

  /// The router's settings.
  package var settings: RouterSettings
  /// The address the router sends from.
  package var ownAddress: IPAddress?
  /// The wall clock, which signatures refer to.
  package var wallTime: WallTime

  /// A judge for one router.
  package init(settings: RouterSettings, ownAddress: IPAddress?, wallTime: WallTime = WallTime(nanoseconds: 0)) {
    self.settings = settings
    self.ownAddress = ownAddress
    self.wallTime = wallTime
  }

  /// Judges a packet.
  ///
  /// - Parameter authentication: Remembers what signatures were seen; changes only when the packet passes that check.
  package func judge(
    _ packet: ReceivedPacket, authentication: inout AuthenticationState
  ) throws(RejectReason) -> Verdict {
    let message = try split(packet)
    guard packet.source != ownAddress else { throw .ownAddress }
    if packet.source.family == .ipv6, packet.destination.isMulticast == settings.isUnicast { throw .wrongChannel }
    let parts = try checkLength(packet, message)
    if !settings.isUnicast, packet.timeToLive != 255 { throw .timeToLive }
    guard parts.version == settings.version else { throw .version }
    try authentication.verifyTrailer(parts, of: packet, settings: settings, at: wallTime)
    guard let advert = Advertisement(parts.message, family: packet.source.family) else { throw .length }
    try checkAuthentication(advert, packet, authentication: &authentication)
    if settings.version == .two, advert.interval != settings.advertisedInterval { throw .interval }
    guard parts.type == 1 else { throw .type }
    try checkTotalLength(packet)
    let hasOtherForm = try checkChecksum(parts, packet)
    guard packet.destination.isMulticast != settings.isUnicast else { throw .delivery }
    if settings.isOwner, settings.ownerIgnoresAdverts { throw .ignoredByOwner }
    try checkPeer(packet)
    return Verdict(
      advert: advert, hasOtherChecksumForm: hasOtherForm, namesOurAddresses: namesOurAddresses(advert))
  }

  /// Whether an advert names the addresses configured here, in whatever order.
  package func namesOurAddresses(_ advert: Advertisement) -> Bool {
    let ours = settings.addresses.prefix(255).map(\.address)
    return advert.addresses.count == ours.count && (advert.addresses == ours || Set(advert.addresses) == Set(ours))
  }
}

extension PacketJudge {
  /// A message and what stands behind it.
  struct Parts {
    var version: RouterSettings.Version
    var type: UInt8
    /// The VRRP message proper.
    var message: ArraySlice<UInt8>
    /// What follows it: nothing, or the HMAC trailer.
    var trailer: ArraySlice<UInt8>
  }

  /// The message behind the authentication header, if there is to be one.
  private func split(_ packet: ReceivedPacket) throws(RejectReason) -> ArraySlice<UInt8> {
    guard case .header = settings.authentication else {
      guard packet.payload.count >= Advertisement.headerLength else { throw .incomplete }
      return packet.payload
    }
    guard packet.payload.first == 112 else { throw .headerMismatch }
    let message = packet.payload.dropFirst(AuthenticationHeader.length)
    guard message.count >= Advertisement.headerLength else { throw .incomplete }
    return message
  }

  /// The length has to be what the address count says. It is computed by the packet's own version, so that a router of
  /// another version is refused for its version and not for its length.
  private func checkLength(_ packet: ReceivedPacket, _ message: ArraySlice<UInt8>) throws(RejectReason) -> Parts {
    let head = Array(message.prefix(Advertisement.headerLength))
    guard let version = RouterSettings.Version(rawValue: head[0] >> 4) else { throw .version }
    let length = Advertisement.length(
      version: version, family: packet.source.family, addressCount: Int(head[3]))
    let rest = message.dropFirst(length)
    let mayHaveTrailer =
      if case .trailer = settings.authentication { true } else { false }
    guard message.count >= length, rest.isEmpty || (mayHaveTrailer && rest.count == MessageTrailer.length) else {
      throw .length
    }
    return Parts(version: version, type: head[0] & 15, message: message.prefix(length), trailer: rest)
  }

  private func checkAuthentication(
    _ advert: Advertisement, _ packet: ReceivedPacket, authentication: inout AuthenticationState
  ) throws(RejectReason) {
    guard settings.version == .two else { return }
    guard advert.authenticationType <= 2 else { throw .authenticationType }
    guard advert.authenticationType == settings.authentication.typeNumber else { throw .authenticationMismatch }
    switch settings.authentication {
    case .none, .trailer: break
    case .password(let password):
      guard isSameSecret(advert.authenticationData, paddedSecret(password)) else { throw .authenticationFailure }
    case .header(let key):
      try authentication.verifyHeader(of: packet, key: key)
    }
  }

  private func checkTotalLength(_ packet: ReceivedPacket) throws(RejectReason) {
    guard let header = IPv4Header(packet.header) else { return }
    guard Int(header.totalLength) == header.headerLength + packet.payload.count else { throw .totalLength }
  }

  private func checkChecksum(_ parts: Parts, _ packet: ReceivedPacket) throws(RejectReason) -> Bool {
    func isIntact(_ form: RouterSettings.ChecksumForm) -> Bool {
      // Over IPv6 the kernel sums the whole payload, so that a trailer is covered too.
      let covered = packet.source.family == .ipv6 ? packet.payload : parts.message
      return Advertisement.checksum(
        of: covered, version: parts.version, source: packet.source, destination: packet.destination, form: form) == 0
    }
    if isIntact(settings.checksumForm) { return false }
    var others: [RouterSettings.ChecksumForm] = [.pseudoHeader, .messageOnly]
    if settings.isUnicast { others.append(.groupHeader) }
    guard others.contains(where: { $0 != settings.checksumForm && isIntact($0) }) else { throw .checksum }
    return true
  }

  private func checkPeer(_ packet: ReceivedPacket) throws(RejectReason) {
    guard case .unicast(let peers, _) = settings.delivery, settings.checksUnicastSource else { return }
    guard let peer = peers.first(where: { $0.address == packet.source }) else { throw .unknownPeer }
    guard peer.timeToLive == 0...255 || packet.timeToLive.map(peer.timeToLive.contains) == true else {
      throw .peerTimeToLive
    }
  }
}

extension ReceivedPacket {
  /// Whether the packet differs in nothing that is judged, where no signature covers the IPv4 header. Of that header it
  /// is what the length is computed from.
  func isJudged(like other: ReceivedPacket) -> Bool {
    payload == other.payload && source == other.source && destination == other.destination
      && timeToLive == other.timeToLive && header.count == other.header.count
      && header.prefix(4) == other.header.prefix(4)
  }
}

/// A password as it stands in the message: cut or padded with zeros to eight octets.
func paddedSecret(_ secret: [UInt8]) -> [UInt8] {
  Array(secret.prefix(8)) + [UInt8](repeating: 0, count: max(0, 8 - secret.count))
}

/// Compares in a time that does not tell where the first difference is.
func isSameSecret(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
}
