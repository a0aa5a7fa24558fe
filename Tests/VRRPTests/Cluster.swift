import Machines
import VRRP
import Wire

/// Some routers on one segment in virtual time; everything that happens follows from the seed.
struct Cluster {
  struct Node {
    var machine: GroupMachine
    var address: IPAddress
    var isRunning = true
    /// The process sleeps: packets wait, alarms do not ring.
    var isPaused = false
    var waiting: [ReceivedPacket] = []
    /// Which side of a partition it is on.
    var side = 0
    var transitions: [(Moment, RouterStateName)] = []
    /// What the address is on by its own doing.
    var hasAddress = false
  }

  private struct Delivery {
    var moment: Moment
    var node: Int
    var packet: ReceivedPacket
    var isHandover: Bool
  }

  var now = Moment.origin
  var nodes: [Node] = []
  /// The share of packets that get lost.
  var loss = 0.0
  private var deliveries: [Delivery] = []
  private var generator: SeededGenerator

  init(priorities: [UInt8], seed: UInt64, settings change: (inout RouterSettings) -> Void = { _ in }) {
    generator = SeededGenerator(seed: seed)
    for (index, priority) in priorities.enumerated() {
      let settings = RouterSettings.sample(priority: priority, change: change)
      let address = IPAddress.v4(IPv4Address(192, 168, 1, UInt8(index + 1)))
      nodes.append(
        Node(machine: GroupMachine(settings: SyncGroupSettings(name: nil, routers: [settings])), address: address))
    }
    for index in nodes.indices { start(index) }
  }

  /// The running nodes that are master.
  var masters: [Int] { nodes.indices.filter { nodes[$0].isRunning && nodes[$0].machine.state == .master } }

  mutating func start(_ index: Int, memory: RouterMemory? = nil) {
    let settings = nodes[index].machine.settings
    nodes[index].machine = GroupMachine(settings: settings)
    (nodes[index].isRunning, nodes[index].isPaused, nodes[index].waiting) = (true, false, [])
    deliver(
      .started(inputs: ["V1": RouterInputs(source: nodes[index].address)], memories: memory.map { [$0] } ?? []),
      to: index)
  }

  mutating func crash(_ index: Int) { nodes[index].isRunning = false }

  mutating func stop(_ index: Int) {
    deliver(.stopped(releases: true), to: index)
    crash(index)
  }

  mutating func pause(_ index: Int) { nodes[index].isPaused = true }

  /// Wakes a process: sockets are drained before alarms ring, as the loop does it.
  mutating func wake(_ index: Int) {
    nodes[index].isPaused = false
    let waiting = nodes[index].waiting
    nodes[index].waiting = []
    for packet in waiting { deliver(.packetReceived(packet, router: "V1"), to: index) }
  }

  /// Lets time pass.
  mutating func run(_ duration: Duration, each: (Cluster) -> Void = { _ in }) {
    let end = now + duration
    while true {
      let alarm = nodes.indices.filter { nodes[$0].isRunning && !nodes[$0].isPaused }
        .compactMap { index in nodes[index].machine.nextDeadline.map { (max($0, now), index) } }
        .min { $0.0 < $1.0 }
      let packet = deliveries.indices.min { deliveries[$0].moment < deliveries[$1].moment }
      let packetTime = packet.map { deliveries[$0].moment }
      guard let next = [alarm?.0, packetTime].compactMap({ $0 }).min(), next <= end else { break }
      now = next
      if let packet, packetTime == next {
        let delivery = deliveries.remove(at: packet)
        receive(delivery)
      } else if let alarm {
        deliver(.deadlineReached, to: alarm.1)
      }
      each(self)
    }
    now = end
  }

  private mutating func receive(_ delivery: Delivery) {
    guard nodes[delivery.node].isRunning else { return }
    if delivery.isHandover {
      // Nobody waits for what was said about a handover while he slept.
      guard !nodes[delivery.node].isPaused else { return }
      deliver(.handoverReceived(delivery.packet, router: "V1"), to: delivery.node)
    } else if nodes[delivery.node].isPaused {
      // A socket's queue is finite, and it is the newest that are dropped.
      if nodes[delivery.node].waiting.count < 64 { nodes[delivery.node].waiting.append(delivery.packet) }
    } else {
      deliver(.packetReceived(delivery.packet, router: "V1"), to: delivery.node)
    }
  }

  mutating func deliver(_ event: GroupEvent, to index: Int) {
    for effect in nodes[index].machine.handle(event, at: now) {
      switch effect {
      case .router(_, .sendAdvert(let packet)): send(packet, from: index)
      case .router(_, .sendHandover(let packet)): send(packet, from: index, isHandover: true)
      case .router(_, .install): nodes[index].hasAddress = true
      case .router(_, .withdraw): nodes[index].hasAddress = false
      case .report(_, .transition(let transition)): nodes[index].transitions.append((now, transition.to))
      case .router, .report, .groupReport: break
      }
    }
  }

  private mutating func send(_ packet: OutgoingPacket, from sender: Int, isHandover: Bool = false) {
    for index in nodes.indices where index != sender && nodes[index].side == nodes[sender].side {
      if loss > 0, Double.random(in: 0..<1, using: &generator) < loss { continue }
      let delay = Duration.microseconds(Int.random(in: 50...3000, using: &generator))
      let arrived = ReceivedPacket(
        source: packet.source, destination: packet.destination, timeToLive: packet.timeToLive,
        payload: packet.payload[...])
      deliveries.append(Delivery(moment: now + delay, node: index, packet: arrived, isHandover: isHandover))
    }
  }
}
