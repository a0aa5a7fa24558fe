/// The effective priority of a router and how it comes about.
package struct PriorityArithmetic: Hashable, Sendable {
  /// What one tracked thing adds.
  package struct Contribution: Hashable, Sendable {
    /// The thing.
    package var tracker: Tracker
    /// What is known of it.
    package var value: TrackerValue
    /// What it adds to the priority; zero for a thing without weight.
    package var amount: Int
  }

  /// The configured priority.
  package var base: UInt8
  /// What the tracked things add, in the order of the configuration.
  package var contributions: [Contribution]
  /// base + sum, from 1 to 254; for the address owner 255 whatever is tracked.
  package var effective: UInt8

  /// Computes the priority from the current facts.
  package init(base: UInt8, trackers: [Tracker], values: [Tracker.Identity: TrackerValue]) {
    self.base = base
    contributions = trackers.map { tracker in
      let value = values[tracker.identity] ?? .unknown
      return Contribution(tracker: tracker, value: value, amount: tracker.contribution(of: value))
    }
    effective = Self.bounded(contributions.reduce(Int(base)) { $0 + $1.amount }, base: base)
  }

  /// A sum as the priority of a router with this base.
  static func bounded(_ sum: Int, base: UInt8) -> UInt8 {
    base == 255 ? 255 : UInt8(clamping: max(1, min(254, sum)))
  }

  /// The arithmetic line by line: "base 100", "script check (down) -30", "effective 70".
  package var lines: [String] {
    let parts = contributions.filter { $0.tracker.weight != 0 }.map { part in
      "\(part.tracker.identity) (\(part.value)) \(part.amount < 0 ? "" : "+")\(part.amount)"
    }
    return ["base \(base)"] + (base == 255 ? [] : parts) + ["effective \(effective)"]
  }
}

extension TrackerValue: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknown: "unknown"
    case .up: "up"
    case .down: "down"
    case .number(let number): String(number)
    }
  }
}

extension Tracker {
  /// What the thing adds to a priority: for a file its number times the weight, at most 253; for anything else a
  /// positive weight while it is good and a negative one while it is bad. Reversal turns the sign.
  package func contribution(of value: TrackerValue) -> Int {
    guard weight != 0 else { return 0 }
    let sign = isReversed ? -1 : 1
    if kindIsFile {
      guard case .number(let number) = value else { return 0 }
      let (product, overflow) = number.multipliedReportingOverflow(by: weight * sign)
      if overflow { return (number < 0) == (weight * sign < 0) ? 253 : -254 }
      return max(-254, min(253, product))
    }
    return switch value {
    case .up: max(weight, 0) * sign
    case .down, .number: min(weight, 0) * sign
    case .unknown: 0
    }
  }

  /// Whether the value is a fault: for a thing without weight when it has failed (reversed: when it has not), for a file
  /// also when its contribution is -254 or less.
  package func isFault(_ value: TrackerValue) -> Bool {
    switch value {
    case .unknown: false
    case .number(let number):
      weight == 0 ? (number != 0) != isReversed : contribution(of: value) <= -254
    case .up: weight == 0 && isReversed
    case .down: weight == 0 && !isReversed
    }
  }

  private var kindIsFile: Bool { identity.kind == .file }
}
