import Machines
import VirtualServices
import Wire
import World

// Writing differences into the kernel's table: the only place that does.

extension Director {
  /// How many commands go to the kernel before the loop turns.
  private static let commandsPerTurn = 512
  /// How many destinations are compared before the loop turns.
  private static let comparisonsPerTurn = 8_192

  var ownKeys: Set<ServiceKey> {
    Set(services.values.lazy.flatMap(\.machine.settings.keys))
  }

  func setTimeouts() {
    guard let timeouts = settings.timeouts else { return }
    do {
      try table.setTimeouts(tcp: timeouts.tcp, tcpFin: timeouts.tcpFin, udp: timeouts.udp)
    } catch {
      report(.tableFailed(command: "set time-outs", error))
    }
  }

  // MARK: Writing

  /// Compares and writes a slice; says whether there is more to do.
  func reconcileSlice() -> Bool {
    guard reconciler.believed != nil else { return false }
    planSlice()
    if reconciler.pendingCount > 0 { _ = writeBatch() }
    return reconciler.pendingCount > 0 || !dirtyOrder.isEmpty || !retired.isEmpty
  }

  private func planSlice() {
    var budget = Self.comparisonsPerTurn
    var place = 0
    while place < dirtyOrder.count, budget > 0, reconciler.pendingCount < Self.commandsPerTurn {
      let number = dirtyOrder[place]
      place += 1
      guard let dirt = dirt.removeValue(forKey: number), let service = services[number] else { continue }
      budget -= plan(service, dirt) + 1
    }
    dirtyOrder.removeFirst(place)
    // What goes, goes last.
    guard dirtyOrder.isEmpty, !retired.isEmpty else { return }
    for key in retired.sorted(by: ServiceKey.isInOrder) { reconciler.require(key, nil) }
    retired = []
  }

  /// Queues the commands for what of a service is dirty; returns how many destinations were compared.
  private func plan(_ service: Service, _ dirt: Dirt) -> Int {
    let machine = service.machine
    guard machine.presence != .undecided else { return 0 }
    var compared = 0
    for key in machine.settings.keys {
      if !dirt.isWhole, !machine.hasSharedPlaces, case .present = machine.presence {
        let destinations = dirt.servers.sorted().compactMap { place in
          machine.settings.servers.indices.contains(place)
            ? (machine.settings.servers[place].destination(in: key), machine.desiredServer(place)) : nil
        }
        compared += destinations.count
        if reconciler.require(key, destinations) { continue }
      }
      compared += machine.servers.count
      reconciler.require(key, machine.desired(key))
    }
    return compared
  }

  private func writeBatch() -> Reconciler.Outcome {
    let before = reconciler.writes
    let batch = reconciler.nextBatch(Self.commandsPerTurn)
    guard !batch.isEmpty else { return Reconciler.Outcome() }
    let outcome = reconciler.carriedOut(batch, failures: table.apply(batch), at: now)
    for (command, failure) in outcome.news { report(.tableFailed(command: command, failure)) }
    if outcome.isSurprised { readAgainSoon() }
    let writes = reconciler.writes.since(before)
    if writes.total > 0 { report(.tableWritten(writes)) }
    return outcome
  }

  /// Puts everything into the kernel that is waiting, and tells that the services of a new MASTER are there.
  func settleNow(for router: String) {
    var incomplete: Set<ServiceKey> = []
    if reconciler.believed == nil { readWholeTable() }
    if reconciler.believed != nil {
      while true {
        planSlice()
        guard reconciler.pendingCount > 0 else {
          if dirtyOrder.isEmpty { break }
          continue
        }
        incomplete.formUnion(writeBatch().incomplete)
      }
    }
    let keys = Set(orderedServices.map(\.machine.settings).filter { $0.router == router }.flatMap(\.keys))
    let complete = reconciler.believed != nil && incomplete.isDisjoint(with: keys)
    report(.servicesInstalled(router: router, complete: complete))
    flushOutbox()
  }

  /// At the end: removes what is ours, everything, or nothing.
  func clearTable() {
    switch settings.stopPolicy {
    case .keep: return
    case .flush: _ = table.apply([.flush])
    case .removeOurs:
      guard let believed = reconciler.believed else { return }
      let keys = ownKeys.union(retired).filter { believed[$0] != nil }.sorted(by: ServiceKey.isInOrder)
      _ = table.apply(keys.map { .removeService($0) })
    }
  }
}

extension RealServerSettings {
  /// Where it stands in the table.
  func destination(in key: ServiceKey) -> Endpoint {
    forwarding.destination(of: endpoint, in: key)
  }
}
