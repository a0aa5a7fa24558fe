import Daemon
import Failover
import Machines
import SimulatedWorld
import VRRP
import Wire
import World

// What is so, whatever anybody believes.
extension Judge {
  /// A process that runs, with a configuration in force.
  func live(_ node: Node) -> ElectionProcess? {
    guard let process = node.election, process.loop.state == .running, process.inForceSince != nil, !process.isStopping
    else { return nil }
    return process
  }

  func segmentNumber(_ settings: RouterSettings) -> Int { settings.interface == "eth1" ? 1 : 0 }

  // MARK: Ways

  /// Since when frames pass for certain and in time.
  func measureWays() {
    for (number, segment) in [cluster.front, cluster.back].enumerated() {
      let quality = segment.quality
      let isQuiet = quality.loss == 0 && quality.corruption == 0 && quality.jitter < .milliseconds(5)
      let link = number == 0 ? "eth0" : "eth1"
      let isRunning = cluster.nodes.map { $0.host.link(named: link)?.isRunning == true }
      for from in cluster.nodes.indices {
        for to in cluster.nodes.indices where from != to {
          let isClear =
            isQuiet && isRunning[from] && isRunning[to]
            && segment.passes(from: cluster.nodes[from].name, to: cluster.nodes[to].name)
          clearSince[number][from][to] = isClear ? clearSince[number][from][to] ?? now : nil
        }
        guard number == 0 else { continue }
        let isClear = isQuiet && isRunning[from]
        clientClearSince[from] = isClear ? clientClearSince[from] ?? now : nil
      }
    }
  }

  // MARK: Faults

  /// Which routers have reasons to be in FAULT.
  func measureFaults() {
    for node in cluster.nodes {
      guard let process = node.election else { continue }
      for key in process.intended.order {
        guard let group = process.intended.groups[key] else { continue }
        let faults = group.members.flatMap { self.faults(of: $0.router, process.intendedTrackers, node) }
        for member in group.members {
          guard let view = view(node.index, member.router.name) else { continue }
          // Another reason has to be found out anew.
          if faults != view.faults { view.faultySince = faults.isEmpty ? nil : now }
          if !faults.isEmpty || !view.faults.isEmpty { view.lastFaulty = now }
          view.faults = faults
        }
      }
    }
  }

  private func faults(of router: RouterSettings, _ trackers: [String: [Tracker]], _ node: Node) -> [FaultCause] {
    let interface = router.interface ?? ""
    guard let link = node.host.link(named: interface) else { return [.interfaceMissing(interface)] }
    var faults: [FaultCause] = []
    if !link.isRunning, router.tracksInterface { faults.append(.interfaceDown(interface)) }
    let (own, family) = (cluster.ownAddresses(node, link.name), router.family)
    let hasSource = node.host.addresses.contains { address in
      address.interface == link.index && address.prefix.address.family == family && own.contains(address.prefix)
    }
    if !hasSource { faults.append(.noSourceAddress(family)) }
    for tracker in trackers[router.name] ?? [] where tracker.isFault(value(of: tracker, on: node)) {
      faults.append(.tracker(tracker.identity))
    }
    return faults
  }

  func value(of tracker: Tracker, on node: Node) -> TrackerValue {
    switch tracker.identity.kind {
    case .interface: node.host.link(named: tracker.identity.name)?.isRunning == true ? .up : .down
    case .script: node.scriptWorks ? .up : .down
    case .file: .number(node.fileValue)
    case .process, .bfd, .trackGroup: .unknown
    }
  }

  /// The effective priority that follows from what is so.
  func truePriority(_ router: RouterSettings, _ group: GroupSettings, on node: Node) -> UInt8 {
    let trackers = group.protocolSettings.trackers(of: router)
    var values: [Tracker.Identity: TrackerValue] = [:]
    for tracker in trackers { values[tracker.identity] = value(of: tracker, on: node) }
    return PriorityArithmetic(base: router.priority, trackers: trackers, values: values).effective
  }

  // MARK: Servers

  /// What each director must find out about each server, if it asks.
  func measureServers() {
    let quality = cluster.back.quality
    let isCertain = quality.loss == 0 && quality.jitter < .milliseconds(400)
    for node in cluster.nodes {
      let isConnected = node.host.link(named: "eth1")?.isRunning == true && node.connectorFailure == nil
      for (number, server) in cluster.servers.enumerated() {
        var isGood: Bool? = isConnected && isWell(server)
        if isConnected, !isCertain { isGood = nil }
        if serverTruth[node.index][number].isGood != isGood { serverTruth[node.index][number] = (isGood, now) }
      }
    }
  }

  private func isWell(_ server: SimulatedServer) -> Bool {
    switch server.health {
    case .well: true
    case .slow(let delay): delay < .seconds(1) || server.language == .plain
    case .failing: server.language == .plain
    case .refusing, .silent: false
    }
  }
}
