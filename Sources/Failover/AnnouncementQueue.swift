import Machines
import Wire

/// Announcements that wait to be sent: block after block, and within a block breadth-first, so that every address is
/// announced once before any is announced twice. Blocks of several routers take turns after each round.
struct AnnouncementQueue {
  /// An address on an interface.
  struct Target: Hashable {
    var interface: Int32
    var address: IPAddress
  }

  /// What is next.
  enum Next: Hashable {
    case nothing
    case announcement(router: String, Target)
    /// A configured gap has to pass first.
    case wait(until: Moment)
  }

  private struct Block {
    var router: String
    var targets: [Target]
    var rounds: Int
    var position = 0
  }

  private var blocks: [Block] = []
  /// The moment that was given to the next announcement, which had to wait for it.
  private var reservation: (target: Target, moment: Moment)?

  /// Whether nothing waits.
  var isEmpty: Bool { blocks.isEmpty }

  /// Adds a block. A router's block that was not begun yet is enlarged instead, so that no flood of causes makes a flood
  /// of announcements.
  mutating func append(router: String, targets: [Target], rounds: Int) {
    guard rounds > 0, !targets.isEmpty else { return }
    let pending = blocks.firstIndex { $0.router == router && $0.position == 0 && $0.targets == targets }
    if let pending {
      blocks[pending].rounds = max(blocks[pending].rounds, rounds)
    } else {
      blocks.append(Block(router: router, targets: targets, rounds: rounds))
    }
  }

  /// Forgets what waits for a router that is no longer master.
  mutating func drop(router: String) { blocks.removeAll { $0.router == router } }

  /// Takes the next announcement from the queue, or says what to wait for.
  ///
  /// - Parameter reserve: Gives a target the moment at which it may be announced.
  mutating func next(at now: Moment, reserve: (Target) -> Moment) -> Next {
    guard var block = blocks.first else { return .nothing }
    let target = block.targets[block.position]
    let moment = reservation.flatMap { $0.target == target ? $0.moment : nil } ?? reserve(target)
    guard moment <= now else {
      reservation = (target, moment)
      return .wait(until: moment)
    }
    reservation = nil
    block.position += 1
    if block.position < block.targets.count {
      blocks[0] = block
    } else {
      blocks.removeFirst()
      block.position = 0
      block.rounds -= 1
      if block.rounds > 0 { blocks.append(block) }
    }
    return .announcement(router: block.router, target)
  }
}
