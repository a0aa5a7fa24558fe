package import Machines

/// Why a check is not content.
package struct CheckFailure: Error, Hashable, Sendable {
  /// The kinds of failure.
  package enum Kind: Hashable, Sendable {
    /// The server refused or gave a wrong answer.
    case answer
    /// The server said nothing, or not enough, in time.
    case timedOut
    /// The server itself says that it is not to be used (an agent's "down" or "maint"): asking again is no use.
    case declared
    /// This host could not even ask: no local address, no descriptor, program missing.
    case couldNotCheck
  }

  package var kind: Kind
  /// In words an operator understands: "HTTP status 503 instead of 200".
  package var reason: String

  /// A failure for a reason.
  package init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// The reason, preceded by a remark when the server was not even asked.
  package var text: String {
    kind == .couldNotCheck ? "could not be checked: \(reason)" : reason
  }
}

/// What a check says about the weight of its server.
package enum WeightInfluence: Hashable, Sendable {
  /// Nothing: the configured weight.
  case none
  /// The configured weight is replaced (misc_dynamic, an agent's "weight:N").
  case absolute(UInt32)
  /// This is added to it (a tracked file).
  case added(Int64)
  /// It is multiplied by this percentage (an agent's "75%").
  case percentage(UInt32)
}

/// How one attempt of a probe ended.
package enum CheckResult: Hashable, Sendable {
  /// As it should; `detail` is what the server said, for people.
  case success(detail: String, WeightInfluence = .none)
  case failure(CheckFailure)
}

/// The current verdict of a check.
package struct CheckState: Hashable, Sendable {
  /// The verdicts.
  package enum Standing: Hashable, Sendable {
    /// No result yet.
    case notYet
    case good
    case failed(CheckFailure)
  }

  package var standing: Standing
  package var influence: WeightInfluence
  /// What the server said last, for people.
  package var detail: String
  /// Since when the standing is what it is, apart from reasons.
  package var since: Moment

  /// A check that has not been made yet.
  package init(since: Moment) {
    standing = .notYet
    influence = .none
    detail = ""
    self.since = since
  }

  /// A verdict that came from elsewhere than a probe.
  package init(_ standing: Standing, influence: WeightInfluence = .none, detail: String = "", since: Moment) {
    self.standing = standing
    self.influence = influence
    self.detail = detail
    self.since = since
  }

  /// Why it is what it is, for people.
  package var reason: String {
    if case .failed(let failure) = standing { failure.text } else { detail }
  }

  /// Whether it counts as good; without a result that is what the configuration says.
  package func isGood(unlessKnown presumed: Bool) -> Bool {
    switch standing {
    case .notYet: presumed
    case .good: true
    case .failed: false
    }
  }
}
