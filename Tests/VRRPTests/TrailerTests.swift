import Machines
import Testing
import VRRP
import Wire

@Suite struct `The HMAC trailer` {
  static let secret = [UInt8](0...0x1F)
  static let start = WallTime(nanoseconds: 1_700_000_000_500_000_000)

  static func settings(_ change: (inout TrailerSettings) -> Void = { _ in }) -> RouterSettings {
    var trailer = TrailerSettings(keys: [1: secret, 2: [UInt8](repeating: 7, count: 32)], activeKey: 1)
    change(&trailer)
    return .sample { $0.authentication = .trailer(trailer) }
  }

  /// A signed advert of the sample's peer.
  static func packet(
    key: UInt8 = 1, secret: [UInt8] = secret, sequence: UInt64 = 0x6553_F100_8000_0000,
    from source: String = "192.168.1.2", mangle: (inout [UInt8]) -> Void = { _ in }
  ) -> ReceivedPacket {
    let sender = Sender(source: address(source), priority: 200)
    var payload = sender.payload
    payload +=
      MessageTrailer(
        signing: payload[...], from: sender.source, key: key, secret: secret, sequence: sequence
      ).encoded
    mangle(&payload)
    return sender.packet(payload)
  }

  static func verdict(
    _ packet: ReceivedPacket, _ settings: RouterSettings = settings(), state: inout AuthenticationState,
    at wallTime: WallTime = start
  ) -> RejectReason? {
    do throws(RejectReason) {
      _ = try PacketJudge(settings: settings, ownAddress: ownAddress, wallTime: wallTime)
        .judge(packet, authentication: &state)
      return nil
    } catch {
      return error
    }
  }

  @Test func `has the bytes of the vectors`() {
    let v4 = octets("31 33 64 01 00 64 06 7c c0 a8 01 0a")
    #expect(
      MessageTrailer(
        signing: v4[...], from: ownAddress, key: 1, secret: Self.secret, sequence: 0x6553_F100_8000_0000
      ).encoded
        == octets("01 01 00 00 65 53 f1 00 80 00 00 00 35 92 76 26 bb 44 14 07 32 9a 31 59 23 7c 39 7a"))
    let appendix = octets("31 33 c8 01 00 64 44 02 c0 00 02 64")
    #expect(
      MessageTrailer(
        signing: appendix[...], from: address("198.51.100.10"), key: 1, secret: Self.secret,
        sequence: 0x6800_0000_8000_0000
      ).encoded
        == octets("01 01 00 00 68 00 00 00 80 00 00 00 1b 84 bc 4e 8e 43 89 2d c6 d9 84 48 f8 ee 22 65"))
    let v6 = Advertisement(
      version: .three, virtualRouter: 51, priority: 200, intervalField: 100, addresses: [address("fe80::100")])
    #expect(
      MessageTrailer(
        signing: v6.encoded(source: address("fe80::10"), destination: address("ff02::12"))[...],
        from: address("fe80::10"), key: 1, secret: Self.secret, sequence: 0x6800_0000_8000_0000
      ).code == octets("c8 c5 61 46 eb fd 66 ee 10 ec 4d 81 86 46 1b 78"))
  }

  @Test func `of a genuine advert is accepted once`() {
    var state = AuthenticationState()
    #expect(Self.verdict(Self.packet(), state: &state) == nil)
    #expect(Self.verdict(Self.packet(), state: &state) == .trailerReplayed)
    #expect(Self.verdict(Self.packet(sequence: 0x6553_F100_8000_0001), state: &state) == nil)
    #expect(Self.verdict(Self.packet(sequence: 0x6553_F100_7FFF_0000), state: &state) == .trailerReplayed)
  }

  @Test func `of any configured key is accepted`() {
    var state = AuthenticationState()
    #expect(Self.verdict(Self.packet(key: 2, secret: [UInt8](repeating: 7, count: 32)), state: &state) == nil)
  }

  @Test func `that is wrong is refused for the reason that fits`() {
    var state = AuthenticationState()
    #expect(Self.verdict(Sender().packet, state: &state) == .trailerMissing)
    #expect(Self.verdict(Self.packet { $0[12] = 2 }, state: &state) == .trailerMalformed)
    #expect(Self.verdict(Self.packet { $0[14] = 1 }, state: &state) == .trailerMalformed)
    #expect(Self.verdict(Self.packet(key: 9), state: &state) == .trailerUnknownKey)
    #expect(Self.verdict(Self.packet(key: 2), state: &state) == .trailerInvalid)
    #expect(Self.verdict(Self.packet { $0[2] = 254 }, state: &state) == .trailerInvalid)
    #expect(Self.verdict(Self.packet { $0[39] ^= 1 }, state: &state) == .trailerInvalid)
    #expect(Self.verdict(Self.packet { $0.removeLast() }, state: &state) == .length)
    #expect(Self.verdict(Self.packet(sequence: 0x6553_F0F0_0000_0000), state: &state) == .trailerStale)
    #expect(Self.verdict(Self.packet(sequence: 0x6553_F106_0000_0000), state: &state) == .trailerStale)
    #expect(Self.verdict(Self.packet(), state: &state) == nil, "nothing of this was remembered")
  }

  @Test func `without clocks may be of any time, but has to grow`() {
    let settings = Self.settings { $0.replayProtection = .monotonic }
    var state = AuthenticationState()
    #expect(Self.verdict(Self.packet(sequence: 5), settings, state: &state) == nil)
    #expect(Self.verdict(Self.packet(sequence: 5), settings, state: &state) == .trailerReplayed)
    #expect(Self.verdict(Self.packet(sequence: 6), settings, state: &state) == nil)
  }

  @Test(arguments: [TrailerSettings.Mode.permissive, .receiveOnly])
  func `may be missing during a migration`(mode: TrailerSettings.Mode) {
    let settings = Self.settings { $0.mode = mode }
    var state = AuthenticationState()
    #expect(Self.verdict(Sender().packet, settings, state: &state) == nil)
    #expect(Self.verdict(Self.packet { $0[39] ^= 1 }, settings, state: &state) == .trailerInvalid)
  }

  @Test func `of the sixteen senders heard last cannot be repeated, however many there are`() {
    var state = AuthenticationState()
    let packets = (10...40).map { Self.packet(from: "192.168.1.\($0)") }
    for packet in packets { #expect(Self.verdict(packet, state: &state) == nil) }
    for packet in packets.suffix(16) { #expect(Self.verdict(packet, state: &state) == .trailerReplayed) }
  }

  @Test(arguments: [
    (Authentication.none, false), (.password([1]), false), (.header(key: [1]), true),
    (.trailer(TrailerSettings(keys: [1: secret], activeKey: 1)), true),
  ])
  func `needs the wall clock, as the header does`(authentication: Authentication, usesClock: Bool) {
    #expect(authentication.usesClock == usesClock)
  }

  @Test func `is no advert's business where none is configured`() {
    var state = AuthenticationState()
    #expect(Self.verdict(Self.packet(), .sample(), state: &state) == .length)
  }

  @Test(arguments: [TrailerSettings.Mode.enforce, .permissive, .receiveOnly])
  func `is behind each advert a master sends, unless it only receives`(mode: TrailerSettings.Mode) {
    var inputs = RouterInputs.sample
    inputs.wallClockOffset = Self.start.nanoseconds
    var (group, now) = GroupMachine.master(Self.settings { $0.mode = mode }, inputs: inputs)
    var other = AuthenticationState()
    for _ in 0..<3 {
      now += .seconds(1)
      let effects = group.handle(.deadlineReached, at: now)
      guard case .router(_, .sendAdvert(let sent)) = effects.first else {
        Issue.record("no advert")
        return
      }
      #expect(sent.payload.count == (mode == .receiveOnly ? 12 : 40))
      let packet = ReceivedPacket(
        source: sent.source, destination: sent.destination, timeToLive: 255, payload: sent.payload[...])
      let judge = PacketJudge(
        settings: Self.settings { $0.mode = mode }, ownAddress: address("192.168.1.9"),
        wallTime: WallTime(nanoseconds: Self.start.nanoseconds + now.nanoseconds))
      #expect(throws: Never.self) { try judge.judge(packet, authentication: &other) }
    }
  }
}
