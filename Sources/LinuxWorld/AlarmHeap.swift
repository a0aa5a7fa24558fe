import Machines
import World

/// An alarm of a reactor. While it is set the reactor keeps it alive.
final class ReactorAlarm: Alarm, @unchecked Sendable {
  enum State {
    case silent
    /// In the heap, with this number.
    case set(Int)
    /// Taken out of the heap because it is due since then, not yet rung.
    case due(Moment)
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
    guard case .due = state else { return }
    state = .silent
    ring()
  }
}

/// Alarms by their moments: a binary heap in which every alarm knows its place, so that setting one again moves it
/// instead of leaving a corpse behind.
///
/// An alarm that is put off stays where it is until it has come to the front: a backup puts its alarm off with every
/// advert, and looks at the heap's order only a few times in each master down interval. What moves in the heap are
/// numbers, not references to be counted.
struct AlarmHeap {
  /// When an alarm rings. Alarms of the same moment ring in the order in which they were set.
  private struct Turn {
    var moment: Moment
    var order: UInt64

    func isBefore(_ other: Turn) -> Bool {
      moment == other.moment ? order < other.order : moment < other.moment
    }
  }

  private struct Entry {
    /// Not later than what the alarm is set to.
    var turn: Turn
    var number: Int
  }

  /// A set alarm.
  private struct Setting {
    var alarm: ReactorAlarm?
    var turn: Turn
    /// Its index in the heap.
    var place: Int
  }

  private var heap: [Entry] = []
  /// By the alarms' numbers.
  private var settings: [Setting] = []
  private var freeNumbers: [Int] = []
  private var lastOrder: UInt64 = 0

  /// When the next alarm is due. What was put off is put where it belongs on the way.
  mutating func earliest() -> Moment? {
    while let first = heap.first {
      let turn = settings[first.number].turn
      guard first.turn.order != turn.order else { return turn.moment }
      heap[0].turn = turn
      settle(0)
    }
    return nil
  }

  /// Sets or silences an alarm.
  mutating func set(_ alarm: ReactorAlarm, to moment: Moment?) {
    guard let moment else { return remove(alarm) }
    lastOrder += 1
    let turn = Turn(moment: moment, order: lastOrder)
    if case .set(let number) = alarm.state {
      settings[number].turn = turn
      let place = settings[number].place
      guard moment < heap[place].turn.moment else { return }
      heap[place].turn = turn
      settle(place)
    } else {
      let number = freeNumbers.popLast() ?? settings.count
      let setting = Setting(alarm: alarm, turn: turn, place: heap.count)
      if number == settings.count { settings.append(setting) } else { settings[number] = setting }
      heap.append(Entry(turn: turn, number: number))
      alarm.state = .set(number)
      settle(heap.count - 1)
    }
  }

  /// Takes out the alarms that are due, in order.
  mutating func takeDue(at now: Moment) -> [ReactorAlarm] {
    var due: [ReactorAlarm] = []
    while let moment = earliest(), moment <= now, let alarm = settings[heap[0].number].alarm {
      remove(alarm)
      alarm.state = .due(moment)
      due.append(alarm)
    }
    return due
  }

  /// Puts those back that were taken out and have not been rung.
  mutating func putBack(_ alarms: some Sequence<ReactorAlarm>) {
    for alarm in alarms {
      if case .due(let moment) = alarm.state { set(alarm, to: moment) }
    }
  }

  private mutating func remove(_ alarm: ReactorAlarm) {
    if case .set(let number) = alarm.state {
      let place = settings[number].place
      settings[number].alarm = nil
      freeNumbers.append(number)
      let last = heap.removeLast()
      if place < heap.count {
        heap[place] = last
        settle(place)
      }
    }
    alarm.state = .silent
  }

  /// Moves the entry at `index` to where it belongs.
  private mutating func settle(_ index: Int) {
    var index = index
    let entry = heap[index]
    while index > 0, entry.turn.isBefore(heap[(index - 1) / 2].turn) {
      put(heap[(index - 1) / 2], at: index)
      index = (index - 1) / 2
    }
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].turn.isBefore(heap[child].turn) { child += 1 }
      guard heap[child].turn.isBefore(entry.turn) else { break }
      put(heap[child], at: index)
      index = child
    }
    put(entry, at: index)
  }

  private mutating func put(_ entry: Entry, at index: Int) {
    heap[index] = entry
    settings[entry.number].place = index
  }
}
