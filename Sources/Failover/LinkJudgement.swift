import Machines
import World

/// Which links count as running: the kernel's word, after the delays that the configuration asks for.
struct LinkJudgement {
  private struct Pending {
    var isRunning: Bool
    var due: Moment
  }

  private var running: Set<Int32> = []
  private var pending: [Int32: Pending] = [:]

  /// Takes the links as they are, without any delay.
  mutating func begin(_ links: some Sequence<Link>) {
    running = Set(links.filter(\.isRunning).map(\.index))
    pending = [:]
  }

  /// Whether the link counts as running.
  func isRunning(_ index: Int32) -> Bool { running.contains(index) }

  /// Notes what the kernel says of a link; returns whether the judgement changed.
  mutating func note(_ link: Link, delays: GroupSettings.LinkDelays?, at now: Moment) -> Bool {
    let isRunning = link.isRunning
    guard isRunning != running.contains(link.index) else {
      pending[link.index] = nil
      return false
    }
    let delay = (isRunning ? delays?.up : delays?.down) ?? .zero
    guard delay > .zero else { return set(link.index, isRunning) }
    if pending[link.index]?.isRunning != isRunning {
      pending[link.index] = Pending(isRunning: isRunning, due: now + delay)
    }
    return false
  }

  /// A link that is gone does not run, and no delay hides that.
  mutating func forget(_ index: Int32) {
    running.remove(index)
    pending[index] = nil
  }

  /// Applies what is due; returns the links whose judgement changed.
  mutating func take(at now: Moment) -> [Int32] {
    let due = pending.filter { $0.value.due <= now }
    for (index, change) in due { _ = set(index, change.isRunning) }
    return due.keys.sorted()
  }

  /// When a judgement changes next.
  var deadline: Moment? { pending.values.map(\.due).min() }

  private mutating func set(_ index: Int32, _ isRunning: Bool) -> Bool {
    pending[index] = nil
    return isRunning ? running.insert(index).inserted : running.remove(index) != nil
  }
}
