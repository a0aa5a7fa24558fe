import Machines
import VirtualServices
import Wire
import World

// The life of services: start, reload, presence, and what their machines want done.

extension Director {
  var reportPolicy: ReportPolicy {
    ReportPolicy(
      notifiesInitialServers: settings.notifiesInitialServers, mailsEveryCheck: settings.mailsEveryCheck)
  }

  func start(_ masters: [String: Bool], _ localAddresses: Set<IPAddress>?) {
    guard !isRunning else { return }
    isRunning = true
    self.masters = masters
    self.localAddresses = localAddresses
    if settings.flushesAtStart, let failure = table.apply([.flush])[0] {
      report(.tableFailed(command: "flush", failure))
    }
    readTable()
    setTimeouts()
    let adopted = reconciler.believed ?? [:]
    for service in settings.services { add(service, adopted: adopted) }
    markAllDirty()
    for router in Set(settings.services.compactMap(\.router)).sorted() where masters[router] == true {
      settleNow(for: router)
    }
  }

  private func add(_ new: VirtualServiceSettings, adopted: [ServiceKey: ServiceImage]) {
    lastNumber += 1
    let number = lastNumber
    let present = adopted.isEmpty ? [:] : adopted.only(new.keys)
    let isAsleep = isAsleep(new)
    let (probes, verdicts) = subscribe(new, number: number, isAwake: !isAsleep)
    let machine = ServiceMachine(new, verdicts: verdicts, adopted: present, policy: reportPolicy, at: now)
    let service = Service(number: number, machine: machine)
    service.probes = probes
    service.isAsleep = isAsleep
    services[service.number] = service
    serviceNumbers[new.identity] = service.number
    decidePresence(service)
    // Orders that stand already are no news.
    for (server, order) in orders[new.identity] ?? [:] {
      _ = service.machine.handle(.ordered(server, order), at: now)
    }
    carryOut(service, service.machine.handle(.started, at: now))
  }

  func serverOrdered(_ identity: ServiceIdentity, _ server: Endpoint, _ order: OperatorOrder?) {
    orders[identity, default: [:]][server] = order
    if orders[identity]?.isEmpty ?? false { orders[identity] = nil }
    guard let service = serviceNumbers[identity].flatMap({ services[$0] }) else { return }
    carryOut(service, service.machine.handle(.ordered(server, order), at: now))
  }

  /// Subscribes all checks of a service, and returns their probes with the verdicts these have already.
  private func subscribe(
    _ new: VirtualServiceSettings, number: Int, isAwake: Bool
  ) -> (probes: [[Int]], verdicts: [[CheckState]]) {
    var numbers: [[Int]] = []
    var verdicts: [[CheckState]] = []
    numbers.reserveCapacity(new.servers.count)
    verdicts.reserveCapacity(new.servers.count)
    for (place, server) in new.servers.enumerated() {
      let probes = server.checks.map { probe(for: $0.probe) }
      for (check, probe) in probes.enumerated() {
        subscribe(Subscription(service: number, server: place, check: check), to: probe, isAwake: isAwake)
      }
      numbers.append(probes.map(\.number))
      verdicts.append(probes.map(\.state))
    }
    return (numbers, verdicts)
  }

  private func unsubscribe(_ probes: [[Int]], number: Int, wasAwake: Bool) {
    for (place, checks) in probes.enumerated() {
      for (check, probe) in checks.enumerated() {
        unsubscribe(
          Subscription(service: number, server: place, check: check), from: probe, wasAwake: wasAwake)
      }
    }
  }

  // MARK: Reload

  func change(to new: DirectorSettings) {
    let old = settings
    settings = new
    tools.forgetMatchers()
    guard isRunning else { return }
    restartReading()
    if old.timeouts != new.timeouts { setTimeouts() }
    let former = old.services.map(\.identity)
    let kept = Set(new.services.map(\.identity))
    let samePolicy =
      old.notifiesInitialServers == new.notifiesInitialServers && old.mailsEveryCheck == new.mailsEveryCheck
    for service in new.services {
      guard let number = serviceNumbers[service.identity], let known = services[number] else {
        add(service, adopted: [:])
        continue
      }
      guard known.machine.settings != service || !samePolicy else { continue }
      change(known, to: service)
    }
    for identity in former where !kept.contains(identity) { remove(identity) }
    retired.subtract(new.services.flatMap(\.keys))
  }

  private func change(_ service: Service, to new: VirtualServiceSettings) {
    let old = service.machine.settings
    let formerProbes = service.probes
    let wasAwake = !service.isAsleep
    service.isAsleep = isAsleep(new)
    retired.formUnion(Set(old.keys).subtracting(new.keys))
    // Subscriptions carry places, which may have moved. A new number keeps old and new ones apart, and subscribing
    // before unsubscribing keeps the probes that both want.
    services[service.number] = nil
    lastNumber += 1
    let renewed = Service(number: lastNumber, machine: service.machine)
    renewed.isAsleep = service.isAsleep
    services[renewed.number] = renewed
    serviceNumbers[new.identity] = renewed.number
    let (probes, verdicts) = subscribe(new, number: renewed.number, isAwake: !renewed.isAsleep)
    renewed.probes = probes
    unsubscribe(formerProbes, number: service.number, wasAwake: wasAwake)
    if dirt.removeValue(forKey: service.number) != nil { markDirty(renewed.number) { $0.isWhole = true } }
    decidePresence(renewed, settings: new)
    let event = ServiceMachine.Event.settingsChanged(new, verdicts: verdicts, reportPolicy)
    carryOut(renewed, renewed.machine.handle(event, at: now))
    if !renewed.machine.drains.isEmpty { readAgainSoon() }
  }

  private func remove(_ identity: ServiceIdentity) {
    guard let number = serviceNumbers.removeValue(forKey: identity), let service = services.removeValue(forKey: number)
    else { return }
    carryOut(service, service.machine.handle(.removed, at: now))
    retired.formUnion(service.machine.settings.keys)
    unsubscribe(service.probes, number: number, wasAwake: !service.isAsleep)
    dirt[number] = nil
    orders[identity] = nil
  }

  // MARK: Presence

  func routerChanged(_ name: String, _ isMaster: Bool) {
    masters[name] = isMaster
    guard isRunning else { return }
    for service in orderedServices where service.machine.settings.router == name { decidePresence(service) }
    if isMaster { settleNow(for: name) }
  }

  func localAddressesChanged(_ addresses: Set<IPAddress>) {
    guard addresses != localAddresses else { return }
    localAddresses = addresses
    guard isRunning else { return }
    for service in orderedServices {
      decidePresence(service)
      let isAsleep = isAsleep(service.machine.settings)
      guard isAsleep != service.isAsleep else { continue }
      service.isAsleep = isAsleep
      for probe in service.probes.joined().compactMap({ probes[$0] }) {
        if isAsleep { rest(probe) } else { wake(probe) }
      }
    }
  }

  /// ha_suspend: checks rest while none of the service's addresses is here. Marks have no addresses.
  private func isAsleep(_ service: VirtualServiceSettings) -> Bool {
    guard service.haSuspend, let localAddresses, !service.addresses.isEmpty else { return false }
    return !service.addresses.contains(where: localAddresses.contains)
  }

  private func decidePresence(_ service: Service, settings: VirtualServiceSettings? = nil) {
    let settings = settings ?? service.machine.settings
    let isMaster = settings.router.flatMap { masters[$0] }
    let presence = Presence.decide(settings, isMaster: isMaster, localAddresses: localAddresses)
    guard presence != service.machine.presence else { return }
    if settings.router != nil { report(.presenceDecided(settings.identity, presence)) }
    carryOut(service, service.machine.handle(.presenceChanged(presence), at: now))
  }

  // MARK: What machines want

  func carryOut(_ service: Service, _ effects: [ServiceMachine.Effect]) {
    for effect in effects {
      switch effect {
      case .report(let report): self.report(.service(report))
      case .reconcile: markDirty(service.number) { $0.isWhole = true }
      case .reconcileServer(let place): markDirty(service.number) { $0.servers.insert(place) }
      }
    }
    let deadline = service.machine.nextDeadline
    guard deadline != service.queued, services[service.number] === service else { return }
    service.queued = deadline
    if let deadline { deadlines.push(deadline, for: service.number) }
  }

  func markDirty(_ number: Int, _ mark: (inout Dirt) -> Void) {
    guard services[number] != nil else { return }
    if dirt[number] == nil {
      // While the table cannot be read nobody works these off, and services that were changed have left theirs here.
      if dirtyOrder.count > 2 * dirt.count + 64 { dirtyOrder.removeAll { dirt[$0] == nil } }
      dirtyOrder.append(number)
    }
    mark(&dirt[number, default: Dirt()])
  }

  func markAllDirty() {
    for service in orderedServices { markDirty(service.number) { $0.isWhole = true } }
  }
}

extension [ServiceKey: ServiceImage] {
  /// The entries for these keys.
  fileprivate func only(_ keys: [ServiceKey]) -> [ServiceKey: ServiceImage] {
    var part: [ServiceKey: ServiceImage] = [:]
    for key in keys { part[key] = self[key] }
    return part
  }
}
