package import Balancing
package import ConfigurationLanguage
import VirtualServices

extension DirectorSettings {
  /// The settings of a configuration.
  package init(_ configuration: Configuration) {
    self.init(services: configuration.services)
    let lvs = configuration.globals.lvs
    let timeouts = [lvs.tcpTimeout, lvs.tcpFinTimeout, lvs.udpTimeout].map {
      UInt32(clamping: $0?.components.seconds ?? 0)
    }
    if timeouts.contains(where: { $0 > 0 }) {
      self.timeouts = ConnectionTimeouts(tcp: timeouts[0], tcpFin: timeouts[1], udp: timeouts[2])
    }
    flushesAtStart = lvs.flushesAtStart
    switch lvs.flushOnStop {
    case .no, .managedServices: stopPolicy = .removeOurs
    case .all: stopPolicy = .flush
    }
    notifiesInitialServers = lvs.notifiesInitialState
    mailsEveryCheck = !configuration.globals.mail.omitsCheckers
  }

  /// The settings of a configuration, as the command line modifies them.
  init(_ configuration: Configuration, _ options: RoleOptions) {
    self.init(configuration)
    // Without an election here nobody says who is master: every service is then kept as if its address were fixed.
    if !options.hasElection {
      for index in services.indices { services[index].router = nil }
    }
    // Once is enough: a role that died left the table as it should be.
    if options.isRestarted { flushesAtStart = false }
    if options.keepsTable { stopPolicy = .keep }
  }

  /// How many real servers have an SSL_GET that accepts any certificate.
  package var serversWithUnverifiedCertificates: Int {
    services.reduce(0) { sum, service in
      sum + service.servers.count { $0.checks.contains(where: \.acceptsAnyCertificate) }
    }
  }
}

extension CheckSettings {
  fileprivate var acceptsAnyCertificate: Bool {
    guard case .http(let check) = probe.kind, let tls = check.tls else { return false }
    return !tls.verifies
  }
}
