import Machines
import VRRP
import Wire

/// A group to which anything happens, by chance but the same for the same seed, while it is recorded.
struct RandomLife {
  static let kindCount = 14

  private(set) var now = Moment.origin
  private(set) var ring: ElectionRing
  private(set) var kinds: Set<Int> = []
  /// The most adverts that a router believed between two resets of its counters.
  private(set) var mostReceived: UInt64 = 0
  private var generator: SeededGenerator
  private(set) var machine: GroupMachine
  private var isOver = false
  private let number: Int
  private var authentication: Authentication

  private static let password = Array("pa55w0rd".utf8)
  private static let otherPassword = Array("n1ghtly!".utf8)
  private static let key = Array("a key of thirty-two octets, sure".utf8)

  /// What must not be in a recording.
  var secrets: [[UInt8]] { [Self.password, Self.otherPassword, Self.key] }

  init(seed: UInt64, capacity: Int = 1 << 20) {
    generator = SeededGenerator(seed: seed)
    authentication =
      switch seed % 4 {
      case 0: .none
      case 1: .password(Self.password)
      case 2: .header(key: Self.password)
      default: .trailer(TrailerSettings(keys: [1: Self.key, 7: Array(Self.key.reversed())], activeKey: 1))
      }
    machine = GroupMachine(settings: SyncGroupSettings(name: nil, routers: []))
    ring = ElectionRing(capacity: capacity)
    number = ring.enroll("instance V1")
    machine = GroupMachine(settings: settings)
    deliver(.started(inputs: inputs, memories: []))
  }

  /// The recording so far.
  var recording: [UInt8] { Array(ring.pieces(at: now, wallTime: WallTime(nanoseconds: 0)).joined()) }

  private mutating func chance(_ one: Int, of many: Int) -> Bool { Int.random(in: 1...many, using: &generator) <= one }

  private mutating func deliver(_ event: GroupEvent) {
    if ring.needsState(of: number) { ring.note(state: machine, of: number, at: now) }
    let effects = machine.handle(event, at: now)
    ring.note(event, effects, of: number, after: machine, at: now)
    mostReceived = max(mostReceived, machine.routers.map(\.counters.advertsReceived).max() ?? 0)
  }

  private var names: [String] { machine.routers.map(\.settings.name) }

  private var settings: SyncGroupSettings {
    mutating get {
      let isGroup = chance(1, of: 2)
      let version: RouterSettings.Version = authentication.typeNumber > 0 ? .two : .three
      let routers = (1...(isGroup ? 3 : 1)).map { index in
        RouterSettings.sample("V\(index)", virtualRouter: UInt8(50 + index), version: version) { router in
          router.priority = UInt8.random(in: 1...255, using: &generator)
          router.preempts = chance(3, of: 4)
          router.authentication = authentication
          router.trackers = [
            Tracker(.script, "s", weight: Int.random(in: -50...50, using: &generator)), Tracker(.interface, "eth1"),
          ]
          router.announcesAfterServices = chance(1, of: 3) ? .seconds(1) : nil
          router.startupDelay = chance(1, of: 5) ? .seconds(2) : .zero
        }
      }
      return SyncGroupSettings(name: isGroup ? "G" : nil, routers: routers, appliesWeights: chance(1, of: 2))
    }
  }

  private var inputs: [String: RouterInputs] {
    mutating get {
      var result: [String: RouterInputs] = [:]
      for name in names {
        var inputs = RouterInputs.sample
        if chance(1, of: 8) { inputs.interface = .down }
        if chance(1, of: 12) { inputs.source = nil }
        if chance(1, of: 20) { inputs.transportFault = "no such thing" }
        inputs.trackers[Tracker.Identity(.script, "s")] = chance(1, of: 3) ? .down : .up
        inputs.trackers[Tracker.Identity(.interface, "eth1")] = chance(1, of: 10) ? .down : .up
        inputs.wallClockOffset = 1_700_000_000_000_000_000
        result[name] = inputs
      }
      return result
    }
  }

  /// One more event.
  mutating func step() {
    if isOver {
      // Another process begins anew.
      isOver = false
      machine = GroupMachine(settings: machine.settings)
      ring.forget(number)
      return deliver(.started(inputs: inputs, memories: []))
    }
    // Times pass as they do: mostly to the next deadline, sometimes short, seldom long.
    let random = now + .milliseconds(Int.random(in: 0...700, using: &generator))
    let due = machine.nextDeadline ?? random
    now = chance(1, of: 50) ? now + .seconds(30) : max(now, min(due, random))
    let kind =
      kinds.count < Self.kindCount
      ? kinds.count
      : due <= now && chance(9, of: 10)
        ? 1 : chance(1, of: 2) ? 3 : Int.random(in: 0..<Self.kindCount, using: &generator)
    kinds.insert(kind)
    let event = event(kind)
    if case .stopped = event { isOver = true }
    deliver(event)
  }

  private mutating func event(_ kind: Int) -> GroupEvent {
    let name = names.randomElement(using: &generator) ?? "V1"
    switch kind {
    case 0: return .started(inputs: inputs, memories: [])
    case 1: return .deadlineReached
    case 2: return .awake(since: now)
    case 3: return .packetReceived(packet(name), router: name)
    case 4: return .inputsChanged(inputs)
    case 5: return change()
    case 6: return .servicesInstalled(router: name)
    case 7: return .holdingLost(router: name)
    case 8: return .countersReset
    case 9: return .stepDownRequested
    case 10: return .handoverRequested
    case 11: return .handoverEnded
    case 12: return .handoverReceived(handover(name), router: name)
    default: return chance(1, of: 6) ? .stopped(releases: chance(1, of: 2)) : .deadlineReached
    }
  }

  private mutating func change() -> GroupEvent {
    if case .password = authentication {
      authentication = .password(chance(1, of: 2) ? Self.password : Self.otherPassword)
    }
    let settings = chance(1, of: 2) ? machine.settings : settings
    return .settingsChanged(settings, inputs: inputs, memories: [])
  }

  /// An advert as another router of this kind makes it, sometimes with a fault.
  private mutating func packet(_ name: String) -> ReceivedPacket {
    guard var settings = machine.router(named: name)?.settings else { return Sender().packet }
    settings.priority = UInt8.random(in: 1...255, using: &generator)
    settings.startupDelay = .zero
    settings.trackers = []
    if chance(1, of: 10), case .password = settings.authentication {
      settings.authentication = .password(Self.otherPassword)
    }
    var inputs = RouterInputs.sample
    inputs.source = address("192.168.1.2")
    inputs.wallClockOffset = 1_700_000_000_000_000_000
    var peer = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [settings]))
    _ = peer.handle(.started(inputs: [name: inputs], memories: []), at: now)
    var sent: [GroupEffect] = []
    for _ in 0..<4 where sent.sentPriorities.isEmpty {
      sent += peer.handle(.deadlineReached, at: peer.nextDeadline ?? now)
    }
    for case .router(_, .sendAdvert(let packet)) in sent { return arrived(packet) }
    return Sender(priority: settings.priority).packet
  }

  private mutating func arrived(_ packet: OutgoingPacket) -> ReceivedPacket {
    var payload = packet.payload
    if chance(1, of: 12) { payload[Int.random(in: 0..<payload.count, using: &generator)] ^= 1 }
    if chance(1, of: 30) { payload.removeLast(Int.random(in: 1...payload.count, using: &generator)) }
    var header: [UInt8] = []
    if case .v4(let from) = packet.source, case .v4(let to) = packet.destination {
      header =
        IPv4Header(
          source: from, destination: to, transport: packet.transport, timeToLive: packet.timeToLive,
          identification: packet.identification ?? UInt16.random(in: 1...9, using: &generator),
          payloadLength: payload.count
        ).encoded
    }
    return ReceivedPacket(
      source: packet.source, destination: packet.destination, timeToLive: chance(1, of: 40) ? 254 : packet.timeToLive,
      header: header[...], payload: payload[...])
  }

  private mutating func handover(_ name: String) -> ReceivedPacket {
    let settings = machine.router(named: name)?.settings ?? .sample()
    let source = address("192.168.1.2")
    let kinds: [HandoverMessage.Kind] = [.ask, .offer, .order]
    var payload = HandoverMessage(
      kinds[Int.random(in: 0...2, using: &generator)], version: settings.version,
      virtualRouter: settings.virtualRouter, priority: 120, ask: UInt64(bitPattern: now.nanoseconds),
      offer: UInt64(bitPattern: now.nanoseconds)
    ).encoded(source: source, authentication: settings.authentication)
    if chance(1, of: 10) { payload[Int.random(in: 0..<payload.count, using: &generator)] ^= 1 }
    return ReceivedPacket(
      source: source, destination: address("224.0.0.18"), timeToLive: 255, payload: payload[...])
  }
}
