import Machines
import Testing
import VRRP
import Wire

/// A packet that differs from a good one in one thing, and the reason to refuse it; nil where it is good all the same.
struct Case: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var reason: RejectReason?
  var settings = RouterSettings.sample()
  var packet: ReceivedPacket

  init(
    _ description: String, _ reason: RejectReason?, settings: RouterSettings = .sample(), _ sender: Sender = Sender(),
    mangle: (inout [UInt8]) -> Void = { _ in }
  ) {
    testDescription = description
    self.reason = reason
    self.settings = settings
    var payload = sender.payload
    mangle(&payload)
    packet = sender.packet(payload)
  }

  static let password = RouterSettings.sample(version: .two) { $0.authentication = .password(Array("secret".utf8)) }
  static let unicast = RouterSettings.sample {
    $0.delivery = .unicast(peers: [.init(address("192.168.1.2"), timeToLive: 64...128)], timeToLive: 255)
    $0.checksUnicastSource = true
  }
  static let toUs = Sender(destination: ownAddress, timeToLive: 64)

  static let version3 = [
    Case("good", nil),
    Case("message-only checksum", nil, Sender(form: .messageOnly)),
    Case("another address list", nil, Sender(addresses: [address("10.9.9.9")])),
    Case("another interval", nil, Sender(interval: 25)),
    Case("seven octets", .incomplete) { $0.removeLast(5) },
    Case("nothing", .incomplete) { $0 = [] },
    Case("own address", .ownAddress, Sender(source: ownAddress)),
    Case("four octets too many", .length) { $0 += [0, 0, 0, 0] },
    Case("one octet too few", .length) { $0.removeLast() },
    Case("address count too high", .length) { $0[3] = 255 },
    Case("TTL 254", .timeToLive, Sender(timeToLive: 254)),
    Case("TTL unknown", .timeToLive, Sender(timeToLive: nil)),
    Case("version 2", .version, Sender(version: .two)),
    Case("version 7", .version) { $0[0] = 0x71 },
    Case("type 2", .type) { $0[0] = 0x32 },
    Case("wrong checksum", .checksum) { $0[6] ^= 0x5A },
    Case("changed priority", .checksum) { $0[2] = 254 },
    Case("unicast to a multicast router", .delivery, Sender(destination: ownAddress)),
  ]

  static let version2 = [
    Case("good", nil, settings: password, good2),
    Case("wrong password", .authenticationFailure, settings: password, passwordOf("wrong")),
    Case("longer password", .authenticationFailure, settings: password, passwordOf("secrets")),
    Case("no password", .authenticationMismatch, settings: password, Sender(version: .two)),
    Case("unknown authentication", .authenticationType, settings: password, typed(3)),
    Case("authentication header named", .authenticationMismatch, settings: password, typed(2)),
    Case("password where none is wanted", .authenticationMismatch, settings: .sample(version: .two), good2),
    Case("interval 2", .interval, settings: password, interval(2)),
    Case("wrong checksum", .checksum, settings: password, good2) { $0[7] ^= 1 },
    Case("version 3", .version, settings: password, Sender()),
  ]

  static let delivery = [
    Case("good", nil, settings: unicast, toUs),
    Case("multicast to a unicast router", .delivery, settings: unicast, Sender(timeToLive: 64)),
    Case(
      "not a peer", .unknownPeer, settings: unicast,
      Sender(source: address("192.168.1.99"), destination: ownAddress, timeToLive: 64)),
    Case("TTL too low", .peerTimeToLive, settings: unicast, Sender(destination: ownAddress, timeToLive: 63)),
    Case("TTL too high", .peerTimeToLive, settings: unicast, Sender(destination: ownAddress, timeToLive: 129)),
    Case(
      "owner who does not listen", .ignoredByOwner,
      settings: .sample(priority: 255) { $0.ownerIgnoresAdverts = true }),
  ]

  static let good2 = passwordOf("secret")
  static func passwordOf(_ text: String) -> Sender {
    Sender(version: .two, authenticationType: 1, authenticationData: Array(text.utf8))
  }
  static func typed(_ type: UInt8) -> Sender {
    Sender(version: .two, authenticationType: type, authenticationData: Array("secret".utf8))
  }
  static func interval(_ seconds: UInt16) -> Sender {
    var sender = good2
    sender.interval = seconds
    return sender
  }
}

@Suite struct `Judging received packets` {
  @Test(arguments: Case.version3 + Case.version2 + Case.delivery)
  func `a packet is refused for the reason that fits`(entry: Case) {
    let judge = PacketJudge(settings: entry.settings, ownAddress: ownAddress)
    var authentication = AuthenticationState()
    do throws(RejectReason) {
      _ = try judge.judge(entry.packet, authentication: &authentication)
      #expect(entry.reason == nil)
    } catch {
      #expect(error == entry.reason)
    }
  }

  @Test(arguments: Case.version3 + Case.version2 + Case.delivery)
  func `a packet that follows a good one, or comes between two, is judged all the same`(entry: Case) throws {
    let all = [Case.version3, Case.version2, Case.delivery].first { $0.contains { $0.settings == entry.settings } }
    let good = try #require(all?.first { $0.reason == nil && $0.settings == entry.settings } ?? all?.first)
    var group = GroupMachine.started(entry.settings)
    let isGood = good.settings == entry.settings
    let packets = [
      (good.packet, isGood), (entry.packet, entry.reason == nil), (good.packet, isGood), (good.packet, isGood),
    ]
    for (second, (packet, isGood)) in packets.enumerated() {
      let before = group.nextDeadline
      _ = group.handle(.packetReceived(packet, router: "V1"), at: at(0.1 + Double(second) / 10))
      #expect((group.nextDeadline != before) == isGood)
    }
  }

  @Test func `what was believed is judged anew under other settings, and from another address of our own`() {
    var group = GroupMachine.started(.sample())
    func heardAgain() -> Bool {
      let before = group.router.counters.advertsReceived
      _ = group.hear(Sender(), at: at(1))
      return group.router.counters.advertsReceived > before
    }
    #expect(heardAgain() && heardAgain())
    let changed = SyncGroupSettings(name: nil, routers: [.sample { $0.checksUnicastSource = true }])
    _ = group.handle(.settingsChanged(changed, inputs: ["V1": .sample], memories: []), at: at(2))
    #expect(heardAgain())
    _ = group.handle(.inputsChanged(["V1": RouterInputs(source: Sender().source)]), at: at(3))
    #expect(!heardAgain(), "the sender has our address now")
    let unicast = SyncGroupSettings(
      name: nil, routers: [.sample { $0.delivery = .unicast(peers: [.init(Sender().source)], timeToLive: 255) }])
    _ = group.handle(.settingsChanged(unicast, inputs: ["V1": .sample], memories: []), at: at(4))
    #expect(!heardAgain(), "it hears its peers only")
  }

  @Test func `a total length that is not the packet's is refused`() {
    var packet = Sender().packet
    packet.header =
      IPv4Header(
        source: IPv4Address(192, 168, 1, 2), destination: IPv4Address(224, 0, 0, 18), transport: 112, payloadLength: 40
      ).encoded[...]
    var authentication = AuthenticationState()
    #expect(throws: RejectReason.totalLength) {
      try PacketJudge(settings: .sample(), ownAddress: ownAddress).judge(packet, authentication: &authentication)
    }
  }

  @Test func `a multicast packet over IPv6 means nothing to a unicast router`() {
    var settings = RouterSettings(name: "V1", virtualRouter: 51, interface: "eth0", version: .three, family: .ipv6)
    settings.delivery = .unicast(peers: [.init(address("fe80::2"))], timeToLive: 255)
    let sender = Sender(source: address("fe80::2"), destination: address("ff02::12"), addresses: [address("fe80::10")])
    var authentication = AuthenticationState()
    #expect(throws: RejectReason.wrongChannel) {
      try PacketJudge(settings: settings, ownAddress: address("fe80::1"))
        .judge(sender.packet, authentication: &authentication)
    }
  }

  @Test func `the form of the checksum that is not configured is accepted and noted`() throws {
    var authentication = AuthenticationState()
    let judge = PacketJudge(settings: .sample { $0.checksumForm = .messageOnly }, ownAddress: ownAddress)
    let other = try judge.judge(Sender().packet, authentication: &authentication)
    #expect(other.hasOtherChecksumForm)
    let own = try judge.judge(Sender(form: .messageOnly).packet, authentication: &authentication)
    #expect(!own.hasOtherChecksumForm)
  }

  @Test func `the old checksum of unicast adverts, which names the group, is sent when asked for and always accepted`()
    throws
  {
    let settings = RouterSettings.sample {
      $0.delivery = .unicast(peers: [.init(address("192.168.1.2"))], timeToLive: 255)
    }
    var sender = Sender(destination: ownAddress, form: .groupHeader)
    let old = sender.payload
    // What it says is what it would be with the group for destination.
    sender.destination = RouterSettings.standardGroup(.ipv4)
    sender.form = .pseudoHeader
    #expect(sender.payload == old)
    sender.destination = ownAddress
    var authentication = AuthenticationState()
    let verdict = try PacketJudge(settings: settings, ownAddress: ownAddress)
      .judge(sender.packet(old), authentication: &authentication)
    #expect(verdict.hasOtherChecksumForm)
  }

  @Test func `the order of addresses does not matter, their set does`() {
    let settings = RouterSettings.sample {
      $0.addresses = ["10.0.0.1", "10.0.0.2"].map { VirtualAddress(AddressPrefix(host: address($0))) }
    }
    let judge = PacketJudge(settings: settings, ownAddress: ownAddress)
    func advert(_ addresses: [String]) -> Advertisement {
      Advertisement(
        version: .three, virtualRouter: 51, priority: 1, intervalField: 100, addresses: addresses.map(address))
    }
    #expect(judge.namesOurAddresses(advert(["10.0.0.2", "10.0.0.1"])))
    #expect(!judge.namesOurAddresses(advert(["10.0.0.2", "10.0.0.3"])))
    #expect(!judge.namesOurAddresses(advert(["10.0.0.2"])))
  }

  @Test func `no random octets are believed and none trap`() {
    var generator = SeededGenerator(seed: 7)
    let good = Sender(priority: 254).payload
    let judge = PacketJudge(settings: .sample(), ownAddress: ownAddress)
    for round in 0..<50_000 {
      var payload = good
      if round.isMultiple(of: 2) {
        payload = (0..<Int.random(in: 0...64, using: &generator)).map { _ in .random(in: 0...255, using: &generator) }
      } else {
        // One bit of a good packet is turned; the reserved bits of the interval and of nothing else may be.
        payload[Int.random(in: 0..<payload.count, using: &generator)] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      }
      var authentication = AuthenticationState()
      let verdict = try? judge.judge(Sender().packet(payload), authentication: &authentication)
      #expect(verdict == nil, "believed: \(payload)")
    }
  }
}
