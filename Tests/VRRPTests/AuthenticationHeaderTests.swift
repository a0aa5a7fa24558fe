import Machines
import Testing
import VRRP
import Wire

@Suite struct `The authentication header` {
  static func settings(key: String = "secret") -> RouterSettings {
    .sample(version: .two) { $0.authentication = .header(key: Array(key.utf8)) }
  }

  /// What a peer with this key sends, as it arrives.
  static func packets(
    _ count: Int, key: String = "secret", unicast: Bool = false, from source: String = "192.168.1.2"
  ) -> [ReceivedPacket] {
    var inputs = RouterInputs(source: address(source))
    inputs.wallClockOffset = 1_700_000_000_000_000_000
    var settings = settings(key: key)
    if unicast { settings.delivery = .unicast(peers: [.init(ownAddress)], timeToLive: 64) }
    var (group, now) = GroupMachine.master(settings, inputs: inputs)
    return (0..<count).compactMap { _ in
      now += .seconds(1)
      guard case .router(_, .sendAdvert(let sent)) = group.handle(.deadlineReached, at: now).first,
        case .v4(let source) = sent.source, case .v4(let destination) = sent.destination
      else { return nil }
      let header = IPv4Header(
        source: source, destination: destination, transport: sent.transport, timeToLive: sent.timeToLive,
        identification: sent.identification ?? 0, payloadLength: sent.payload.count)
      return ReceivedPacket(
        source: sent.source, destination: sent.destination, timeToLive: sent.timeToLive, header: header.encoded[...],
        payload: sent.payload[...])
    }
  }

  static func verdict(
    _ packet: ReceivedPacket, state: inout AuthenticationState, _ settings: RouterSettings = settings()
  )
    -> RejectReason?
  {
    do throws(RejectReason) {
      _ = try PacketJudge(settings: settings, ownAddress: ownAddress).judge(packet, authentication: &state)
      return nil
    } catch {
      return error
    }
  }

  @Test func `of a genuine advert is accepted once`() {
    var state = AuthenticationState()
    let packets = Self.packets(2)
    #expect(packets.count == 2)
    #expect(packets.first?.payload.prefix(8) == octets("70 04 00 00 c0 a8 01 02")[...])
    #expect(packets.first?.payload.count == 44)
    for packet in packets {
      #expect(Self.verdict(packet, state: &state) == nil)
      #expect(Self.verdict(packet, state: &state) == .authenticationFailure)
    }
  }

  @Test func `of the sixteen senders heard last cannot be repeated, however many there are`() {
    var state = AuthenticationState()
    let packets = (10...40).flatMap { Self.packets(1, from: "192.168.1.\($0)") }
    for packet in packets { #expect(Self.verdict(packet, state: &state) == nil) }
    for packet in packets.suffix(16) { #expect(Self.verdict(packet, state: &state) == .authenticationFailure) }
  }

  @Test func `does not hide the virtual router the packet is for`() {
    for packet in Self.packets(1) { #expect(ReceivedPacket.virtualRouter(in: packet.payload, transport: 51) == 51) }
    let plain = Sender(virtualRouter: 7).payload
    #expect(ReceivedPacket.virtualRouter(in: plain[...], transport: 112) == 7)
    #expect(ReceivedPacket.virtualRouter(in: plain.prefix(1), transport: 112) == nil)
    #expect(ReceivedPacket.virtualRouter(in: plain[...], transport: 51) == nil)
  }

  @Test func `covers everything that may not change on the way`() {
    for index in 0..<44 {
      var state = AuthenticationState()
      guard var packet = Self.packets(1).first else { continue }
      var payload = Array(packet.payload)
      payload[index] ^= 0x10
      packet.payload = payload[...]
      #expect(Self.verdict(packet, state: &state) != nil, "octet \(index)")
    }
    for (index, isCovered) in [(1, false), (4, true), (6, false), (8, true), (10, false)] {
      var state = AuthenticationState()
      guard var packet = Self.packets(1).first else { continue }
      packet.header[index] ^= 0x10
      #expect((Self.verdict(packet, state: &state) == nil) == !isCovered, "octet \(index) of the IPv4 header")
    }
  }

  @Test func `does not cover the TTL of unicast, which changes on the way`() {
    var state = AuthenticationState()
    var settings = Self.settings()
    settings.delivery = .unicast(peers: [.init(address("192.168.1.2"))], timeToLive: 64)
    guard var packet = Self.packets(1, unicast: true).first else { return #expect(Bool(false)) }
    packet.header[8] = 60
    packet.timeToLive = 60
    #expect(Self.verdict(packet, state: &state, settings) == nil)
  }

  @Test func `of another key, or none, is refused`() {
    var state = AuthenticationState()
    #expect(Self.packets(1, key: "other").first.map { Self.verdict($0, state: &state) } == .authenticationFailure)
    #expect(Self.verdict(Sender(version: .two).packet, state: &state) == .headerMismatch)
  }

  @Test func `of a router that took over is greater than what it heard`() {
    var listener = AuthenticationState()
    let (first, second) = (Self.packets(1), Self.packets(3))
    for packet in second { #expect(Self.verdict(packet, state: &listener) == nil) }
    // The same sender with a number that is not greater.
    for packet in first { #expect(Self.verdict(packet, state: &listener) == .authenticationFailure) }
  }
}
