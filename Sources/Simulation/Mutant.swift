import SimulatedWorld

/// A deliberately wrong program, which some judge has to find. What makes it wrong is in `Mutant+Infection.swift`.
package enum Mutant: String, Hashable, Sendable, CaseIterable {
  /// A backup takes a master for dead one advert too early.
  case hastyTimer
  /// A backup takes a master for dead one advert too late.
  case lazyTimer
  /// Who hears a farewell takes over at once.
  case withoutSkew
  /// Of two masters with one priority none gives way.
  case missedTie
  /// A master does not give way at all.
  case stubborn
  /// Adverts of priority 0 are ignored.
  case deafToFarewell
  /// An orderly stop is an end without farewell.
  case silentEnd
  /// A lower master is replaced in spite of `nopreempt`.
  case alwaysPreempts
  /// The address comes before the advert.
  case lateAdvert
  /// The checksum of version 2 is not minded.
  case acceptsDamage
  /// Who becomes master announces nothing.
  case withoutAnnouncement
  /// Who is not master any more keeps its addresses.
  case keptAddress
  /// The members of a sync group move each on its own.
  case splitGroup
  /// A lost carrier is not noticed.
  case blindToLinks
  /// Trackers change nothing.
  case deafToTrackers
  /// Deadlines are of the wall clock.
  case wallClock
  /// Who wakes acts before it listens.
  case actsBeforeListening
  /// A restarted process knows nothing of the old one.
  case forgetful
  /// A reload lets every router begin anew.
  case beginsAnew
  /// A notification gets lost.
  case lostNotice
  /// A check that was refused is taken for a good one.
  case failOpen
  /// What has left the configuration or failed stays in the IPVS table.
  case keptEntries
  /// Services that follow a router do not hear of it.
  case hiddenMaster
}
