import ControlProtocol
import Daemon
import Machines
import Notifications
import Testing

/// A supervisor with the time it lives in.
private struct Stage {
  var machine: SupervisorMachine
  var now = Moment.origin

  init(_ settings: SupervisorMachine.Settings = .init()) {
    machine = SupervisorMachine(settings: settings)
  }

  mutating func tell(_ event: SupervisorMachine.Event) -> [SupervisorMachine.Effect] {
    machine.handle(event, at: now)
  }

  /// Lets time pass, serving every deadline, and answers heartbeats of `alive`.
  mutating func pass(_ duration: Duration, alive: Set<Role> = Set(Role.lasting)) -> [SupervisorMachine.Effect] {
    let end = now + duration
    var effects: [SupervisorMachine.Effect] = []
    while let due = machine.nextDeadline, due <= end {
      now = max(now, due)
      let new = tell(.deadlineReached)
      effects += new
      for case .send(.heartbeat(let number), let role) in new where alive.contains(role) {
        effects += tell(.received(.alive(number), from: role))
      }
    }
    now = end
    return effects
  }

  /// Brings all roles up.
  mutating func run(_ roles: [Role] = [.election, .balancing]) -> [SupervisorMachine.Effect] {
    var summary = ConfigurationSummary()
    summary.roles = roles
    _ = tell(.started)
    return tell(.configurationRead(summary))
  }
}

private func starts(_ effects: [SupervisorMachine.Effect]) -> [Role] {
  effects.compactMap { if case .start(let role) = $0 { role } else { nil } }
}

@Suite struct `The supervisor` {
  @Test func `reads before it starts anything, then starts what the configuration needs`() {
    var stage = Stage()
    #expect(stage.tell(.started) == [.read])
    var summary = ConfigurationSummary()
    summary.roles = [.election]
    let effects = stage.tell(.configurationRead(summary))
    #expect(starts(effects) == [.control, .election])
    #expect(effects.contains(.notifyService(.ready)))
    #expect(effects.contains(.sendConfiguration(generation: 1, to: .election)))
  }

  @Test func `leaves out what the command line excludes, and starts all when told`() {
    var settings = SupervisorMachine.Settings()
    settings.excluded = [.balancing]
    settings.startsEveryRole = true
    var stage = Stage(settings)
    #expect(starts(stage.run([])) == [.control, .election])
  }

  @Test func `lets the startup script end before it starts anything, and hears a stop meanwhile`() {
    let script = ScriptCommand(arguments: ["/usr/bin/prepare"])
    var summary = ConfigurationSummary()
    (summary.roles, summary.startupScript, summary.startupTimeout) = ([.election], script, 7)
    var stage = Stage()
    _ = stage.tell(.started)
    let effects = stage.tell(.configurationRead(summary))
    #expect(effects.last == .runStartup(script, timeout: .seconds(7)))
    #expect(starts(effects) == [])
    var impatient = stage
    #expect(impatient.tell(.terminateRequested) == [.killScripts, .exit(status: 0)])
    let after = stage.tell(.startupEnded)
    #expect(starts(after) == [.control, .election] && after.last == .notifyService(.ready))
    #expect(stage.tell(.startupEnded) == [], "it is not run for a reload")
  }

  @Test func `reads the file again, once it runs, when a reload was asked for while it started`() {
    let script = ScriptCommand(arguments: ["/usr/bin/prepare"])
    var summary = ConfigurationSummary()
    (summary.roles, summary.startupScript) = ([.election], script)
    for isPreparing in [false, true] {
      var stage = Stage()
      #expect(stage.tell(.started) == [.read])
      if !isPreparing { #expect(stage.tell(.reloadRequested) == []) }
      _ = stage.tell(.configurationRead(summary))
      if isPreparing { #expect(stage.tell(.reloadRequested) == []) }
      #expect(stage.tell(.startupEnded).suffix(3) == [.notifyService(.ready), .notifyService(.reloading), .read])
      #expect(stage.tell(.configurationRead(summary)).contains(.adopt(summary)))
      #expect(stage.tell(.startupEnded) == [])
    }
  }

  @Test func `does not start with a configuration that cannot be used`() {
    var stage = Stage()
    _ = stage.tell(.started)
    var summary = ConfigurationSummary()
    (summary.isFatal, summary.status) = (true, 2)
    #expect(stage.tell(.configurationRead(summary)).last == .exit(status: 2))
  }

  @Test func `ends when the reader dies over the first configuration`() {
    var stage = Stage()
    _ = stage.tell(.started)
    #expect(stage.tell(.exited(.reader, .signal(11))).last == .exit(status: 70))
  }

  @Test func `restarts a role at once, and more slowly while it keeps dying young`() {
    var stage = Stage()
    _ = stage.run()
    for _ in 0..<4 { #expect(starts(stage.tell(.exited(.balancing, .signal(9)))) == [.balancing]) }
    var pauses: [Duration] = []
    for _ in 0..<8 {
      let died = stage.now
      #expect(starts(stage.tell(.exited(.balancing, .signal(9)))) == [])
      while true {
        let effects = stage.pass(.milliseconds(500))
        if starts(effects) == [.balancing] { break }
        guard stage.now - died < .seconds(100) else { break }
      }
      pauses.append(stage.now - died)
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
  }

  @Test(arguments: [RoleExit.status(0), .signal(9)])
  func `has the addresses taken away before it pauses with an election that keeps dying`(end: RoleExit) {
    var stage = Stage()
    _ = stage.run()
    for _ in 0..<4 { #expect(!stage.tell(.exited(.election, .signal(9))).contains(.send(.stop, to: .election))) }
    let effects = stage.tell(.exited(.election, .signal(9)))
    #expect(starts(effects) == [.election] && effects.last == .send(.stop, to: .election))
    #expect(stage.tell(.exited(.election, end)) == [], "however that one ends, the next has to wait")
    #expect(starts(stage.pass(.milliseconds(999))) == [])
    #expect(starts(stage.pass(.milliseconds(1))) == [.election])
    #expect(starts(stage.tell(.exited(.election, .signal(9)))) == [.election], "and so again")
  }

  @Test func `ends with an election that cannot run, even one that was to take addresses away`() {
    var stage = Stage()
    _ = stage.run()
    for _ in 0..<5 { _ = stage.tell(.exited(.election, .signal(9))) }
    #expect(stage.tell(.exited(.election, .status(4))).contains(.report(.roleCannotRun(.election, .status(4)))))
  }

  @Test func `forgives a role that lived long`() {
    var stage = Stage()
    _ = stage.run()
    for _ in 0..<4 { _ = stage.tell(.exited(.election, .signal(9))) }
    _ = stage.pass(.seconds(61))
    #expect(starts(stage.tell(.exited(.election, .signal(9)))) == [.election])
  }

  @Test func `tells a new balancing role who is master`() {
    var stage = Stage()
    _ = stage.run()
    let state = RoleMessage.routerState(name: "V1", virtualRouterID: 51, isMaster: true)
    #expect(stage.tell(.received(state, from: .election)) == [.send(state, to: .balancing)])
    let effects = stage.tell(.exited(.balancing, .signal(9)))
    let stateAt = effects.firstIndex(of: .send(state, to: .balancing))
    let textAt = effects.firstIndex(of: .sendConfiguration(generation: 1, to: .balancing))
    #expect(stateAt != nil && textAt != nil)
    if let stateAt, let textAt { #expect(stateAt < textAt) }
  }

  @Test func `kills a role that hangs, but judges nobody after a stall of its own`() {
    var stage = Stage()
    _ = stage.run()
    _ = stage.pass(.seconds(1), alive: [.election, .control, .balancing])
    let effects = stage.pass(.seconds(5), alive: [.control])
    #expect(effects.contains(.kill(.election)) && !effects.contains(.kill(.balancing)))
    #expect(stage.pass(.seconds(6), alive: [.control]).contains(.kill(.balancing)))

    var stalled = Stage()
    _ = stalled.run()
    stalled.now += .seconds(60)
    #expect(!stalled.tell(.deadlineReached).contains { if case .kill = $0 { true } else { false } })
  }

  @Test func `starts no second one beside a role that it has killed, whatever is read meanwhile`() {
    var stage = Stage()
    _ = stage.run([.election])
    _ = stage.pass(.seconds(1))
    #expect(stage.pass(.seconds(4), alive: [.control]).contains(.kill(.election)))
    var summary = ConfigurationSummary()
    summary.roles = [.election, .balancing]
    _ = stage.tell(.reloadRequested)
    #expect(starts(stage.tell(.configurationRead(summary))) == [.balancing])
    let effects = stage.tell(.exited(.election, .signal(9)))
    #expect(starts(effects) == [.election])
    #expect(effects.contains(.sendConfiguration(generation: 2, to: .election)))
  }

  @Test func `leaves a role that has just been started the time for a large configuration`() {
    var stage = Stage()
    _ = stage.run()
    #expect(!stage.pass(.seconds(9), alive: [.control]).contains(.kill(.election)))
    #expect(stage.pass(.seconds(2), alive: [.control]).contains(.kill(.election)))
  }

  @Test func `takes over a new configuration as a whole, or not at all`() {
    var stage = Stage()
    _ = stage.run([.election])
    #expect(stage.tell(.reloadRequested) == [.notifyService(.reloading), .read])
    var bad = ConfigurationSummary()
    bad.errors = ["402 a contradiction"]
    let refused = stage.tell(.configurationRead(bad))
    #expect(refused.contains(.report(.reloadRefused)))
    #expect(!refused.contains { if case .adopt = $0 { true } else { false } })

    _ = stage.tell(.reloadRequested)
    var good = ConfigurationSummary()
    good.roles = [.balancing]
    let effects = stage.tell(.configurationRead(good))
    #expect(effects.contains(.adopt(good)))
    #expect(starts(effects) == [.balancing])
    #expect(effects.contains(.send(.stop, to: .election)), "nothing is left for it to do")
    #expect(stage.tell(.exited(.election, .status(0))) == [])
  }

  /// The configurations sent to the election role, by generation.
  private func sent(_ effects: [SupervisorMachine.Effect]) -> [UInt64] {
    effects.compactMap { if case .sendConfiguration(let generation, .election) = $0 { generation } else { nil } }
  }

  @Test func `has a restarted election role know what its predecessor worked by, for that names what it left`() {
    var stage = Stage()
    #expect(sent(stage.run([.election])) == [1])
    _ = stage.tell(.received(.configured(generation: 1), from: .election))
    #expect(sent(stage.tell(.exited(.election, .signal(9)))) == [1])
    var other = ConfigurationSummary()
    other.roles = [.election]
    _ = stage.tell(.reloadRequested)
    #expect(sent(stage.tell(.configurationRead(other))) == [2])
    #expect(sent(stage.tell(.exited(.election, .signal(9)))) == [1, 2])
    _ = stage.tell(.received(.configured(generation: 1), from: .election))
    _ = stage.tell(.received(.configured(generation: 2), from: .election))
    #expect(sent(stage.tell(.exited(.election, .signal(9)))) == [2])
  }

  @Test func `has an election role begin afresh when its predecessor has left in order`() {
    var stage = Stage()
    _ = stage.run([.election])
    _ = stage.tell(.received(.configured(generation: 1), from: .election))
    var with = ConfigurationSummary()
    with.roles = [.election]
    _ = stage.tell(.reloadRequested)
    _ = stage.tell(.configurationRead(ConfigurationSummary()))
    #expect(stage.tell(.exited(.election, .status(0))) == [])
    _ = stage.tell(.reloadRequested)
    #expect(sent(stage.tell(.configurationRead(with))) == [3])
  }

  @Test func `has what an election role left taken away also when none is needed any more`() {
    var stage = Stage()
    _ = stage.run([.election])
    _ = stage.tell(.received(.configured(generation: 1), from: .election))
    _ = stage.tell(.reloadRequested)
    #expect(stage.tell(.configurationRead(ConfigurationSummary())).contains(.send(.stop, to: .election)))
    for _ in 0..<4 {
      let effects = stage.tell(.exited(.election, .signal(9)))
      #expect(starts(effects) == [.election] && sent(effects) == [1, 2])
      #expect(effects.last == .send(.stop, to: .election))
    }
    #expect(stage.tell(.exited(.election, .signal(9))) == [], "whoever dies of it each time is left in peace")
  }

  @Test func `takes over a new configuration whose errors the one in force has, too`() {
    var stage = Stage()
    var first = ConfigurationSummary()
    (first.roles, first.errors) = ([.election], ["402 a contradiction", "501 another"])
    _ = stage.tell(.started)
    _ = stage.tell(.configurationRead(first))
    _ = stage.tell(.reloadRequested)
    var second = first
    second.errors = ["402 a contradiction"]
    #expect(stage.tell(.configurationRead(second)).contains(.adopt(second)))
    _ = stage.tell(.reloadRequested)
    #expect(stage.tell(.configurationRead(first)).contains(.report(.reloadRefused)), "that one was mended before")
  }

  @Test func `queues one reload while one is under way, and survives the reader's death`() {
    var stage = Stage()
    _ = stage.run()
    _ = stage.tell(.reloadRequested)
    _ = stage.tell(.reloadRequested)
    _ = stage.tell(.reloadRequested)
    let effects = stage.tell(.exited(.reader, .signal(6)))
    #expect(effects.filter { $0 == .read }.count == 1)
    #expect(effects.contains(.report(.reloadRefused)))
    #expect(stage.tell(.exited(.reader, .status(0))).filter { $0 == .read }.isEmpty)
  }

  @Test func `stops election and balancing first, control last, then waits for scripts`() {
    var stage = Stage()
    _ = stage.run()
    let effects = stage.tell(.terminateRequested)
    #expect(effects.contains(.send(.stop, to: .election)) && effects.contains(.send(.stop, to: .balancing)))
    #expect(!effects.contains(.send(.stop, to: .control)))
    #expect(stage.tell(.exited(.election, .status(0))) == [])
    #expect(stage.tell(.exited(.balancing, .status(0))) == [.send(.stop, to: .control)])
    #expect(stage.tell(.exited(.control, .status(0))) == [])
    #expect(stage.machine.isWaitingForScripts)
    #expect(stage.tell(.scriptsIdle) == [.exit(status: 0)])
    #expect(stage.machine.nextDeadline == nil)
  }

  @Test func `kills what does not stop in time`() {
    var stage = Stage()
    _ = stage.run()
    _ = stage.tell(.terminateRequested)
    _ = stage.tell(.exited(.balancing, .status(0)))
    let effects = stage.pass(.seconds(10))
    #expect(effects.contains(.kill(.election)))
    #expect(effects.suffix(2) == [.killScripts, .exit(status: 0)])
  }

  @Test func `lets another election take away what one that died had left`() {
    var stage = Stage()
    _ = stage.run([.election])
    _ = stage.tell(.terminateRequested)
    // It dies on its way out.
    let effects = stage.tell(.exited(.election, .signal(11)))
    #expect(starts(effects) == [.election])
    #expect(effects.last == .send(.stop, to: .election))
    // Once is enough.
    #expect(stage.tell(.exited(.election, .signal(11))) == [.send(.stop, to: .control)])
  }

  @Test func `lets another election take away what one that hangs holds`() {
    var stage = Stage()
    _ = stage.run([.election])
    _ = stage.tell(.terminateRequested)
    #expect(stage.pass(.seconds(5)).contains(.kill(.election)))
    #expect(starts(stage.tell(.exited(.election, .signal(9)))) == [.election])
    #expect(stage.tell(.exited(.election, .status(0))) == [.send(.stop, to: .control)])
  }

  @Test func `starts a dead election to take its addresses away when it is told to stop`() {
    var stage = Stage()
    _ = stage.run([.election])
    while starts(stage.tell(.exited(.election, .signal(11)))) == [.election] {}
    let effects = stage.tell(.terminateRequested)
    #expect(starts(effects) == [.election])
    #expect(effects.contains(.send(.stop, to: .election)))
  }

  @Test func `ends with the status of a role that can never run`() {
    var stage = Stage()
    _ = stage.run([.election])
    _ = stage.tell(.exited(.election, .status(2)))
    _ = stage.tell(.exited(.control, .status(0)))
    #expect(stage.tell(.scriptsIdle) == [.exit(status: 2)])
  }

  @Test func `ends with a role when it was told so`() {
    var settings = SupervisorMachine.Settings()
    settings.endsWithRole = true
    var stage = Stage(settings)
    _ = stage.run()
    #expect(stage.tell(.exited(.balancing, .signal(9))).contains(.send(.stop, to: .election)))
  }

  @Test func `tells a new balancing role of the orders that stand, but not of servers added before a reload`() {
    var stage = Stage()
    _ = stage.run()
    let drain = ServerOrder(service: "s", server: "r", action: .drain)
    let add = ServerOrder(service: "s", server: "n", action: .add(weight: nil, like: nil))
    for order in [add, drain] { _ = stage.tell(.received(.serverOrder(order), from: .balancing)) }
    #expect(orders(stage.tell(.exited(.balancing, .signal(9)))) == [drain, add])
    _ = stage.tell(.reloadRequested)
    var summary = ConfigurationSummary()
    summary.roles = [.election, .balancing]
    _ = stage.tell(.configurationRead(summary))
    #expect(orders(stage.tell(.exited(.balancing, .signal(9)))) == [drain])
  }
}

private func orders(_ effects: [SupervisorMachine.Effect]) -> [ServerOrder] {
  effects.compactMap { if case .send(.serverOrder(let order), .balancing) = $0 { order } else { nil } }
}
