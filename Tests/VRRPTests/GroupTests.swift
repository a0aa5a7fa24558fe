import Machines
import Testing
import VRRP
import Wire

@Suite struct `A sync group` {
  static let inside = Sender(virtualRouter: 52, addresses: [address("10.0.0.10")])

  static func group(_ change: (inout SyncGroupSettings) -> Void = { _ in }) -> GroupMachine {
    var settings = SyncGroupSettings(
      name: "G1",
      routers: [
        .sample("OUT"),
        .sample("IN", virtualRouter: 52) {
          $0.addresses = [VirtualAddress(AddressPrefix(host: address("10.0.0.10")))]
        },
      ])
    change(&settings)
    var group = GroupMachine(settings: settings)
    _ = group.handle(.started(inputs: ["OUT": .sample, "IN": .sample], memories: []), at: .origin)
    return group
  }

  static func masters() -> (GroupMachine, Moment) {
    var group = group()
    let now = at(3.609375)
    _ = group.handle(.deadlineReached, at: now)
    return (group, now)
  }

  func states(_ group: GroupMachine) -> [RouterStateName] { group.routers.map(\.state.name) }

  @Test func `becomes master when all members want it, in one step`() {
    var group = Self.group()
    let effects = group.handle(.deadlineReached, at: at(3.609375))
    #expect(states(group) == [.master, .master])
    #expect(effects.sentPriorities == [100, 100])
    #expect(effects.transitions.count == 2)
    #expect(
      effects.last
        == .groupReport(
          "G1",
          Transition(
            from: .backup, to: .master, effectivePriority: 0, cause: .masterDown(silence: .seconds(3.609375)))))
  }

  @Test func `stays backup while one member hears its master`() {
    var group = Self.group()
    _ = group.handle(.packetReceived(Sender(priority: 200).packet, router: "OUT"), at: at(3))
    let effects = group.handle(.deadlineReached, at: at(3.609375))
    #expect(effects.isEmpty)
    #expect(states(group) == [.backup, .backup])
    // As soon as that master is gone too, both move.
    let later = group.handle(.deadlineReached, at: at(6.609375))
    #expect(later.sentPriorities == [100, 100])
  }

  @Test func `gives up mastership together`() {
    var (group, now) = Self.masters()
    let effects = group.handle(.packetReceived(Sender(priority: 200).packet, router: "OUT"), at: now)
    #expect(states(group) == [.backup, .backup])
    #expect(effects.sentPriorities.isEmpty)
    #expect(effects.contains(.router("OUT", .withdraw)) && effects.contains(.router("IN", .withdraw)))
    #expect(effects.transitions.map(\.cause).last == .groupMember("OUT"))
  }

  @Test(arguments: ["OUT", "IN"])
  func `fails and recovers together`(name: String) {
    var (group, now) = Self.masters()
    let effects = group.handle(.inputsChanged([name: RouterInputs(interface: .down, source: ownAddress)]), at: now)
    #expect(states(group) == [.fault, .fault])
    #expect(effects.sentPriorities == [0, 0])
    #expect(group.state == .fault)
    let other = name == "OUT" ? "IN" : "OUT"
    #expect(group.router(named: other)?.faults == [.groupMember(name)])
    let recovery = group.handle(.inputsChanged([name: .sample]), at: now + .seconds(1))
    #expect(states(group) == [.backup, .backup])
    #expect(recovery.transitions.map(\.to) == [.backup, .backup])
  }

  @Test func `reports one transition of its own for each step`() {
    var (group, now) = Self.masters()
    let effects = group.handle(.inputsChanged(["IN": RouterInputs(interface: .missing)]), at: now)
    let own = effects.filter { if case .groupReport = $0 { true } else { false } }
    #expect(own.count == 1)
    let stop = group.handle(.stopped(releases: true), at: now)
    #expect(
      stop.last
        == .groupReport("G1", Transition(from: .fault, to: .stopped, effectivePriority: 0, cause: .stopped)))
  }

  @Test func `begins only when the scripts of all members have run`() {
    var group = Self.group { $0.trackers = [Tracker(.script, "s")] }
    #expect(group.state == .initialize)
    var inputs = RouterInputs.sample
    inputs.trackers[Tracker.Identity(.script, "s")] = .up
    _ = group.handle(.inputsChanged(["OUT": inputs]), at: at(1))
    #expect(states(group) == [.initialize, .initialize])
    _ = group.handle(.inputsChanged(["IN": inputs]), at: at(2))
    #expect(states(group) == [.backup, .backup])
  }

  @Test func `treats weights as none unless it is told to apply them`() {
    let tracker = Tracker(.script, "s", weight: -30)
    var inputs = RouterInputs.sample
    inputs.trackers[tracker.identity] = .down
    for applies in [false, true] {
      var group = Self.group { ($0.trackers, $0.appliesWeights) = ([tracker], applies) }
      _ = group.handle(.inputsChanged(["OUT": inputs, "IN": inputs]), at: at(1))
      #expect(group.state == (applies ? .backup : .fault))
      if applies { #expect(group.routers.map(\.effectivePriority) == [70, 70]) }
    }
  }

  @Test func `announces for all members when one hears a lower master`() {
    var (group, now) = Self.masters()
    now += .milliseconds(500)
    let effects = group.handle(.packetReceived(Sender(priority: 1).packet, router: "OUT"), at: now)
    #expect(effects.contains(.router("OUT", .announce(repeats: 5, occasion: .lowerPriority))))
    #expect(effects.contains(.router("IN", .announce(repeats: 5, occasion: .lowerPriority))))
    #expect(effects.sentPriorities == [100])
    // The other may announce until it has read that advert, so all members have the last word.
    now += .milliseconds(100)
    #expect(group.nextDeadline == now)
    let last = group.handle(.deadlineReached, at: now)
    #expect(last.contains(.router("OUT", .announce(repeats: 5, occasion: .lastWord))))
    #expect(last.contains(.router("IN", .announce(repeats: 5, occasion: .lastWord))))
  }
}

@Suite struct `A reload` {
  func reload(_ group: inout GroupMachine, _ settings: [RouterSettings], at now: Moment) -> [GroupEffect] {
    group.handle(
      .settingsChanged(
        SyncGroupSettings(name: nil, routers: settings),
        inputs: Dictionary(uniqueKeysWithValues: settings.map { ($0.name, RouterInputs.sample) })), at: now)
  }

  @Test func `without changes does nothing`() {
    var (group, now) = GroupMachine.master(.sample())
    let before = group
    #expect(reload(&group, [.sample()], at: now + .milliseconds(100)).isEmpty)
    #expect(group == before)
  }

  @Test func `with another priority is told by the next advert`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = reload(&group, [.sample(priority: 150)], at: now)
    #expect(effects == [.report("V1", .priorityChanged(from: 100, to: 150, state: .master))])
    #expect(group.handle(.deadlineReached, at: now + .seconds(1)).sentPriorities == [150])
  }

  @Test func `with another interval is told at once and keeps the state`() {
    var (group, now) = GroupMachine.master(.sample())
    now += .milliseconds(100)
    let effects = reload(&group, [.sample { $0.interval = .milliseconds(200) }], at: now)
    #expect(effects.sentPriorities == [100])
    #expect(group.nextDeadline == now + .milliseconds(200))
    #expect(group.state == .master)
  }

  @Test func `with another interval moves a backup's timer`() {
    var group = GroupMachine.started(.sample())
    _ = reload(&group, [.sample { $0.interval = .milliseconds(200) }], at: at(0.1))
    #expect(group.nextDeadline == at(3.609375 / 5))
    var following = GroupMachine.started(.sample())
    _ = following.hear(Sender(priority: 200), at: at(1))
    _ = reload(&following, [.sample { $0.interval = .milliseconds(200) }], at: at(1.1))
    #expect(following.nextDeadline == at(4.609375), "the interval is the master's")
  }

  @Test func `that adds a fault and removes it follows the facts`() {
    var (group, now) = GroupMachine.master(.sample())
    let bad = reload(&group, [.sample { $0.configurationFault = "?" }], at: now)
    #expect(bad.transitions.map(\.to) == [.fault])
    #expect(reload(&group, [.sample()], at: now).transitions.map(\.to) == [.backup])
  }

  @Test func `that changes the virtual router ends the old one and begins the new one`() {
    var (group, now) = GroupMachine.master(.sample())
    let effects = reload(&group, [.sample(virtualRouter: 60)], at: now)
    #expect(effects.sentPriorities == [0])
    #expect(effects.orders(.withdraw))
    #expect(effects.transitions.map(\.to) == [.backup])
  }

  @Test func `that removes a router releases and reports it, the others do not notice`() {
    let first = RouterSettings.sample()
    let second = RouterSettings.sample("V2", virtualRouter: 52)
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: [first, second]))
    _ = group.handle(.started(inputs: ["V1": .sample, "V2": .sample], memories: []), at: .origin)
    let now = at(3.609375)
    _ = group.handle(.deadlineReached, at: now)
    let before = group.routers[0]
    let effects = reload(&group, [first], at: now)
    #expect(effects.sentPriorities == [0])
    #expect(effects.contains(.router("V2", .withdraw)))
    #expect(effects.transitions.map(\.to) == [.deleted])
    #expect(group.routers == [before])
  }

  @Test func `that adds a router begins it without startup delay`() {
    var (group, now) = GroupMachine.master(.sample())
    let added = RouterSettings.sample("V2", virtualRouter: 52) { $0.startupDelay = .seconds(60) }
    let effects = reload(&group, [.sample(), added], at: now)
    #expect(effects.transitions.map(\.to) == [.backup])
    #expect(group.router(named: "V1")?.state.name == .master)
  }

  @Test func `resumes after a restart as a whole or not at all`() {
    func restarted(_ moment: Double, outside: Double) -> [RouterStateName] {
      var group = GroupMachine(settings: `A sync group`.group().settings)
      let memories = [("OUT", outside), ("IN", 9.5)].map { name, advert in
        RouterMemory(
          name: name, wasMaster: true, effectivePriority: 100, lastAdvert: at(advert), peersWaitUntil: at(advert + 3),
          masterInterval: .seconds(1))
      }
      _ = group.handle(
        .started(inputs: ["OUT": RouterInputs.sample, "IN": RouterInputs.sample], memories: memories), at: at(moment))
      return group.routers.map(\.state.name)
    }
    #expect(restarted(10, outside: 9.5) == [.master, .master])
    #expect(restarted(10, outside: 6) == [.backup, .backup])
  }

  @Test func `that joins a master to a backup makes neither go on, and the master's peers hear of it`() {
    var group = GroupMachine(settings: SyncGroupSettings(name: nil, routers: []))
    _ = group.handle(.started(inputs: [:], memories: []), at: .origin)
    let memories = [("OUT", true), ("IN", false)].map { name, wasMaster in
      RouterMemory(
        name: name, wasMaster: wasMaster, effectivePriority: 100, lastAdvert: at(9.5), peersWaitUntil: at(12.5),
        masterInterval: .seconds(1))
    }
    let effects = group.handle(
      .settingsChanged(
        `A sync group`.group().settings, inputs: ["OUT": .sample, "IN": .sample], memories: memories), at: at(10))
    #expect(group.routers.map(\.state.name) == [.backup, .backup])
    #expect(effects.sentPriorities == [0])
    #expect(effects.contains(.router("OUT", .withdraw)))
  }
}
