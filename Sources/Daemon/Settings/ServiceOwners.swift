package import ConfigurationLanguage
import VirtualServices
import Wire

/// Which VRRP instances own the addresses of services. Made once for a configuration: to look through a thousand
/// instances for each of a thousand services takes seconds.
struct ServiceOwners {
  private var places: [IPAddress: Int] = [:]
  private let names: [String]

  init(_ configuration: Configuration) {
    names = configuration.vrrpInstances.map(\.name)
    for (place, instance) in configuration.vrrpInstances.enumerated() {
      for address in instance.addresses + instance.excludedAddresses {
        // The first one is the owner.
        if places[address.prefix.address] == nil { places[address.prefix.address] = place }
      }
    }
  }

  /// The name of the first instance that owns an address of a service; nil when none does.
  func router(of keys: [ServiceKey]) -> String? {
    keys.compactMap(\.address).compactMap { places[$0] }.min().map { names[$0] }
  }
}

extension Configuration {
  /// The name of the VRRP instance that owns a service's address; nil when none does.
  package func router(of service: VirtualServer) -> String? {
    ServiceOwners(self).router(of: serviceKeys(of: service))
  }

  /// The names of the instances that own the address of a service which comes and goes with them.
  var routersWithServices: Set<String> {
    let owners = ServiceOwners(self)
    let services = virtualServers.filter { $0.onBackup != .yes }
    return Set(services.compactMap { owners.router(of: serviceKeys(of: $0)) })
  }
}

extension ServiceKey {
  fileprivate var address: IPAddress? {
    switch self {
    case .endpoint(_, let endpoint): endpoint.address
    case .firewallMark: nil
    }
  }
}
