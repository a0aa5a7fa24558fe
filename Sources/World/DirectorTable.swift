package import VirtualServices
package import Wire

/// The kernel's IPVS table.
package protocol DirectorTable: AnyObject, Sendable {
  /// Reads all services and their destinations.
  func read() throws(SystemFailure) -> [ServiceKey: TableService]

  /// Reads the services without their destinations, for whoever wants to read a large table piece by piece.
  func readServices() throws(SystemFailure) -> [ServiceKey: TableService]

  /// Reads the destinations of a service; none when it is not there.
  func readDestinations(of key: ServiceKey) throws(SystemFailure) -> [Endpoint: TableDestination]

  /// Carries out the operations in order, in batches, and returns those that failed by their place in the list.
  ///
  /// What is already as wanted is no failure: removing what is not there, adding what is there (it is then edited),
  /// editing a destination that is gone (it is then added).
  func apply(_ operations: [TableOperation]) -> [Int: SystemFailure]

  /// Sets the time-outs of connections in seconds; zero leaves one as it is.
  func setTimeouts(tcp: UInt32, tcpFin: UInt32, udp: UInt32) throws(SystemFailure)

  /// The connection synchronisation daemons that run now: none, one, or one of each state.
  func syncDaemons() throws(SystemFailure) -> [SyncDaemon]

  /// Makes the daemon run with these parameters: one that runs in this state with others is stopped first, and one
  /// that runs with the same is left alone.
  func startSyncDaemon(_ daemon: SyncDaemon) throws(SystemFailure)

  /// Stops the daemon of a state; one that does not run is a success.
  func stopSyncDaemon(_ state: SyncDaemon.State) throws(SystemFailure)
}

/// The kernel's daemon that sends connections to, or receives them from, the other director.
package struct SyncDaemon: Hashable, Sendable {
  /// What the daemon does (IP_VS_STATE_*). Both may run at once.
  package enum State: UInt32, Hashable, Sendable, CaseIterable {
    /// Sends the connections of this director.
    case master = 1
    /// Receives those of the other.
    case backup = 2
  }

  /// Whether it sends or receives.
  package var state: State
  /// Name of the interface it uses, at most 15 octets.
  package var interface: String
  /// The syncid that tells pairs of directors apart; a backup with 0 takes all.
  package var identifier: UInt8
  /// Largest message in octets; nil lets the kernel take the interface's MTU.
  package var maximumLength: UInt16?
  /// The multicast group; nil for the kernel's 224.0.0.81.
  package var group: IPAddress?
  /// The UDP port; nil for the kernel's 8848.
  package var port: UInt16?
  /// TTL or hop limit of messages; nil for the kernel's 1.
  package var timeToLive: UInt8?

  /// A daemon with the kernel's defaults.
  package init(state: State, interface: String, identifier: UInt8) {
    self.state = state
    self.interface = interface
    self.identifier = identifier
  }

  /// Whether a running daemon is the wanted one; what this one leaves to the kernel is not compared.
  package func isSatisfied(by running: SyncDaemon) -> Bool {
    state == running.state && interface == running.interface && identifier == running.identifier
      && (maximumLength == nil || maximumLength == running.maximumLength)
      && (group == nil || group == running.group) && (port == nil || port == running.port)
      && (timeToLive == nil || timeToLive == running.timeToLive)
  }
}
