package import Machines

/// When a probe is made, and what its results amount to.
///
/// The first answer decides alone. After that a good server has `retry` further attempts before it is failed, and a
/// failed one is asked once per delay_loop and needs one success. A probe that could not be made counts as a miss
/// whatever the verdict was before, so nothing stays good because nobody could ask.
package struct CheckMachine: Machine, Equatable {
  /// What happens to a check.
  package enum Event: Hashable, Sendable {
    /// Checking begins, or goes on after `suspended`.
    case started
    /// Checking rests (ha_suspend); the verdict stays.
    case suspended
    /// The attempt asked for by `.probe` has ended.
    case finished(CheckResult)
    /// `nextDeadline` has been reached.
    case deadlineReached
  }

  /// What a check wants done.
  package enum Effect: Hashable, Sendable {
    /// Make an attempt, and answer with `.finished`.
    case probe
    /// Give up the attempt that is being made.
    case cancel
    /// The verdict is now this; `isNews` when more than its detail changed.
    case judged(CheckState, isNews: Bool)
    /// An attempt failed, number `attempt` of `allowed`.
    case missed(CheckFailure, attempt: UInt32, allowed: UInt32)
  }

  /// What the check is doing.
  package enum Phase: Hashable, Sendable {
    case resting
    case waiting(until: Moment)
    case probing
  }

  /// The rhythm it follows.
  package let schedule: CheckSchedule
  package private(set) var phase = Phase.resting
  package private(set) var state: CheckState
  /// Failed attempts since the last success.
  package private(set) var misses: UInt32 = 0
  private var chance: SeededGenerator

  /// A check that rests until `.started`; `seed` chooses the moment of the first attempt within the warm-up.
  package init(_ schedule: CheckSchedule, seed: UInt64, at now: Moment) {
    self.schedule = schedule
    state = CheckState(since: now)
    chance = SeededGenerator(seed: seed)
  }

  package var nextDeadline: Moment? {
    switch phase {
    case .resting, .probing: nil
    case .waiting(let moment): moment
    }
  }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch (event, phase) {
    case (.started, .resting):
      phase = .waiting(until: now + firstDelay())
      return []
    case (.deadlineReached, .waiting(let moment)) where moment <= now:
      phase = .probing
      return [.probe]
    case (.finished(let result), .probing):
      return judge(result, at: now)
    case (.suspended, .probing):
      phase = .resting
      return [.cancel]
    case (.suspended, .waiting):
      phase = .resting
      return []
    case (.started, _), (.deadlineReached, _), (.finished, _), (.suspended, .resting):
      return []
    }
  }

  private mutating func firstDelay() -> Duration {
    let most = (schedule.warmup ?? schedule.delayLoop).wholeNanoseconds
    guard most > 0 else { return .zero }
    return .nanoseconds(Int64.random(in: 0...most, using: &chance))
  }

  private mutating func judge(_ result: CheckResult, at now: Moment) -> [Effect] {
    switch result {
    case .success(let detail, let influence):
      misses = 0
      phase = .waiting(until: now + schedule.delayLoop)
      return adopt(.good, influence, detail, at: now)
    case .failure(let failure):
      if misses < .max { misses += 1 }
      let allowed = attemptsAllowed(for: failure)
      let missed = Effect.missed(failure, attempt: misses, allowed: allowed)
      guard misses >= allowed else {
        phase = .waiting(until: now + schedule.delayBeforeRetry)
        state.detail = failure.text
        return [missed, .judged(state, isNews: false)]
      }
      phase = .waiting(until: now + schedule.delayLoop)
      return [missed] + adopt(.failed(failure), state.influence, failure.text, at: now)
    }
  }

  /// How many misses fail the check: the first answer decides alone, a failed one has nothing to lose.
  private func attemptsAllowed(for failure: CheckFailure) -> UInt32 {
    if failure.kind == .declared { return 1 }
    let budget = schedule.retry == .max ? .max : schedule.retry + 1
    return switch state.standing {
    case .notYet: failure.kind == .couldNotCheck ? budget : 1
    case .good: budget
    case .failed: 1
    }
  }

  private mutating func adopt(
    _ standing: CheckState.Standing, _ influence: WeightInfluence, _ detail: String, at now: Moment
  ) -> [Effect] {
    let isNews = standing != state.standing || influence != state.influence
    let since = standing.isSameSide(as: state.standing) ? state.since : now
    state = CheckState(standing, influence: influence, detail: detail, since: since)
    return [.judged(state, isNews: isNews)]
  }
}

extension CheckState.Standing {
  /// Whether both are good or both are failed, for whatever reasons.
  fileprivate func isSameSide(as other: Self) -> Bool {
    switch (self, other) {
    case (.notYet, .notYet), (.good, .good), (.failed, .failed): true
    case (.notYet, _), (.good, _), (.failed, _): false
    }
  }
}
