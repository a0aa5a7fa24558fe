import Machines
import Testing
import VRRP
import Wire

@Suite struct `What a router waits for` {
  @Test func `is nothing while it is in its place`() {
    #expect(GroupMachine.started(.sample()).router.pending.isEmpty)
    #expect(GroupMachine.master(.sample()).0.router.pending.isEmpty)
    let faulty = GroupMachine.started(.sample(), inputs: RouterInputs(interface: .down, source: ownAddress))
    #expect(faulty.state == .fault && faulty.router.pending.isEmpty)
  }

  @Test func `is the start, the delay after it, and then the scripts`() {
    let settings = RouterSettings.sample {
      $0.startupDelay = .seconds(2)
      $0.trackers = [Tracker(.script, "check")]
    }
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [settings]))
    #expect(group.router.pending == ["the start"])
    _ = group.handle(.started(inputs: ["V1": .sample], memories: []), at: .origin)
    #expect(group.router.pending == ["the end of vrrp_startup_delay"])
    _ = group.handle(.deadlineReached, at: at(2))
    #expect(group.router.pending == ["script check to report for the first time"])
    var inputs = RouterInputs.sample
    inputs.trackers[Tracker.Identity(.script, "check")] = .up
    _ = group.handle(.inputsChanged(["V1": inputs]), at: at(3))
    #expect(group.state == .backup && group.router.pending.isEmpty)
  }

  @Test(arguments: [0, 1], [TrackerValue.up, .down])
  func `is what another member of the group waits for, too`(slow: Int, outcome: TrackerValue) {
    let routers = (0..<2).map { number in
      RouterSettings.sample("V\(number)", virtualRouter: 51 + UInt8(number)) {
        if number == slow { $0.trackers = [Tracker(.script, "s")] }
      }
    }
    var group = GroupMachine(settings: SyncGroupSettings(name: "G", routers: routers))
    _ = group.handle(.started(inputs: ["V0": .sample, "V1": .sample], memories: []), at: .origin)
    #expect(group.routers.map(\.state.name) == [.initialize, .initialize])
    #expect(group.routers[slow].pending == ["script s to report for the first time"])
    #expect(group.routers[1 - slow].pending == ["scripts of other members of the sync group"])
    var inputs = RouterInputs.sample
    inputs.trackers[Tracker.Identity(.script, "s")] = outcome
    let effects = group.handle(.inputsChanged(["V\(slow)": inputs]), at: at(1))
    let state = outcome == .up ? RouterStateName.backup : .fault
    #expect(group.routers.map(\.state.name) == [state, state])
    #expect(effects.transitions.map(\.to) == [state, state])
    #expect(group.routers.flatMap(\.pending).isEmpty)
  }

  @Test func `is the other members, once its own master is gone`() {
    let routers = [RouterSettings.sample("V1"), .sample("V2", virtualRouter: 52)]
    var group = GroupMachine(settings: SyncGroupSettings(name: "G", routers: routers))
    _ = group.handle(.started(inputs: ["V1": .sample, "V2": .sample], memories: []), at: .origin)
    let advert = Sender(virtualRouter: 52, priority: 200).packet
    _ = group.handle(.packetReceived(advert, router: "V2"), at: at(3))
    _ = group.handle(.deadlineReached, at: at(3.609375))
    #expect(group.routers.map(\.state.name) == [.backup, .backup])
    #expect(group.routers.map(\.pending) == [["the other members of the sync group"], []])
  }

  @Test func `is the end of its patience with a lower master`() {
    var group = GroupMachine.started(.sample { $0.preemptDelay = .seconds(60) })
    _ = group.hear(Sender(priority: 50), at: at(1))
    #expect(group.router.pending == ["the end of preempt_delay"])
  }

  @Test func `is what the operator wanted`() {
    var (group, now) = GroupMachine.master(.sample())
    _ = group.handle(.handoverRequested, at: now)
    #expect(group.router.pending == ["offers of others to take over, as the operator wants"])
    (group, now) = GroupMachine.master(.sample())
    _ = group.handle(.stepDownRequested, at: now)
    #expect(group.state == .backup && group.router.pending.count == 1)
    #expect(group.router.pending.first?.contains("failover --end") == true)
  }
}

@Suite struct `Routers that move to another group` {
  @Test func `take what they know along, without a word`() {
    let routers = [RouterSettings.sample("V1"), .sample("V2", virtualRouter: 52)]
    var group = GroupMachine(settings: SyncGroupSettings(name: "G", routers: routers))
    _ = group.handle(.started(inputs: ["V1": .sample, "V2": .sample], memories: []), at: .origin)
    for _ in 0..<4 { _ = group.handle(.deadlineReached, at: group.nextDeadline ?? .origin) }
    let now = (group.nextDeadline ?? .origin) - .milliseconds(500)
    let memories = group.release(["V2"])
    #expect(memories.map(\.name) == ["V2"] && memories.map(\.wasMaster) == [true])
    #expect(memories.first?.lastAdvert != nil && memories.first?.effectivePriority == 100)
    #expect(group.routers.map(\.settings.name) == ["V1"] && group.settings.routers.map(\.name) == ["V1"])
    // Where it comes to, it goes on.
    var other = GroupMachine(settings: SyncGroupSettings(name: nil, routers: []))
    _ = other.handle(.started(inputs: [:], memories: []), at: now)
    let settings = SyncGroupSettings(name: nil, routers: [routers[1]])
    let effects = other.handle(.settingsChanged(settings, inputs: ["V2": .sample], memories: memories), at: now)
    #expect(other.state == .master && !effects.sentPriorities.contains(0))
  }
}
