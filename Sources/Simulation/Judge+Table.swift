import Daemon
import Machines
import SimulatedWorld
import VirtualServices
import Wire
import World

// The IPVS table is what the health of the servers says.
extension Judge {
  /// Compares the table of a node with what it must be by now.
  func judgeTable(_ node: Node) {
    guard let process = node.balancing, process.loop.state == .running, process.inForceSince != nil,
      !process.isStopping, node.tableFailure == nil, let services = node.services(process.version)
    else { return }
    let plan = cluster.plans[process.version]
    // Reading the table again is what repairs it.
    let repaired = tableDisturbed[node.index] == .origin ? .origin : tableDisturbed[node.index] + .seconds(32)
    for (place, service) in services.enumerated() where plan.services.indices.contains(place) {
      let written = plan.services[place]
      let rounds = written.delayLoop + (written.retry + 2) * (written.delayBeforeRetry + written.connectTimeout)
      let bound = Duration.seconds(rounds + 4)
      let numbers = written.servers.map(\.number)
      let truths = numbers.map { serverTruth[node.index][$0] }
      // What failed is tried again after five seconds at most.
      let usable = tableUsableSince[node.index] + .seconds(5)
      var begin = [processDisturbed[node.index], repaired, usable, truths.map(\.since).max() ?? .origin].max() ?? now
      var isMaster: Bool?
      if let router = service.router {
        guard live(node) != nil, let view = view(node.index, router) else { continue }
        isMaster = view.isMaster
        begin = max(begin, view.since)
      }
      guard now - begin > bound, truths.allSatisfy({ $0.isGood != nil }) else { continue }
      let good = zip(numbers, truths).filter { $0.1.isGood == true }.map(\.0)
      judge(service, written, good: Set(good), isMaster: isMaster, node, since: begin)
    }
  }

  private func judge(
    _ service: VirtualServiceSettings, _ written: Plan.Service, good: Set<Int>, isMaster: Bool?, _ node: Node,
    since begin: Moment
  ) {
    guard let key = service.keys.first else { return }
    let isPresent = written.onBackup == "no" && service.router != nil ? isMaster == true : true
    var expected: [Endpoint: UInt32]?
    if isPresent { expected = weights(written, quorum: Int(service.quorum), good) }
    let actual = node.host.table.services[key]?.destinations.mapValues(\.attributes.weight)
    guard actual != expected else { return }
    accuse(
      .table,
      "\(node.name) \(service.identity): \(text(actual)) instead of \(text(expected)), with everything as it is for "
        + "\(now - begin)")
  }

  /// The weights, said as plainly as possible.
  private func weights(_ service: Plan.Service, quorum: Int, _ good: Set<Int>) -> [Endpoint: UInt32] {
    let live = service.servers.filter { good.contains($0.number) }.reduce(0) { $0 + $1.weight }
    let isSorry = service.hasSorryServer && (live < quorum || live == 0)
    var weights: [Endpoint: UInt32] = [:]
    for server in service.servers {
      let works = good.contains(server.number) && !isSorry
      if works || server.inhibits { weights[endpoint(server.number)] = works ? UInt32(server.weight) : 0 }
    }
    if isSorry { weights[endpoint(Plan.sorryServer)] = 1 }
    return weights
  }

  private func endpoint(_ number: Int) -> Endpoint { cluster.servers[number].endpoint }

  private func text(_ weights: [Endpoint: UInt32]?) -> String {
    guard let weights else { return "no service" }
    return "[" + weights.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + "]"
  }
}
