import Daemon
import Machines
import SimulatedWorld
import VRRP
import VirtualServices
import Wire
import World

extension Cluster {
  /// Lets something go wrong.
  func apply(_ fault: Fault) {
    timeline.trace.note(.fault, at: timeline.now, UInt64(faults), text: "### \(fault)")
    switch fault {
    case .line(let segment, let quality): self.segment(segment).quality = quality
    case .partition(let segment, let mask): partition(self.segment(segment), mask)
    case .oneWay(let segment, let from, let to):
      self.segment(segment).block(from: node(from).name, to: node(to).name)
    case .heal(let segment): self.segment(segment).unblock()
    case .flap, .removeLink, .renumber: applyToLink(fault)
    case .thief(let address): steal(address)
    case .overflow(let node): self.node(node).election?.state?.overflow()
    case .crash, .killDaemon, .stopDaemon, .powerOff, .pause, .starve: applyToProcess(fault)
    case .clock(let node, let jump): self.node(node).host.clock.jump(jump)
    case .script(let node, let isGood, let duration): self.node(node).script = (isGood, duration)
    case .file(let node, let value): self.node(node).setFile(value)
    case .reload(let node):
      self.node(node).version = min(self.node(node).version + 1, plans.count - 1)
      self.node(node).reload()
    case .rereading(let node):
      judge.rereading(self.node(node))
      self.node(node).reload()
    case .resetCounters(let node): self.node(node).post(to: .election) { $0.election?.resetCounters() }
    case .server(let number, let health): servers[number % servers.count].health = health
    case .meddle(let node, let kind): meddle(self.node(node), kind)
    case .tableFails(let number, let duration):
      node(number).tableFailure = SystemFailure(call: "IPVS", code: 12, reason: "Cannot allocate memory")
      undo(after: duration) { [unowned self] in node(number).tableFailure = nil }
    case .noDescriptors(let number, let duration):
      node(number).connectorFailure = SystemFailure(call: "socket", code: 24, reason: "Too many open files")
      undo(after: duration) { [unowned self] in node(number).connectorFailure = nil }
    case .noise(let segment, let count): disturbWithNoise(self.segment(segment), count)
    }
    disturb()
  }

  func node(_ number: Int) -> Node { nodes[number % nodes.count] }

  func segment(_ number: Int) -> SimulatedSegment { number % 2 == 0 ? front : back }

  /// Plans the end of a fault. Once the run is being healed it has ended already.
  private func undo(after duration: Duration, _ body: @escaping () -> Void) {
    timeline.plan(after: duration) { [unowned self] in
      guard !judge.isHealed else { return }
      body()
      disturb()
    }
  }

  private func partition(_ segment: SimulatedSegment, _ mask: Int) {
    for from in nodes {
      for to in nodes where from !== to {
        let isApart = (mask >> from.index) & 1 != (mask >> to.index) & 1
        segment.block(from: from.name, to: to.name, isApart)
      }
    }
  }

  // MARK: Links and addresses

  private func applyToLink(_ fault: Fault) {
    switch fault {
    case .flap(let number, let link, let duration):
      let (host, name) = (node(number).host, linkName(link))
      guard let index = host.link(named: name)?.index else { return }
      host.setCarrier(false, on: index)
      undo(after: duration) { if let index = host.link(named: name)?.index { host.setCarrier(true, on: index) } }
    case .removeLink(let number, let link, let duration):
      let (node, name) = (self.node(number), linkName(link))
      guard let index = node.host.link(named: name)?.index else { return }
      node.host.removeLink(index)
      undo(after: duration) { [unowned self] in if node.host.link(named: name) == nil { plugIn(node, name) } }
    case .renumber(let number, let link, let duration):
      let (node, name) = (self.node(number), linkName(link))
      guard let index = node.host.link(named: name)?.index else { return }
      for prefix in ownAddresses(node, name) { node.host.removeAddress(prefix, on: index) }
      undo(after: duration) { [unowned self] in
        guard let index = node.host.link(named: name)?.index else { return }
        for prefix in ownAddresses(node, name) { node.host.addAddress(prefix, on: index) }
      }
    case _: break
    }
  }

  private func linkName(_ link: Int) -> String { link % 2 == 0 ? "eth0" : "eth1" }

  private func steal(_ number: Int) {
    let all = plans[0].instances.flatMap(\.addresses)
    guard let prefix = AddressPrefix(text: all[number % all.count]) else { return }
    for node in nodes {
      for address in node.host.addresses where address.prefix == prefix {
        node.host.removeAddress(prefix, on: address.interface)
        judge.stolen(from: node)
      }
    }
  }

  // MARK: Processes

  private func applyToProcess(_ fault: Fault) {
    switch fault {
    case .crash(let number, let target):
      if target != .balancing {
        judge.killing(node(number))
        node(number).kill(.election)
      }
      if target != .election { node(number).kill(.balancing) }
    case .killDaemon(let number, let duration):
      guard node(number).isUp else { return }
      node(number).killDaemon()
      undo(after: duration) { [unowned self] in node(number).boot() }
    case .stopDaemon(let number, let duration):
      guard node(number).isUp else { return }
      judge.stopping(node(number))
      node(number).stop { [unowned self] in
        if judge.isHealed { return node(number).boot() }
        undo(after: duration) { self.node(number).boot() }
      }
    case .powerOff(let number, let duration): powerOff(node(number), duration)
    case .pause(let number, let target, let duration):
      let node = node(number)
      for role in roles(target) { node.loop(of: role)?.pause() }
      judge.paused(node)
      undo(after: duration) { for role in Role.allCases { node.resume(role) } }
    case .starve(let number, let latency):
      let node = node(number)
      for role in Role.allCases { node.loop(of: role)?.latency = latency }
      undo(after: .seconds(10)) { for role in Role.allCases { node.loop(of: role)?.latency = .microseconds(60) } }
    case _: break
    }
  }

  private func roles(_ target: Fault.Target) -> [Role] {
    switch target {
    case .election: [.election]
    case .balancing: [.balancing]
    case .all: [.supervisor, .election, .balancing]
    }
  }

  private func powerOff(_ node: Node, _ duration: Duration) {
    node.killDaemon()
    for link in node.host.links.keys.sorted() { node.host.setCarrier(false, on: link) }
    node.host.reboot(
      keeping: ["eth0", "eth1"].flatMap { name in
        let own = ownAddresses(node, name)
        return node.host.addresses.filter { own.contains($0.prefix) }
      })
    undo(after: duration) { [unowned self] in powerOn(node) }
  }

  func powerOn(_ node: Node) {
    for link in node.host.links.keys.sorted() { node.host.setCarrier(true, on: link) }
    node.boot()
  }

  // MARK: Others on the host and on the network

  private func meddle(_ node: Node, _ kind: Int) {
    judge.tableDisturbed[node.index] = timeline.now
    guard node.host.table.services.count > 0 else { return }
    let keys = node.host.table.services.keys.sorted { "\($0)" < "\($1)" }
    let key = keys[kind % keys.count]
    let stranger = Endpoint(.v4(IPv4Address(10, 0, 0, 250)), port: 1)
    node.host.table.meddle { services in
      switch kind % 4 {
      case 0: services[key] = nil
      case 1:
        let places = services[key]?.destinations.keys.sorted() ?? []
        if let first = places.first { services[key]?.destinations[first] = nil }
      case 2:
        services[key]?.destinations[stranger] = TableDestination(
          attributes: DestinationAttributes(forwarding: .masquerade, weight: 7))
      default:
        for place in services[key]?.destinations.keys.sorted() ?? [] {
          services[key]?.destinations[place]?.attributes.weight = 99
        }
      }
    }
  }

  private func disturbWithNoise(_ segment: SimulatedSegment, _ count: Int) {
    for _ in 0..<count {
      let length = noise.number(0...40)
      var payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &noise) }
      // Often it looks almost right: the version and a virtual router that is there.
      if length > 2, noise.one(in: 2) { (payload[0], payload[1]) = (noise.one(in: 2) ? 0x21 : 0x31, 51) }
      segment.inject(
        ReceivedAdvert(
          source: .v4(IPv4Address(192, 0, 2, UInt8(noise.number(1...254)))),
          destination: .v4(IPv4Address(224, 0, 0, 18)),
          timeToLive: noise.one(in: 2) ? 255 : 64, payload: payload[...]))
    }
  }

  // MARK: The end

  /// Undoes whatever is wrong, and has the last configuration read everywhere.
  func heal() {
    timeline.trace.note(.fault, at: timeline.now, text: "### heal")
    judge.isHealed = true
    for segment in [front, back] {
      segment.quality = LineQuality()
      segment.unblock()
    }
    for node in nodes {
      for name in ["eth0", "eth1"] {
        guard let link = node.host.link(named: name) else {
          plugIn(node, name)
          continue
        }
        node.host.setCarrier(true, on: link.index)
        for prefix in ownAddresses(node, name) { node.host.addAddress(prefix, on: link.index) }
      }
      (node.tableFailure, node.connectorFailure) = (nil, nil)
      node.script.duration = .milliseconds(10)
      node.version = plans.count - 1
      for role in Role.allCases {
        node.loop(of: role)?.latency = .microseconds(60)
        node.resume(role)
      }
      if node.isUp { node.reload() } else { node.boot() }
    }
    for server in servers {
      if case .slow = server.health { server.health = .well }
    }
    disturb()
  }
}
