package import Machines

/// The virtual time and everything that is going to happen, in the order of its moments and, where those are equal, in
/// the order in which it was planned.
package final class Timeline: @unchecked Sendable {
  enum Happening {
    /// A loop wants to turn.
    case turn(SimulatedLoop)
    /// Something else.
    case job(() -> Void)
  }

  private struct Entry {
    var nanoseconds: Int64
    var order: UInt64
    var slot: Int

    func isBefore(_ other: Entry) -> Bool {
      nanoseconds == other.nanoseconds ? order < other.order : nanoseconds < other.nanoseconds
    }
  }

  /// The seed of the run.
  package let seed: UInt64
  /// What has happened.
  package let trace: Trace
  /// The time since the beginning of the run.
  package private(set) var now = Moment.origin
  /// How many happenings there were.
  package private(set) var count: UInt64 = 0
  /// The loop whose turn it is; its actors may be entered.
  package internal(set) var current: SimulatedLoop?
  /// Called after each happening, to look for anything wrong.
  package var afterwards: (() -> Void)?

  private var heap: [Entry] = []
  private var slots: [Happening?] = []
  private var freeSlots: [Int] = []
  private var lastOrder: UInt64 = 0
  private var isStopped = false

  /// The beginning of a run.
  package init(seed: UInt64, trace: Trace = Trace()) {
    self.seed = seed
    self.trace = trace
  }

  /// A generator for one kind of decisions.
  package func chance(_ kind: String) -> SeededGenerator {
    var mixed = seed &* 0x9E37_79B9_7F4A_7C15
    for octet in kind.utf8 { mixed = (mixed ^ UInt64(octet)) &* 0x100_0000_01B3 }
    return SeededGenerator(seed: mixed)
  }

  /// Plans something; a moment in the past means now.
  package func plan(at moment: Moment, _ job: @escaping () -> Void) {
    push(.job(job), at: moment.nanoseconds)
  }

  /// Plans something for after a while.
  package func plan(after duration: Duration, _ job: @escaping () -> Void) {
    push(.job(job), at: (now + duration).nanoseconds)
  }

  /// Lets happen what is planned until a moment, which then is now; or until `stop`.
  package func run(until end: Moment) {
    while !isStopped, let first = heap.first, first.nanoseconds <= end.nanoseconds {
      let happening = pop()
      now = Moment(nanoseconds: max(now.nanoseconds, first.nanoseconds))
      count &+= 1
      switch happening {
      case .turn(let loop): loop.turn(plannedAt: first.nanoseconds)
      case .job(let job): job()
      case nil: break
      }
      afterwards?()
    }
    if !isStopped { now = max(now, end) }
  }

  /// Ends the run: nothing happens any more.
  package func stop() { isStopped = true }

  // MARK: The heap

  func push(_ happening: Happening, at nanoseconds: Int64) {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      slots[slot] = happening
    } else {
      slot = slots.count
      slots.append(happening)
    }
    lastOrder &+= 1
    let entry = Entry(nanoseconds: max(nanoseconds, now.nanoseconds), order: lastOrder, slot: slot)
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry.isBefore(heap[parent]) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
  }

  private func pop() -> Happening? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { sift(last) }
    let happening = slots[first.slot]
    slots[first.slot] = nil
    freeSlots.append(first.slot)
    return happening
  }

  /// Puts an entry where the first was, and lets it sink to its place.
  private func sift(_ entry: Entry) {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(entry) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = entry
  }
}
