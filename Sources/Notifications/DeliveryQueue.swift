package import Machines

/// Decides when which mail, or other news for the world outside, is delivered: in order, one at a time, again after a
/// failure with a growing pause.
///
/// keepalived gives every mail one try. A mail server that is down together with what it should report would so lose
/// the very mails that matter, hence the retries: after 5, 10, 20 … seconds, at most every five minutes, for a day.
/// The queue is bounded; when it is full the oldest mail goes, since the latest state is worth more.
package struct DeliveryQueue<Item: Hashable & Sendable>: Machine, Hashable {
  /// What happens to the queue.
  package enum Event: Hashable, Sendable {
    case added(Item)
    /// The delivery asked for has succeeded.
    case delivered
    /// It failed; a permanent failure is not tried again.
    case failed(reason: String, isPermanent: Bool)
    case deadlineReached
  }

  /// What is to be done.
  package enum Effect: Hashable, Sendable {
    /// Begin to deliver; `delivered` or `failed` answers.
    case deliver(Item)
    /// It is given up; the reason is for the log.
    case giveUp(Item, reason: String)
    /// It will be tried again after a pause.
    case postpone(Item, reason: String, until: Moment)
  }

  /// The most that wait.
  package static var capacity: Int { 256 }
  private static var firstPause: Duration { .seconds(5) }
  private static var longestPause: Duration { .seconds(300) }
  private static var patience: Duration { .seconds(86_400) }

  private enum State: Hashable {
    case idle
    case delivering
    case pausing(until: Moment)
  }

  private struct Entry: Hashable {
    var item: Item
    var since: Moment
  }

  private var state = State.idle
  private var entries: [Entry] = []
  private var pause = Self.firstPause

  /// An empty queue.
  package init() {}

  /// How many wait, the one being delivered included.
  package var count: Int { entries.count }

  package var nextDeadline: Moment? {
    switch state {
    case .idle, .delivering: nil
    case .pausing(let until): until
    }
  }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch (state, event) {
    case (_, .added(let item)):
      return enqueue(item, at: now) + begin()
    case (.delivering, .delivered):
      if !entries.isEmpty { entries.removeFirst() }
      state = .idle
      pause = Self.firstPause
      return begin()
    case (.delivering, .failed(let reason, let isPermanent)):
      return fail(reason: reason, isPermanent: isPermanent, at: now)
    case (.pausing(let until), .deadlineReached):
      guard now >= until else { return [] }
      state = .idle
      return begin()
    case (.idle, .delivered), (.idle, .failed), (.idle, .deadlineReached), (.delivering, .deadlineReached),
      (.pausing, .delivered), (.pausing, .failed):
      return []
    }
  }

  private mutating func enqueue(_ item: Item, at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    if entries.count >= Self.capacity {
      // The first one may be under way; the one behind it is the oldest that can go.
      let victim = entries.remove(at: state == .delivering ? 1 : 0)
      effects.append(.giveUp(victim.item, reason: "\(Self.capacity) are waiting already"))
    }
    entries.append(Entry(item: item, since: now))
    return effects
  }

  private mutating func begin() -> [Effect] {
    guard state == .idle, let first = entries.first else { return [] }
    state = .delivering
    return [.deliver(first.item)]
  }

  private mutating func fail(reason: String, isPermanent: Bool, at now: Moment) -> [Effect] {
    guard let first = entries.first else {
      state = .idle
      return []
    }
    if isPermanent || now - first.since > Self.patience {
      entries.removeFirst()
      state = .idle
      return [.giveUp(first.item, reason: reason)] + begin()
    }
    let until = now + pause
    state = .pausing(until: until)
    pause = min(pause * 2, Self.longestPause)
    return [.postpone(first.item, reason: reason, until: until)]
  }
}

/// What became of deliveries since the start.
package struct DeliveryCounts: Hashable, Sendable {
  package var sent: UInt64 = 0
  package var postponed: UInt64 = 0
  package var givenUp: UInt64 = 0
  /// Those that wait now.
  package var waiting = 0

  /// Nothing yet.
  package init() {}
}
