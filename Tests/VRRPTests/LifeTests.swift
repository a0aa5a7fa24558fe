import Machines
import Testing
import VRRP
import Wire

@Suite struct `Beginning and resuming` {
  @Test func `an owner that begins as master asks nobody`() {
    var group = GroupMachine(
      settings: SyncGroupSettings(name: nil, routers: [.sample(priority: 255) { $0.startsAsMaster = true }]))
    let effects = group.handle(.started(inputs: ["V1": .sample], memories: []), at: .origin)
    #expect(effects.sentPriorities == [255])
    #expect(
      effects.transitions
        == [Transition(from: .initialize, to: .master, effectivePriority: 255, cause: .owner)])
  }

  @Test func `a router that begins reports that it is a backup`() {
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [.sample { $0.startsAsMaster = true }]))
    let effects = group.handle(.started(inputs: ["V1": .sample], memories: []), at: .origin)
    #expect(
      effects.transitions
        == [Transition(from: .initialize, to: .backup, effectivePriority: 100, cause: .started)])
    #expect(group.nextDeadline == at(3.609375))
  }

  @Test func `during the startup delay nothing is said and nothing heard`() {
    var group = GroupMachine(
      settings: SyncGroupSettings(
        name: nil,
        routers: [
          .sample(priority: 255) {
            $0.startsAsMaster = true
            $0.startupDelay = .seconds(2)
          }
        ]))
    #expect(group.handle(.started(inputs: ["V1": .sample], memories: []), at: .origin) == [.router("V1", .withdraw)])
    #expect(group.hear(Sender(priority: 0), at: at(1)).isEmpty)
    #expect(group.nextDeadline == at(2))
    #expect(group.handle(.deadlineReached, at: at(2)).sentPriorities == [255])
  }

  @Test func `a script without weight that has not run yet is waited for`() {
    let script = Tracker.Identity(.script, "check")
    var group = GroupMachine.started(.sample { $0.trackers = [Tracker(.script, "check")] })
    #expect(group.state == .initialize)
    var inputs = RouterInputs.sample
    inputs.trackers[script] = .up
    let effects = group.handle(.inputsChanged(["V1": inputs]), at: at(1))
    #expect(effects.transitions.map(\.to) == [.backup])
  }

  static func memory(advertAt moment: Double, wasMaster: Bool = true, priority: UInt8 = 100) -> RouterMemory {
    RouterMemory(
      name: "V1", wasMaster: wasMaster, effectivePriority: priority, lastAdvert: at(moment),
      peersWaitUntil: at(moment + 3 + 1.0 / 256), masterInterval: .seconds(1))
  }

  @Test func `a restarted master goes on before its peers give it up`() {
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [.sample()]))
    let effects = group.handle(.started(inputs: ["V1": .sample], memories: [Self.memory(advertAt: 8)]), at: at(10))
    #expect(effects.sentPriorities == [100])
    #expect(effects.transitions.isEmpty)
    #expect(effects.contains(.report("V1", .resumed(priority: 100))))
    #expect(effects.orders(.install) && !effects.orders(.withdraw))
    #expect(group.state == .master)
    #expect(group.nextDeadline == at(11))
  }

  @Test(arguments: [memory(advertAt: 6), memory(advertAt: 9, wasMaster: false)])
  func `a router restarted too late, or as backup, begins as backup`(memory: RouterMemory) {
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [.sample()]))
    let effects = group.handle(.started(inputs: ["V1": .sample], memories: [memory]), at: at(10))
    #expect(effects.sentPriorities.isEmpty)
    #expect(effects.orders(.withdraw), "what the old process left behind")
    #expect(group.state == .backup)
  }

  @Test func `a restarted master keeps its priority until its trackers have reported`() {
    var settings = RouterSettings.sample()
    settings.trackers = [Tracker(.script, "check", weight: 50)]
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [settings]))
    let memory = Self.memory(advertAt: 9, priority: 150)
    #expect(
      group.handle(.started(inputs: ["V1": .sample], memories: [memory]), at: at(10)).sentPriorities == [150])
    var inputs = RouterInputs.sample
    inputs.trackers[Tracker.Identity(.script, "check")] = .down
    _ = group.handle(.inputsChanged(["V1": inputs]), at: at(10.5))
    #expect(group.handle(.deadlineReached, at: at(11)).sentPriorities == [100])
  }

  @Test func `what a master leaves behind lets the next process resume`() {
    let (group, now) = GroupMachine.master(.sample())
    let memory = group.router.memory
    #expect(memory.wasMaster && memory.effectivePriority == 100)
    #expect(memory.lastAdvert == now && memory.peersWaitUntil == now + .seconds(3 + 1.0 / 256))
  }
}

@Suite struct `Faults` {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var settings = RouterSettings.sample()
    var inputs: RouterInputs
    var faults: [FaultCause]
  }

  static let down = [Tracker.Identity(.interface, "eth1"): TrackerValue.down]
  static let rows = [
    Row(testDescription: "none", inputs: .sample, faults: []),
    Row(
      testDescription: "interface missing", inputs: RouterInputs(interface: .missing),
      faults: [.interfaceMissing("eth0")]),
    Row(
      testDescription: "interface down", inputs: RouterInputs(interface: .down, source: ownAddress),
      faults: [.interfaceDown("eth0")]),
    Row(
      testDescription: "interface down, not tracked", settings: .sample { $0.tracksInterface = false },
      inputs: RouterInputs(interface: .down, source: ownAddress), faults: []),
    Row(
      testDescription: "interface missing, not tracked", settings: .sample { $0.tracksInterface = false },
      inputs: RouterInputs(interface: .missing), faults: [.interfaceMissing("eth0")]),
    Row(testDescription: "no address", inputs: RouterInputs(), faults: [.noSourceAddress(.ipv4)]),
    Row(
      testDescription: "source missing", settings: .sample { ($0.source, $0.tracksSource) = (ownAddress, true) },
      inputs: RouterInputs(source: ownAddress, hasConfiguredSource: false),
      faults: [.sourceAddressMissing(ownAddress)]),
    Row(
      testDescription: "source missing, not tracked", settings: .sample { $0.source = ownAddress },
      inputs: RouterInputs(source: ownAddress, hasConfiguredSource: false), faults: []),
    Row(
      testDescription: "no sockets", inputs: RouterInputs(source: ownAddress, transportFault: "EPERM"),
      faults: [.transport("EPERM")]),
    Row(
      testDescription: "no peer",
      settings: .sample { ($0.delivery, $0.needsPeers) = (.unicast(peers: [], timeToLive: 255), true) },
      inputs: .sample, faults: [.noPeer]),
    Row(
      testDescription: "tracker", settings: .sample { $0.trackers = [Tracker(.interface, "eth1")] },
      inputs: RouterInputs(source: ownAddress, trackers: down),
      faults: [.tracker(Tracker.Identity(.interface, "eth1"))]),
    Row(
      testDescription: "tracker with weight",
      settings: .sample { $0.trackers = [Tracker(.interface, "eth1", weight: -9)] },
      inputs: RouterInputs(source: ownAddress, trackers: down), faults: []),
    Row(
      testDescription: "configuration", settings: .sample { $0.configurationFault = "no VRID" }, inputs: .sample,
      faults: [.configuration("no VRID")]),
  ]

  @Test(arguments: rows)
  func `are a function of the facts, in whatever state the router is`(row: Row) {
    var fresh = GroupMachine.started(row.settings, inputs: row.inputs)
    #expect(fresh.router.faults == row.faults)
    #expect(fresh.state == (row.faults.isEmpty ? .backup : .fault))

    // And back.
    var settings = row.settings
    (settings.configurationFault, settings.needsPeers) = (nil, false)
    _ = fresh.handle(.inputsChanged(["V1": .sample]), at: at(1))
    _ = fresh.handle(
      .settingsChanged(SyncGroupSettings(name: nil, routers: [settings]), inputs: ["V1": .sample]), at: at(1))
    #expect(fresh.state == .backup)
  }

  @Test func `that change while in FAULT are reported`() {
    var group = GroupMachine.started(.sample(), inputs: RouterInputs(interface: .down, source: ownAddress))
    let effects = group.handle(.inputsChanged(["V1": RouterInputs(interface: .down)]), at: at(1))
    #expect(
      effects == [.report("V1", .faultsChanged([.interfaceDown("eth0"), .noSourceAddress(.ipv4)]))])
  }

  @Test func `that end make a backup with its full master-down interval, and an owner master`() {
    for (priority, state) in [(UInt8(100), RouterStateName.backup), (255, .master)] {
      var group = GroupMachine.started(.sample(priority: priority), inputs: RouterInputs(interface: .missing))
      let effects = group.handle(.inputsChanged(["V1": .sample]), at: at(5))
      #expect(effects.transitions.map(\.to) == [state])
      if state == .backup { #expect(group.nextDeadline == at(8.609375)) }
    }
  }

  @Test func `leave no trace: any sequence of facts ends where a fresh start with the last facts ends`() {
    let script = Tracker.Identity(.script, "s")
    let settings = RouterSettings.sample {
      $0.trackers = [Tracker(.script, "s"), Tracker(.interface, "eth1", weight: -7)]
    }
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      var group = GroupMachine.started(settings)
      var inputs = RouterInputs.sample
      var now = Moment.origin
      for _ in 0..<20 {
        inputs.interface = [.missing, .down, .running].randomElement(using: &generator) ?? .running
        inputs.source = Bool.random(using: &generator) ? ownAddress : nil
        inputs.trackers[script] = Bool.random(using: &generator) ? .up : .down
        inputs.trackers[Tracker.Identity(.interface, "eth1")] = Bool.random(using: &generator) ? .up : .down
        now += .milliseconds(Int.random(in: 1...5000, using: &generator))
        _ = group.handle(.inputsChanged(["V1": inputs]), at: now)
        if Bool.random(using: &generator), let due = group.nextDeadline, due <= now {
          _ = group.handle(.deadlineReached, at: now)
        }
      }
      var fresh = GroupMachine.started(settings, inputs: inputs)
      for machine in [0, 1] {
        var group = machine == 0 ? group : fresh
        // Time enough for the timer to ring.
        for _ in 0..<3 { if let due = group.nextDeadline { _ = group.handle(.deadlineReached, at: due) } }
        if machine == 0 { fresh = .started(settings, inputs: inputs) }
        #expect(group.state == (group.router.faults.isEmpty ? .master : .fault))
        #expect(group.router.faults == fresh.router.faults)
        #expect(group.router.effectivePriority == fresh.router.effectivePriority)
      }
    }
  }
}
