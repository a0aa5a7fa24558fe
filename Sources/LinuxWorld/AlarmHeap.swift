import Machines
import World

/// An alarm of a reactor. While it is set the reactor keeps it alive.
final class ReactorAlarm: Alarm, @unchecked Sendable {
  enum State: Equatable {
    case silent
    /// In the heap, at this index.
    case set(index: Int)
    /// Taken out of the heap because it is due, not yet rung.
    case due
  }

  private let reactor: Reactor
  private let ring: @Sendable () -> Void
  fileprivate(set) var state = State.silent

  init(_ reactor: Reactor, ring: @escaping @Sendable () -> Void) {
    self.reactor = reactor
    self.ring = ring
  }

  func set(_ moment: Moment?) {
    reactor.set(self, to: moment)
  }

  /// An alarm that rang just before may have silenced this one or set it anew.
  func ringIfStillDue() {
    guard state == .due else { return }
    state = .silent
    ring()
  }
}

/// Alarms by their moments: a binary heap in which every alarm knows its place, so that setting one again moves it
/// instead of leaving a corpse behind.
struct AlarmHeap {
  /// The moment stands beside the alarm, so that comparing touches no objects.
  private struct Entry {
    var moment: Moment
    /// Alarms of the same moment ring in the order in which they were set.
    var order: UInt64
    let alarm: ReactorAlarm

    func isBefore(_ other: Entry) -> Bool {
      moment == other.moment ? order < other.order : moment < other.moment
    }
  }

  private var heap: [Entry] = []
  private var lastOrder: UInt64 = 0

  /// When the next alarm is due.
  var earliest: Moment? { heap.first?.moment }

  /// Sets or silences an alarm.
  mutating func set(_ alarm: ReactorAlarm, to moment: Moment?) {
    guard let moment else { return remove(alarm) }
    lastOrder += 1
    if case .set(let index) = alarm.state {
      heap[index].moment = moment
      heap[index].order = lastOrder
      settle(index)
    } else {
      heap.append(Entry(moment: moment, order: lastOrder, alarm: alarm))
      alarm.state = .set(index: heap.count - 1)
      settle(heap.count - 1)
    }
  }

  /// Takes out the alarms that are due, in order.
  mutating func takeDue(at now: Moment) -> [ReactorAlarm] {
    var due: [ReactorAlarm] = []
    while let first = heap.first, first.moment <= now {
      remove(first.alarm)
      first.alarm.state = .due
      due.append(first.alarm)
    }
    return due
  }

  private mutating func remove(_ alarm: ReactorAlarm) {
    if case .set(let index) = alarm.state {
      swap(index, heap.count - 1)
      heap.removeLast()
      if index < heap.count { settle(index) }
    }
    alarm.state = .silent
  }

  /// Moves the alarm at `index` to where it belongs.
  private mutating func settle(_ index: Int) {
    var index = index
    while index > 0, heap[index].isBefore(heap[(index - 1) / 2]) {
      swap(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(heap[index]) else { return }
      swap(index, child)
      index = child
    }
  }

  private mutating func swap(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    heap[left].alarm.state = .set(index: left)
    heap[right].alarm.state = .set(index: right)
  }
}
