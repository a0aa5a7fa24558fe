package import Wire

/// Where adverts of one family are sent and heard on one interface.
package struct AdvertChannel: Hashable, Sendable {
  /// Index of the interface.
  package var interface: Int32
  /// The family of the packets.
  package var family: AddressFamily
  /// The group to join; nil for a channel of unicast only.
  package var group: IPAddress?
  /// The IP protocol number: 112, or 51 with authentication header.
  package var transport: UInt8

  /// A channel on an interface.
  package init(interface: Int32, family: AddressFamily, group: IPAddress?, transport: UInt8 = 112) {
    self.interface = interface
    self.family = family
    self.group = group
    self.transport = transport
  }
}

/// A VRRP packet as it came from the network, unchecked.
package struct ReceivedAdvert: Hashable, Sendable {
  /// The sender according to the IP header.
  package var source: IPAddress
  /// The destination according to the IP header.
  package var destination: IPAddress
  /// TTL or hop limit on arrival; nil when the kernel did not say.
  package var timeToLive: UInt8?
  /// For IPv4 the octets of the IP header, which authentication and length checks need; empty for IPv6.
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
}

/// A VRRP packet to be sent.
package struct OutgoingAdvert: Hashable, Sendable {
  /// The source address.
  package var source: IPAddress
  /// The group or the peer.
  package var destination: IPAddress
  /// TTL or hop limit.
  package var timeToLive: UInt8
  /// The identification of the IPv4 header, where a signature covers it; nil for the next one of the channel.
  package var identification: UInt16?
  /// What follows the IP header.
  package var payload: [UInt8]

  /// A packet to `destination`.
  package init(
    source: IPAddress, destination: IPAddress, timeToLive: UInt8 = 255, identification: UInt16? = nil,
    payload: [UInt8]
  ) {
    self.identification = identification
    self.source = source
    self.destination = destination
    self.timeToLive = timeToLive
    self.payload = payload
  }
}

/// Raw sockets for VRRP.
package protocol AdvertTransport: AnyObject, Sendable {
  /// Opens a channel; the same channel asked for twice shares one socket. `receive` is called for every packet.
  func open(
    _ channel: AdvertChannel, receive: @escaping @Sendable (ReceivedAdvert) -> Void
  ) throws(SystemFailure) -> any AdvertPort

  /// Sends a gratuitous ARP or an unsolicited neighbour advertisement out of an interface.
  func announce(_ announcement: Announcement, interface: Int32) throws(SystemFailure)
}

/// An open channel. It closes when `close` is called or the last reference goes.
package protocol AdvertPort: AnyObject, Sendable {
  /// Sends a packet at once; it never waits.
  func send(_ advert: OutgoingAdvert) throws(SystemFailure)
  /// Says of which virtual routers packets are wanted; until then of all. What nobody wants need not be delivered, so that
  /// the adverts of a busy neighbour cost nothing.
  func listen(to virtualRouters: Set<UInt8>)
  /// Stops the calls to `receive`.
  func close()
}

extension AdvertPort {
  /// All packets are delivered, for a world without filters.
  package func listen(to virtualRouters: Set<UInt8>) {}
}
