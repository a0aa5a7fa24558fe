package import Wire

/// `lvs_sync_daemon`.
package struct SyncDaemon: Equatable, Sendable {
  /// Interface.
  package var interface: String
  /// Instance whose state selects master or backup; nil runs both.
  package var instance: String?
  /// Sync id, 0 to 255; not written, the VRID of the instance, else 0.
  @Inherited package var identifier: UInt8 = 0
  /// Largest packet, 1 to 65507 octets; nil for the kernel's.
  package var maximumLength: Int?
  /// UDP port; nil for the kernel's (8848).
  package var port: UInt16?
  /// Multicast TTL, 1 to 255; nil for the kernel's.
  package var timeToLive: UInt8?
  /// Multicast group; nil for the kernel's (224.0.0.81).
  package var group: IPAddress?
  /// Where it was written.
  package var origin: Origin
}

extension Configuration {
  /// The sync daemon as `lvs_sync_daemon` has it, or else as the first instance with `lvs_sync_daemon_interface`.
  package var syncDaemon: SyncDaemon? {
    if let daemon = globals.lvs.syncDaemon { return daemon }
    for instance in vrrpInstances {
      guard let interface = instance.syncDaemonInterface else { continue }
      var daemon = SyncDaemon(interface: interface, instance: instance.name, origin: instance.origin)
      daemon.$identifier.inherit(instance.virtualRouterID)
      return daemon
    }
    return nil
  }
}
