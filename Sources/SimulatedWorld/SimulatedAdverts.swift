package import Wire
package import World

/// An open socket for adverts.
final class SimulatedAdvertPort: AdvertPort, @unchecked Sendable {
  /// Packets that fit into the socket's buffer; the newest are dropped.
  static let capacity = 256

  let channel: AdvertChannel
  private let host: SimulatedHost
  private let loop: SimulatedLoop
  private var receive: (@Sendable (ReceivedAdvert) -> Void)?
  private var waiting = 0

  init(
    _ channel: AdvertChannel, _ host: SimulatedHost, _ loop: SimulatedLoop,
    _ receive: @escaping @Sendable (ReceivedAdvert) -> Void
  ) {
    (self.channel, self.host, self.loop, self.receive) = (channel, host, loop, receive)
  }

  func send(_ advert: OutgoingAdvert) throws(SystemFailure) {
    guard let link = host.links[channel.interface] else { throw SimulatedHost.noDevice("sendto") }
    guard link.isUp else { throw SimulatedHost.failure("sendto", 100, "Network is down") }
    guard host.holds(advert.source) else { throw SimulatedHost.failure("sendto", 22, "Invalid argument") }
    guard let advert = loop.tampering.sending.map({ $0(advert) }) ?? advert else { return }
    let trace = host.timeline.trace
    trace.note(
      .sent, at: host.timeline.now, Trace.digest(advert.payload), Trace.digest(advert.source.octets),
      text: "\(host.name) sends \(describe(advert.payload[...])) from \(advert.source)")
    host.witness?.sent(advert, by: host, channel: channel)
    host.segments[channel.interface]?.transmit(
      .advert(advert, transport: channel.transport), from: host, index: channel.interface)
  }

  func close() {
    receive = nil
    host.ports.removeAll { $0 === self }
  }

  func take(_ advert: ReceivedAdvert, isIntact: Bool) {
    guard waiting < Self.capacity, loop.state != .dead else { return }
    host.witness?.queued(advert, at: host, channel: channel, isIntact: isIntact)
    guard let advert = loop.tampering.receiving.map({ $0(advert) }) ?? advert else { return }
    waiting += 1
    loop.read { [weak self] in
      self?.waiting -= 1
      self?.receive?(advert)
    }
  }
}

/// Opens sockets for adverts on a host.
package final class SimulatedAdvertTransport: AdvertTransport, @unchecked Sendable {
  private let host: SimulatedHost
  private let loop: SimulatedLoop
  private var ports: [SimulatedAdvertPort] = []

  /// The sockets of one process.
  package init(_ host: SimulatedHost, _ loop: SimulatedLoop) {
    self.host = host
    self.loop = loop
  }

  /// Opens a socket.
  package func open(
    _ channel: AdvertChannel, receive: @escaping @Sendable (ReceivedAdvert) -> Void
  ) throws(SystemFailure) -> any AdvertPort {
    guard channel.interface == 0 || host.links[channel.interface] != nil else {
      throw SimulatedHost.noDevice("setsockopt")
    }
    let port = SimulatedAdvertPort(channel, host, loop, receive)
    host.ports.append(port)
    ports.append(port)
    return port
  }

  /// Sends an announcement.
  package func announce(_ announcement: Announcement, interface: Int32) throws(SystemFailure) {
    guard let link = host.links[interface] else { throw SimulatedHost.noDevice("sendto") }
    guard link.isRunning else { throw SimulatedHost.failure("sendto", 100, "Network is down") }
    if loop.tampering.announcing?(announcement) == false { return }
    host.timeline.trace.note(
      .announced, at: host.timeline.now, Trace.digest(announcement.address.octets),
      announcement.hardwareAddress.rawValue,
      text: "\(host.name) announces \(announcement.address) at \(announcement.hardwareAddress)")
    host.segments[interface]?.transmit(.announcement(announcement), from: host, index: interface)
  }

  /// The process is gone, and with it its sockets.
  package func close() {
    for port in ports { port.close() }
    ports = []
  }

  /// How many sockets are open.
  package var openCount: Int { host.ports.count { port in ports.contains { $0 === port } } }
}

extension SimulatedHost {
  /// A packet from the wire goes to every socket that listens for it.
  func receive(_ advert: ReceivedAdvert, index: Int32, transport: UInt8, isIntact: Bool) {
    guard links[index]?.isRunning == true else { return }
    let isForUs = advert.destination.isMulticast || holds(advert.destination)
    guard isForUs else { return }
    timeline.trace.note(
      .queued, at: timeline.now, Trace.digest(advert.payload), nameDigest,
      text: "\(name) gets \(describe(advert.payload)) from \(advert.source)" + (isIntact ? "" : ", damaged"))
    for port in ports {
      let channel = port.channel
      guard channel.interface == index || channel.interface == 0, channel.transport == transport,
        channel.family == advert.destination.family,
        advert.destination.isMulticast ? channel.group == advert.destination : channel.group == nil
      else { continue }
      port.take(advert, isIntact: isIntact)
    }
  }
}

/// An advert in a few words.
private func describe(_ payload: ArraySlice<UInt8>) -> String {
  let octets = Array(payload.prefix(3))
  guard octets.count == 3 else { return "something" }
  return "advert \(octets[0] >> 4) vrid \(octets[1]) priority \(octets[2])"
}
