package import Machines

/// A recording, played through the same machines: each event enters at the moment at which it did, and what comes out is
/// compared with what came out then.
package struct ElectionReplay: Sendable {
  /// An event as it was, and what the machine makes of it now.
  package struct Step: Sendable {
    /// The number of the event in the recording, from 1 on.
    package var number: Int
    /// The octet of the recording at which it begins.
    package var offset: Int
    /// The key of the group.
    package var group: String
    /// When it was.
    package var moment: Moment
    /// What happened.
    package var event: GroupEvent
    /// What was done then.
    package var recorded: [RecordedEffect]
    /// What is done now.
    package var replayed: [RecordedEffect]
    /// What would have been done since the group's event before: only where something is asked for that was not.
    package var meanwhile: [(moment: Moment, effects: [RecordedEffect])] = []

    /// Whether the same is done.
    package var isSame: Bool { recorded == replayed }
  }

  /// What a recording is made of.
  package enum Item: Sendable {
    case step(Step)
    /// Another part begins.
    case part(UInt64, at: Moment)
    /// The state of a group as it was recorded. `isSame` is false when the events before should have led to another one.
    case state(group: String, GroupMachine, at: Moment, isSame: Bool)
  }

  /// A group as it is replayed.
  private struct Group: Sendable {
    var key: String
    var machine: GroupMachine
    /// The name of the only router according to the recording.
    var name: String?
    var lastPacket: (packet: ReceivedPacket, router: String)?
    /// Whether something was left out or changed, so that no state is to be expected.
    var isOtherwise = false
  }

  /// The most deadlines between two events: a minute of adverts every 10 ms.
  private static let mostDeadlines = 6000

  /// When the recording was fetched.
  package let fetchedAt: Moment
  /// The wall clock at that moment.
  package let fetchedAtWallTime: WallTime
  /// Numbers of events that are left out.
  package var omitted: Set<Int> = []
  /// Changes the settings of a group, by its key, before the first event; nil where it is to stay.
  package var alter: (@Sendable (String, SyncGroupSettings) -> SyncGroupSettings?)?

  private var reader: RecordReader
  private var groups: [Int: Group] = [:]
  private var moment = Moment.origin
  private var count = 0

  /// A replay of a recording's octets.
  package init(_ octets: [UInt8]) throws(RecordingError) {
    guard octets.starts(with: RecordingHeader.mark) else { throw .noRecording }
    reader = RecordReader(octets, at: RecordingHeader.mark.count)
    let version = reader.octet()
    guard reader.failure != nil || version == RecordingHeader.version else { throw .otherVersion(version) }
    fetchedAt = Moment(&reader)
    fetchedAtWallTime = WallTime(nanoseconds: reader.signed())
    if let failure = reader.failure { throw failure }
  }

  /// The wall clock at a moment, if nobody has set it since.
  package func wallTime(at moment: Moment) -> WallTime {
    let distance = (fetchedAt - moment).wholeNanoseconds
    let (nanoseconds, overflow) = fetchedAtWallTime.nanoseconds.subtractingReportingOverflow(distance)
    return overflow ? fetchedAtWallTime : WallTime(nanoseconds: nanoseconds)
  }

  /// The machine of a group, by its key, as it is now.
  package func machine(of group: String) -> GroupMachine? { groups.values.first { $0.key == group }?.machine }

  /// What comes next; nil at the end.
  package mutating func next() throws(RecordingError) -> Item? {
    guard !reader.isAtEnd else { return nil }
    let offset = reader.offset
    guard let kind = RecordKind(rawValue: reader.octet()) else { throw .badField(offset: offset) }
    let item: Item
    switch kind {
    case .part: item = part()
    case .state: item = try state()
    case .event, .again: item = .step(try step(kind, offset))
    }
    if let failure = reader.failure { throw failure }
    return item
  }

  private mutating func part() -> Item {
    let number = reader.number()
    moment = Moment(&reader)
    for key in groups.keys { groups[key]?.lastPacket = nil }
    return .part(number, at: moment)
  }

  private mutating func head() -> Int {
    moment = (moment + .nanoseconds(reader.signed())).possible
    return Int(truncatingIfNeeded: reader.number() & 0xFFFF_FFFF)
  }

  private mutating func state() throws(RecordingError) -> Item {
    let number = head()
    let key = reader.text()
    let continues = Bool(&reader)
    let machine = GroupMachine(&reader)
    if let failure = reader.failure { throw failure }
    var group = groups[number] ?? Group(key: key, machine: machine)
    let isExpected = continues && groups[number] != nil && !group.isOtherwise
    let isSame = !isExpected || Self.octets(of: group.machine) == Self.octets(of: machine)
    if !group.isOtherwise { group.machine = machine }
    group.key = key
    group.lastPacket = nil
    group.name = Self.onlyName(machine.settings)
    if groups[number] == nil, let settings = alter?(key, machine.settings) { change(&group, settings) }
    groups[number] = group
    return .state(group: key, group.machine, at: moment, isSame: isSame)
  }

  private mutating func step(_ kind: RecordKind, _ offset: Int) throws(RecordingError) -> Step {
    let number = head()
    if let failure = reader.failure { throw failure }
    guard var group = groups[number] else { throw .unknownGroup(offset: offset) }
    groups[number] = nil
    let event: GroupEvent
    if kind == .again {
      guard let last = group.lastPacket else { throw .badField(offset: offset) }
      event = .packetReceived(last.packet, router: last.router)
    } else {
      event = GroupEvent(&reader)
      note(event, of: &group)
    }
    var recorded: [RecordedEffect] = []
    for _ in 0..<reader.count() where reader.failure == nil {
      recorded.append(RecordedEffect(&reader, knowing: group.name))
    }
    if let failure = reader.failure { throw failure }
    count += 1
    var replayed: [RecordedEffect] = []
    let meanwhile = group.isOtherwise ? passTime(&group) : []
    if omitted.contains(count) {
      group.isOtherwise = true
    } else {
      replayed = group.machine.handle(altered(event, group), at: moment).map(RecordedEffect.init)
    }
    groups[number] = group
    return Step(
      number: count, offset: offset, group: group.key, moment: moment, event: event, recorded: recorded,
      replayed: replayed, meanwhile: meanwhile)
  }

  private func note(_ event: GroupEvent, of group: inout Group) {
    switch event {
    case .packetReceived(let packet, let router): group.lastPacket = (packet, router)
    case .settingsChanged(let settings, _, _): group.name = Self.onlyName(settings)
    case .started, .deadlineReached, .awake, .inputsChanged, .servicesInstalled, .holdingLost, .countersReset,
      .stepDownRequested, .handoverRequested, .handoverEnded, .handoverReceived, .stopped:
      break
    }
  }

  private static func onlyName(_ settings: SyncGroupSettings) -> String? {
    settings.routers.count == 1 ? settings.routers[0].name : nil
  }

  private static func octets(of machine: GroupMachine) -> [UInt8] {
    var writer = RecordWriter()
    machine.write(to: &writer)
    return writer.octets
  }
}

// What would have been
extension ElectionReplay {
  /// The group with other settings, taken over as in a reload at this moment.
  private func change(_ group: inout Group, _ settings: SyncGroupSettings) {
    group.isOtherwise = true
    guard group.machine.hasStarted else { return group.machine = GroupMachine(settings: settings) }
    let inputs = Dictionary(
      group.machine.routers.map { ($0.settings.name, $0.inputs) }, uniquingKeysWith: { first, _ in first })
    _ = group.machine.handle(.settingsChanged(settings, inputs: inputs), at: moment)
  }

  /// Lets the deadlines come that were not there in the recording, up to this moment.
  private func passTime(_ group: inout Group) -> [(moment: Moment, effects: [RecordedEffect])] {
    var told: [(moment: Moment, effects: [RecordedEffect])] = []
    var last = Moment.origin
    for _ in 0..<Self.mostDeadlines {
      guard let due = group.machine.nextDeadline, due < moment, due > last else { break }
      last = due
      let effects = group.machine.handle(.deadlineReached, at: due).map(RecordedEffect.init)
      if effects.contains(where: { $0.kind != .advert }) { told.append((due, effects)) }
    }
    return told
  }

  private func altered(_ event: GroupEvent, _ group: Group) -> GroupEvent {
    guard case .settingsChanged(let settings, let inputs, let memories) = event,
      let other = alter?(group.key, settings)
    else { return event }
    return .settingsChanged(other, inputs: inputs, memories: memories)
  }
}
