import Balancing
import ConfigurationLanguage
import Daemon
import Machines
import SimulatedWorld
import Wire
import World

/// The balancing role without Linux: the same director, the same messages.
final class BalancingProcess: @unchecked Sendable {
  let loop: SimulatedLoop
  let readyAt: Moment
  private(set) var inForceSince: Moment?
  /// The version of the configuration it has taken over.
  private(set) var version = 0
  private(set) var director: Director?
  private(set) var table: SimulatedDirectorTable?
  private(set) var connector: SimulatedConnector?
  private(set) var isStopping = false
  private unowned let node: Node
  private var state: SimulatedNetworkState?
  private var masters: [String: Bool] = [:]
  private let seed: UInt64

  init(_ node: Node, number: Int, readyAt: Moment) {
    self.node = node
    self.readyAt = readyAt
    loop = SimulatedLoop(
      "\(node.name) balancing \(number)", node.host.timeline, node.host.clock, tampering: node.tampering)
    var chance = node.host.timeline.chance("director \(node.name) \(number)")
    seed = chance.next()
  }

  /// SIGKILL.
  func kill() {
    loop.kill()
    state?.close()
    director = nil
  }

  // MARK: Messages, on the loop

  func takeOver(_ configuration: Configuration, version: Int, generation: UInt64) {
    guard !isStopping else { return }
    self.version = version
    let settings = DirectorSettings(services: configuration.services)
    if director == nil {
      begin(settings)
    } else {
      tell(.settingsChanged(settings))
    }
    if inForceSince == nil { inForceSince = loop.timeline.now }
    node.send(.configured(generation: generation), from: .balancing)
  }

  private func begin(_ settings: DirectorSettings) {
    let state = SimulatedNetworkState(node.host, loop)
    let table = SimulatedDirectorTable(node.host, loop)
    let connector = SimulatedConnector(
      node.host, loop, link: "eth1", to: node.cluster.back, servers: node.cluster.servers)
    (self.state, self.table, self.connector) = (state, table, connector)
    table.failure = node.tableFailure
    connector.failure = node.connectorFailure
    director = Director(
      settings: settings, loop: loop, connector: connector, table: table, seed: seed,
      report: { [weak self] in self?.report($0) })
    state.observe { [weak self] in self?.networkChanged($0) }
    tell(.started(masters: masters, localAddresses: localAddresses))
  }

  func routerChanged(_ name: String, isMaster: Bool) {
    masters[name] = isMaster
    tell(.routerChanged(name: name, isMaster: isMaster))
  }

  private func tell(_ event: DirectorEvent) {
    director?.assumeIsolated { $0.deliver(event) }
  }

  private var localAddresses: Set<IPAddress> { Set(state?.addresses.map(\.prefix.address) ?? []) }

  private func networkChanged(_ change: NetworkChange) {
    switch change {
    case .addressAdded, .addressRemoved, .resynchronized: tell(.localAddressesChanged(localAddresses))
    case .linkChanged, .linkRemoved, .routeRemoved, .ruleRemoved: break
    }
  }

  private func report(_ report: BalancingReport) {
    if let line = report.logLine {
      loop.timeline.trace.note(.report, at: loop.timeline.now, text: "\(node.name) \(line)")
    }
    switch report {
    case .servicesInstalled(let router, _): node.post(to: .election) { $0.election?.servicesInstalled(router) }
    case .runCheck, .cancelCheck, .service, .attemptFailed, .presenceDecided, .tableWritten, .tableRepaired,
      .tableFailed, .tableUnreadable:
      break
    }
  }

  /// Leaves in order; then the process ends.
  func stop() {
    guard !isStopping else { return }
    isStopping = true
    guard let director else { return node.ended(.balancing, loop) }
    director.assumeIsolated { $0.stop {} }
    node.ended(.balancing, loop)
  }
}
