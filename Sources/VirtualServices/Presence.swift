package import Wire

/// Whether a service is to be in this host's kernel, and why: the rule that keeps two directors which are also each
/// other's real servers from balancing each other's packets for ever.
package enum Presence: Hashable, Sendable {
  case present(Reason)
  case absent(Reason)
  /// What decides is not known yet; the kernel is left as it is.
  case undecided

  /// Why.
  package enum Reason: Hashable, Sendable {
    /// Its address belongs to no VRRP instance.
    case noRouter
    /// `lvs_on_backup yes`.
    case always
    /// None of its real servers is this host, so a copy in the backup's table harms nobody.
    case noLocalServer(router: String)
    /// The instance is MASTER here, so it is in the kernel.
    case master(router: String)
    /// One of its real servers is this host, and the instance is not MASTER here.
    case localServerOnBackup(router: String, server: IPAddress)
    /// `lvs_on_backup no`, and the instance is not MASTER here.
    case neverOnBackup(router: String)
  }

  /// Decides for a service. `isMaster` says whether its instance is MASTER here and `localAddresses` are those of this
  /// host; nil for either means that it is not known yet.
  package static func decide(
    _ service: VirtualServiceSettings, isMaster: Bool?, localAddresses: Set<IPAddress>?
  ) -> Presence {
    guard let router = service.router else { return .present(.noRouter) }
    switch service.lvsOnBackup {
    case .yes:
      return .present(.always)
    case .no:
      guard let isMaster else { return .undecided }
      return isMaster ? .present(.master(router: router)) : .absent(.neverOnBackup(router: router))
    case .auto:
      if isMaster == true { return .present(.master(router: router)) }
      guard let localAddresses else { return .undecided }
      guard let server = service.servers.lazy.map(\.endpoint.address).first(where: localAddresses.contains) else {
        return .present(.noLocalServer(router: router))
      }
      return isMaster == nil ? .undecided : .absent(.localServerOnBackup(router: router, server: server))
    }
  }

  /// The decision in words.
  package var text: String {
    switch self {
    case .undecided: "left as it is until the state of its VRRP instance is known"
    case .present(let reason): "in the kernel: \(reason.text)"
    case .absent(let reason): "not in the kernel: \(reason.text)"
    }
  }
}

extension Presence.Reason {
  /// The reason in words.
  fileprivate var text: String {
    switch self {
    case .noRouter: "its address belongs to no VRRP instance"
    case .always: "lvs_on_backup yes"
    case .noLocalServer(let router): "none of its real servers is this host, so instance \(router) does not matter"
    case .master(let router): "instance \(router) is MASTER here"
    case .localServerOnBackup(let router, let server):
      "instance \(router) is not MASTER here, and real server \(server) is this host, which would balance again what "
        + "the MASTER sends it (lvs_on_backup auto)"
    case .neverOnBackup(let router): "instance \(router) is not MASTER here (lvs_on_backup no)"
    }
  }
}
