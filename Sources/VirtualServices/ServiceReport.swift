package import Wire

/// A mail to be sent; the sender puts "[router_id] " before the subject.
package struct MailText: Hashable, Sendable {
  package var subject: String
  package var body: String

  /// A mail.
  package init(subject: String, body: String) {
    self.subject = subject
    self.body = body
  }
}

/// A check of a real server that turned good or failed.
package struct CheckChange: Hashable, Sendable {
  package var service: ServiceIdentity
  package var server: Endpoint
  package var probe: ProbeSettings
  package var state: CheckState
  /// Whether the server as a whole is up now.
  package var serverIsUp: Bool
  /// Whether the server's state changed with this.
  package var decided: Bool
  package var sendsMail: Bool
}

/// A real server that went up or down.
package struct ServerChange: Hashable, Sendable {
  /// Why it did.
  package enum Cause: Hashable, Sendable {
    /// It was counted as up at the start, and that is to be told (rs_init_notifies).
    case started
    /// This check said so, with its detail.
    case check(String, detail: String)
    /// Its checks changed with the configuration.
    case configuration
    /// An operator disabled or enabled it.
    case order
    /// It left the configuration.
    case removed
    /// The program stops, and omega wants it told.
    case stopping
  }

  package var service: ServiceIdentity
  package var server: Endpoint
  package var isUp: Bool
  package var cause: Cause
  /// notify_up or notify_down.
  package var command: NotifyCommand?
  package var sendsMail: Bool
}

/// A server whose weight in the table changed while it stayed up.
package struct WeightChange: Hashable, Sendable {
  package var service: ServiceIdentity
  package var server: Endpoint
  package var from: UInt32
  package var to: UInt32
}

/// A quorum that was gained or lost.
package struct QuorumChange: Hashable, Sendable {
  /// When it happened.
  package enum Occasion: Hashable, Sendable {
    case starting
    case running
    case stopping
  }

  package var service: ServiceIdentity
  package var isUp: Bool
  package var occasion: Occasion
  package var quorum: UInt32
  package var hysteresis: UInt32
  /// The sum of the weights of the servers that are up.
  package var liveWeight: UInt64
  /// quorum_up or quorum_down.
  package var command: NotifyCommand?
  package var sendsMail: Bool

  /// keepalived's arithmetic: "Gained quorum 1+0=1 <= 2".
  package var arithmetic: String {
    let (quorum, hysteresis) = (Int64(quorum), Int64(hysteresis))
    if isUp {
      let opening = occasion == .starting ? "Starting with quorum up" : "Gained quorum"
      return "\(opening) \(quorum)+\(hysteresis)=\(quorum + hysteresis) <= \(liveWeight)"
    }
    let opening = occasion == .starting ? "Starting with quorum down" : "Lost quorum"
    return "\(opening) \(quorum)-\(hysteresis)=\(quorum - hysteresis) > \(liveWeight)"
  }
}

/// What a service has to tell.
package enum ServiceReport: Hashable, Sendable {
  case checkChanged(CheckChange)
  case serverChanged(ServerChange)
  case weightChanged(WeightChange)
  case quorumChanged(QuorumChange)
}
