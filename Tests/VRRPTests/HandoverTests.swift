import Machines
import Testing
import VRRP
import Wire

extension [GroupEffect] {
  /// The messages about handovers that are sent, as one without keys reads them.
  fileprivate var handoverMessages: [HandoverMessage] {
    compactMap { effect in
      guard case .router(_, .sendHandover(let packet)) = effect else { return nil }
      return HandoverMessage(packet.payload[...], source: packet.source, authentication: .none)
    }
  }
}

private func message(
  _ kind: HandoverMessage.Kind, virtualRouter: UInt8 = 51, priority: UInt8 = 150, ask: UInt64 = 7, offer: UInt64 = 0,
  from source: String = "192.168.1.2", to destination: String = "224.0.0.18", timeToLive: UInt8? = 255,
  authentication: Authentication = .none
) -> GroupEvent {
  let octets = HandoverMessage(
    kind, version: .three, virtualRouter: virtualRouter, priority: priority, ask: ask, offer: offer
  ).encoded(source: address(source), authentication: authentication)
  return .handoverReceived(
    ReceivedPacket(
      source: address(source), destination: address(destination), timeToLive: timeToLive, payload: octets[...]),
    router: "V1")
}

/// A backup of priority 100 that follows 192.168.1.2, and a moment in its life.
private func follower(_ change: (inout RouterSettings) -> Void = { _ in }) -> (GroupMachine, Moment) {
  var group = GroupMachine.started(.sample(change: change))
  _ = group.hear(Sender(priority: 150), at: at(1))
  return (group, at(1.5))
}

@Suite struct `A planned handover` {
  @Test func `is between two Understudies over within a moment, and nobody takes back`() {
    for seed in 0..<30 {
      var cluster = Cluster(priorities: [200, 150, 100], seed: UInt64(seed))
      cluster.run(.seconds(10))
      cluster.deliver(.handoverRequested, to: 0)
      cluster.run(.seconds(20))
      #expect(cluster.masters == [1], "seed \(seed)")
      #expect(cluster.nodes[0].hasAddress == false)
      let left = cluster.nodes[0].transitions.last { $0.1 == .backup }?.0
      let taken = cluster.nodes[1].transitions.last { $0.1 == .master }?.0
      // The way of one packet, which takes up to three milliseconds here.
      if let left, let taken { #expect(taken - left <= .milliseconds(3)) }
      #expect(
        cluster.nodes[2].transitions.allSatisfy { $0.1 != .master }, "seed \(seed): \(cluster.nodes.map(\.transitions))"
      )
    }
  }

  @Test func `is given back by one on the other side, and ends when the operator says so`() {
    var cluster = Cluster(priorities: [200, 150], seed: 3)
    cluster.run(.seconds(10))
    cluster.deliver(.handoverRequested, to: 0)
    cluster.run(.seconds(10))
    cluster.deliver(.handoverRequested, to: 1)
    cluster.run(.seconds(30))
    #expect(cluster.masters == [0])
    #expect(cluster.nodes[0].transitions.filter { $0.1 == .master }.count == 2)
    cluster.deliver(.handoverRequested, to: 0)
    cluster.run(.seconds(30))
    #expect(cluster.masters == [1])
    #expect(cluster.nodes[0].machine.router(named: "V1")?.pending.isEmpty == false)
    cluster.deliver(.handoverEnded, to: 0)
    cluster.run(.seconds(10))
    #expect(cluster.masters == [0])
  }

  @Test func `comes back when the successor dies`() {
    var cluster = Cluster(priorities: [200, 150], seed: 4)
    cluster.run(.seconds(10))
    cluster.deliver(.handoverRequested, to: 0)
    cluster.run(.seconds(10))
    cluster.crash(1)
    cluster.run(.seconds(5))
    #expect(cluster.masters == [0])
  }

  @Test func `takes the standard's way when nobody answers, without a gap before it resigns`() {
    var (group, start) = GroupMachine.master(.sample(priority: 200))
    let asked = group.handle(.handoverRequested, at: start + .milliseconds(10))
    #expect(asked.handoverMessages.map(\.kind) == [.ask])
    #expect(asked.sentPriorities.isEmpty)
    #expect(group.state == .master)
    #expect(group.handle(.handoverRequested, at: start + .milliseconds(20)).isEmpty)
    let resigned = group.handle(.deadlineReached, at: start + .milliseconds(110))
    #expect(resigned.sentPriorities == [0])
    #expect(resigned.handoverMessages.isEmpty)
    #expect(resigned.transitions.map(\.cause) == [.steppedDown(to: nil)])
  }

  @Test func `orders the best of those who offer, before it resigns`() {
    var (group, start) = GroupMachine.master(.sample(priority: 200))
    let ask = group.handle(.handoverRequested, at: start).handoverMessages.first?.ask ?? 0
    for (offer, priority, source) in [(1, 90, 2), (2, 110, 3), (3, 110, 4), (4, 100, 5)] as [(UInt64, UInt8, Int)] {
      let event = message(.offer, priority: priority, ask: ask, offer: offer, from: "192.168.1.\(source)")
      #expect(group.handle(event, at: start + .milliseconds(1)).isEmpty)
    }
    // An offer that nobody asked for.
    _ = group.handle(message(.offer, priority: 254, ask: ask &+ 1, offer: 9), at: start + .milliseconds(2))
    let effects = group.handle(.deadlineReached, at: start + .milliseconds(100))
    #expect(effects.handoverMessages.map(\.kind) == [.order])
    #expect(effects.handoverMessages.map(\.offer) == [3])
    #expect(effects.sentPriorities == [0])
    #expect(effects.transitions.map(\.cause) == [.steppedDown(to: address("192.168.1.4"))])
    let order = effects.firstIndex { if case .router(_, .sendHandover) = $0 { true } else { false } }
    let resignation = effects.firstIndex { if case .router(_, .sendAdvert) = $0 { true } else { false } }
    #expect((order ?? .max) < (resignation ?? 0))
  }

  @Test func `makes the one who is ordered master at once, with the cause`() {
    var (group, now) = follower()
    let offer = group.handle(message(.ask), at: now).handoverMessages
    #expect(offer.map(\.kind) == [.offer])
    #expect(offer.map(\.ask) == [7])
    #expect(offer.map(\.priority) == [100])
    let effects = group.handle(message(.order, offer: offer.first?.offer ?? 0), at: now + .milliseconds(100))
    #expect(effects.transitions.map(\.to) == [.master])
    #expect(effects.transitions.map(\.cause) == [.handedOver(by: address("192.168.1.2"))])
    #expect(effects.sentPriorities == [100])
  }

  @Test func `moves a sync group as a whole`() {
    let settings = [RouterSettings.sample("V1"), .sample("V2", virtualRouter: 52)]
    var group = GroupMachine(settings: SyncGroupSettings(name: "G", routers: settings))
    _ = group.handle(.started(inputs: ["V1": .sample, "V2": .sample], memories: []), at: .origin)
    for (router, identifier) in [("V1", UInt8(51)), ("V2", 52)] {
      let packet = Sender(virtualRouter: identifier, priority: 150).packet
      _ = group.handle(.packetReceived(packet, router: router), at: at(1))
    }
    var offers: [String: UInt64] = [:]
    for (router, identifier) in [("V1", UInt8(51)), ("V2", 52)] {
      guard case .handoverReceived(let packet, _) = message(.ask, virtualRouter: identifier) else { continue }
      offers[router] =
        group.handle(.handoverReceived(packet, router: router), at: at(1.5)).handoverMessages.first?.offer
    }
    for (router, identifier) in [("V1", UInt8(51)), ("V2", 52)] {
      #expect(group.state == .backup)
      let event = message(.order, virtualRouter: identifier, offer: offers[router] ?? 0)
      guard case .handoverReceived(let packet, _) = event else { continue }
      _ = group.handle(.handoverReceived(packet, router: router), at: at(1.6))
    }
    #expect(group.state == .master)
  }
}

@Suite struct `A backup that is asked to take over` {
  @Test func `offers itself to nobody but the master it follows`() {
    var (group, now) = follower()
    #expect(group.handle(message(.ask, from: "192.168.1.3"), at: now).isEmpty)
    #expect(group.handle(message(.ask, virtualRouter: 52), at: now).isEmpty)
    #expect(group.handle(message(.ask, to: "192.168.1.1"), at: now).isEmpty)
    #expect(group.handle(message(.ask, timeToLive: 254), at: now).isEmpty)
    #expect(group.handle(message(.ask, timeToLive: nil), at: now).isEmpty)
  }

  @Test func `obeys no order that does not answer its offer, comes late, or comes twice`() {
    var (group, now) = follower()
    #expect(group.handle(message(.order, offer: 0), at: now).isEmpty)
    let offer = group.handle(message(.ask), at: now).handoverMessages.first?.offer ?? 0
    #expect(group.handle(message(.order, offer: offer &+ 1), at: now).isEmpty)
    #expect(group.handle(message(.order, offer: offer, from: "192.168.1.3"), at: now).isEmpty)
    #expect(group.handle(message(.order, offer: offer), at: now + .seconds(1.1)).isEmpty)
    #expect(group.state == .backup)
    #expect(!group.handle(message(.order, offer: offer), at: now + .seconds(1)).isEmpty)
    #expect(group.state == .master)
    _ = group.hear(Sender(priority: 150), at: now + .seconds(2))
    #expect(group.handle(message(.order, offer: offer), at: now + .seconds(2)).isEmpty)
    #expect(group.state == .backup)
  }

  @Test func `believes by unicast its peers alone`() {
    let peer = RouterSettings.Peer(address("192.168.1.2"))
    var (group, now) = follower { $0.delivery = .unicast(peers: [peer], timeToLive: 64) }
    group = GroupMachine.started(.sample { $0.delivery = .unicast(peers: [peer], timeToLive: 64) })
    _ = group.hear(Sender(destination: address("192.168.1.1"), priority: 150), at: at(1))
    now = at(1.2)
    #expect(group.handle(message(.ask, to: "224.0.0.18"), at: now).isEmpty)
    #expect(group.handle(message(.ask, from: "192.168.1.9", to: "192.168.1.1"), at: now).isEmpty)
    #expect(!group.handle(message(.ask, to: "192.168.1.1", timeToLive: 60), at: now).isEmpty)
  }
}

@Suite struct `A message about a handover` {
  static let secret = [UInt8](repeating: 7, count: 32)
  static let trailer = Authentication.trailer(TrailerSettings(keys: [3: secret, 4: secret + [1]], activeKey: 3))
  static let other = Authentication.trailer(TrailerSettings(keys: [3: secret + [2]], activeKey: 3))
  static let rolled = Authentication.trailer(TrailerSettings(keys: [3: secret, 4: secret + [1]], activeKey: 4))

  static func encoded(_ authentication: Authentication) -> [UInt8] {
    HandoverMessage(.order, version: .two, virtualRouter: 9, priority: 8, ask: 1, offer: 2)
      .encoded(source: address("192.0.2.1"), authentication: authentication)
  }

  static func read(_ octets: [UInt8], _ authentication: Authentication, from source: String = "192.0.2.1")
    -> HandoverMessage?
  {
    HandoverMessage(octets[...], source: address(source), authentication: authentication)
  }

  @Test(arguments: [.none, .password([1, 2]), .header(key: [3]), trailer])
  func `comes back as it was written`(authentication: Authentication) {
    let octets = Self.encoded(authentication)
    #expect(octets.count == HandoverMessage.length)
    let message = Self.read(octets, authentication)
    #expect(message == HandoverMessage(.order, version: .two, virtualRouter: 9, priority: 8, ask: 1, offer: 2))
    #expect((Self.read(octets, authentication, from: "192.0.2.2") == nil) == (authentication != .none))
  }

  @Test(arguments: [
    (Authentication.none, Authentication.password([1])), (.password([1]), .none), (.password([1]), .password([2])),
    (trailer, other), (trailer, .none),
  ])
  func `is refused when the two sides are not agreed on a key`(theirs: Authentication, ours: Authentication) {
    #expect(Self.read(Self.encoded(theirs), ours) == nil)
  }

  @Test func `may be signed with the key that is being introduced`() {
    #expect(Self.read(Self.encoded(Self.rolled), Self.trailer) != nil)
  }

  @Test(arguments: [.none, trailer] as [Authentication])
  func `is refused when one octet is wrong or missing`(authentication: Authentication) {
    let octets = Self.encoded(authentication)
    for length in 0..<octets.count { #expect(Self.read(Array(octets.prefix(length)), authentication) == nil) }
    #expect(Self.read(octets + [0], authentication) == nil)
    // Without a key, only the fixed parts can be told from others.
    let fixed = authentication == .none ? [4, 5, 6, 7, 24, 39] : Array(octets.indices)
    for index in fixed {
      var changed = octets
      changed[index] ^= 0x80
      #expect(Self.read(changed, authentication) == nil, "octet \(index)")
    }
  }
}
