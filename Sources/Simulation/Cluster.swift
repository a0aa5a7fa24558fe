import ConfigurationLanguage
import Machines
package import SimulatedWorld
import Wire
import World

/// A whole cluster: hosts with their daemons, real servers, a client, and what goes wrong.
package final class Cluster: @unchecked Sendable {
  package let timeline: Timeline
  let plans: [Plan]
  let front: SimulatedSegment
  let back: SimulatedSegment
  let client = SimulatedNeighbour("client")
  private(set) var servers: [SimulatedServer] = []
  private(set) var nodes: [Node] = []
  private(set) lazy var judge = Judge(self)
  /// Counts faults: what was going on at one count is not comparable with another.
  private(set) var faults = 0
  private var lastIndex: Int32 = 3
  var noise: SeededGenerator

  /// Hosts with daemons that are not started yet.
  ///
  /// - Parameter plans: What is configured first, and after each reload.
  package init(_ timeline: Timeline, plans: [Plan]) {
    self.timeline = timeline
    self.plans = plans
    front = SimulatedSegment("front", timeline)
    back = SimulatedSegment("back", timeline)
    noise = timeline.chance("noise")
    front.attach(client)
    for number in 0..<Plan.serverCount {
      let language: SimulatedServer.Language =
        switch Plan.language(of: number) {
        case .tcp: .plain
        case .http: .http
        case .smtp: .smtp
        case .ping: .echo
        }
      let address = IPAddress(Plan.address(of: number)) ?? .v4(.any)
      // An echo has no port.
      servers.append(SimulatedServer(Endpoint(address, port: UInt16(Plan.port(of: number))), language))
    }
    for index in 0..<(plans.first?.nodes ?? 2) {
      let node = Node(index, self)
      nodes.append(node)
      plugIn(node, "eth0")
      plugIn(node, "eth1")
      node.host.witness = judge
    }
    judge.begin()
    timeline.afterwards = { [unowned self] in judge.examine() }
  }

  /// Gives a host a link with its own addresses.
  func plugIn(_ node: Node, _ name: String) {
    let isFront = name == "eth0"
    let original: Int32 = isFront ? 2 : 3
    var index = original
    if node.host.links.keys.contains(original) || lastIndex > 3 || node.isUp {
      lastIndex += 1
      index = lastIndex
    }
    node.host.addLink(
      name, index: index,
      hardware: HardwareAddress(rawValue: 0x0200_0000_0000 | UInt64(node.index + 1) << 8 | (isFront ? 0 : 1)),
      on: isFront ? front : back)
    for prefix in ownAddresses(node, name) { node.host.addAddress(prefix, on: index) }
  }

  /// A host's own addresses on a link.
  func ownAddresses(_ node: Node, _ link: String) -> [AddressPrefix] {
    link == "eth0" ? node.frontAddresses : node.backAddresses
  }

  func segment(_ link: String) -> SimulatedSegment { link == "eth0" ? front : back }

  /// Starts all daemons, not quite at the same time.
  package func start() {
    var chance = timeline.chance("start")
    for node in nodes {
      timeline.plan(after: .milliseconds(chance.number(0...500))) { node.boot() }
    }
  }

  /// Counts a fault and lets the judges know that something is different from now on.
  func disturb() {
    faults += 1
    judge.disturbed()
  }
}

extension AddressPrefix {
  /// Reads "192.0.2.1/24".
  init?(text: String) {
    let parts = text.split(separator: "/")
    guard let first = parts.first, let address = IPAddress(first) else { return nil }
    self.init(address, length: parts.count > 1 ? UInt8(parts[1]) ?? 0 : UInt8(address.family.bitWidth))
  }
}
