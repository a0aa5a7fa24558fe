package import Machines

/// What a router wants to be told when its process was restarted, so that a crash shows nowhere: a restarted master that
/// is back before its peers have given it up goes on as master.
package struct RouterMemory: Hashable, Sendable {
  /// The name of the instance.
  package var name: String
  /// Whether it was master.
  package var wasMaster: Bool
  /// The priority it advertised.
  package var effectivePriority: UInt8
  /// When it sent its last advert; nil for never.
  package var lastAdvert: Moment?
  /// The moment from which a peer may have taken its place: the last advert plus the shortest master-down interval.
  package var peersWaitUntil: Moment?
  /// The interval learned from the master it followed.
  package var masterInterval: Duration

  /// A memory of the router `name`.
  package init(
    name: String, wasMaster: Bool, effectivePriority: UInt8, lastAdvert: Moment?, peersWaitUntil: Moment?,
    masterInterval: Duration
  ) {
    self.name = name
    self.wasMaster = wasMaster
    self.effectivePriority = effectivePriority
    self.lastAdvert = lastAdvert
    self.peersWaitUntil = peersWaitUntil
    self.masterInterval = masterInterval
  }

  /// Whether the router was master and no peer can have taken its place yet.
  func isInTime(at now: Moment) -> Bool {
    wasMaster && peersWaitUntil.map { now < $0 } ?? false
  }
}
