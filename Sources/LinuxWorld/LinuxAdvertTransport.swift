import CLinux
import Glibc
package import Wire
package import World

// Raw sockets for adverts
//
// One socket for each channel, shared by all routers on it, for sending and receiving. keepalived has two, because the
// sending one would queue every packet it does not want; ours wants them.
//
// Receiving. The socket is bound to its interface and, when the channel has a group, to the group: unicast adverts do not
// reach it. A channel without group hears unicast only: IP_MULTICAST_ALL is off, and for IPv6, where the kernel does not
// heed that for raw sockets, we look at the destination. The kernel checks the VRRP checksum of IPv6 packets
// (IPV6_CHECKSUM) and drops what is wrong; everything else is judged by the protocol. Own packets do not come back (loop
// off). The kernel drops packets of virtual routers that are not ours (SO_ATTACH_FILTER). Packets come in batches, and a
// batch has an end, so that a flood on one channel does not starve the others.
//
// Sending. IPv4 packets carry their own header (IP_HDRINCL), because the source of an advert is the protocol's choice: it
// may be an address that is not on this host any more. For IPv6, IPV6_PKTINFO and IPV6_FREEBIND do the same. Multicast goes
// out directly (MSG_DONTROUTE), so no routing table can lead it astray; unicast is routed. The identification of IPv4
// packets counts, as keepalived's does.
//
// Announcements. Whole frames through a packet socket of protocol 0, which never receives anything.
//
// Sources: RFC 9568 §5.1, ip(7), ipv6(7), packet(7).

/// Adverts over raw sockets, announcements over a packet socket.
package final class LinuxAdvertTransport: AdvertTransport, @unchecked Sendable {
  private final class Reference {
    weak var socket: AdvertSocket?
    init(_ socket: AdvertSocket) { self.socket = socket }
  }

  private let reactor: Reactor
  private var sockets: [AdvertChannel: Reference] = [:]
  private var frames: Descriptor?
  private var batch: PacketBatch?
  private var strangers: (@Sendable (UInt8, ReceivedAdvert, AdvertChannel) -> Void)?

  /// A transport whose packets arrive on a reactor.
  package init(_ reactor: Reactor) {
    self.reactor = reactor
  }

  /// Opens a channel, or shares the socket of one that is open.
  package func open(
    _ channel: AdvertChannel, receive: @escaping @Sendable (ReceivedAdvert) -> Void
  ) throws(SystemFailure) -> any AdvertPort {
    // Whoever takes addresses over shall not begin with a socket, nor find that no descriptor is left. The announcement
    // itself tells what fails.
    _ = try? frameSocket()
    let socket: AdvertSocket
    if let shared = sockets[channel]?.socket {
      socket = shared
    } else {
      socket = try AdvertSocket(channel, on: reactor, into: room())
      sockets = sockets.filter { $0.value.socket != nil }
      sockets[channel] = Reference(socket)
      tellOfStrangers(socket)
    }
    return SharedAdvertPort(socket, receive)
  }

  /// Has somebody told of adverts for virtual routers to which nobody listens (`log_unknown_vrids`), with the VRID. With
  /// nil, as at the start, the kernel drops them unseen.
  package func tellOfStrangers(_ tell: (@Sendable (UInt8, ReceivedAdvert, AdvertChannel) -> Void)?) {
    strangers = tell
    for socket in sockets.values.compactMap(\.socket) { tellOfStrangers(socket) }
  }

  private func tellOfStrangers(_ socket: AdvertSocket) {
    // What comes under other protocol numbers is none of the standard's adverts.
    guard [51, 112].contains(socket.channel.transport) else { return }
    guard let tell = strangers else { return socket.strangers = nil }
    let channel = socket.channel
    socket.strangers = { router, advert in tell(router, advert, channel) }
  }

  /// Sends the frame of an announcement; it never waits.
  package func announce(_ announcement: Announcement, interface: Int32) throws(SystemFailure) {
    let descriptor = try frameSocket()
    let frame = announcement.frame
    let sent = unsafe frame.withUnsafeBytes { octets in
      unsafe linux_send_frame(descriptor.number, octets.baseAddress, octets.count, interface)
    }
    try succeed("sendto", about: "announcement of \(announcement.address) on interface \(interface)", sent)
  }

  private func room() throws(SystemFailure) -> PacketBatch {
    if let batch { return batch }
    let new = try AdvertSocket.batch()
    batch = new
    return new
  }

  private func frameSocket() throws(SystemFailure) -> Descriptor {
    if let frames { return frames }
    let descriptor = Descriptor(try succeed("socket", about: "AF_PACKET", linux_frame_socket()))
    frames = descriptor
    return descriptor
  }
}

/// One router's end of a channel.
private final class SharedAdvertPort: AdvertPort, @unchecked Sendable {
  private let channel: AdvertChannel
  private let listener: AdvertSocket.Listener
  private var socket: AdvertSocket?

  init(_ socket: AdvertSocket, _ receive: @escaping @Sendable (ReceivedAdvert) -> Void) {
    self.socket = socket
    channel = socket.channel
    listener = socket.addListener(receive)
  }

  func send(_ advert: OutgoingAdvert) throws(SystemFailure) {
    guard let socket else {
      throw SystemFailure("sendto", code: EBADF, subject: "\(advert.destination) on interface \(channel.interface)")
    }
    try socket.send(advert)
  }

  func listen(to virtualRouters: Set<UInt8>) { socket?.set(listener, virtualRouters) }

  func close() {
    socket?.remove(listener)
    socket = nil
  }

  deinit {
    close()
  }
}
