/// The timers of RFC 9568 §6.1 and RFC 3768 §6.1.
extension RouterSettings {
  /// The shortest time that passes between two adverts that wait for one another; the skew makes the router with the
  /// highest priority the first to miss the master.
  ///
  /// - Parameters:
  ///   - priority: The effective priority.
  ///   - masterInterval: The master's interval; version 2 counts in 256ths of a second whatever it is.
  package func skew(priority: UInt8, masterInterval: Duration) -> Duration {
    let unit: Duration =
      switch version {
      case .two: .seconds(1)
      case .three: masterInterval
      }
    return unit * (256 - Int(priority)) / 256
  }

  /// For how long a backup hears nothing before the master counts as dead.
  package func masterDown(priority: UInt8, masterInterval: Duration) -> Duration {
    masterInterval * downTimerAdverts + skew(priority: priority, masterInterval: masterInterval)
  }

  /// The master-down interval of the most eager peer this router can have, in other words: for how long after its last
  /// advert a master may be sure that nobody has taken its place.
  package var shortestMasterDown: Duration { masterDown(priority: 255, masterInterval: interval) }

  /// The interval that adverts of this router name: the configured one in the units of the version.
  package var advertisedInterval: Duration {
    Advertisement(
      version: version, virtualRouter: virtualRouter, priority: priority,
      intervalField: Advertisement.intervalField(interval, version: version), addresses: []
    ).interval
  }
}
