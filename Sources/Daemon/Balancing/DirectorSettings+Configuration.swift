import Balancing
import ConfigurationLanguage
import VirtualServices

extension DirectorSettings {
  /// The settings of a configuration, as the command line modifies them.
  init(_ configuration: Configuration, _ options: RoleOptions) {
    self.init(services: configuration.services)
    // Without an election here nobody says who is master: every service is then kept as if its address were fixed.
    if !options.hasElection {
      for index in services.indices { services[index].router = nil }
    }
    let lvs = configuration.globals.lvs
    let timeouts = [lvs.tcpTimeout, lvs.tcpFinTimeout, lvs.udpTimeout].map {
      UInt32(clamping: $0?.components.seconds ?? 0)
    }
    if timeouts.contains(where: { $0 > 0 }) {
      self.timeouts = ConnectionTimeouts(tcp: timeouts[0], tcpFin: timeouts[1], udp: timeouts[2])
    }
    flushesAtStart = lvs.flushesAtStart && !options.isRestarted
    switch lvs.flushOnStop {
    case .no, .managedServices: stopPolicy = .removeOurs
    case .all: stopPolicy = .flush
    }
    if options.keepsTable { stopPolicy = .keep }
    notifiesInitialServers = lvs.notifiesInitialState
    mailsEveryCheck = !configuration.globals.mail.omitsCheckers
  }
}
