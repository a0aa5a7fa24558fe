package import Machines

/// The form of a recording.
package enum RecordingHeader {
  static let mark = Array("USTYREC".utf8)
  static let version: UInt8 = 2
  /// What a recording of this form begins with.
  package static var octets: [UInt8] { mark + [version] }
}

/// What stands in a recording.
enum RecordKind: UInt8 {
  /// Another part begins: its number and the moment. Nothing in it refers to what was before.
  case part = 1
  /// The state of a group, before its first event in a part.
  case state
  /// An event with its effects.
  case event
  /// The packet that was the group's last event but for what the kernel counts, once more.
  case again
}

/// The last events of the groups of an election, with their effects, in a bounded number of octets.
///
/// The ring has a few parts. Each part begins anew: before the first event of a group in it the group's whole state is
/// written, so that when the oldest part is dropped, what is left can be replayed from its beginning.
package struct ElectionRing: Sendable {
  /// The parts of a ring, the one that is being written included.
  package static let partCount = 4

  /// What is known of a group.
  private struct Track: Sendable {
    var key: String
    /// The part in which the state was written last; nil when it has to be written anew.
    var part: UInt64?
    /// Whether the state may be other than the events make it.
    var isStrange = true
    /// The last event, when it was a packet in this part, as it came.
    var lastPacket: ReceivedPacket?
    var lastRouter = ""
  }

  private let partCapacity: Int
  private var closed: [[UInt8]] = []
  private var writer = RecordWriter()
  private var part: UInt64 = 0
  private var lastMoment = Moment.origin
  private var tracks: [Track] = []
  private var standIns = StandIns()

  /// A ring of so many octets; a part may be longer by one record.
  package init(capacity: Int) {
    partCapacity = max(1024, capacity / Self.partCount)
    writer.octets.reserveCapacity(partCapacity + 4096)
  }

  /// The octets that are kept.
  package var count: Int { closed.reduce(writer.octets.count) { $0 + $1.count } }

  /// A number for a group, which may have had one before.
  package mutating func enroll(_ key: String) -> Int {
    if let index = tracks.firstIndex(where: { $0.key == key }) {
      forget(index)
      return index
    }
    tracks.append(Track(key: key))
    return tracks.count - 1
  }

  /// The state of a group changed without an event.
  package mutating func forget(_ group: Int) {
    tracks[group].part = nil
    tracks[group].isStrange = true
  }

  /// Whether `note` of the group's state has to come before that of its next event.
  package func needsState(of group: Int) -> Bool { tracks[group].part != part }

  /// The state of a group, before an event.
  package mutating func note(state machine: GroupMachine, of group: Int, at now: Moment) {
    openPart(at: now)
    head(.state, group, at: now)
    writer.add(text: tracks[group].key)
    (!tracks[group].isStrange).write(to: &writer)
    standIns.replace(in: machine).write(to: &writer)
    tracks[group].part = part
    tracks[group].isStrange = false
    tracks[group].lastPacket = nil
  }

  /// An event of a group with its effects; `machine` is the state after it.
  package mutating func note(
    _ event: GroupEvent, _ effects: [GroupEffect], of group: Int, after machine: GroupMachine, at now: Moment
  ) {
    if isRepetition(event, of: group) {
      head(.again, group, at: now)
    } else {
      head(.event, group, at: now)
      // The settings under which a packet was judged are those after it, too.
      standIns.replace(in: event, for: machine).write(to: &writer)
      remember(event, of: group, machine)
    }
    let name = machine.routers.count == 1 ? machine.routers[0].settings.name : nil
    writer.add(number: UInt64(effects.count))
    for effect in effects { RecordedEffect(effect).write(to: &writer, knowing: name) }
    if writer.octets.count >= partCapacity { closePart() }
  }

  /// Where each packet is signed anew, none is like the last one.
  private mutating func remember(_ event: GroupEvent, of group: Int, _ machine: GroupMachine) {
    switch event {
    case .packetReceived(let packet, let router):
      let isSigned = machine.router(named: router)?.settings.authentication.changesEachPacket ?? false
      tracks[group].lastPacket = isSigned ? nil : packet
      tracks[group].lastRouter = router
    case .settingsChanged: tracks[group].lastPacket = nil
    case .started, .deadlineReached, .awake, .inputsChanged, .servicesInstalled, .holdingLost, .countersReset,
      .stepDownRequested, .handoverRequested, .handoverEnded, .handoverReceived, .stopped:
      break
    }
  }

  private func isRepetition(_ event: GroupEvent, of group: Int) -> Bool {
    guard case .packetReceived(let packet, let router) = event, let last = tracks[group].lastPacket,
      router == tracks[group].lastRouter
    else { return false }
    return last.isJudged(like: packet)
  }

  private mutating func head(_ kind: RecordKind, _ group: Int, at now: Moment) {
    writer.add(kind.rawValue)
    writer.add(signed: (now - lastMoment).wholeNanoseconds)
    writer.add(number: UInt64(group))
    lastMoment = now
  }

  private mutating func openPart(at now: Moment) {
    guard writer.octets.isEmpty else { return }
    writer.add(RecordKind.part.rawValue)
    writer.add(number: part)
    now.write(to: &writer)
    lastMoment = now
  }

  private mutating func closePart() {
    closed.append(writer.octets)
    part += 1
    guard closed.count >= Self.partCount else {
      writer = RecordWriter()
      return writer.octets.reserveCapacity(partCapacity + 4096)
    }
    // The oldest one's memory serves again.
    var octets = closed.removeFirst()
    octets.removeAll(keepingCapacity: true)
    writer.octets = octets
  }

  /// The recording as it is now, in pieces to be put together.
  package func pieces(at now: Moment, wallTime: WallTime) -> [[UInt8]] {
    var head = RecordWriter()
    head.octets = RecordingHeader.octets
    now.write(to: &head)
    head.add(signed: wallTime.nanoseconds)
    return [head.octets] + closed + [writer.octets]
  }
}
