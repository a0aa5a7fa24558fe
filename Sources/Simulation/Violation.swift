package import Machines

/// What must always be so.
package enum Rule: String, Hashable, Sendable, CaseIterable {
  case oneMaster
  case served
  case flap
  case stuck
  case wholeGroup
  case holdings
  case firstAdvert
  case neighbours
  case handover
  case table
  case notices
  case bounds
  case settled
  case calm
  /// The simulation's own plan cannot be carried out.
  case plan
}

/// Something that must not be.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
  /// What it violates.
  package var rule: Rule
  /// When it was noticed, counted from the beginning of the run.
  package var at: Moment
  /// Who, what and why.
  package var text: String

  package var description: String { "\(rule.rawValue) at \(at.nanoseconds / 1_000_000) ms: \(text)" }
}
