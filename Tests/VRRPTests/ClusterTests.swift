import Machines
import Testing
import VRRP

@Suite struct `A cluster` {
  /// Longer than any master-down interval of one second's adverts.
  static let settling = Duration.seconds(9)

  @Test(arguments: [[200, 100], [100, 200], [100, 100], [50, 200, 150], [1, 2, 3, 4]] as [[UInt8]])
  func `elects one master, the best, and stays with it`(priorities: [UInt8]) {
    var cluster = Cluster(priorities: priorities, seed: 1)
    cluster.run(Self.settling)
    let best = priorities.max() ?? 0
    #expect(cluster.masters.count == 1)
    if let master = cluster.masters.first { #expect(priorities[master] == best) }
    let before = cluster.nodes.map(\.transitions.count)
    cluster.run(.seconds(600)) { #expect($0.masters.count == 1) }
    #expect(cluster.nodes.map(\.transitions.count) == before)
  }

  @Test func `replaces a crashed master within the master-down interval of the next best`() {
    var cluster = Cluster(priorities: [200, 150, 100], seed: 2)
    cluster.run(Self.settling)
    cluster.crash(0)
    let crash = cluster.now
    cluster.run(Self.settling)
    #expect(cluster.masters == [1])
    let takeover = cluster.nodes[1].transitions.last?.0 ?? crash
    #expect(takeover - crash <= .seconds(3 + 106.0 / 256 + 0.01))
    #expect(takeover - crash >= .seconds(2 + 106.0 / 256 - 0.01))
    #expect(!cluster.nodes[2].transitions.contains { $0.1 == .master })
  }

  @Test func `replaces a stopping master within the skew time`() {
    var cluster = Cluster(priorities: [200, 150, 100], seed: 3)
    cluster.run(Self.settling)
    cluster.stop(0)
    let stop = cluster.now
    cluster.run(.seconds(1))
    #expect(cluster.masters == [1])
    #expect((cluster.nodes[1].transitions.last?.0 ?? .origin) - stop <= .seconds(106.0 / 256 + 0.01))
  }

  @Test func `with two masters after a partition comes back to the better one by one advert`() {
    var cluster = Cluster(priorities: [200, 100], seed: 4)
    cluster.run(Self.settling)
    cluster.nodes[1].side = 1
    cluster.run(Self.settling)
    #expect(cluster.masters == [0, 1])
    cluster.nodes[1].side = 0
    let before = cluster.nodes[0].transitions.count
    cluster.run(.seconds(1.01))
    #expect(cluster.masters == [0])
    #expect(cluster.nodes[0].transitions.count == before)
    #expect(cluster.nodes[1].hasAddress == false)
  }

  @Test func `does not notice the restart of its master's process`() {
    var cluster = Cluster(priorities: [200, 100], seed: 5)
    cluster.run(Self.settling)
    let before = cluster.nodes.map(\.transitions.count)
    for _ in 0..<5 {
      let memory = cluster.nodes[0].machine.routers[0].memory
      cluster.crash(0)
      cluster.run(.milliseconds(50))
      cluster.start(0, memory: memory)
      cluster.run(.seconds(2))
    }
    #expect(cluster.masters == [0])
    #expect(cluster.nodes.map(\.transitions.count) == before)
  }

  @Test(arguments: [[200, 100], [100, 100]] as [[UInt8]])
  func `is not disturbed by a paused master that wakes`(priorities: [UInt8]) {
    var cluster = Cluster(priorities: priorities, seed: 6) { $0.preempts = false }
    cluster.run(Self.settling)
    guard let former = cluster.masters.first else { return #expect(Bool(false), "no master") }
    cluster.pause(former)
    cluster.run(Self.settling)
    let successor = 1 - former
    #expect(cluster.nodes[successor].machine.state == .master)
    let sent = cluster.nodes[former].machine.routers[0].counters.advertsSent
    cluster.wake(former)
    cluster.run(.milliseconds(10))
    if priorities[former] <= priorities[successor], former < successor {
      #expect(cluster.nodes[former].machine.state == .backup)
    }
    // Whoever is master in the end, the one that woke said nothing before it had listened.
    #expect(cluster.nodes[former].machine.routers[0].counters.advertsSent == sent)
    cluster.run(Self.settling)
    #expect(cluster.masters.count == 1)
  }

  @Test func `keeps its master when the whole cluster was paused`() {
    for seed in 0..<50 {
      var cluster = Cluster(priorities: [200, 254, 100], seed: UInt64(seed))
      cluster.run(Self.settling)
      let before = cluster.nodes.map(\.transitions.count)
      for index in cluster.nodes.indices { cluster.pause(index) }
      cluster.run(.seconds(30))
      for index in cluster.nodes.indices { cluster.wake(index) }
      cluster.run(Self.settling)
      #expect(cluster.masters == [1], "seed \(seed)")
      #expect(cluster.nodes.map(\.transitions.count) == before, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<200)
  func `finds its one best master again after any troubles`(seed: Int) {
    var chance = SeededGenerator(seed: UInt64(seed) &* 77)
    let count = Int.random(in: 2...4, using: &chance)
    let priorities = (0..<count).map { _ in UInt8.random(in: 1...254, using: &chance) }
    var cluster = Cluster(priorities: priorities, seed: UInt64(seed))
    for _ in 0..<20 {
      let node = Int.random(in: 0..<count, using: &chance)
      switch Int.random(in: 0..<7, using: &chance) {
      case 0: cluster.crash(node)
      case 1 where !cluster.nodes[node].isRunning: cluster.start(node)
      case 2 where cluster.nodes[node].isRunning && !cluster.nodes[node].isPaused: cluster.stop(node)
      case 3: cluster.pause(node)
      case 4 where cluster.nodes[node].isPaused: cluster.wake(node)
      case 5: cluster.nodes[node].side = Int.random(in: 0...1, using: &chance)
      default: cluster.loss = [0, 0, 0.05, 0.3].randomElement(using: &chance) ?? 0
      }
      cluster.run(.milliseconds(Int.random(in: 1...8000, using: &chance)))
    }
    cluster.loss = 0
    for index in 0..<count {
      cluster.nodes[index].side = 0
      if !cluster.nodes[index].isRunning { cluster.start(index) }
      if cluster.nodes[index].isPaused { cluster.wake(index) }
    }
    cluster.run(.seconds(12))
    #expect(cluster.masters.count == 1)
    if let master = cluster.masters.first { #expect(priorities[master] == priorities.max()) }
    for index in 0..<count { #expect(cluster.nodes[index].hasAddress == cluster.masters.contains(index)) }
    let before = cluster.nodes.map(\.transitions.count)
    cluster.run(.seconds(60)) { #expect($0.masters.count == 1) }
    #expect(cluster.nodes.map(\.transitions.count) == before)
  }
}
