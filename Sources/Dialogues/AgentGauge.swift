package import Machines

/// How busy a real server is, as it measures itself.
package struct ServerLoad: Hashable, Sendable {
  /// Processes that want to run, for each processor.
  package var perProcessor: Double
  /// Established TCP connections.
  package var connections: Int

  /// A measurement.
  package init(perProcessor: Double, connections: Int) {
    self.perProcessor = perProcessor
    self.connections = connections
  }
}

/// Turns measurements into the share of its weight that a real server asks its directors for: the server's side of
/// AGENT_CHECK.
///
/// Up to half of a limit a server takes all of its weight, from the limit on the least share, and in between its share
/// falls in proportion; of several limits the one that matters most counts. So that directors and servers do not chase
/// each other, a share follows the measurements with inertia, and what is said changes only when the difference
/// matters.
package struct AgentGauge: Hashable, Sendable {
  /// The limits and the inertia.
  package struct Settings: Hashable, Sendable {
    /// The load per processor at which the share is the least; nil when it does not matter.
    package var loadLimit: Double?
    /// The connections at which the share is the least; nil when they do not matter.
    package var connectionLimit: Int?
    /// The least share, 1 to 100 percent: a busy server goes on working.
    package var least: Int
    /// After this time two thirds of a change are followed.
    package var inertia: Duration

    /// A load of two for each processor is the limit.
    package init(
      loadLimit: Double? = 2, connectionLimit: Int? = nil, least: Int = 10, inertia: Duration = .seconds(10)
    ) {
      self.loadLimit = loadLimit
      self.connectionLimit = connectionLimit
      self.least = min(100, max(1, least))
      self.inertia = inertia
    }
  }

  /// Smaller changes, in percent, are not told: each would be a command to a kernel of each director.
  private static let step = 3.0

  private let settings: Settings
  private var smooth: Double?
  private var measured = Moment.origin
  /// The share to ask for, from the least to 100 percent; all before anything was measured.
  package private(set) var percentage = 100

  /// A gauge without measurements.
  package init(_ settings: Settings = Settings()) {
    self.settings = settings
  }

  /// Takes a measurement into account.
  package mutating func observe(_ load: ServerLoad, at now: Moment) {
    let target = share(load)
    let passed = max(0, (now - measured).inSeconds)
    measured = now
    let followed = smooth.map { $0 + (target - $0) * passed / (passed + max(0.001, settings.inertia.inSeconds)) }
    let new = followed ?? target
    smooth = new
    let isAtEnd = new > 99 || new < Double(settings.least) + 1
    if smooth == target || isAtEnd || abs(new - Double(percentage)) >= Self.step {
      percentage = min(100, max(settings.least, Int(new.rounded())))
    }
  }

  private func share(_ load: ServerLoad) -> Double {
    var share = 100.0
    if let limit = settings.loadLimit { share = min(share, self.share(load.perProcessor, limit: limit)) }
    if let limit = settings.connectionLimit {
      share = min(share, self.share(Double(load.connections), limit: Double(limit)))
    }
    return share
  }

  private func share(_ value: Double, limit: Double) -> Double {
    guard value.isFinite, limit.isFinite, limit > 0 else { return 100 }
    let excess = min(1, max(0, (value - limit / 2) / (limit / 2)))
    return 100 - excess * (100 - Double(settings.least))
  }
}

extension AgentReply.Administration {
  /// The line an agent says in this state, without its end. The share is told while draining too: it counts again at
  /// once when the server is ready.
  package func line(percentage: Int) -> String {
    switch self {
    case .ready: "up ready \(percentage)%"
    case .drain: "up drain \(percentage)%"
    case .maintenance: "maint"
    }
  }
}

extension Duration {
  fileprivate var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
