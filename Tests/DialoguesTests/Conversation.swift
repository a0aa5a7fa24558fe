import Dialogues
import Machines

/// Runs a dialogue against a script and notes what it said and how it ended.
struct Conversation<Partner: Dialogue> {
  var dialogue: Partner
  var now = Moment.origin
  private(set) var said: [UInt8] = []
  private(set) var verdict: Verdict?
  private(set) var finishes = 0
  /// How often TLS was begun.
  private(set) var secured = 0

  init(_ dialogue: Partner) {
    self.dialogue = dialogue
  }

  mutating func happen(_ event: DialogueEvent) {
    for effect in dialogue.handle(event, at: now) {
      switch effect {
      case .send(let octets): said += octets
      case .secure: secured += 1
      case .finish(let verdict):
        self.verdict = verdict
        finishes += 1
      }
    }
  }

  /// The other side says this text, with CR LF for every LF.
  mutating func hear(_ text: String) {
    happen(.received(octets(text)[...]))
  }

  /// Nothing happens until the deadline.
  mutating func waitInVain() {
    guard let deadline = dialogue.nextDeadline else { return }
    now = deadline
    happen(.deadlineReached)
  }

  var saidText: String { String(decoding: said, as: UTF8.self) }

  var failure: String? {
    if case .failure(let reason) = verdict { reason } else { nil }
  }

  var isSuccess: Bool {
    if case .success = verdict { true } else { false }
  }
}

func octets(_ text: String) -> [UInt8] {
  text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? [13, 10] : [$0] }
}

/// Garbage that resembles `template`: cut, repeated, and with wrong octets, by the seed.
func garbage(_ template: [UInt8], seed: UInt64) -> [UInt8] {
  var chance = SeededGenerator(seed: seed)
  var result = template
  for _ in 0..<Int.random(in: 1...6, using: &chance) {
    guard !result.isEmpty else { break }
    let place = Int.random(in: 0..<result.count, using: &chance)
    switch Int.random(in: 0..<5, using: &chance) {
    case 0: result[place] = UInt8.random(in: 0...255, using: &chance)
    case 1: result.remove(at: place)
    case 2: result.insert(contentsOf: result[place...].prefix(40), at: place)
    case 3: result.removeSubrange(place...)
    default: result.insert(UInt8.random(in: 0...255, using: &chance), at: place)
    }
  }
  return result
}
