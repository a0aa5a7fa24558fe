import Machines
import Testing
import VRRP
import Wire

@Suite struct `A master that an operator sends away` {
  @Test func `resigns, withdraws and says why`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = group.handle(.stepDownRequested, at: now + .seconds(5))
    #expect(effects.sentPriorities == [0])
    #expect(effects.orders(.withdraw))
    #expect(effects.transitions.map(\.to) == [.backup])
    #expect(effects.transitions.map(\.cause) == [.steppedDown(to: nil)])
  }

  @Test(arguments: [UInt8(100), 255])
  func `leaves a lower master alone as long as it is heard`(priority: UInt8) {
    var (group, start) = GroupMachine.master(.sample(priority: priority))
    _ = group.handle(.stepDownRequested, at: start)
    for second in 1...20 {
      let now = start + .seconds(second)
      #expect(group.nextDeadline.map { $0 > now } ?? false)
      _ = group.hear(Sender(priority: 50), at: now)
      #expect(group.state == .backup)
    }
    let deadline = group.nextDeadline ?? .origin
    #expect(group.handle(.deadlineReached, at: deadline).transitions.map(\.to) == [.master])
  }

  @Test func `takes back what nobody took`() {
    var (group, start) = GroupMachine.master(.sample())
    _ = group.handle(.stepDownRequested, at: start)
    let deadline = group.nextDeadline ?? .origin
    #expect(deadline - start > .seconds(3))
    _ = group.handle(.deadlineReached, at: deadline)
    #expect(group.state == .master)
  }

  @Test func `hands over to its peer within the peer's skew time and gets it back when the peer dies`() {
    var cluster = Cluster(priorities: [150, 100], seed: 7)
    cluster.run(.seconds(10))
    #expect(cluster.masters == [0])
    let before = cluster.now
    cluster.deliver(.stepDownRequested, to: 0)
    cluster.run(.seconds(60))
    #expect(cluster.masters == [1])
    let taken = cluster.nodes[1].transitions.last { $0.1 == .master }?.0
    #expect(taken.map { $0 - before < .seconds(1) } ?? false)
    cluster.crash(1)
    cluster.run(.seconds(10))
    #expect(cluster.masters == [0])
  }

  @Test func `takes its whole group along, and a backup stays what it is`() {
    let routers = [RouterSettings.sample("V1"), .sample("V2", virtualRouter: 52)]
    var group = GroupMachine(settings: SyncGroupSettings(name: "G", routers: routers))
    _ = group.handle(.started(inputs: ["V1": .sample, "V2": .sample], memories: []), at: .origin)
    #expect(group.handle(.stepDownRequested, at: at(1)).isEmpty)
    for _ in 0..<4 { _ = group.handle(.deadlineReached, at: group.nextDeadline ?? .origin) }
    #expect(group.state == .master)
    let effects = group.handle(.stepDownRequested, at: at(30))
    #expect(effects.sentPriorities == [0, 0])
    #expect(group.state == .backup)
  }
}
