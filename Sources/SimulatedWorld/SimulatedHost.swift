import Machines
import VirtualServices
package import Wire
package import World

/// A machine with its kernel: what is in here outlives every process.
package final class SimulatedHost: @unchecked Sendable {
  /// Its name, for the trace.
  package let name: String
  /// What stands for the name in the trace.
  let nameDigest: UInt64
  package let timeline: Timeline
  package let clock: SimulatedClock
  /// The kernel's IPVS table.
  package let table: SimulatedTable
  /// What watches the host on behalf of the run's judges.
  package weak var witness: (any Witness)?

  /// The interfaces by index.
  package private(set) var links: [Int32: Link] = [:]
  /// The addresses in the order in which they were added.
  package private(set) var addresses: [InterfaceAddress] = []
  /// The routes and rules that were added.
  package private(set) var routes: [Route] = []
  package private(set) var rules: [Rule] = []
  /// Families for which the host forwards.
  package var forwards: Set<AddressFamily> = []
  /// Where a link is plugged in.
  private(set) var segments: [Int32: SimulatedSegment] = [:]
  /// Open sockets for adverts.
  var ports: [SimulatedAdvertPort] = []
  /// The processes that follow the network.
  private var views: [SimulatedNetworkState] = []

  /// A host whose monotonic clock stands at `origin` when the run begins.
  package init(_ name: String, _ timeline: Timeline, origin: Duration) {
    self.name = name
    nameDigest = Trace.digest(name.utf8)
    self.timeline = timeline
    clock = SimulatedClock(timeline, origin: origin)
    table = SimulatedTable(name, timeline)
  }

  // MARK: Links

  /// IFF_UP, IFF_BROADCAST, IFF_RUNNING, IFF_MULTICAST, IFF_LOWER_UP.
  private static let running: UInt32 = 0x11043
  private static let withoutCarrier: UInt32 = 0x1003

  /// Plugs a link into a segment.
  package func addLink(_ name: String, index: Int32, hardware: HardwareAddress, on segment: SimulatedSegment) {
    let link = Link(index: index, name: name, hardwareAddress: hardware, flags: Self.running, mtu: 1500)
    links[index] = link
    segments[index] = segment
    segment.attach(self, index)
    tell(.linkChanged(link))
  }

  /// Gives a link its carrier, or takes it; the addresses stay, IPv4 routes over it silently do not.
  package func setCarrier(_ isThere: Bool, on index: Int32) {
    guard var link = links[index] else { return }
    link.flags = isThere ? Self.running : Self.withoutCarrier
    guard link != links[index] else { return }
    links[index] = link
    if !isThere {
      routes.removeAll { route in
        route.family == .ipv4 && route.nextHops.contains { $0.interface == index }
      }
    }
    timeline.trace.note(.kernel, at: timeline.now, text: "\(name) \(link.name) carrier \(isThere)")
    tell(.linkChanged(link))
    witness?.linksChanged(self)
  }

  /// Removes a link with its addresses and routes.
  package func removeLink(_ index: Int32) {
    guard let link = links[index] else { return }
    for address in addresses where address.interface == index { removeAddress(address) }
    routes.removeAll { route in route.nextHops.contains { $0.interface == index } }
    segments.removeValue(forKey: index)?.detach(self, index)
    links[index] = nil
    for port in ports where port.channel.interface == index { port.close() }
    timeline.trace.note(.kernel, at: timeline.now, text: "\(name) \(link.name) removed")
    tell(.linkRemoved(index: index))
    witness?.linksChanged(self)
  }

  /// The link of a name.
  package func link(named name: String) -> Link? { links.values.first { $0.name == name } }

  // MARK: Addresses

  /// Whether the host has an address, on any interface.
  package func holds(_ address: IPAddress) -> Bool {
    addresses.contains { $0.prefix.address == address }
  }

  /// Adds an address, as whoever is on the host may.
  package func addAddress(_ prefix: AddressPrefix, on index: Int32, origin: UInt8 = 0) {
    guard links[index] != nil, !addresses.contains(where: { $0.interface == index && $0.prefix == prefix }) else {
      return
    }
    let address = InterfaceAddress(interface: index, prefix: prefix, origin: origin)
    addresses.append(address)
    note("+", address)
    tell(.addressAdded(address))
    witness?.addressesChanged(self, prefix.address, isAdded: true)
  }

  /// Removes an address, as whoever is on the host may.
  package func removeAddress(_ prefix: AddressPrefix, on index: Int32) {
    guard let address = addresses.first(where: { $0.interface == index && $0.prefix == prefix }) else { return }
    removeAddress(address)
  }

  private func removeAddress(_ address: InterfaceAddress) {
    addresses.removeAll { $0 == address }
    note("-", address)
    tell(.addressRemoved(address))
    witness?.addressesChanged(self, address.prefix.address, isAdded: false)
  }

  private func note(_ sign: String, _ address: InterfaceAddress) {
    timeline.trace.note(
      .kernel, at: timeline.now, nameDigest ^ Trace.digest(sign.utf8),
      Trace.digest(address.prefix.address.octets) ^ UInt64(address.prefix.length),
      text: "\(name) \(sign)\(address.prefix) \(links[address.interface]?.name ?? "?")")
  }

  /// Takes everything a boot would take: addresses except those given, routes, rules, the IPVS table.
  package func reboot(keeping kept: [InterfaceAddress]) {
    for address in addresses where !kept.contains(address) { removeAddress(address) }
    (routes, rules, ports, views) = ([], [], [], [])
    table.clear()
  }

  // MARK: What processes write

  func apply(_ operation: NetworkOperation) -> SystemFailure? {
    switch operation {
    case .addAddress(let wanted):
      guard links[wanted.interface] != nil else { return Self.noDevice("RTM_NEWADDR") }
      addAddress(wanted.prefix, on: wanted.interface, origin: wanted.origin)
    case .removeAddress(let unwanted): removeAddress(unwanted.prefix, on: unwanted.interface)
    case .addRoute(let route):
      for hop in route.nextHops {
        guard let index = hop.interface else { continue }
        guard let link = links[index] else { return Self.noDevice("RTM_NEWROUTE") }
        guard link.isRunning else { return Self.failure("RTM_NEWROUTE", 100, "Network is down") }
      }
      if !routes.contains(where: { $0.identity == route.identity }) { routes.append(route) }
    case .removeRoute(let route):
      guard routes.contains(where: { $0.identity == route.identity }) else { return nil }
      routes.removeAll { $0.identity == route.identity }
      tell(.routeRemoved(route))
    case .addRule(let rule): if !rules.contains(rule) { rules.append(rule) }
    case .removeRule(let rule):
      guard let index = rules.firstIndex(of: rule) else { return nil }
      rules.remove(at: index)
      tell(.ruleRemoved(rule))
    }
    return nil
  }

  static func noDevice(_ call: String) -> SystemFailure { failure(call, 19, "No such device") }

  static func failure(_ call: String, _ code: Int32, _ reason: String) -> SystemFailure {
    SystemFailure(call: call, code: code, reason: reason)
  }

  // MARK: Who follows

  func attach(_ view: SimulatedNetworkState) { views.append(view) }

  func detach(_ view: SimulatedNetworkState) { views.removeAll { $0 === view } }

  private func tell(_ change: NetworkChange) {
    for view in views { view.tell(change) }
  }
}

/// Looks on what hosts do, on behalf of the run's judges.
package protocol Witness: AnyObject {
  /// An advert left a host.
  func sent(_ advert: OutgoingAdvert, by host: SimulatedHost, channel: AdvertChannel)
  /// An advert is in a socket of a host; whether it got damaged on its way is said.
  func queued(_ advert: ReceivedAdvert, at host: SimulatedHost, channel: AdvertChannel, isIntact: Bool)
  /// An address came to a host or left it.
  func addressesChanged(_ host: SimulatedHost, _ address: IPAddress, isAdded: Bool)
  /// A link of a host changed.
  func linksChanged(_ host: SimulatedHost)
}
