package import Machines
package import VirtualServices
package import Wire
package import World

/// What makes a process's world lie to it, and so a right program behave as a wrong one would. Everything is nil in an
/// honest world.
package final class Tampering: @unchecked Sendable {
  /// Changes or swallows (nil) an advert that is sent.
  package var sending: ((OutgoingAdvert) -> OutgoingAdvert?)?
  /// Changes or swallows an advert that arrives.
  package var receiving: ((ReceivedAdvert) -> ReceivedAdvert?)?
  /// Whether an announcement leaves.
  package var announcing: ((Announcement) -> Bool)?
  /// Whether an operation on addresses, routes and rules is carried out; its success is pretended in any case.
  package var applying: ((NetworkOperation) -> Bool)?
  /// Changes when an alarm rings; given the moment asked for and the moment now.
  package var alarm: ((Moment, Moment) -> Moment)?
  /// How far the process's clock is from the monotonic one; nil for not at all.
  package var drift: (() -> Duration)?
  /// Whether alarms ring before what is ready is read.
  package var ringsBeforeReading = false
  /// Changes or swallows what happens on a connection.
  package var connecting: ((Endpoint, ConnectionEvent) -> ConnectionEvent?)?
  /// Whether a command to the IPVS table is carried out; its success is pretended in any case.
  package var commanding: ((TableOperation) -> Bool)?
  /// Whether a change of the network is told.
  package var telling: ((NetworkChange) -> Bool)?

  /// An honest world.
  package init() {}
}
