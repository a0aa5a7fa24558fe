package import Machines
import Wire

// Two things that need time: a recovered server that gets its share little by little (slow_start), and a removed one
// that keeps its connections for a while (drain_timeout). Both are our extensions.

/// A server on its way back to its full weight.
package struct Ramp: Hashable, Sendable {
  package let start: Moment
  package let end: Moment
  /// The part of the weight it has now, in thousandths.
  package internal(set) var share: Int64

  /// The number of steps of a ramp.
  private static let steps: Int64 = 20

  init(from start: Moment, lasting duration: Duration) {
    self.start = start
    end = start + duration
    share = 1_000 / Self.steps
  }

  /// The next moment at which the share changes.
  var nextStep: Moment {
    let (whole, passed) = ((end - start).wholeNanoseconds, share * Self.steps / 1_000)
    return min(end, start + .nanoseconds(whole / Self.steps * passed))
  }

  /// The share at `now`; nil when the ramp is over.
  func share(at now: Moment) -> Int64? {
    guard now < end else { return nil }
    let step = max(1, (end - start).wholeNanoseconds / Self.steps)
    let passed = max(0, (now - start).wholeNanoseconds) / step
    return min(Self.steps, passed + 1) * 1_000 / Self.steps
  }

  /// A weight on this ramp; never zero, or the server would be quiesced.
  func weight(_ full: UInt32) -> UInt32 {
    full == 0 ? 0 : UInt32(max(1, Int64(full) * share / 1_000))
  }
}

/// A server that has left the configuration and keeps its connections with weight 0 for a while.
package struct Drain: Hashable, Sendable {
  /// As it was configured.
  package let server: RealServerSettings
  /// When it goes whatever connections it has.
  package let until: Moment
}

extension ServiceMachine {
  /// When a ramp takes its next step or a drain is over.
  package var nextDeadline: Moment? {
    let ramp = ramps.values.lazy.map(\.nextStep).min()
    let drain = drains.values.lazy.map(\.until).min()
    return [ramp, drain].compactMap(\.self).min()
  }

  mutating func deadlineReached(at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    for (place, ramp) in ramps.sorted(by: { $0.key < $1.key }) where ramp.nextStep <= now {
      if let share = ramp.share(at: now) { ramps[place]?.share = share } else { ramps[place] = nil }
      effects.append(.reconcileServer(place))
    }
    let ended = drains.filter { $0.value.until <= now }
    for endpoint in ended.keys { drains[endpoint] = nil }
    return ended.isEmpty ? effects : effects + [.reconcile]
  }

  mutating func drained(_ endpoint: Endpoint) -> [Effect] {
    drains.removeValue(forKey: endpoint) == nil ? [] : [.reconcile]
  }

  /// A server came up or went down: begins or ends its ramp. Only a recovery is slow, not the first success.
  mutating func reviewRamp(_ place: Int, hadFailed: Bool, at now: Moment) {
    guard servers[place].isUp else {
      ramps[place] = nil
      return
    }
    guard hadFailed, let duration = settings.servers[place].slowStart, duration > .zero else { return }
    ramps[place] = Ramp(from: now, lasting: duration)
  }

  /// Ramps go with their servers, which may have other places now.
  mutating func moveRamps(_ succession: Succession) {
    let former = ramps
    ramps = [:]
    guard !former.isEmpty else { return }
    for (place, before) in succession.former.enumerated() where servers[place].isUp {
      ramps[place] = before.flatMap { former[$0] }
    }
  }

  /// Begins the drain of servers that were in the table and are configured no more, and ends that of returned ones.
  mutating func reviewDrains(leaving places: [Int], of former: [RealServerSettings], at now: Moment) {
    if !drains.isEmpty {
      let here = Set(settings.servers.map(\.endpoint))
      drains = drains.filter { !here.contains($0.key) }
    }
    for place in places {
      guard let patience = former[place].drainTimeout ?? settings.drainTimeout, patience > .zero else { continue }
      drains[former[place].endpoint] = Drain(server: former[place], until: now + patience)
    }
  }
}

/// Which servers of a service go on after a change of its settings: those with the same address and port.
struct Succession {
  /// The former place of each server; nil for a new one.
  let former: [Int?]
  /// The former places of servers that are there no more.
  let gone: [Int]

  init(from old: [RealServerSettings], to new: [RealServerSettings]) {
    // Most changes leave all servers where they are, and there may be tens of thousands.
    if old.count == new.count, zip(old, new).allSatisfy({ $0.endpoint == $1.endpoint }) {
      (former, gone) = (Array(old.indices), [])
      return
    }
    let places = Dictionary(old.enumerated().map { ($1.endpoint, $0) }, uniquingKeysWith: { first, _ in first })
    let here = Set(new.map(\.endpoint))
    former = new.map { places[$0.endpoint] }
    gone = old.indices.filter { !here.contains(old[$0].endpoint) }
  }
}
