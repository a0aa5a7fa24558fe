import Dialogues
import Machines

/// The other side of any dialogue, which says what it likes for as long as anybody listens.
struct HostilePeer {
  private var dialogue: any Dialogue
  private(set) var now = Moment.origin
  private(set) var verdicts: [Verdict] = []
  /// How many octets it said before the end.
  private(set) var heard = 0
  /// The most octets the dialogue ever held on to.
  private(set) var mostHeld = 0

  /// Answers the call of a dialogue that began at the origin.
  init(_ dialogue: any Dialogue) {
    self.dialogue = dialogue
    happen(.connected)
  }

  var isOver: Bool { !verdicts.isEmpty }

  /// Why the dialogue gave up; nil when it has not, or has succeeded.
  var failure: String? {
    if case .failure(let reason) = verdicts.first { reason } else { nil }
  }

  mutating func happen(_ event: DialogueEvent) {
    for effect in dialogue.handle(event, at: now) {
      if case .finish(let verdict) = effect { verdicts.append(verdict) }
    }
  }

  /// Says something, in pieces as large as a socket gives them, until the dialogue is over.
  mutating func say(_ octets: [UInt8]) {
    for start in stride(from: 0, to: octets.count, by: 16_384) where !isOver {
      let piece = octets[start..<min(octets.count, start + 16_384)]
      heard += piece.count
      happen(.received(piece))
      mostHeld = max(mostHeld, held(dialogue))
    }
  }

  /// Says it again and again, up to so many MiB.
  mutating func repeatForever(_ octets: [UInt8], most: Int = 96) {
    var piece = octets
    // Many short lines in one piece, as they would arrive.
    while piece.count < 8_192, !octets.isEmpty { piece += octets }
    while !isOver, heard < most << 20 { say(piece) }
  }

  /// Lets the time pass until the next deadline, or for a while if that is sooner.
  mutating func wait(_ duration: Duration? = nil) {
    let moment = duration.map { now + $0 }
    guard let deadline = dialogue.nextDeadline, moment.map({ deadline <= $0 }) ?? true else {
      now = moment ?? now
      return
    }
    now = max(now, deadline)
    happen(.deadlineReached)
    now = max(now, moment ?? now)
  }
}

/// How many octets a value holds in all its arrays and texts.
private func held(_ value: Any) -> Int {
  switch value {
  case let octets as [UInt8]: return octets.count
  case let octets as ArraySlice<UInt8>: return octets.count
  case let text as String: return text.utf8.count
  case _:
    let mirror = Mirror(reflecting: value)
    return mirror.children.reduce(0) { $0 + held($1.value) }
  }
}
