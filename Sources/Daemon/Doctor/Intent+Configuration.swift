import ConfigurationLanguage
import Diagnosis
import Wire

extension Intent {
  /// What a configuration wants of the host.
  init(_ configuration: Configuration) {
    self.init(
      routers: configuration.vrrpInstances.map(Router.init),
      services: configuration.virtualServers.map { Service($0, in: configuration) })
  }
}

extension Intent.Router {
  fileprivate init(_ instance: VRRPInstance) {
    let isSigned = instance.authentication?.scheme == .header
    self.init(
      name: instance.name, interface: instance.interface, virtualRouter: instance.virtualRouterID,
      version: instance.version.rawValue, family: instance.family, addresses: instance.addresses.map(\.prefix.address),
      group: instance.transport.isUnicast ? nil : instance.transport.multicastGroup,
      usesVirtualMAC: instance.vmac != nil, virtualInterface: instance.vmac?.name,
      needsClock: instance.hmac.map { $0.replayProtection == .time } ?? false, transport: isSigned ? 51 : 112)
  }
}

extension Intent.Service {
  fileprivate init(_ service: VirtualServer, in configuration: Configuration) {
    let (name, addresses): (String, [IPAddress]) =
      switch service.identity {
      case .endpoint(let endpoint): (endpoint.description, [endpoint.address])
      case .firewallMark(let mark): ("mark \(mark)", [])
      case .group(let group): (group, Self.addresses(of: group, in: configuration))
      }
    self.init(
      name: name, family: service.family ?? .ipv4, addresses: addresses, scheduler: service.scheduler,
      isPersistent: service.persistenceTimeout != nil,
      servers: service.realServers.map { Intent.Server($0.endpoint, Intent.Forwarding($0.forwarding)) })
  }

  /// The first address of each range: a range is one network, and stands or falls as a whole.
  private static func addresses(of group: String, in configuration: Configuration) -> [IPAddress] {
    (configuration.virtualServerGroups.first { $0.name == group }?.entries ?? []).compactMap { entry in
      if case .addresses(let first, _, _) = entry { first } else { nil }
    }
  }
}

extension Intent.Forwarding {
  fileprivate init(_ method: ForwardingMethod) {
    switch method {
    case .nat: self = .nat
    case .directRouting: self = .directRouting
    case .tunnel: self = .tunnel
    }
  }
}
