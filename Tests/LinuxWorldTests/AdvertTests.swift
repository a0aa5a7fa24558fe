import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import Wire
import World

private let group4 = IPAddress("224.0.0.18")
private let group6 = IPAddress("ff02::12")

/// A VRRP packet of version 3 for IPv6 whose checksum the kernel fills in and checks.
private let payload: [UInt8] = [0x31, 7, 100, 1, 0, 100, 0, 0] + [UInt8](repeating: 9, count: 16)

private func address(_ text: String) -> IPAddress {
  IPAddress(text) ?? .v4(.any)
}

@Suite struct AdvertTests {
  let wired: Wired
  let reactor: Reactor
  let left: LinuxAdvertTransport
  let right: LinuxAdvertTransport

  init() throws {
    wired = try Wired()
    reactor = try Reactor()
    left = LinuxAdvertTransport(reactor)
    right = LinuxAdvertTransport(reactor)
  }

  func channels(
    _ family: AddressFamily, _ group: IPAddress?, transport: UInt8 = 112
  ) -> (left: AdvertChannel, right: AdvertChannel) {
    (
      AdvertChannel(interface: wired.leftIndex, family: family, group: group, transport: transport),
      AdvertChannel(interface: wired.rightIndex, family: family, group: group, transport: transport)
    )
  }

  @Test(arguments: [
    ("224.0.0.18", "192.0.2.1", "224.0.0.18", UInt8(255)), ("224.0.0.18", "192.0.2.1", "224.0.0.18", 64),
    (nil, "192.0.2.1", "192.0.2.2", 255), (nil, "192.0.2.99", "192.0.2.2", 7),
    ("ff02::12", "fe80::1", "ff02::12", 255), ("ff02::12", "fe80::1", "ff02::12", 64),
    (nil, "2001:db8::1", "2001:db8::2", 255), (nil, "2001:db8::99", "2001:db8::2", 7), (nil, "fe80::1", "fe80::2", 255),
  ])
  func `an advert arrives as it was sent`(
    group: String?, source: String, destination: String, timeToLive: UInt8
  ) throws {
    let received = Collected<ReceivedAdvert>()
    let own = Collected<ReceivedAdvert>()
    let (near, far) = channels(address(source).family, group.map(address))
    let sender = try wired.left.inside { try left.open(near) { own.append($0) } }
    let receiver = try wired.right.inside { try right.open(far) { received.append($0) } }
    let advert = OutgoingAdvert(
      source: address(source), destination: address(destination), timeToLive: timeToLive, payload: payload)
    try sender.send(advert)
    #expect(reactor.turns { received.count == 1 })
    let got = try #require(received.all.first)
    #expect(got.source == advert.source)
    #expect(got.destination == advert.destination)
    #expect(got.timeToLive == timeToLive)
    #expect(got.payload.dropFirst(8).elementsEqual(payload.dropFirst(8)))
    #expect(own.count == 0)
    if case .v4 = advert.source {
      let header = try #require(IPv4Header(got.header))
      #expect(header.typeOfService == 0xC0)
      #expect(header.transport == 112)
      #expect(Int(header.totalLength) == got.header.count + payload.count)
      #expect(got.header.count == 20)
      #expect(header.fragment == 0)
    } else {
      #expect(got.header.isEmpty)
      #expect(got.payload[got.payload.startIndex + 6] != 0 || got.payload[got.payload.startIndex + 7] != 0)
    }
    receiver.close()
  }

  @Test func `identifications of IPv4 packets count, unless the advert has its own`() throws {
    let received = Collected<UInt16>()
    let (near, far) = channels(.ipv4, group4)
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    let receiver = try wired.right.inside {
      try right.open(far) { received.append(IPv4Header($0.header)?.identification ?? 0) }
    }
    let advert = OutgoingAdvert(source: address("192.0.2.1"), destination: address("224.0.0.18"), payload: payload)
    for _ in 0..<3 { try sender.send(advert) }
    var signed = advert
    signed.identification = 4711
    try sender.send(signed)
    #expect(reactor.turns { received.count == 4 })
    #expect(received.all == [1, 2, 3, 4711])
    receiver.close()
  }

  @Test(arguments: [AddressFamily.ipv4, .ipv6])
  func `unicast and multicast channels of an interface do not hear each other's packets`(family: AddressFamily) throws {
    let group = family == .ipv4 ? group4 : group6
    let heard = Collected<String>()
    let (near, far) = channels(family, group)
    let (nearUnicast, farUnicast) = channels(family, nil)
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    let unicastSender = try wired.left.inside { try left.open(nearUnicast) { _ in } }
    let ports = try wired.right.inside {
      [
        try right.open(far) { _ in heard.append("multicast") },
        try right.open(farUnicast) { _ in heard.append("unicast") },
      ]
    }
    let source = address(family == .ipv4 ? "192.0.2.1" : "fe80::1")
    let peer = address(family == .ipv4 ? "192.0.2.2" : "fe80::2")
    try sender.send(OutgoingAdvert(source: source, destination: try #require(group), payload: payload))
    #expect(reactor.turns { heard.count == 1 })
    try unicastSender.send(OutgoingAdvert(source: source, destination: peer, payload: payload))
    #expect(reactor.turns { heard.count == 2 })
    #expect(heard.all == ["multicast", "unicast"])
    for port in ports { port.close() }
  }

  @Test func `a channel opened twice is one socket that both hear until they close`() throws {
    let heard = Collected<Int>()
    let (near, far) = channels(.ipv4, group4)
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    var before = 0
    var ports = try wired.right.inside {
      let first = try right.open(far) { _ in heard.append(1) }
      before = openDescriptors()
      return [first, try right.open(far) { _ in heard.append(2) }]
    }
    #expect(openDescriptors() == before)
    let advert = OutgoingAdvert(source: address("192.0.2.1"), destination: address("224.0.0.18"), payload: payload)
    try sender.send(advert)
    #expect(reactor.turns { heard.count == 2 })
    ports[0].close()
    #expect(throws: SystemFailure.self) { try ports[0].send(advert) }
    try sender.send(advert)
    #expect(reactor.turns { heard.count == 3 })
    #expect(heard.all == [1, 2, 2])
    ports.removeAll()
    #expect(openDescriptors() == before - 1)
  }

  @Test(arguments: [(AddressFamily.ipv4, UInt8(112)), (.ipv6, 112), (.ipv4, 51), (.ipv4, 253), (.ipv6, 253)])
  func `packets of virtual routers that nobody wants do not arrive`(family: AddressFamily, transport: UInt8) throws {
    let group = try #require(family == .ipv4 ? group4 : group6)
    let heard = Collected<UInt8>()
    let (near, far) = channels(family, group, transport: transport)
    // The identifier is the second octet of the message, which an authentication header may precede.
    let offset = transport == 51 ? 24 : 0
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    let ports = try wired.right.inside {
      try [Set<UInt8>([7, 9]), [8]].map { wanted in
        let port = try right.open(far) { heard.append($0.payload[$0.payload.startIndex + offset + 1]) }
        port.listen(to: wanted)
        return port
      }
    }
    func send(_ identifiers: [UInt8]) throws {
      for identifier in identifiers {
        var message = [UInt8](repeating: 0, count: offset) + payload
        message[offset + 1] = identifier
        let source = address(family == .ipv4 ? "192.0.2.1" : "fe80::1")
        try sender.send(OutgoingAdvert(source: source, destination: group, payload: message))
      }
    }
    try send([1, 7, 255, 8, 6, 9, 10])
    #expect(reactor.turns { heard.count == 3 }, "each is heard by who wants it")
    #expect(heard.all == [7, 8, 9])
    ports[0].close()
    try send([7, 9, 8])
    #expect(reactor.turns { heard.count == 4 })
    #expect(heard.all.last == 8)
    let all = try wired.right.inside { try right.open(far) { _ in heard.append(0) } }
    try send([77])
    #expect(reactor.turns { heard.count == 5 }, "somebody wants everything")
    #expect(heard.all.last == 0)
    all.close()
  }

  @Test func `packets of virtual routers that nobody wants are told of when asked for`() throws {
    let (heard, strangers) = (Collected<UInt8>(), Collected<UInt8>())
    let (near, far) = channels(.ipv4, group4)
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    right.tellOfStrangers { router, advert, channel in
      #expect(channel == far && advert.source == address("192.0.2.1"))
      strangers.append(router)
    }
    let port = try wired.right.inside { try right.open(far) { heard.append($0.payload[$0.payload.startIndex + 1]) } }
    func send(_ identifiers: [UInt8]) throws {
      for identifier in identifiers {
        var message = payload
        message[1] = identifier
        try sender.send(
          OutgoingAdvert(source: address("192.0.2.1"), destination: address("224.0.0.18"), payload: message))
      }
    }
    port.listen(to: [7])
    try send([77, 7, 78])
    #expect(reactor.turns { strangers.count == 2 })
    #expect(strangers.all == [77, 78] && heard.all == [7])
    right.tellOfStrangers(nil)
    try send([77, 7])
    #expect(reactor.turns { heard.count == 2 })
    #expect(strangers.count == 2)
    port.close()
  }

  @Test func `a full set of virtual routers passes`() throws {
    let heard = Collected<UInt8>()
    let (near, far) = channels(.ipv4, group4)
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    let port = try wired.right.inside { try right.open(far) { heard.append($0.payload[$0.payload.startIndex + 1]) } }
    port.listen(to: Set(1...255))
    for identifier in UInt8(0)...255 {
      var message = payload
      message[1] = identifier
      try sender.send(
        OutgoingAdvert(source: address("192.0.2.1"), destination: address("224.0.0.18"), payload: message))
    }
    #expect(reactor.turns { heard.count == 255 })
    #expect(heard.all == Array(1...255))
    port.close()
  }

  @Test func `thousands of adverts that came during a stall are all heard before an alarm rings`() throws {
    let heard = Collected<Int>()
    let (near, far) = channels(.ipv4, group4)
    let sender = try wired.left.inside { try left.open(near) { _ in } }
    let receiver = try wired.right.inside { try right.open(far) { _ in heard.append(0) } }
    let alarm = reactor.alarm { heard.append(1) }
    alarm.set(.origin)
    for _ in 0..<3000 {
      try sender.send(
        OutgoingAdvert(source: address("192.0.2.1"), destination: address("224.0.0.18"), payload: payload))
    }
    #expect(reactor.turns { heard.count == 3001 })
    #expect(heard.all.last == 1)
    receiver.close()
  }

  @Test func `a channel on an interface that is not there cannot be opened`() throws {
    let failure = #expect(throws: SystemFailure.self) {
      _ = try wired.left.inside {
        try left.open(AdvertChannel(interface: 4711, family: .ipv4, group: group4)) { _ in }
      }
    }
    #expect(failure?.code == ENODEV)
  }

  @Test(arguments: ["192.0.2.77", "2001:db8::77"])
  func `an announcement leaves byte for byte`(virtual: String) throws {
    let announcement = Announcement(
      address: address(virtual), hardwareAddress: HardwareAddress(rawValue: 0x0200_5E00_0001), isRouter: true)
    let sniffer = try wired.right.inside { Descriptor(socket(AF_PACKET, 3 | O_NONBLOCK, 0x0300)) }
    try wired.left.inside { try left.announce(announcement, interface: wired.leftIndex) }
    var frames: [[UInt8]] = []
    while let frame = sniffer.take(2048) { frames.append(frame) }
    #expect(frames.contains(announcement.frame))
  }
}

/// How many descriptors this process has below 1024 that are raw sockets of protocol 112.
private func openDescriptors() -> Int {
  (0..<1024).count { number in
    var transport: Int32 = 0
    var length = socklen_t(4)
    let result = unsafe getsockopt(Int32(number), SOL_SOCKET, 38, &transport, &length)
    return result == 0 && transport == 112
  }
}
