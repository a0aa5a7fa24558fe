package import VirtualServices
package import Wire
package import World

/// A host's IPVS table, with the kernel's rules about what can be done when.
package final class SimulatedTable: @unchecked Sendable {
  private let host: String
  private let timeline: Timeline
  /// The services now.
  package private(set) var services: [ServiceKey: TableService] = [:]
  /// The daemons that run.
  fileprivate(set) var daemons: [SyncDaemon] = []
  /// Called after each change.
  package var changed: (() -> Void)?

  init(_ host: String, _ timeline: Timeline) {
    self.host = host
    self.timeline = timeline
  }

  /// What somebody else on the host does to it.
  package func meddle(_ body: (inout [ServiceKey: TableService]) -> Void) {
    body(&services)
    changed?()
  }

  func clear() { (services, daemons) = ([:], []) }

  func apply(_ operation: TableOperation) -> SystemFailure? {
    timeline.trace.note(
      .table, at: timeline.now, Trace.digest(host.utf8), operation.digest,
      text: "\(host) ipvs \(operation)")
    defer { changed?() }
    let noService = SimulatedHost.failure("IPVS_CMD_NEW_DEST", 3, "No such service")
    switch operation {
    case .addService(let key, let attributes), .editService(let key, let attributes):
      if services[key] == nil { services[key] = TableService(attributes: attributes) }
      services[key]?.attributes = attributes
    case .removeService(let key): services[key] = nil
    case .addDestination(let key, let endpoint, let attributes),
      .editDestination(let key, let endpoint, let attributes):
      guard services[key] != nil else { return noService }
      if services[key]?.destinations[endpoint] == nil {
        services[key]?.destinations[endpoint] = TableDestination(attributes: attributes)
      }
      services[key]?.destinations[endpoint]?.attributes = attributes
    case .removeDestination(let key, let endpoint):
      guard services[key] != nil else { return nil }
      services[key]?.destinations[endpoint] = nil
    case .flush: services = [:]
    }
    return nil
  }
}

/// A process's way to the IPVS table of its host.
package final class SimulatedDirectorTable: DirectorTable, @unchecked Sendable {
  private let table: SimulatedTable
  private let tampering: Tampering
  /// Why commands and readings fail at present; nil when they do not.
  package var failure: SystemFailure?

  /// A process on the host.
  package init(_ host: SimulatedHost, _ loop: SimulatedLoop) {
    table = host.table
    tampering = loop.tampering
  }

  /// The services now.
  package func read() throws(SystemFailure) -> [ServiceKey: TableService] {
    if let failure { throw failure }
    return table.services
  }

  /// The services now, without their destinations.
  package func readServices() throws(SystemFailure) -> [ServiceKey: TableService] {
    try read().mapValues { TableService(attributes: $0.attributes) }
  }

  /// The destinations of a service.
  package func readDestinations(of key: ServiceKey) throws(SystemFailure) -> [Endpoint: TableDestination] {
    try read()[key]?.destinations ?? [:]
  }

  /// Carries out commands; those that failed are returned by their place.
  package func apply(_ operations: [TableOperation]) -> [Int: SystemFailure] {
    var failures: [Int: SystemFailure] = [:]
    for (place, operation) in operations.enumerated() {
      if let failure {
        failures[place] = failure
      } else if tampering.commanding?(operation) != false {
        failures[place] = table.apply(operation)
      }
    }
    return failures
  }

  /// Accepts any time-outs.
  package func setTimeouts(tcp: UInt32, tcpFin: UInt32, udp: UInt32) throws(SystemFailure) {}

  /// The daemons that run.
  package func syncDaemons() throws(SystemFailure) -> [SyncDaemon] { table.daemons }

  /// Starts a daemon, unless one like it runs.
  package func startSyncDaemon(_ daemon: SyncDaemon) throws(SystemFailure) {
    if let running = table.daemons.first(where: { $0.state == daemon.state }), daemon.isSatisfied(by: running) {
      return
    }
    try stopSyncDaemon(daemon.state)
    table.daemons.append(daemon)
  }

  /// Stops a daemon.
  package func stopSyncDaemon(_ state: SyncDaemon.State) throws(SystemFailure) {
    table.daemons.removeAll { $0.state == state }
  }
}

extension TableOperation {
  /// What stands for it in the trace.
  fileprivate var digest: UInt64 {
    switch self {
    case .addService(let key, let attributes): 1 ^ key.digest ^ UInt64(attributes.flags)
    case .editService(let key, let attributes): 2 ^ key.digest ^ UInt64(attributes.flags)
    case .removeService(let key): 3 ^ key.digest
    case .addDestination(let key, let endpoint, let attributes):
      4 ^ key.digest ^ endpoint.digest &* 31 ^ UInt64(attributes.weight) << 8
    case .editDestination(let key, let endpoint, let attributes):
      5 ^ key.digest ^ endpoint.digest &* 31 ^ UInt64(attributes.weight) << 8
    case .removeDestination(let key, let endpoint): 6 ^ key.digest ^ endpoint.digest &* 31
    case .flush: 7
    }
  }
}

extension ServiceKey {
  fileprivate var digest: UInt64 {
    switch self {
    case .endpoint(_, let endpoint): endpoint.digest &* 17
    case .firewallMark(let mark, _): UInt64(mark) &* 13
    }
  }
}

extension Endpoint {
  fileprivate var digest: UInt64 { Trace.digest(address.octets) ^ UInt64(port) << 16 }
}
