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
  /// When it is to ring, while it is set, and its place among those of the same moment.
  fileprivate var moment = Moment.origin
  fileprivate var order: UInt64 = 0

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
///
/// An alarm that is put off stays where it is until it has come to the front: a backup puts its alarm off with every
/// advert, and looks at the heap's order only a few times in each master down interval.
struct AlarmHeap {
  /// The moment stands beside the alarm, so that comparing touches no objects. It is not later than the alarm's own.
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

  /// When the next alarm is due. What was put off is put where it belongs on the way.
  mutating func earliest() -> Moment? {
    while let first = heap.first {
      guard first.order != first.alarm.order else { return first.moment }
      (heap[0].moment, heap[0].order) = (first.alarm.moment, first.alarm.order)
      settle(0)
    }
    return nil
  }

  /// Sets or silences an alarm.
  mutating func set(_ alarm: ReactorAlarm, to moment: Moment?) {
    guard let moment else { return remove(alarm) }
    lastOrder += 1
    (alarm.moment, alarm.order) = (moment, lastOrder)
    if case .set(let index) = alarm.state {
      guard moment < heap[index].moment else { return }
      (heap[index].moment, heap[index].order) = (moment, lastOrder)
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
    while let moment = earliest(), moment <= now, let first = heap.first {
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
