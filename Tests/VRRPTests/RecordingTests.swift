import Machines
import Testing
import VRRP
import Wire

@Suite struct `A recording` {
  static let seeds: [UInt64] = Array(1...12)

  @Test(arguments: seeds)
  func `of any life is replayed to the same effects and the same states`(seed: UInt64) throws {
    var life = RandomLife(seed: seed)
    for _ in 0..<300 { life.step() }
    let told = try replay(life.recording)
    #expect(told.steps.count > 0)
    #expect(told.steps.allSatisfy { $0.isSame })
    #expect(told.areStatesSame)
    #expect(told.steps.last?.moment == life.now)
    // Everything that may happen did happen.
    #expect(life.kinds.count == RandomLife.kindCount)
  }

  @Test(arguments: seeds)
  func `holds no secret`(seed: UInt64) {
    var life = RandomLife(seed: seed)
    for _ in 0..<300 { life.step() }
    for secret in life.secrets { #expect(!contains(life.recording, secret)) }
  }

  /// One seed for each way to authenticate.
  @Test(arguments: [4, 1, 2, 3] as [UInt64])
  func `keeps the last events within its bound, and what is left begins with states`(seed: UInt64) throws {
    var life = RandomLife(seed: seed, capacity: 16 << 10)
    for _ in 0..<2500 { life.step() }
    #expect(life.ring.count <= 24 << 10)
    #expect(life.ring.count > 8 << 10)
    let told = try replay(life.recording)
    #expect(told.steps.count < 2500)
    #expect(told.steps.last?.moment == life.now)
    #expect(told.steps.allSatisfy { $0.isSame })
    // The states hold the counters: what was genuine and what was not was found out again.
    #expect(told.areStatesSame)
    #expect(life.mostReceived > 1)
  }

  /// The seeds of lives without secrets, for which stand-ins would be recorded.
  @Test(arguments: [4, 8, 12, 16, 20] as [UInt64])
  func `leaves out nothing of a state but what only saves work`(seed: UInt64) throws {
    var life = RandomLife(seed: seed)
    for _ in 0..<40 {
      for _ in 0..<7 { life.step() }
      var ring = ElectionRing(capacity: 1 << 20)
      ring.note(state: life.machine, of: ring.enroll("V1"), at: life.now)
      var replay = try ElectionReplay(octets(of: ring, at: life.now))
      _ = try replay.next()
      guard case .state(_, let machine, _, _) = try replay.next() else { throw RecordingError.noRecording }
      #expect(differences(machine, life.machine, except: ["routers"]).isEmpty)
      for (read, written) in zip(machine.routers, life.machine.routers) {
        #expect(differences(read, written, except: ["believed", "prepared"]).isEmpty)
      }
    }
  }

  @Test func `takes few octets for adverts that say nothing new`() {
    var ring = ElectionRing(capacity: 1 << 20)
    var machine = GroupMachine.started(.sample())
    let number = ring.enroll("instance V1")
    ring.note(state: machine, of: number, at: .origin)
    let before = ring.count
    for count in 1...1000 {
      let event = GroupEvent.packetReceived(Sender(priority: 200).packet, router: "V1")
      let effects = machine.handle(event, at: at(Double(count)))
      ring.note(event, effects, of: number, after: machine, at: at(Double(count)))
    }
    #expect(ring.count - before < 10_000)
  }

  @Test func `shows a difference where the machine does something else`() throws {
    var ring = ElectionRing(capacity: 1 << 20)
    let machine = GroupMachine.started(.sample())
    let number = ring.enroll("instance V1")
    ring.note(state: machine, of: number, at: .origin)
    // The deadline that is told never did what is recorded here.
    ring.note(.deadlineReached, [.router("V1", .withdraw)], of: number, after: machine, at: at(1))
    let told = try replay(octets(of: ring, at: at(2)))
    #expect(told.steps.map(\.isSame) == [false])
    #expect(told.steps.first?.replayed == [])
    #expect(told.steps.first?.recorded.map(\.kind) == [.withdraw])
  }

  @Test func `shows a state that no event explains`() throws {
    var ring = ElectionRing(capacity: 4096)
    var machine = GroupMachine.started(.sample())
    let number = ring.enroll("instance V1")
    for count in 1...200 {
      if ring.needsState(of: number) { ring.note(state: machine, of: number, at: at(Double(count))) }
      // Something happens to the machine that is not recorded.
      _ = machine.hear(Sender(priority: 200), at: at(Double(count)))
      ring.note(.handoverEnded, [], of: number, after: machine, at: at(Double(count)))
    }
    let told = try replay(octets(of: ring, at: at(300)))
    #expect(!told.areStatesSame)
  }

  @Test func `tells what would have been without an event, and with other settings`() throws {
    var ring = ElectionRing(capacity: 1 << 20)
    var machine = GroupMachine.started(.sample(priority: 100))
    let number = ring.enroll("instance V1")
    ring.note(state: machine, of: number, at: .origin)
    func note(_ event: GroupEvent, at moment: Moment) {
      let effects = machine.handle(event, at: moment)
      ring.note(event, effects, of: number, after: machine, at: moment)
    }
    note(.packetReceived(Sender(priority: 150).packet, router: "V1"), at: at(1))
    note(.packetReceived(Sender(priority: 0).packet, router: "V1"), at: at(2))
    let due = try #require(machine.nextDeadline)
    note(.deadlineReached, at: due)
    let recording = octets(of: ring, at: at(9))
    func isTakingOver(_ change: (inout ElectionReplay) -> Void) throws -> Bool {
      try replay(recording, change).steps.last?.replayed.contains { $0.kind == .install } ?? false
    }
    let asItWas = try isTakingOver { _ in }
    let without = try isTakingOver { $0.omitted = [2] }
    let otherwise = try isTakingOver {
      $0.alter = { _, settings in
        var settings = settings
        settings.routers[0].priority = 1
        return settings
      }
    }
    #expect(asItWas)
    #expect(!without)
    #expect(!otherwise)
  }
}

@Suite struct `A replay` {
  @Test func `of hostile octets ends with an error and never traps`() throws {
    var life = RandomLife(seed: 7)
    for _ in 0..<120 { life.step() }
    let good = life.recording
    var generator = SeededGenerator(seed: 1)
    for length in stride(from: 0, to: good.count, by: 97) { _ = try? replay(Array(good[..<length])) }
    for _ in 0..<200 {
      var bad = good
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        bad[Int.random(in: 0..<bad.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? replay(bad)
    }
  }

  @Test(arguments: [0xFF, 0xFE] as [UInt8])
  func `takes the ends of time for moments that can be reckoned with`(end: UInt8) throws {
    let far = [end] + [UInt8](repeating: 0xFF, count: 8) + [1]
    var replay = try ElectionReplay(RecordingHeader.octets + far + far + [1, 0] + far)
    let item = try replay.next()
    guard case .part(0, let moment) = item else { throw RecordingError.noRecording }
    #expect(moment >= .origin)
    _ = replay.wallTime(at: moment)
  }

  @Test func `says where a recording is cut short or wrong`() throws {
    #expect(throws: RecordingError.noRecording) { _ = try ElectionReplay(Array("keepalived".utf8)) }
    #expect(throws: RecordingError.otherVersion(9)) { _ = try ElectionReplay(Array("USTYREC".utf8) + [9, 0, 0]) }
    let head: [UInt8] = RecordingHeader.octets + [0, 0]
    #expect(throws: RecordingError.badField(offset: 10)) { _ = try replay(head + [77]) }
    #expect(throws: RecordingError.unknownGroup(offset: 13)) { _ = try replay(head + [1, 0, 0, 3, 0, 0, 1, 0]) }
    #expect(throws: RecordingError.cutShort(offset: 12)) { _ = try replay(head + [1, 0]) }
  }
}

/// The names of the stored properties in which two values differ.
private func differences(_ one: Any, _ other: Any, except names: Set<String>) -> [String] {
  zip(Mirror(reflecting: one).children, Mirror(reflecting: other).children).compactMap { left, right in
    guard let label = left.label, !names.contains(label) else { return nil }
    guard let (left, right) = (left.value, right.value) as? (AnyHashable, AnyHashable), left == right else {
      return label
    }
    return nil
  }
}

private func replay(
  _ octets: [UInt8], _ change: (inout ElectionReplay) -> Void = { _ in }
) throws -> (steps: [ElectionReplay.Step], areStatesSame: Bool) {
  var replay = try ElectionReplay(octets)
  change(&replay)
  var steps: [ElectionReplay.Step] = []
  var areStatesSame = true
  while let item = try replay.next() {
    switch item {
    case .step(let step): steps.append(step)
    case .state(_, _, _, let isSame): areStatesSame = areStatesSame && isSame
    case .part: break
    }
  }
  return (steps, areStatesSame)
}

private func octets(of ring: ElectionRing, at now: Moment) -> [UInt8] {
  Array(ring.pieces(at: now, wallTime: WallTime(nanoseconds: 0)).joined())
}

private func contains(_ octets: [UInt8], _ part: [UInt8]) -> Bool {
  octets.indices.contains { octets[$0...].starts(with: part) }
}
