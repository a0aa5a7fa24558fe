internal import CNetlink
internal import Synchronization
package import VirtualServices
package import Wire
package import World

/// The IPVS table of the network namespace in which it was made.
package final class KernelDirectorTable: DirectorTable {
  private let session: Mutex<DirectorSession>

  /// Opens the way to the kernel. Whether that has IPVS shows with the first call: a host without it can run the
  /// program, and a module can be loaded later.
  package init() throws(SystemFailure) {
    session = Mutex(DirectorSession(try NetlinkSession(.generic)))
  }

  /// How often an answer of the kernel was not understood, by reason.
  package var faults: [MessageFault: Int] { session.withLock { $0.netlink.faults } }

  /// Reads the table: one dump for the services, one for the destinations of each.
  package func read() throws(SystemFailure) -> [ServiceKey: TableService] {
    try session.withLock { session throws(SystemFailure) in try session.read() }
  }

  /// Reads the services: one dump.
  package func readServices() throws(SystemFailure) -> [ServiceKey: TableService] {
    try session.withLock { session throws(SystemFailure) in try session.readServices() }
  }

  /// Reads the destinations of a service: one dump.
  package func readDestinations(of key: ServiceKey) throws(SystemFailure) -> [Endpoint: TableDestination] {
    try session.withLock { session throws(SystemFailure) in try session.readDestinations(of: key) }
  }

  /// Sends the operations in as few datagrams as possible; a second round does what came out differently because the
  /// table was not as expected.
  package func apply(_ operations: [TableOperation]) -> [Int: SystemFailure] {
    session.withLock { $0.apply(operations) }
  }

  /// Sets the time-outs (IPVS_CMD_SET_CONFIG).
  package func setTimeouts(tcp: UInt32, tcpFin: UInt32, udp: UInt32) throws(SystemFailure) {
    try session.withLock { session throws(SystemFailure) in
      _ = try session.request("IPVS_CMD_SET_CONFIG") { messages, writer in
        messages.write(IPVS_CMD_SET_CONFIG, &writer) { message in
          message.put(DirectorAttribute.tcpTimeout, tcp)
          message.put(DirectorAttribute.tcpFinTimeout, tcpFin)
          message.put(DirectorAttribute.udpTimeout, udp)
        }
      }
    }
  }

  /// The time-outs of connections in seconds.
  package func timeouts() throws(SystemFailure) -> (tcp: UInt32, tcpFin: UInt32, udp: UInt32) {
    try session.withLock { session throws(SystemFailure) in
      let reply = try session.request("IPVS_CMD_GET_CONFIG") { $0.write(IPVS_CMD_GET_CONFIG, &$1) }
      do throws(MessageFault) {
        return (
          try reply.required(DirectorAttribute.tcpTimeout), try reply.required(DirectorAttribute.tcpFinTimeout),
          try reply.required(DirectorAttribute.udpTimeout)
        )
      } catch {
        throw Refusal(code: EPROTO).failure(of: "IPVS_CMD_GET_CONFIG")
      }
    }
  }

  /// Reads the daemons (IPVS_CMD_GET_DAEMON).
  package func syncDaemons() throws(SystemFailure) -> [SyncDaemon] {
    try session.withLock { session throws(SystemFailure) in try session.syncDaemons() }
  }

  /// Starts a daemon (IPVS_CMD_NEW_DAEMON), in place of one with other parameters.
  package func startSyncDaemon(_ daemon: SyncDaemon) throws(SystemFailure) {
    try session.withLock { session throws(SystemFailure) in try session.start(daemon) }
  }

  /// Stops a daemon (IPVS_CMD_DEL_DAEMON).
  package func stopSyncDaemon(_ state: SyncDaemon.State) throws(SystemFailure) {
    try session.withLock { session throws(SystemFailure) in try session.stop(state) }
  }
}
