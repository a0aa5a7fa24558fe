import Machines
import Simulation
import Testing
import VRRP
import Wire

@Suite struct `The story of a recording` {
  /// A backup takes over from a master that falls silent.
  private static let recording: [UInt8] = {
    var router = RouterSettings(name: "V1", virtualRouter: 51, interface: "eth0", version: .three)
    router.addresses = [VirtualAddress(AddressPrefix(host: .v4(IPv4Address(192, 0, 2, 10))))]
    var machine = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [router]))
    var ring = ElectionRing(capacity: 1 << 20)
    let number = ring.enroll("instance V1")
    func note(_ event: GroupEvent, at now: Moment) {
      if ring.needsState(of: number) { ring.note(state: machine, of: number, at: now) }
      let effects = machine.handle(event, at: now)
      ring.note(event, effects, of: number, after: machine, at: now)
    }
    let (own, peer) = (IPAddress.v4(IPv4Address(192, 0, 2, 1)), IPAddress.v4(IPv4Address(192, 0, 2, 2)))
    note(.started(inputs: ["V1": RouterInputs(source: own)], memories: []), at: .origin)
    let advert = Advertisement(
      version: .three, virtualRouter: 51, priority: 150, intervalField: 100,
      addresses: router.addresses.map(\.address))
    let group = RouterSettings.standardGroup(.ipv4)
    let packet = ReceivedPacket(
      source: peer, destination: group, timeToLive: 255,
      payload: advert.encoded(source: peer, destination: group)[...])
    for second in 1...9 { note(.packetReceived(packet, router: "V1"), at: .origin + .seconds(second)) }
    note(.deadlineReached, at: machine.nextDeadline ?? .origin)
    return Array(ring.pieces(at: .origin + .seconds(60), wallTime: WallTime(nanoseconds: 60_000_000_000)).joined())
  }()

  private func tell(_ change: (inout ReplayStory.Settings) -> Void = { _ in }) throws -> (ReplayStory.Outcome, String) {
    var settings = ReplayStory.Settings()
    change(&settings)
    var lines: [String] = []
    var story = try ReplayStory(Self.recording, settings) { lines.append($0) }
    return (try story.perform(), lines.joined(separator: "\n"))
  }

  @Test func `tells what happened, why, and that it happens again`() throws {
    let (outcome, text) = try tell()
    #expect(outcome.events == 11)
    #expect(outcome.isSame)
    #expect(text.contains("(V1) Entering MASTER STATE (no master heard for 3.609 s)"))
    #expect(text.contains("00:00:12.609375Z +3.609375 s instance V1 #11: a deadline has come"))
    #expect(text.contains("… 9 adverts as always"))
    #expect(text.contains("base 100, effective 100"))
    #expect(text.contains("the machines did the same again"))
  }

  @Test func `tells each advert when it is to tell everything`() throws {
    let (_, text) = try tell { $0.tellsEverything = true }
    #expect(text.contains("#5: (V1) hears an advert of version 3, VRID 51, priority 150 from 192.0.2.2"))
  }

  @Test func `tells what would have been with another configuration`() throws {
    let (outcome, text) = try tell {
      $0.configuration = """
        vrrp_instance V1 {
          interface eth0
          virtual_router_id 51
          version 3
          priority 200
          advert_int 1
          virtual_ipaddress { 192.0.2.10/32 }
        }
        """
    }
    // It would not have minded the other, whose priority is lower.
    #expect(!outcome.isSame)
    #expect(text.contains("instance V1: in this case a deadline would have come"))
    #expect(text.contains("now:  (V1) Entering MASTER STATE"))
    #expect(text.contains("would have ended otherwise"))
  }
}
