package import Machines
package import Wire

/// Somebody who sends packets for our virtual router that are refused: nearly always a router configured differently.
package struct ForeignSpeaker: Hashable, Sendable {
  /// The sender.
  package var address: IPAddress
  /// The last reason to refuse it, that is the difference.
  package var reason: RejectReason
  /// When it was last heard.
  package var lastHeard: Moment
  /// How many of its packets were refused.
  package var count: UInt64
}
