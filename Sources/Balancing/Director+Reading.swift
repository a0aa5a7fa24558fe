import Machines
import VirtualServices
import Wire
import World

// Reading the kernel's table: now and then, to see what others did to it, and when something was not as believed.
//
// A large table is read in slices between which the loop turns, one service at a time. Checks go on meanwhile, and what
// they change is written: services about which something was commanded since the reading began are left out of it.

/// A reading of the table under way.
struct TableReading {
  /// The services that are still to be read, the next one last.
  var rest: [(key: ServiceKey, service: TableService)]
  /// Our keys.
  let ours: Set<ServiceKey>
  /// Those of services with servers that are drained, and what was read of them.
  let drainingKeys: Set<ServiceKey>
  var draining: [ServiceKey: [Endpoint: TableDestination]] = [:]
  /// Commands that undo what others did.
  var repairs = 0
}

extension Director {
  /// How many destinations are read before the loop turns, and how many services; one service is read at a stroke.
  private static let destinationsPerTurn = 512
  private static let servicesPerTurn = 64
  /// How often it is looked whether removed servers still have connections.
  private static let drainPeriod = Duration.seconds(2)

  /// Reads the table, in slices.
  func readTable() {
    guard reconciler.believed != nil else { return readWholeTable() }
    // What is already decided is written first, or it would look like somebody else's change.
    guard reading == nil, !reconcileSlice() else {
      nextReading = now + .milliseconds(20)
      return
    }
    nextReading = nil
    guard beginReading() else { return }
    readSlice()
  }

  /// Reads the table at a stroke: at the start, when nothing can be done before it is known.
  func readWholeTable() {
    guard beginReading() else { return }
    while reading != nil { readPart() }
  }

  private func readSlice() {
    lookAtClock()
    guard isRunning, reading != nil else { return }
    readPart()
    guard reading != nil else { return settleSoon() }
    loop.later { [weak self] in self?.assumeIsolated { $0.readSlice() } }
  }

  /// Reads the list of services; false when it cannot be read.
  private func beginReading() -> Bool {
    do {
      let found = try table.readServices()
      let draining = services.values.filter { !$0.machine.drains.isEmpty }
      let ours = ownKeys
      reconciler.beginReading()
      reading = TableReading(
        rest: found.sorted { ServiceKey.isInOrder($1.key, $0.key) }.map { ($0.key, $0.value) }, ours: ours,
        drainingKeys: Set(draining.flatMap(\.machine.settings.keys)))
      let gone = ours.union(reconciler.believed.map { $0.keys.map(\.self) } ?? []).filter { found[$0] == nil }
      for key in gone { adopt(key, nil) }
      return true
    } catch {
      failToRead(error)
      return false
    }
  }

  private func readPart() {
    var (destinations, services) = (0, 0)
    do {
      while destinations < Self.destinationsPerTurn, services < Self.servicesPerTurn {
        guard let next = reading?.rest.popLast() else { return endReading() }
        var service = next.service
        service.destinations = try table.readDestinations(of: next.key)
        destinations += service.destinations.count
        services += 1
        adopt(next.key, service)
      }
    } catch {
      failToRead(error)
    }
  }

  private func adopt(_ key: ServiceKey, _ service: TableService?) {
    guard let isOurs = reading?.ours.contains(key) else { return }
    if reading?.drainingKeys.contains(key) == true { reading?.draining[key] = service?.destinations ?? [:] }
    reading?.repairs += reconciler.adopt(key, service.map(ServiceImage.init), isOurs: isOurs)
  }

  private func endReading() {
    let (repairs, draining) = (reading?.repairs ?? 0, reading?.draining ?? [:])
    reading = nil
    reconciler.endReading()
    if repairs > 0 { report(.tableRepaired(commands: repairs)) }
    tableRead = now
    unreadable = nil
    readingDelay = .seconds(1)
    let isDraining = endDrains(draining)
    let period = isDraining ? min(Self.drainPeriod, settings.reconcilePeriod) : settings.reconcilePeriod
    nextReading = min(nextReading ?? now + period, now + period)
    markAllDirty()
  }

  /// The configuration changed under a reading: it begins anew.
  func restartReading() {
    guard reading != nil else { return }
    reading = nil
    nextReading = now
    markAllDirty()
  }

  private func failToRead(_ failure: SystemFailure) {
    reading = nil
    markAllDirty()
    if unreadable != failure { report(.tableUnreadable(failure)) }
    unreadable = failure
    nextReading = now + readingDelay
    readingDelay = min(readingDelay * 2, RetryPause.longest, settings.reconcilePeriod)
  }

  /// Lets go of removed servers that have no connections any more; says whether there are others.
  private func endDrains(_ entries: [ServiceKey: [Endpoint: TableDestination]]) -> Bool {
    var isDraining = false
    for service in orderedServices {
      let keys = service.machine.settings.keys
      for (endpoint, drain) in service.machine.drains {
        let connections = keys.reduce(UInt64(0)) { sum, key in
          // Of one that was not looked at nothing is known.
          guard let entries = entries[key] else { return sum + 1 }
          let entry = entries[drain.server.destination(in: key)]
          return sum + UInt64(entry?.activeConnections ?? 0) + UInt64(entry?.inactiveConnections ?? 0)
        }
        if connections > 0 {
          isDraining = true
        } else {
          carryOut(service, service.machine.handle(.drained(endpoint), at: now))
        }
      }
    }
    return isDraining
  }

  func readAgainSoon() {
    let soonest = (tableRead ?? now) + .seconds(1)
    nextReading = min(nextReading ?? soonest, max(soonest, now))
  }
}
