import Failover
import Machines
import VRRP
import Wire
import World

/// What the judges know of one virtual router on one node.
final class RouterView {
  /// The last advert of a sender.
  struct Heard {
    var source: IPAddress
    var at: Moment
    var priority: UInt8
    var interval: Duration
    /// The smallest interval ever heard of the sender.
    var shortest: Duration
    var longest: Duration
    /// The priorities it had before, each with the moment of its last advert; the latest ones are the last.
    var former: [(priority: UInt8, at: Moment)] = []

    /// Whether it was heard with this priority since a moment.
    func had(_ priority: UInt8, since moment: Moment) -> Bool {
      (self.priority == priority && at >= moment) || former.contains { $0.priority == priority && $0.at >= moment }
    }
  }

  let node: Node
  let name: String
  /// The state, as the machine has it, and since when.
  var state = RouterStateName.initialize
  var since = Moment.origin
  /// The settings in force in the machine; nil before there are any.
  var settings: RouterSettings? {
    didSet { (virtualRouter, family) = (settings?.virtualRouter, settings?.family) }
  }
  /// Of the settings, for every packet.
  private(set) var virtualRouter: UInt8?
  private(set) var family: AddressFamily?
  var effectivePriority: UInt8 = 0
  var source: IPAddress?
  var members: [String] = []
  var isResumed = false
  /// When settings or priority changed last.
  var changedAt = Moment.origin
  var heard: [Heard] = []
  /// When an advert arrived last that was respected for certain, or perhaps, by what was known then.
  var firmlyHeard = Moment.origin
  var perhapsHeard = Moment.origin
  /// When an advert of priority 0 arrived for the first time since one that was respected, and for the last time.
  var releasedAt: Moment?
  var lastReleased = Moment.origin
  var lastSent: Moment?
  /// The reasons why its group must be in FAULT.
  var faults: [FaultCause] = []
  /// When the router had a fault for the last time, and since when it has these.
  var lastFaulty: Moment?
  var faultySince: Moment?
  /// When the last report about it told of which state.
  var lastReported = RouterStateName.initialize

  init(_ node: Node, _ name: String) {
    self.node = node
    self.name = name
  }

  var isMaster: Bool { state == .master }

  /// Whether it has the better right to be master.
  func outranks(_ other: RouterView) -> Bool {
    guard effectivePriority == other.effectivePriority else { return effectivePriority > other.effectivePriority }
    guard let source, let others = other.source else { return source != nil }
    return source > others
  }

  /// Whether a backup respects an advert for certain.
  func respects(_ heard: Heard) -> Bool {
    guard let settings, heard.priority > 0 else { return false }
    return heard.priority >= effectivePriority || (!settings.preempts && !settings.isOwner)
  }

  /// Whether a backup may respect an advert.
  func mayRespect(_ heard: Heard) -> Bool {
    respects(heard) || (settings.map { $0.preemptDelay > .zero && !$0.isOwner } ?? false)
  }

  func note(_ source: IPAddress, priority: UInt8, interval: Duration, at now: Moment) {
    let arrived = Heard(
      source: source, at: now, priority: priority, interval: interval, shortest: interval, longest: interval)
    if respects(arrived) { firmlyHeard = now }
    if mayRespect(arrived) { perhapsHeard = now }
    if let index = heard.firstIndex(where: { $0.source == source }) {
      if heard[index].priority != priority {
        if heard[index].former.count >= 8 { heard[index].former.removeFirst() }
        heard[index].former.append((heard[index].priority, heard[index].at))
      }
      heard[index].at = now
      heard[index].priority = priority
      heard[index].interval = interval
      heard[index].shortest = min(heard[index].shortest, interval)
      heard[index].longest = max(heard[index].longest, interval)
    } else {
      heard.append(arrived)
    }
  }

  /// The shortest interval that its timers may count with under these settings.
  func shortestInterval(_ settings: RouterSettings) -> Duration {
    guard settings.version == .three else { return settings.advertisedInterval }
    return heard.reduce(settings.advertisedInterval) { min($0, $1.shortest) }
  }

  var longestInterval: Duration {
    guard let settings else { return .seconds(1) }
    guard settings.version == .three else { return settings.advertisedInterval }
    return heard.reduce(settings.advertisedInterval) { max($0, $1.longest) }
  }
}
