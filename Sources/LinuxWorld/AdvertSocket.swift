import CLinux
import Glibc
import Wire
import World

/// The raw socket of a channel. It closes when its last listener goes.
final class AdvertSocket: @unchecked Sendable {
  /// Octets of receive buffer: some thousand adverts, what a large site sends during a stall of many seconds.
  private static let receiveBuffer: Int32 = 4 << 20
  /// The largest advert is one of 255 IPv6 addresses, 4,088 octets.
  private static let packetSize = 4608
  /// Packets received with one call, and calls in one turn.
  private static let packetsInBatch = 16
  private static let batches = 4
  /// Where the checksum is in a VRRP packet (RFC 9568 §5.2).
  private static let checksumOffset: Int32 = 6
  /// The length of keepalived's authentication header: a digest of 96 bits (RFC 2402, RFC 2403).
  private static let authenticationHeader = 24

  /// Somebody who hears the channel.
  final class Listener {
    fileprivate let receive: @Sendable (ReceivedAdvert) -> Void
    fileprivate var isOpen = true
    /// The virtual routers it wants to hear of; nil for all.
    fileprivate var virtualRouters: Set<UInt8>?

    fileprivate init(_ receive: @escaping @Sendable (ReceivedAdvert) -> Void) {
      self.receive = receive
    }
  }

  let channel: AdvertChannel
  private let descriptor: Descriptor
  private let batch: PacketBatch
  private var watch: Watch?
  private var listeners: [Listener] = []
  /// Who hears a packet, by its virtual router; made when the first one comes.
  private var audiences: [UInt8: [Listener]] = [:]
  private var identification: UInt16 = 0
  /// Told of packets for virtual routers that no listener wants; without it the kernel drops them.
  var strangers: (@Sendable (UInt8, ReceivedAdvert) -> Void)? {
    didSet { setFilter() }
  }
  /// What the kernel lets pass; nil for everything.
  private var passing: Set<UInt8>?

  /// Room for packets, which the channels of one reactor share.
  static func batch() throws(SystemFailure) -> PacketBatch {
    guard let batch = PacketBatch(capacity: packetsInBatch, size: packetSize) else {
      throw SystemFailure("malloc", code: ENOMEM)
    }
    return batch
  }

  init(_ channel: AdvertChannel, on reactor: Reactor, into batch: PacketBatch) throws(SystemFailure) {
    self.channel = channel
    self.batch = batch
    let subject = "protocol \(channel.transport) on interface \(channel.interface)"
    let family = channel.family.number
    descriptor = Descriptor(
      try succeed("socket", about: subject, linux_socket(Int32(linux_raw.rawValue), family, Int32(channel.transport))))
    let socket = descriptor.number
    if channel.interface != 0 {
      try succeed("SO_BINDTOIFINDEX", about: subject, linux_bind_to_interface(socket, channel.interface))
    }
    let checksum = channel.transport == 112 ? Self.checksumOffset : -1
    try succeed(
      "setsockopt", about: subject, linux_prepare_advert_socket(socket, family, channel.interface, checksum))
    if let group = channel.group {
      let group = linux_endpoint(group, scope: channel.interface)
      try succeed("bind", about: "\(channel.group?.description ?? "") \(subject)", linux_bind(socket, group))
      try succeed("join group", about: subject, linux_join_group(socket, group, channel.interface))
    }
    linux_receive_buffer(socket, Self.receiveBuffer)
    watch = try reactor.watch(socket, .readable) { [weak self] _ in self?.receive() }
  }

  deinit {
    watch?.cancel()
  }

  func addListener(_ receive: @escaping @Sendable (ReceivedAdvert) -> Void) -> Listener {
    let listener = Listener(receive)
    listeners.append(listener)
    changedListeners()
    return listener
  }

  func remove(_ listener: Listener) {
    listener.isOpen = false
    listeners.removeAll { $0 === listener }
    changedListeners()
  }

  func set(_ listener: Listener, _ virtualRouters: Set<UInt8>) {
    guard listener.virtualRouters != virtualRouters else { return }
    listener.virtualRouters = virtualRouters
    changedListeners()
  }

  private func changedListeners() {
    audiences = [:]
    setFilter()
  }

  /// Has the kernel drop what no listener wants. When it cannot, everything is heard and judged, as without.
  private func setFilter() {
    let sets = listeners.map(\.virtualRouters)
    let all = strangers != nil || sets.contains(nil) ? nil : sets.reduce(into: Set<UInt8>()) { $0.formUnion($1 ?? []) }
    guard all != passing, !listeners.isEmpty else { return }
    let wanted = (all ?? []).sorted()
    let outcome = unsafe wanted.withUnsafeBufferPointer { wanted in
      unsafe linux_filter_virtual_routers(
        descriptor.number, channel.family.number, Int32(channel.transport), wanted.baseAddress,
        all == nil ? -1 : Int32(wanted.count))
    }
    passing = outcome < 0 ? nil : all
  }

  /// The virtual router a packet is for; nil when it is too short to tell.
  private func virtualRouter(of advert: ReceivedAdvert) -> UInt8? {
    let octets = channel.transport == 51 ? advert.payload.dropFirst(Self.authenticationHeader) : advert.payload
    return octets.dropFirst().first
  }

  /// Without this each of the hundreds of groups on a busy channel would be called for each packet of each.
  private func audience(of advert: ReceivedAdvert) -> [Listener] {
    // What is too short to tell is for everybody to judge and to count.
    guard let router = virtualRouter(of: advert) else { return listeners }
    if let audience = audiences[router] { return audience }
    let audience = listeners.filter { $0.virtualRouters?.contains(router) ?? true }
    audiences[router] = audience
    return audience
  }

  /// Tells of a packet that nobody wants, where somebody listens at all.
  private func tellOfStranger(_ advert: ReceivedAdvert) {
    guard let strangers, let router = virtualRouter(of: advert),
      listeners.contains(where: { $0.virtualRouters?.isEmpty == false })
    else { return }
    strangers(router, advert)
  }

  func send(_ advert: OutgoingAdvert) throws(SystemFailure) {
    let to = linux_endpoint(advert.destination, scope: channel.interface)
    let directly: Int32 = advert.destination.isMulticast ? 1 : 0
    let sent: Int
    switch (advert.source, advert.destination) {
    case (.v4(let source), .v4(let destination)):
      identification = identification == .max ? 1 : identification + 1
      let header = IPv4Header(
        source: source, destination: destination, transport: channel.transport, timeToLive: advert.timeToLive,
        identification: advert.identification ?? identification, payloadLength: advert.payload.count)
      let packet = header.encoded + advert.payload
      sent = unsafe packet.withUnsafeBytes { octets in
        unsafe linux_send_packet(descriptor.number, octets.baseAddress, octets.count, to, directly)
      }
    case (.v6, .v6):
      let from = linux_endpoint(advert.source, scope: channel.interface)
      sent = unsafe advert.payload.withUnsafeBytes { octets in
        unsafe linux_send_payload(
          descriptor.number, octets.baseAddress, octets.count, to, from, channel.interface, Int32(advert.timeToLive),
          directly)
      }
    case (.v4, .v6), (.v6, .v4):
      sent = -Int(EAFNOSUPPORT)
    }
    try succeed("sendto", about: "\(advert.destination) on interface \(channel.interface)", sent)
  }

  private func receive() {
    for _ in 0..<Self.batches {
      let count = batch.receive(from: descriptor.number)
      for index in 0..<count {
        // An IPv6 socket without group hears every group that others joined, whatever IPV6_MULTICAST_ALL says.
        guard let advert = advert(at: index), channel.group != nil || !advert.destination.isMulticast else { continue }
        let audience = audience(of: advert)
        // A listener may close itself or others while it is called.
        for listener in audience where listener.isOpen { listener.receive(advert) }
        if audience.isEmpty { tellOfStranger(advert) }
      }
      guard count == batch.capacity else { return }
    }
  }

  private func advert(at index: Int) -> ReceivedAdvert? {
    guard let (packet, octets) = unsafe batch.packet(index) else { return nil }
    switch channel.family {
    case .ipv4:
      guard let header = IPv4Header(octets) else { return nil }
      return ReceivedAdvert(
        source: .v4(header.source), destination: .v4(header.destination), timeToLive: header.timeToLive,
        header: octets.prefix(header.headerLength), payload: octets.dropFirst(header.headerLength))
    case .ipv6:
      guard let source = unsafe packet.source.address, let destination = unsafe packet.destination.address
      else { return nil }
      return ReceivedAdvert(
        source: source, destination: destination, timeToLive: UInt8(exactly: unsafe packet.hop_limit), payload: octets)
    }
  }
}
