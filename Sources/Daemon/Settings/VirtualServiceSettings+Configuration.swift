package import ConfigurationLanguage
package import VirtualServices
import Wire

extension Configuration {
  /// The places of a service in the kernel's table.
  package func serviceKeys(of service: VirtualServer) -> [ServiceKey] {
    let transport = VirtualServices.TransportProtocol(service.transport)
    let family = service.family ?? .ipv4
    switch service.identity {
    case .endpoint(let endpoint): return [.endpoint(transport, endpoint)]
    case .firewallMark(let mark): return [.firewallMark(mark, family)]
    case .group(let name):
      guard let group = virtualServerGroups.first(where: { $0.name == name }) else { return [] }
      return group.entries.flatMap { entry -> [ServiceKey] in
        switch entry {
        case .firewallMark(let mark, let own): [.firewallMark(mark, own ?? family)]
        case .addresses(let first, let last, let port):
          first.addresses(to: last).map { .endpoint(transport, Endpoint($0, port: port)) }
        }
      }
    }
  }

  /// The services, as the director works with them.
  package var services: [VirtualServiceSettings] {
    let (owners, checks) = (ServiceOwners(self), CheckDefinitions(self))
    return virtualServers.map { VirtualServiceSettings($0, keys: serviceKeys(of: $0), owners, checks) }
  }
}

extension IPAddress {
  /// All addresses from this one to another of the same family; a range holds at most 65,536.
  fileprivate func addresses(to last: IPAddress) -> [IPAddress] {
    switch (self, last) {
    case (.v4(let first), .v4(let last)) where first <= last:
      (first.rawValue...min(last.rawValue, first.rawValue | 0xFFFF)).map { .v4(IPv4Address(rawValue: $0)) }
    case (.v6(let first), .v6(let last)) where first <= last:
      (first.rawValue...min(last.rawValue, first.rawValue | 0xFFFF)).map { .v6(IPv6Address(rawValue: $0)) }
    case (.v4, _), (.v6, _): [self]
    }
  }
}

extension VirtualServices.TransportProtocol {
  /// The protocol as the configuration names it; keepalived's default is UDP for what has none.
  fileprivate init(_ transport: VirtualServer.TransportProtocol?) {
    switch transport {
    case .udp: self = .udp
    case .sctp: self = .sctp
    case .tcp, nil: self = .tcp
    }
  }
}

extension VirtualServiceSettings {
  fileprivate init(
    _ service: VirtualServer, keys: [ServiceKey], _ owners: ServiceOwners, _ checks: CheckDefinitions
  ) {
    let family = keys.first?.family ?? service.family ?? .ipv4
    self.init(
      ServiceIdentity(service, family), keys: keys, attributes: ServiceAttributes(service, family),
      servers: service.realServers.map { RealServerSettings($0, checks) })
    quorum = UInt32(clamping: service.quorum)
    hysteresis = UInt32(clamping: service.hysteresis)
    omega = service.omega
    haSuspend = service.suspendsWithoutAddress
    drainTimeout = service.drainTimeout
    router = owners.router(of: keys)
    lvsOnBackup =
      switch service.onBackup {
      case .auto: .auto
      case .yes: .yes
      case .no: .no
      }
    notify = NotifySettings(
      up: service.quorumUp.map(NotifyCommand.init), down: service.quorumDown.map(NotifyCommand.init),
      sendsMail: service.mailsAlerts)
    sorryServer = service.sorryServer.map {
      SorryServerSettings(
        $0.endpoint, forwarding: VirtualServices.ForwardingMethod($0.forwarding), inhibits: $0.inhibits)
    }
  }
}

extension ServiceIdentity {
  fileprivate init(_ service: VirtualServer, _ family: AddressFamily) {
    let transport = VirtualServices.TransportProtocol(service.transport)
    switch service.identity {
    case .endpoint(let endpoint): self = .endpoint(transport, endpoint)
    case .firewallMark(let mark): self = .firewallMark(mark, family)
    case .group(let name): self = .group(name, service.transport == nil ? nil : transport)
    }
  }
}

extension ServiceAttributes {
  fileprivate init(_ service: VirtualServer, _ family: AddressFamily) {
    let mask: UInt32
    switch family {
    case .ipv4:
      mask = (service.persistenceMask ?? .mask(length: Int(service.persistenceGranularity ?? 32))).rawValue
    case .ipv6: mask = UInt32(service.persistenceGranularity ?? 128)
    }
    self.init(scheduler: service.scheduler, flags: service.schedulerFlags.rawValue, persistenceMask: mask)
    persistenceEngine = service.persistenceEngine
    if let timeout = service.persistenceTimeout {
      flags |= 0x1
      persistenceTimeout = UInt32(clamping: timeout.components.seconds)
    }
  }
}

extension VirtualServices.ForwardingMethod {
  init(_ method: ConfigurationLanguage.ForwardingMethod) {
    switch method {
    case .nat: self = .masquerade
    case .directRouting: self = .directRouting
    case .tunnel(let settings):
      let type: UInt8 =
        switch settings.kind {
        case .ipip: 0
        case .gue: 1
        case .gre: 2
        }
      let flags: UInt16 =
        switch settings.checksum {
        case .none: 0
        case .full: 1
        case .remoteOffload: 2
        }
      self = .tunnel(Tunnel(type: type, port: settings.port, flags: flags))
    }
  }
}

extension NotifyCommand {
  init(_ script: Script) {
    self.init(arguments: script.arguments, user: script.user, group: script.group)
  }
}

extension RealServerSettings {
  fileprivate init(_ server: RealServer, _ checks: CheckDefinitions) {
    self.init(
      server.endpoint, forwarding: VirtualServices.ForwardingMethod(server.forwarding),
      weight: UInt32(clamping: server.weight),
      checks: server.checks.map { CheckSettings($0, checks) })
    upperThreshold = server.upperThreshold
    lowerThreshold = server.lowerThreshold
    inhibits = server.inhibitsOnFailure
    slowStart = server.slowStart
    drainTimeout = server.drainTimeout
    notify = NotifySettings(
      up: server.notifyUp.map(NotifyCommand.init), down: server.notifyDown.map(NotifyCommand.init),
      sendsMail: server.mailsAlerts)
  }
}
