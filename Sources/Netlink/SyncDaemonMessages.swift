import CNetlink
import Wire
package import World

extension DirectorMessages {
  /// Asks for the synchronisation daemons.
  package func writeDaemonsDump(_ writer: inout MessageWriter) {
    write(IPVS_CMD_GET_DAEMON, &writer)
  }

  /// Starts a daemon.
  package func writeStart(_ daemon: SyncDaemon, _ writer: inout MessageWriter) {
    write(IPVS_CMD_NEW_DAEMON, &writer) { message in
      message.nest(DirectorAttribute.daemon) { nest in
        nest.put(SyncDaemonAttribute.state, daemon.state.rawValue)
        nest.put(SyncDaemonAttribute.interface, daemon.interface)
        nest.put(SyncDaemonAttribute.identifier, UInt32(daemon.identifier))
        nest.put(SyncDaemonAttribute.maximumLength, daemon.maximumLength)
        if let group = daemon.group {
          switch group.family {
          case .ipv4: nest.put(SyncDaemonAttribute.group, group)
          case .ipv6: nest.put(SyncDaemonAttribute.group6, group)
          }
        }
        nest.put(SyncDaemonAttribute.port, daemon.port)
        nest.put(SyncDaemonAttribute.timeToLive, daemon.timeToLive)
      }
    }
  }

  /// Stops the daemon of a state.
  package func writeStop(_ state: SyncDaemon.State, _ writer: inout MessageWriter) {
    write(IPVS_CMD_DEL_DAEMON, &writer) { message in
      message.nest(DirectorAttribute.daemon) { $0.put(SyncDaemonAttribute.state, state.rawValue) }
    }
  }

  /// Reads a daemon.
  package static func readDaemon(_ message: Message) throws(MessageFault) -> SyncDaemon {
    let nest = try attributes(of: message).required(DirectorAttribute.daemon)
    guard let state = SyncDaemon.State(rawValue: try nest.required(SyncDaemonAttribute.state)),
      let identifier = UInt8(exactly: try nest.required(SyncDaemonAttribute.identifier))
    else { throw .badAttributeValue }
    var daemon = SyncDaemon(
      state: state, interface: try nest.required(SyncDaemonAttribute.interface), identifier: identifier)
    daemon.maximumLength = try nest.value(SyncDaemonAttribute.maximumLength)
    let group6 = try nest.value(SyncDaemonAttribute.group6)
    daemon.group = try nest.value(SyncDaemonAttribute.group) ?? group6
    daemon.port = try nest.value(SyncDaemonAttribute.port)
    daemon.timeToLive = try nest.value(SyncDaemonAttribute.timeToLive)
    return daemon
  }
}
