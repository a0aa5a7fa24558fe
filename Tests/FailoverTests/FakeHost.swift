import Failover
import Machines
import VRRP
import Wire
import World

func address(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(.any) }

func prefix(_ text: String) -> AddressPrefix {
  let parts = text.split(separator: "/")
  let host = address(String(parts[0]))
  return AddressPrefix(host, length: parts.count > 1 ? UInt8(parts[1]) ?? 0 : UInt8(host.family.bitWidth))
}

/// A host with interfaces, on which everything that is done is written down in order.
final class FakeHost: NetworkState, NetworkControl, AdvertTransport, LinkControl, @unchecked Sendable {
  enum Action: Hashable {
    case sent(OutgoingAdvert)
    case applied([NetworkOperation])
    case announced(IPAddress, Int32)
    case reported(FailoverReport)
    case completed
  }

  private final class Port: AdvertPort, @unchecked Sendable {
    let host: FakeHost
    let channel: AdvertChannel
    var receive: (@Sendable (ReceivedAdvert) -> Void)?
    var wanted: Set<UInt8>?
    init(_ host: FakeHost, _ channel: AdvertChannel, _ receive: @escaping @Sendable (ReceivedAdvert) -> Void) {
      (self.host, self.channel, self.receive) = (host, channel, receive)
    }
    func send(_ advert: OutgoingAdvert) throws(SystemFailure) {
      if let failure = host.sendFailure { throw failure }
      host.write(.sent(advert))
    }
    func close() { receive = nil }
    func listen(to virtualRouters: Set<UInt8>) { wanted = virtualRouters }
    func hears(_ advert: ReceivedAdvert) -> Bool {
      guard let wanted, let identifier = ReceivedPacket.virtualRouter(in: advert.payload, transport: channel.transport)
      else { return true }
      return wanted.contains(identifier)
    }
  }

  let loop = ManualLoop()
  var links: [Int32: Link] = [:]
  var addresses: [InterfaceAddress] = []
  var actions: [(at: Moment, turn: Int, action: Action)] = []
  var memories: [RouterMemory] = []
  var openFailure: SystemFailure?
  var sendFailure: SystemFailure?
  var announceFailure: SystemFailure?
  /// Operations that the kernel refuses.
  var refusals: [NetworkOperation: SystemFailure] = [:]
  var forwardsIPv6 = false
  var linkFailure: SystemFailure?
  private(set) var established: [VirtualLink] = []
  private(set) var removedLinks: [String] = []
  private var observers: [@Sendable (NetworkChange) -> Void] = []
  private var ports: [Port] = []
  private var groups: [FailoverGroup] = []

  init() {
    addLink("eth0", 2)
    addLink("eth1", 3)
    addAddress("192.0.2.1/24", on: 2)
    addAddress("203.0.113.1/24", on: 3)
    addAddress("fe80::1/64", on: 2)
    loop.settle()
  }

  private func write(_ action: Action) { actions.append((loop.now, loop.turns, action)) }

  // What the host does by itself.

  func addLink(_ name: String, _ index: Int32, running: Bool = true, table: UInt32? = nil) {
    links[index] = Link(
      index: index, name: name, hardwareAddress: HardwareAddress(rawValue: 0x0200_0000_0000 + UInt64(index)),
      flags: running ? 0x11043 : 0x1003, mtu: 1500)
    links[index]?.routingTable = table
    if let link = links[index] { tell(.linkChanged(link)) }
  }

  func setRunning(_ index: Int32, _ running: Bool) {
    links[index]?.flags = running ? 0x11043 : 0x1003
    if let link = links[index] { tell(.linkChanged(link)) }
  }

  func setUp(_ index: Int32, _ isUp: Bool) {
    links[index]?.flags = isUp ? 0x11043 : 0x1002
    if let link = links[index] { tell(.linkChanged(link)) }
  }

  func removeLink(_ index: Int32) {
    for address in addresses where address.interface == index { removeAddress(address.prefix.description, on: index) }
    links[index] = nil
    tell(.linkRemoved(index: index))
  }

  func addAddress(_ text: String, on index: Int32, flags: UInt32 = 0) {
    let address = InterfaceAddress(interface: index, prefix: prefix(text), flags: flags)
    addresses.append(address)
    tell(.addressAdded(address))
  }

  func removeAddress(_ text: String, on index: Int32) {
    let gone = addresses.filter { $0.interface == index && $0.prefix == prefix(text) }
    addresses.removeAll { gone.contains($0) }
    for address in gone { tell(.addressRemoved(address)) }
  }

  func tell(_ change: NetworkChange) {
    loop.later { [self] in for observer in observers { observer(change) } }
  }

  /// Delivers a packet to whoever listens on the channel.
  func receive(
    _ advert: ReceivedAdvert, group: IPAddress? = address("224.0.0.18"), interface: Int32 = 2, transport: UInt8 = 112
  ) {
    for port in ports
    where port.channel.interface == interface && port.channel.group == group && port.channel.transport == transport
      && port.hears(advert)
    {
      port.receive?(advert)
    }
  }

  // What is done to the host.

  func observe(_ change: @escaping @Sendable (NetworkChange) -> Void) { observers.append(change) }

  func forwards(_ family: AddressFamily, interface: Int32) -> Bool { forwardsIPv6 }

  func apply(_ operations: [NetworkOperation]) -> [SystemFailure?] {
    write(.applied(operations))
    return operations.map { operation in
      if let failure = refusals[operation] { return failure }
      switch operation {
      case .addAddress(let specification):
        let text = specification.prefix.description
        if !has(text, on: specification.interface) { addAddress(text, on: specification.interface) }
      case .removeAddress(let specification):
        removeAddress(specification.prefix.description, on: specification.interface)
      case .addRoute, .removeRoute, .addRule, .removeRule: break
      }
      return nil
    }
  }

  func open(
    _ channel: AdvertChannel, receive: @escaping @Sendable (ReceivedAdvert) -> Void
  ) throws(SystemFailure) -> any AdvertPort {
    if let openFailure { throw openFailure }
    let port = Port(self, channel, receive)
    ports.append(port)
    return port
  }

  func announce(_ announcement: Announcement, interface: Int32) throws(SystemFailure) {
    if let announceFailure { throw announceFailure }
    write(.announced(announcement.address, interface))
  }

  func establish(_ specification: VirtualLinkSpecification) throws(SystemFailure) -> VirtualLink {
    if let linkFailure { throw linkFailure }
    let link = VirtualLink(index: Int32(100 + established.count), name: specification.candidates[0])
    established.append(link)
    // The network's picture follows in a later turn.
    loop.later { [self] in addLink(link.name, link.index) }
    return link
  }

  func remove(_ name: String) -> [SystemFailure] {
    removedLinks.append(name)
    if let link = link(named: name) { removeLink(link.index) }
    return []
  }

  func removeLeftovers() -> [SystemFailure] { [] }

  func promoteSecondaries(on interfaces: Set<String>) -> [SystemFailure] { [] }

  // What the test asks.

  func has(_ text: String, on index: Int32 = 2) -> Bool {
    addresses.contains { $0.interface == index && $0.prefix == prefix(text) }
  }

  /// The channels of adverts; each has one for handovers beside it.
  var openChannels: [AdvertChannel] {
    ports.filter { $0.receive != nil }.map(\.channel).filter { $0.transport != HandoverMessage.transport }
  }

  func group(
    _ settings: GroupSettings, memory: [RouterMemory] = [], pace: AnnouncementPace? = nil
  ) -> FailoverGroup {
    let group = FailoverGroup(
      settings: settings, loop: loop, transport: self, state: self, control: self, links: self, pace: pace,
      memory: memory,
      remember: { [unowned self] in memories = $0 }, report: { [unowned self] in write(.reported($0)) })
    groups.append(group)
    return group
  }

  func complete() { write(.completed) }

  /// The actions from now on.
  func forget() { actions = [] }

  var sentPriorities: [UInt8] {
    actions.compactMap { entry -> UInt8? in
      if case .sent(let advert) = entry.action { advert.payload[2] } else { nil }
    }
  }
  var operations: [NetworkOperation] {
    actions.flatMap { entry -> [NetworkOperation] in
      if case .applied(let operations) = entry.action { operations } else { [] }
    }
  }
  var announced: [IPAddress] {
    actions.compactMap { entry -> IPAddress? in
      if case .announced(let address, _) = entry.action { address } else { nil }
    }
  }
  var reports: [FailoverReport] {
    actions.compactMap { entry -> FailoverReport? in
      if case .reported(let report) = entry.action { report } else { nil }
    }
  }
  var states: [RouterStateName] {
    reports.compactMap { report -> RouterStateName? in
      if case .router(_, .transition(let transition)) = report { transition.to } else { nil }
    }
  }
}

extension RouterSettings {
  static func sample(
    _ name: String = "V1", virtualRouter: UInt8 = 51, priority: UInt8 = 100, addresses: [String] = ["192.0.2.10/24"],
    change: (inout RouterSettings) -> Void = { _ in }
  ) -> RouterSettings {
    var settings = RouterSettings(name: name, virtualRouter: virtualRouter, interface: "eth0", version: .three)
    settings.priority = priority
    settings.addresses = addresses.map { VirtualAddress(prefix($0)) }
    change(&settings)
    return settings
  }

  /// A router that is master as soon as it starts.
  static func owner(change: (inout RouterSettings) -> Void = { _ in }) -> RouterSettings {
    sample(priority: 255) {
      $0.startsAsMaster = true
      change(&$0)
    }
  }
}

extension FailoverGroup {
  nonisolated var current: GroupSnapshot { assumeIsolated { $0.snapshot() } }
}

/// An advert of another router on 192.0.2.2.
func advert(priority: UInt8, virtualRouter: UInt8 = 51, source: String = "192.0.2.2") -> ReceivedAdvert {
  let destination = address("224.0.0.18")
  let payload = Advertisement(
    version: .three, virtualRouter: virtualRouter, priority: priority, intervalField: 100,
    addresses: [address("192.0.2.10")]
  ).encoded(source: address(source), destination: destination)
  return ReceivedAdvert(source: address(source), destination: destination, timeToLive: 255, payload: payload[...])
}
