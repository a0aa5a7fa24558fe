package import VirtualServices

/// The kernel's time-outs of connections (lvs_timeouts), in seconds; zero leaves one as it is.
package struct ConnectionTimeouts: Hashable, Sendable {
  package var tcp: UInt32
  package var tcpFin: UInt32
  package var udp: UInt32

  /// Time-outs in seconds.
  package init(tcp: UInt32 = 0, tcpFin: UInt32 = 0, udp: UInt32 = 0) {
    self.tcp = tcp
    self.tcpFin = tcpFin
    self.udp = udp
  }
}

/// What becomes of the kernel's table at an orderly stop.
package enum StopPolicy: Hashable, Sendable {
  /// Our services are removed; keepalived's default, and `lvs_flush_on_stop VS`.
  case removeOurs
  /// Everything is removed, whoever made it (`lvs_flush_on_stop`).
  case flush
  /// Everything stays.
  case keep
}

/// What a director does.
package struct DirectorSettings: Hashable, Sendable {
  /// The services it owns; identities and keys are unique.
  package var services: [VirtualServiceSettings]
  package var timeouts: ConnectionTimeouts?
  /// Whether the table is emptied at the start (lvs_flush).
  package var flushesAtStart: Bool
  package var stopPolicy: StopPolicy
  /// How often the kernel's table is read and put right.
  package var reconcilePeriod: Duration
  /// Whether servers that are counted as up at the start are told of as UP (rs_init_notifies).
  package var notifiesInitialServers: Bool
  /// Whether every check that changes is mailed, not only those that change their server (no_checker_emails is off).
  package var mailsEveryCheck: Bool
  /// How many probes may be under way at the same time; further ones wait their turn.
  package var concurrentProbes: Int

  /// keepalived's defaults.
  package init(services: [VirtualServiceSettings] = []) {
    self.services = services
    timeouts = nil
    flushesAtStart = false
    stopPolicy = .removeOurs
    reconcilePeriod = .seconds(30)
    notifiesInitialServers = false
    mailsEveryCheck = true
    concurrentProbes = 8192
  }
}
