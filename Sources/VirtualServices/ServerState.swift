package import Machines

/// A real server's state: a function of its checks and its settings.
package struct ServerState: Hashable, Sendable {
  /// The verdicts, in the order of the settings' checks.
  package internal(set) var checks: [CheckState]
  /// Whether checks without a result count as failed because the kernel did not use the server when it was adopted.
  package internal(set) var presumedDown: Bool
  /// What an operator ordered; nil for nothing.
  package internal(set) var order: OperatorOrder?
  /// Whether all checks are good, and no order says otherwise.
  package internal(set) var isUp: Bool
  /// Since when.
  package internal(set) var since: Moment
  /// The weight with what the checks say about it, whether it is up or not.
  package internal(set) var weight: UInt32

  init(
    _ settings: RealServerSettings, checks: [CheckState], presumedDown: Bool, order: OperatorOrder? = nil,
    at now: Moment
  ) {
    self.order = order
    self.checks = checks
    self.presumedDown = presumedDown
    isUp = false
    since = now
    weight = settings.weight
    (isUp, weight) = judgement(settings)
  }

  /// Whether the server is up, and its weight, computed anew.
  func judgement(_ settings: RealServerSettings) -> (isUp: Bool, weight: UInt32) {
    let isUp = zip(checks, settings.checks).allSatisfy { isGood($0, $1) }
    let weight = effectiveWeight(configured: settings.weight, influences: checks.map(\.influence))
    switch order {
    case .weight(let ordered): return (isUp, min(ordered, UInt32(Int32.max)))
    case .disabled: return (false, weight)
    case nil: return (isUp, weight)
    }
  }

  func isGood(_ check: CheckState, _ settings: CheckSettings) -> Bool {
    check.isGood(unlessKnown: !settings.alpha && !presumedDown)
  }
}

/// What an operator wants of a server, whatever its checks say.
package enum OperatorOrder: Hashable, Sendable {
  /// This weight; with 0 it keeps its connections and gets no new ones.
  case weight(UInt32)
  /// As if it had failed.
  case disabled
}

/// The weight of a server with what its checks say about it: from scratch, so that nothing can drift.
///
/// Percentages are applied last; each absolute weight counts as the difference it makes, as keepalived adds up
/// several misc_dynamic programs. The result is cut to what the kernel takes, 0 to 2,147,483,647.
package func effectiveWeight(configured: UInt32, influences: [WeightInfluence]) -> UInt32 {
  let most = Int64(Int32.max)
  var weight = Int64(configured)
  var percentage: UInt32 = 100
  for influence in influences {
    switch influence {
    case .none: break
    case .absolute(let value): weight = clamped(weight + Int64(value) - Int64(configured))
    case .added(let delta): weight = clamped(weight + max(-most, min(most, delta)))
    case .percentage(let value): percentage = value
    }
  }
  weight = max(0, min(most, weight))
  let scaled = percentage == 100 ? weight : weight * Int64(min(percentage, 100_000)) / 100
  // A share of something is something: 5 % of 10 must not take the server out of use.
  let rounded = scaled == 0 && percentage > 0 && weight > 0 ? 1 : scaled
  return UInt32(max(0, min(most, rounded)))
}

/// Wide enough that no order of additions matters, narrow enough that none overflows.
private func clamped(_ weight: Int64) -> Int64 {
  max(-0x1_0000_0000_0000, min(0x1_0000_0000_0000, weight))
}
