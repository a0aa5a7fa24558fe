package import Wire

/// The facts outside a router on which its state depends, as they are now.
package struct RouterInputs: Hashable, Sendable {
  /// The state of an interface as far as VRRP minds it.
  package enum Interface: Hashable, Sendable {
    /// It does not exist.
    case missing
    /// It is down or has no carrier.
    case down
    /// It is up and running, or the router has none.
    case running
  }

  /// The own interface, and below a virtual MAC interface its base.
  package var interface: Interface
  /// The address that adverts are sent from; nil when there is none.
  package var source: IPAddress?
  /// Whether the configured source address, if there is one, is on this host.
  package var hasConfiguredSource: Bool
  /// Why the sockets could not be opened; nil when they are open.
  package var transportFault: String?
  /// What is known of the tracked things; what is not in here is unknown.
  package var trackers: [Tracker.Identity: TrackerValue]
  /// How far the wall clock is ahead of the monotonic clock, in nanoseconds, for what carries dates.
  package var wallClockOffset: Int64

  /// The inputs of a router whose interface runs.
  package init(
    interface: Interface = .running, source: IPAddress? = nil, hasConfiguredSource: Bool = true,
    transportFault: String? = nil, trackers: [Tracker.Identity: TrackerValue] = [:], wallClockOffset: Int64 = 0
  ) {
    self.interface = interface
    self.source = source
    self.hasConfiguredSource = hasConfiguredSource
    self.transportFault = transportFault
    self.trackers = trackers
    self.wallClockOffset = wallClockOffset
  }
}
