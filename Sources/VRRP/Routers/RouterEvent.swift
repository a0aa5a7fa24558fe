package import Machines

/// What happens to a router.
package enum RouterEvent: Hashable, Sendable {
  /// The program began, or a reload added the router. After a restart of the process the memory of the old one comes
  /// along.
  case started(RouterInputs, memory: RouterMemory?, delays: Bool)
  /// `nextDeadline` has come.
  case deadlineReached
  /// Since this moment the program has not been stopped or starved: what had been heard by then was not missed.
  case awake(since: Moment)
  /// A packet with the router's VRID arrived on its channel.
  case packetReceived(ReceivedPacket)
  /// The facts outside changed.
  case inputsChanged(RouterInputs)
  /// A reload changed the settings, without making it another router.
  case settingsChanged(RouterSettings)
  /// The other members of the sync group are otherwise than before.
  case groupChanged(GroupPosition)
  /// The group lets the router be master; the member that moved first is named when it was another one.
  case promoted(by: String?)
  /// Another member of the group gave up mastership.
  case demoted(by: String)
  /// Another member of the group heard a lower advert.
  case memberHeardLowerPriority
  /// The virtual services of the router's addresses are in the kernel.
  case servicesInstalled
  /// Something the router holds was removed by somebody else.
  case holdingLost
  /// The counters were reset.
  case countersReset
  /// Another router is to take over by the standard's means.
  case stepDownRequested
  /// An operator wants another router to take over; another Understudy does so at once.
  case handoverRequested
  /// The operator ends the time after a handover in which a lower master is left alone.
  case handoverEnded
  /// A message about a handover arrived on the router's channel.
  case handoverReceived(ReceivedPacket)
  /// The program ends, or a reload removed the router.
  case stopped(releases: Bool)
}

/// What a router has to know of the other members of its sync group.
package struct GroupPosition: Hashable, Sendable {
  /// The members with faults of their own.
  package var failed: [String]
  /// Whether a member waits for the first result of a script.
  package var isUnresolved: Bool

  /// The position of a router that stands alone.
  package init(failed: [String] = [], isUnresolved: Bool = false) {
    self.failed = failed
    self.isUnresolved = isUnresolved
  }
}

/// What a router wants done. Changes of state are not reported here but by the group, which sees where each router ends.
package enum RouterEffect: Hashable, Sendable {
  /// Why addresses are announced.
  package enum Occasion: Hashable, Sendable {
    case newMaster
    case secondBlock
    case lowerPriority
    case lastWord
    case refresh
  }

  /// Send an advert at once.
  case sendAdvert(OutgoingPacket)
  /// Send a message about a handover.
  case sendHandover(OutgoingPacket)
  /// Put all addresses, routes and rules into the kernel.
  case install
  /// Take them out again, and forget announcements that are not sent yet.
  case withdraw
  /// Put back what was lost.
  case restore
  /// Announce every address so many times, round by round.
  case announce(repeats: Int, occasion: Occasion)
  /// Announce once the addresses on interfaces other than the router's, on all or on virtual MAC interfaces only.
  case announceOnOtherInterfaces(all: Bool)
  /// Tell.
  case report(RouterReport)
}
