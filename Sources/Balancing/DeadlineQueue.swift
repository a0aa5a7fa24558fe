import Machines

/// Deadlines of many owners, the earliest first: a binary heap. An owner whose deadline moves is pushed again; the
/// reader compares what comes out with what the owner wants now.
struct DeadlineQueue {
  private var heap: [(moment: Moment, owner: Int)] = []

  /// The earliest deadline and whose it is.
  var first: (moment: Moment, owner: Int)? { heap.first }

  mutating func push(_ moment: Moment, for owner: Int) {
    heap.append((moment, owner))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].moment < heap[parent].moment else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest deadline out when it is not later than `now`.
  mutating func popDue(at now: Moment) -> (moment: Moment, owner: Int)? {
    guard let first = heap.first, first.moment <= now else { return nil }
    removeFirst()
    return first
  }

  /// Takes the earliest deadline out, if there is one.
  mutating func removeFirst() {
    guard !heap.isEmpty else { return }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].moment < heap[least].moment
      {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
