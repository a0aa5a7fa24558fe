package import Wire

/// A packet for a router as the network delivered it, unchecked.
package struct ReceivedPacket: Hashable, Sendable {
  /// The sender according to the IP header.
  package var source: IPAddress
  /// The destination according to the IP header.
  package var destination: IPAddress
  /// TTL or hop limit on arrival; nil when the kernel did not say, which counts as wrong where it matters.
  package var timeToLive: UInt8?
  /// The octets of the IPv4 header; empty for IPv6, or when unknown.
  package var header: ArraySlice<UInt8>
  /// What follows the IP header.
  package var payload: ArraySlice<UInt8>

  /// A packet from `source`.
  package init(
    source: IPAddress, destination: IPAddress, timeToLive: UInt8?, header: ArraySlice<UInt8> = [],
    payload: ArraySlice<UInt8>
  ) {
    self.source = source
    self.destination = destination
    self.timeToLive = timeToLive
    self.header = header
    self.payload = payload
  }

  /// The VRID the packet is for, found behind an authentication header too; nil when it is too short to have one.
  package static func virtualRouter(in payload: ArraySlice<UInt8>, transport: UInt8) -> UInt8? {
    let message = transport == AuthenticationHeader.transport ? payload.dropFirst(AuthenticationHeader.length) : payload
    return message.dropFirst().first
  }
}

/// An advert to be sent.
package struct OutgoingPacket: Hashable, Sendable {
  /// The name of the interface it leaves by; nil where routing decides.
  package var interface: String?
  /// The IP protocol number: 112, or 51 with an authentication header.
  package var transport: UInt8
  /// The source address.
  package var source: IPAddress
  /// The group or the peer.
  package var destination: IPAddress
  /// TTL or hop limit.
  package var timeToLive: UInt8
  /// The identification of the IPv4 header where the authentication header covers it; else nil.
  package var identification: UInt16?
  /// What follows the IP header.
  package var payload: [UInt8]

  /// An advert to `destination`.
  package init(
    interface: String?, transport: UInt8 = 112, source: IPAddress, destination: IPAddress, timeToLive: UInt8,
    identification: UInt16? = nil, payload: [UInt8]
  ) {
    self.identification = identification
    self.interface = interface
    self.transport = transport
    self.source = source
    self.destination = destination
    self.timeToLive = timeToLive
    self.payload = payload
  }
}
