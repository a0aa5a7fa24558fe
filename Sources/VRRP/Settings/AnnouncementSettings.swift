/// How often and when the neighbours are told where the virtual addresses are now.
package struct AnnouncementSettings: Hashable, Sendable {
  /// The periodic announcements on interfaces other than the router's own (`garp_extra_if`).
  package struct OtherInterfaces: Hashable, Sendable {
    /// The period.
    package var period: Duration
    /// Whether on all of them, or only on virtual MAC interfaces.
    package var includesAll: Bool

    /// Announcements every `period`.
    package init(period: Duration, includesAll: Bool) {
      self.period = period
      self.includesAll = includesAll
    }
  }

  /// From the first block of a new master to the second; zero for no second block (`garp_master_delay`).
  package var secondBlockDelay: Duration = .seconds(5)
  /// How often each address is announced in a block (`garp_master_repeat`).
  package var repeats: Int = 5
  /// The period of refreshing blocks; zero for none (`garp_master_refresh`).
  package var refreshPeriod: Duration = .zero
  /// How often each address is announced in a refreshing block (`garp_master_refresh_repeat`).
  package var refreshRepeats: Int = 1
  /// The delay of the second block after a lower advert was heard; nil for `secondBlockDelay`
  /// (`garp_lower_prio_delay`).
  package var lowerPriorityDelay: Duration?
  /// The repeats of the blocks after a lower advert was heard; nil for `repeats` (`garp_lower_prio_repeat`).
  package var lowerPriorityRepeats: Int?
  /// Periodic announcements on other interfaces.
  package var otherInterfaces: OtherInterfaces?
  /// The repeats of a block that is due because another master is there.
  var repeatsAgainstOthers: Int { lowerPriorityRepeats ?? repeats }
  /// The delay of the second of these blocks; zero for none.
  var delayAgainstOthers: Duration { lowerPriorityDelay ?? secondBlockDelay }

  /// keepalived's defaults.
  package init() {}
}
