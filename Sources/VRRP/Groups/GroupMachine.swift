package import Machines

/// Routers that move together; a router that stands alone is a group of one.
///
/// After each event the group is settled by these rules until nothing moves any more:
/// - A fault of one member is a fault of all. When the last is gone, all begin as backups.
/// - When one member gives up mastership, all do.
/// - A member that claims mastership gets it when another member has it, or when all of them claim; then all get it.
package struct GroupMachine: Machine, Hashable {
  /// The settings in force.
  package internal(set) var settings: SyncGroupSettings
  /// The members in the order of the settings.
  package internal(set) var routers: [RouterMachine]

  var reportedGroupState: RouterStateName = .initialize
  var hasStarted = false
  private var newcomers: Set<String> = []
  private var effects: [GroupEffect] = []
  private var reports: [GroupEffect] = []

  /// A group that has not started.
  package init(settings: SyncGroupSettings) {
    self.settings = settings
    routers = settings.routers.map { RouterMachine(settings: Self.settings(of: $0, in: settings)) }
  }

  /// Kept, because it is asked for after every packet.
  package private(set) var nextDeadline: Moment?

  /// MASTER when all members are, FAULT when one is, else BACKUP, or INIT while all are. DELETED without members.
  package var state: RouterStateName {
    guard !routers.isEmpty else { return .deleted }
    let states = Set(routers.map(\.state.name))
    if states.contains(.fault) { return .fault }
    if states.count == 1, let only = states.first { return only }
    return .backup
  }

  /// The member of this name.
  package func router(named name: String) -> RouterMachine? {
    routers.first { $0.settings.name == name }
  }

  package mutating func handle(_ event: GroupEvent, at now: Moment) -> [GroupEffect] {
    // A lone router has nobody to follow.
    let masters = routers.count > 1 ? names { $0.state.name == .master } : []
    switch event {
    case .started(let inputs, let memories): start(inputs, memories, at: now)
    case .deadlineReached:
      for index in routers.indices where routers[index].nextDeadline.map({ $0 <= now }) ?? false {
        deliver(.deadlineReached, to: index, at: now)
      }
    case .awake(let moment): deliverToAll(.awake(since: moment), at: now)
    case .packetReceived(let packet, let name): deliver(.packetReceived(packet), to: name, at: now)
    case .inputsChanged(let inputs):
      for index in routers.indices {
        guard let inputs = inputs[routers[index].settings.name], inputs != routers[index].inputs else { continue }
        deliver(.inputsChanged(inputs), to: index, at: now)
      }
    case .settingsChanged(let settings, let inputs, let memories): change(to: settings, inputs, memories, at: now)
    case .servicesInstalled(let name): deliver(.servicesInstalled, to: name, at: now)
    case .holdingLost(let name): deliver(.holdingLost, to: name, at: now)
    case .handoverReceived(let packet, let name): deliver(.handoverReceived(packet), to: name, at: now)
    case .countersReset: deliverToAll(.countersReset, at: now)
    case .stepDownRequested: deliverToAll(.stepDownRequested, at: now)
    case .handoverRequested: deliverToAll(.handoverRequested, at: now)
    case .handoverEnded: deliverToAll(.handoverEnded, at: now)
    case .stopped(let releases):
      deliverToAll(.stopped(releases: releases), at: now)
      hasStarted = false
    }
    if hasStarted { settle(formerMasters: masters, at: now) }
    // A router that begins, and not as master, may find what an earlier process left behind.
    for router in newcomers.isEmpty ? [] : routers
    where newcomers.contains(router.settings.name) && router.state.name != .master {
      effects.append(.router(router.settings.name, .withdraw))
    }
    reportTransitions()
    noteDeadline()
    defer { (effects, reports, newcomers) = ([], [], []) }
    return reports.isEmpty ? effects : effects + reports
  }

  mutating func noteDeadline() {
    nextDeadline = nil
    for index in routers.indices {
      guard let moment = routers[index].nextDeadline else { continue }
      nextDeadline = min(moment, nextDeadline ?? moment)
    }
  }

  private mutating func start(_ inputs: [String: RouterInputs], _ memories: [RouterMemory], at now: Moment) {
    guard !hasStarted else { return }
    hasStarted = true
    // The group goes on as master as a whole or not at all: of members of different patience one may be too late.
    let resumes = routers.allSatisfy { router in
      memories.contains { $0.name == router.settings.name && $0.isInTime(at: now) }
    }
    holdBack(inputs, at: now)
    for index in routers.indices {
      let name = routers[index].settings.name
      let memory = resumes ? memories.first { $0.name == name } : nil
      newcomers.insert(name)
      deliver(
        .started(inputs[name] ?? RouterInputs(interface: .missing), memory: memory, delays: true), to: index, at: now)
      noteResumption(of: index, memories, at: now)
    }
    if !routers.isEmpty, routers.allSatisfy({ $0.cause == .resumed }) { reportedGroupState = .master }
  }

  /// A router that goes on as master has told of that already. One that was master and may not go on, for the others of
  /// its group do not, tells its peers, who would wait for it.
  private mutating func noteResumption(of index: Int, _ memories: [RouterMemory], at now: Moment) {
    let name = routers[index].settings.name
    if routers[index].cause == .resumed {
      routers[index].reportedState = .master
    } else if memories.contains(where: { $0.name == name && $0.isInTime(at: now) }) {
      collect(routers[index].farewell(at: now), of: name)
    }
  }

  /// Lets go of routers without a word, because a reload puts them into another group: no farewell, no transition, and
  /// what they hold stays. Returns what their successors have to know.
  package mutating func release(_ names: Set<String>) -> [RouterMemory] {
    let released = routers.filter { names.contains($0.settings.name) }
    routers.removeAll { names.contains($0.settings.name) }
    settings.routers.removeAll { names.contains($0.name) }
    noteDeadline()
    return released.map(\.memory)
  }

  private mutating func change(
    to new: SyncGroupSettings, _ inputs: [String: RouterInputs], _ memories: [RouterMemory], at now: Moment
  ) {
    let former = routers
    settings = new
    for router in former {
      let name = router.settings.name
      let successor = new.routers.first { $0.name == name }
      guard successor.map(router.settings.isAnotherRouter(than:)) ?? true else { continue }
      var router = router
      collect(router.handle(.stopped(releases: true), at: now), of: name)
      if successor == nil {
        reports.append(.report(name, .transition(deletion(of: router, from: router.reportedState))))
      }
    }
    routers = new.routers.map { settings in
      let settings = Self.settings(of: settings, in: new)
      let same = former.first { $0.settings.name == settings.name }
      guard let same, !same.settings.isAnotherRouter(than: settings) else { return RouterMachine(settings: settings) }
      return same
    }
    guard hasStarted else { return }
    // A router from another group goes on as master unless one that was here before, or comes as well, is not master.
    let goesOn =
      routers.allSatisfy { $0.state == .initialize(.start) || $0.state.name == .master }
      && memories.allSatisfy { $0.isInTime(at: now) }
    holdBack(inputs, at: now)
    for index in routers.indices {
      let settings = Self.settings(of: new.routers[index], in: new)
      let current = inputs[settings.name] ?? RouterInputs(interface: .missing)
      if routers[index].state == .initialize(.start) {
        newcomers.insert(settings.name)
        let memory = goesOn ? memories.first { $0.name == settings.name } : nil
        deliver(.started(current, memory: memory, delays: false), to: index, at: now)
        noteResumption(of: index, memories, at: now)
      } else {
        // Facts first: a tracker that the new settings add may be known already.
        if routers[index].inputs != current { deliver(.inputsChanged(current), to: index, at: now) }
        if routers[index].settings != settings { deliver(.settingsChanged(settings), to: index, at: now) }
      }
    }
  }

  private func deletion(of router: RouterMachine, from state: RouterStateName) -> Transition {
    Transition(from: state, to: .deleted, effectivePriority: router.effectivePriority, cause: .deleted)
  }

  private static func settings(of router: RouterSettings, in group: SyncGroupSettings) -> RouterSettings {
    var settings = router
    settings.trackers = group.trackers(of: router)
    return settings
  }
}

// Moving together.
extension GroupMachine {
  /// The names of some members. Members are large: they are looked at where they are.
  private func names(where condition: (RouterMachine) -> Bool) -> Set<String> {
    var names: Set<String> = []
    for index in routers.indices where condition(routers[index]) { names.insert(routers[index].settings.name) }
    return names
  }

  private mutating func settle(formerMasters: Set<String>, at now: Moment) {
    guard routers.count > 1 else {
      if !routers.isEmpty, routers[0].claimsMastership { deliver(.promoted(by: nil), to: 0, at: now) }
      return
    }
    // Each round moves at least one member one step further, and no member can move more than a few steps.
    for _ in 0..<(2 * routers.count + 2) {
      let before = routers.map(\.state)
      shareFaults(at: now)
      followDown(formerMasters, at: now)
      grantClaims(at: now)
      if routers.map(\.state) == before { return }
    }
  }

  /// Lets those who begin know whose scripts have not reported: none of a group begins before all can.
  private mutating func holdBack(_ inputs: [String: RouterInputs], at now: Moment) {
    guard routers.count > 1 else { return }
    let unresolved = routers.filter { router in
      router.state == .initialize(.start) && router.isUnresolved(with: inputs[router.settings.name])
    }.map(\.settings.name)
    for index in routers.indices {
      let name = routers[index].settings.name
      var position = routers[index].group
      position.isUnresolved = position.isUnresolved || unresolved.contains { $0 != name }
      if routers[index].group != position { deliver(.groupChanged(position), to: index, at: now) }
    }
  }

  private mutating func shareFaults(at now: Moment) {
    guard routers.count > 1 else { return }
    let failed = routers.indices.compactMap { index in
      routers[index].state.name != .stopped && !routers[index].ownFaults.isEmpty ? routers[index].settings.name : nil
    }
    let unresolved = names { $0.isWaiting && $0.isUnresolved }
    for index in routers.indices {
      let name = routers[index].settings.name
      let position = GroupPosition(
        failed: failed.filter { $0 != name }, isUnresolved: unresolved.contains { $0 != name })
      if routers[index].group != position { deliver(.groupChanged(position), to: index, at: now) }
    }
  }

  private mutating func followDown(_ formerMasters: Set<String>, at now: Moment) {
    let leaver = routers.first { formerMasters.contains($0.settings.name) && $0.state.name == .backup }
    guard let leaver else { return }
    for index in routers.indices where routers[index].state.name == .master {
      deliver(.demoted(by: leaver.settings.name), to: index, at: now)
    }
  }

  private mutating func grantClaims(at now: Moment) {
    guard let first = routers.first(where: \.claimsMastership) else { return }
    let isMaster = routers.contains { $0.state.name == .master }
    guard isMaster || routers.allSatisfy(\.claimsMastership) else { return }
    for index in routers.indices where routers[index].state.name == .backup {
      let mover = routers[index].claimsMastership ? nil : first.settings.name
      deliver(.promoted(by: mover), to: index, at: now)
    }
  }
}

// Passing events down and effects up.
extension GroupMachine {
  private mutating func deliver(_ event: RouterEvent, to name: String, at now: Moment) {
    guard let index = routers.firstIndex(where: { $0.settings.name == name }) else { return }
    deliver(event, to: index, at: now)
  }

  private mutating func deliverToAll(_ event: RouterEvent, at now: Moment) {
    for index in routers.indices { deliver(event, to: index, at: now) }
  }

  private mutating func deliver(_ event: RouterEvent, to index: Int, at now: Moment) {
    let produced = routers[index].handle(event, at: now)
    collect(produced, of: routers[index].settings.name)
    let heardLower = produced.contains {
      if case .announce(_, .lowerPriority) = $0 { true } else { false }
    }
    guard heardLower, routers.count > 1, event != .memberHeardLowerPriority else { return }
    // The other master has announced the addresses of all its members.
    for other in routers.indices where other != index {
      collect(routers[other].handle(.memberHeardLowerPriority, at: now), of: routers[other].settings.name)
    }
  }

  private mutating func collect(_ produced: [RouterEffect], of name: String) {
    for effect in produced {
      if case .report(let report) = effect {
        reports.append(.report(name, report))
      } else {
        effects.append(.router(name, effect))
      }
    }
  }

  /// Compares where each router was with where it is now: what it passed through on the way concerns nobody.
  private mutating func reportTransitions() {
    for index in routers.indices {
      let (old, new) = (routers[index].reportedState, routers[index].state.name)
      guard old != new else { continue }
      let name = routers[index].settings.name
      routers[index].reportedState = new
      let transition = Transition(
        from: old, to: new, effectivePriority: routers[index].effectivePriority, cause: routers[index].cause)
      reports.append(.report(name, .transition(transition)))
    }
    guard let name = settings.name else { return }
    let state = self.state
    guard state != reportedGroupState else { return }
    let cause = routers.first { $0.state.name == state }?.cause ?? (state == .deleted ? .deleted : .started)
    reports.append(
      .groupReport(name, Transition(from: reportedGroupState, to: state, effectivePriority: 0, cause: cause)))
    reportedGroupState = state
  }
}
