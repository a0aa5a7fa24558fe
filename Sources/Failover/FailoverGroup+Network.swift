import Machines
import VRRP
import Wire
import World

// The side towards the network: channels, adverts, announcements, and what changes on the host.
extension FailoverGroup {
  private var surroundings: Surroundings {
    Surroundings(
      network: network, settings: settings, judgement: judgement, trackerValues: trackerValues,
      virtualLinks: virtualLinks, channelFaults: channelFaults, wallClockOffset: wallClockOffset)
  }

  /// Signatures carry dates. Whenever one may be made or checked the clock is looked at, and a step of it told.
  func readClock() {
    guard usesClock else { return }
    let offset = loop.wallTime.nanoseconds - loop.now.nanoseconds
    // The two readings are never made in the same instant: smaller differences are no step.
    guard (offset - wallClockOffset).magnitude > 1_000_000 else { return }
    wallClockOffset = offset
    factsChanged()
  }

  /// The current facts of all members.
  func inputs() -> [String: RouterInputs] {
    let surroundings = self.surroundings
    var inputs: [String: RouterInputs] = [:]
    for member in settings.members {
      let name = member.router.name
      inputs[name] = surroundings.inputs(of: member.router, current: machine.router(named: name)?.inputs.source)
    }
    return inputs
  }

  /// The index of the interface by which a router's adverts leave.
  func advertIndex(of name: String) -> Int32? {
    settings.members.first { $0.router.name == name }.flatMap {
      surroundings.advertIndex(name, $0.router.interface)
    }
  }

  /// Makes the virtual interfaces the members need.
  func establishLinks() {
    let complaints = virtualLinks.establish(with: links) { network.link(named: $0) != nil }
    for (name, complaint) in complaints { note(complaint, router: name) }
    if virtualLinks.hasFault { channelRetry = loop.now + .seconds(1) }
  }

  /// Removes virtual interfaces that nobody needs any more.
  func removeObsoleteLinks() {
    for link in virtualLinks.takeObsolete() {
      for failure in links?.remove(link.name) ?? [] { note(failure, router: link.name) }
    }
  }

  /// Opens the channels the members need, and closes others unless a farewell may have to go through them.
  func openPorts(closesSurplus: Bool = true) {
    establishLinks()
    let surroundings = self.surroundings
    let vital = Set(settings.members.flatMap { surroundings.channels(of: $0.router) })
    let needed = vital.union(vital.map(\.forHandovers))
    if closesSurplus {
      for (channel, port) in ports where !needed.contains(channel) {
        port.close()
        ports[channel] = nil
      }
    }
    channelFaults = channelFaults.filter { needed.contains($0.key) }
    for channel in needed where ports[channel] == nil {
      do throws(SystemFailure) {
        ports[channel] = try transport.open(channel) { [weak self] packet in
          self?.assumeIsolated { $0.received(packet, on: channel) }
        }
        channelFaults[channel] = nil
      } catch {
        // Without the channel for handovers the standard's way is left, which is no fault.
        guard vital.contains(channel) else { continue }
        channelFaults[channel] = error.description
        channelRetry = loop.now + .seconds(1)
      }
    }
    usesClock = settings.members.contains(where: \.router.authentication.usesClock)
    (hearers, speakers) = ([:], [:])
    for router in settings.members.map(\.router) {
      speakers[router.name] = surroundings.speakingChannel(of: router).flatMap { ports[$0] }
      guard let own = surroundings.channel(of: router) else { continue }
      for (channel, isForHandovers) in [(own, false), (own.forHandovers, true)] {
        let hearer = Hearer(router: router.name, virtualRouter: router.virtualRouter, isForHandovers: isForHandovers)
        hearers[channel, default: []].append(hearer)
      }
    }
    for (channel, port) in ports where needed.contains(channel) {
      port.listen(to: Set((hearers[channel] ?? []).map(\.virtualRouter)))
    }
  }

  /// The port by which a packet leaves.
  func port(of packet: OutgoingPacket, for name: String) -> (any AdvertPort)? {
    surroundings.channel(of: packet, for: name).flatMap { ports[$0] }
  }

  /// Sends an advert at once.
  func send(_ packet: OutgoingPacket, for name: String, through port: (any AdvertPort)?) {
    guard let port else { return }
    do throws(SystemFailure) {
      try port.send(
        OutgoingAdvert(
          source: packet.source, destination: packet.destination, timeToLive: packet.timeToLive,
          identification: packet.identification, payload: packet.payload))
    } catch {
      note(error, router: name)
    }
  }

  /// Every group on an interface hears every packet there; the VRID says whose it is.
  private func received(_ packet: ReceivedAdvert, on channel: AdvertChannel) {
    guard isRunning, let hearers = hearers[channel],
      let identifier = ReceivedPacket.virtualRouter(in: packet.payload, transport: channel.transport)
    else { return }
    for hearer in hearers where hearer.virtualRouter == identifier {
      readClock()
      let received = ReceivedPacket(
        source: packet.source, destination: packet.destination, timeToLive: packet.timeToLive,
        header: packet.header, payload: packet.payload)
      deliverOften(
        hearer.isForHandovers
          ? .handoverReceived(received, router: hearer.router) : .packetReceived(received, router: hearer.router))
    }
  }

  /// The hardware address to announce on an interface; nil where there is none or nobody would hear.
  private func hardwareAddress(of index: Int32) -> HardwareAddress? {
    guard let link = network.links[index] else {
      // A virtual interface made just now is not in the network's picture yet.
      guard case .macvlan(let address) = virtualLinks.specification(index: index)?.kind else { return nil }
      return address
    }
    let isReady = virtualLinks.specification(index: index) == nil ? link.isRunning : link.isUp
    return isReady && !link.hasNoNeighbours ? link.hardwareAddress : nil
  }

  /// When a target may be announced. What leaves by a virtual interface leaves by the one below.
  func reservation(_ target: AnnouncementQueue.Target, at now: Moment) -> Moment {
    let name = virtualLinks.specification(index: target.interface)?.base ?? network.links[target.interface]?.name
    return pace.reserve(
      interface: name ?? "", family: target.address.family, gaps: settings.announcementGaps, at: now)
  }

  /// Sends an announcement, unless the address went away or its link has no neighbours.
  func announce(_ target: AnnouncementQueue.Target, for name: String) {
    guard holdings[name]?.holds(target) == true, let hardwareAddress = hardwareAddress(of: target.interface)
    else { return }
    let isRouter = target.address.family == .ipv6 && network.forwards(.ipv6, interface: target.interface)
    do throws(SystemFailure) {
      try transport.announce(
        Announcement(address: target.address, hardwareAddress: hardwareAddress, isRouter: isRouter),
        interface: target.interface)
    } catch {
      note(error, router: name)
    }
  }
}

// What the host's network has and loses.
extension FailoverGroup {
  func observeNetwork() {
    judgement.begin(network.links.values)
    let watchesRoutes = settings.members.contains { !$0.routes.isEmpty || !$0.rules.isEmpty }
    if watchesRoutes { network.watchRoutesAndRules() }
    network.observe { [weak self] change in
      self?.assumeIsolated { $0.networkChanged(change) }
    }
  }

  /// Computes anew what each member holds as master.
  func defineHoldings() {
    for member in settings.members {
      let (all, untracked) = member.holdings(in: network, virtualLinks)
      holdings[member.router.name, default: Holdings()].define(all, untracked: untracked)
    }
    if settings.members.contains(where: { !$0.routes.isEmpty || !$0.rules.isEmpty }) { network.watchRoutesAndRules() }
  }

  /// Finds what an earlier process left on the interfaces.
  ///
  /// - Parameters:
  ///   - formerMasters: Routers that were master when the process was restarted: their routes and rules are taken to be
  ///     there, since they cannot be told from others.
  ///   - former: What routers that have been here for some time were to hold so far. One that is not master takes away
  ///     what is new and lies there already; a master puts it there, and announces it, whether it lies there or not.
  func adoptLeftovers(of formerMasters: Set<String> = [], beyond former: [String: Set<Holding>] = [:]) {
    let present = Set(network.addresses.map { AddressKey(interface: $0.interface, prefix: $0.prefix) })
    for member in settings.members {
      let name = member.router.name
      guard let holding = holdings[name] else { continue }
      let known = former[name]
      if known != nil, holding.isWanted { continue }
      let addresses = holding.all.filter { candidate in
        guard let address = candidate.address, known?.contains(candidate) != true else { return false }
        return present.contains(AddressKey(interface: address.interface, prefix: address.prefix))
      }
      if known != nil, addresses.isEmpty { continue }
      let wasMaster = known == nil && (formerMasters.contains(name) || !addresses.isEmpty)
      let others = wasMaster ? holding.all.filter { $0.address == nil } : []
      let isHostsOwn = member.router.isOwner && !hasAddressOfItsOwn(member.router)
      holdings[name]?.adopt(Set(addresses + others), hostOwned: isHostsOwn ? Set(addresses) : [])
    }
  }

  private struct AddressKey: Hashable {
    var interface: Int32
    var prefix: AddressPrefix
  }

  /// Whether the router's interface has an address of the family that is no virtual one.
  private func hasAddressOfItsOwn(_ router: RouterSettings) -> Bool {
    let surroundings = self.surroundings
    guard let index = surroundings.interfaceIndex(router.interface) else { return false }
    return network.addresses.contains {
      $0.interface == index && $0.prefix.address.family == router.family && !settings.isVirtual($0.prefix.address)
    }
  }

  private func networkChanged(_ change: NetworkChange) {
    guard isRunning else { return }
    switch change {
    case .linkChanged(let link): linkChanged(link)
    case .linkRemoved(let index):
      judgement.forget(index)
      virtualLinks.forget(index)
      for name in holdings.keys { holdings[name]?.forget { $0.uses(interface: index) } }
      topologyChanged()
    case .addressAdded(let address):
      if !settings.isVirtual(address.prefix.address) { factsChanged() }
    case .addressRemoved(let address):
      lost {
        $0.address.map { $0.interface == address.interface && $0.prefix == address.prefix } ?? false
      }
      if !settings.isVirtual(address.prefix.address) { factsChanged() }
    case .routeRemoved(let route):
      lost { if case .route(let held) = $0 { held.identity == route.identity } else { false } }
    case .ruleRemoved(let rule):
      lost { if case .rule(let held) = $0 { held.normalized == rule.normalized } else { false } }
    case .resynchronized:
      let present = Set(network.addresses.map { AddressKey(interface: $0.interface, prefix: $0.prefix) })
      lost {
        $0.address.map { !present.contains(AddressKey(interface: $0.interface, prefix: $0.prefix)) } ?? false
      }
      topologyChanged()
    }
  }

  private func linkChanged(_ link: Link) {
    if judgement.note(link, delays: settings.linkDelays[link.name], at: loop.now) {
      linksJudged([link.index])
    } else {
      topologyChanged()
    }
  }

  /// Links began or ceased to count as running.
  func linksJudged(_ indexes: [Int32]) {
    for index in indexes where judgement.isRunning(index) {
      // The kernel drops IPv4 routes with the link and does not say so.
      for name in holdings.keys {
        holdings[name]?.forget { if case .route = $0 { $0.uses(interface: index) } else { false } }
      }
    }
    topologyChanged()
    // Nobody heard what was announced on a dead link. A router that was at fault because of it is not master now.
    for router in machine.routers where router.state.name == .master {
      announce(router.settings.name, rounds: router.settings.announcements.repeats) {
        indexes.contains($0.interface) && judgement.isRunning($0.interface)
      }
    }
    flush()
  }

  /// Interfaces came, went or changed: channels, holdings and facts may be others now.
  func topologyChanged() {
    openPorts()
    defineHoldings()
    for name in holdings.keys { holdings[name]?.retry() }
    factsChanged()
  }

  /// Notes that things are gone. What caused it, a link that went down perhaps, may still be on its way to us: the
  /// machine is told in the next turn.
  private func lost(where matches: (Holding) -> Bool) {
    var found = false
    for name in holdings.keys where holdings[name]?.noteRemoved(where: matches) == true {
      losses.insert(name)
      found = true
    }
    guard found else { return }
    loop.later { [weak self] in self?.assumeIsolated { $0.settleLosses() } }
  }

  private func settleLosses() {
    let names = losses.sorted()
    losses = []
    for name in names { deliver(.holdingLost(router: name)) }
  }
}

extension Holding {
  /// Whether it goes away with this interface.
  func uses(interface: Int32) -> Bool {
    switch self {
    case .address(let address): address.interface == interface
    case .route(let route): route.nextHops.contains { $0.interface == interface }
    case .rule: false
    }
  }
}

extension AdvertChannel {
  /// The channel beside this one, on which handovers are agreed.
  fileprivate var forHandovers: AdvertChannel {
    var channel = self
    channel.transport = HandoverMessage.transport
    return channel
  }
}
