import VirtualServices
import Wire
import World

extension Director {
  /// Everything the director knows, for status queries.
  package func snapshot() -> DirectorSnapshot {
    DirectorSnapshot(
      services: orderedServices.map(snapshot(of:)), tableRead: tableRead, writes: reconciler.writes,
      pendingCommands: reconciler.pendingCount, pendingServices: max(dirt.count, dirtyOrder.count),
      probes: probes.count, probing: probesUnderWay,
      failures: reconciler.failures + (unreadable.map { [$0.description] } ?? []))
  }

  private func snapshot(of service: Service) -> ServiceSnapshot {
    let machine = service.machine
    return ServiceSnapshot(
      settings: machine.settings, presence: machine.presence, quorumIsUp: machine.quorumIsUp,
      quorumSince: machine.quorumSince, liveWeight: machine.liveWeight, sorryIsActive: machine.sorryIsActive,
      servers: machine.servers.indices.map { snapshot(of: service, server: $0) })
  }

  private func snapshot(of service: Service, server place: Int) -> ServerSnapshot {
    let machine = service.machine
    let state = machine.servers[place]
    let isPresent = if case .present = machine.presence { true } else { false }
    let numbers = service.probes.indices.contains(place) ? service.probes[place] : []
    return ServerSnapshot(
      endpoint: machine.settings.servers[place].endpoint, isUp: state.isUp, since: state.since, weight: state.weight,
      order: state.order,
      tableWeight: isPresent ? machine.desiredServer(place)?.weight : nil,
      checks: numbers.compactMap { probes[$0] }.map { probe in
        CheckSnapshot(
          text: probe.settings.text, state: probe.state, misses: probe.machine?.misses ?? 0,
          nextTry: probe.machine?.nextDeadline, lastTry: probe.lastTry, history: probe.history)
      })
  }
}
