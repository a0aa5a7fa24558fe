import Machines
package import VRRP
package import World

/// A sync group, or a router that stands alone, at work: one actor per group, on the role's loop.
///
/// It has one mutating door, `deliver(_:)`. Whatever happens enters there as an event of the group's machine; what comes
/// out goes to lanes in this order: packets, then changes of the kernel's state, then announcements, then reports.
///
/// All entrances that are not isolated may be called from the loop's thread only.
package actor FailoverGroup {
  let loop: any Loop
  let transport: any AdvertTransport
  let network: any NetworkState
  let control: any NetworkControl
  let links: (any LinkControl)?
  let pace: AnnouncementPace
  let remember: @Sendable ([RouterMemory]) -> Void
  private let report: @Sendable (FailoverReport) -> Void

  var settings: GroupSettings
  var machine: GroupMachine
  var memories: [RouterMemory]
  private var alarm: (any Alarm)?
  private var phase = Phase.idle
  /// What the machine was told last of the loop's pauses.
  private var awakeSince: Moment?

  var trackerValues: [Tracker.Identity: TrackerValue] = [:]
  var ports: [AdvertChannel: any AdvertPort] = [:]
  /// Where each member's adverts leave.
  var speakers: [String: any AdvertPort] = [:]
  /// Which members hear a channel.
  var hearers: [AdvertChannel: [Hearer]] = [:]
  /// Whether a member's signatures carry dates.
  var usesClock = false
  var channelFaults: [AdvertChannel: String] = [:]
  /// When channels that could not be opened are tried again.
  var channelRetry: Moment?

  var holdings: [String: Holdings] = [:]
  var announcements = AnnouncementQueue()
  var announcementsWaitUntil: Moment?
  var reports: [FailoverReport] = []
  var failures = FailureLimits()
  var isContinuing = false
  private var isTelling = false
  /// Routers that lost something since the last turn.
  var losses: Set<String> = []
  var judgement = LinkJudgement()
  var virtualLinks = VirtualLinks()
  /// How far the wall clock is ahead of the monotonic one, in nanoseconds, when it was last looked at.
  var wallClockOffset: Int64 = 0
  /// When each router, in the machine's order, entered its state, as it was when `entries` were noted.
  var enteredAt: [Moment] = []
  var entries: [String: (since: Moment, wallTime: WallTime)] = [:]
  /// Where events are recorded; nil when they are not.
  private var recording: RecordingTrack?

  /// A member that hears a channel.
  struct Hearer {
    var router: String
    var virtualRouter: UInt8
    /// Whether the channel is the one for handovers, not that for adverts.
    var isForHandovers: Bool
  }

  private enum Phase {
    case idle
    case running
    case stopping(releasing: Bool, completion: @Sendable () -> Void)
    case stopped
  }

  /// The role's loop runs this actor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.executor.asUnownedSerialExecutor()
  }

  /// A group that does nothing before `start`.
  ///
  /// - Parameters:
  ///   - links: Makes virtual interfaces; without it a router that wants one has a fault.
  ///   - pace: The pace of announcements that all groups of the host share; without it the group has one of its own.
  ///   - memory: What routers of the same names left behind when the process was restarted; empty at a fresh start.
  ///   - remember: Called with the current memories whenever they changed, that is with each advert and transition.
  ///   - report: Called with each report, in order, on the loop.
  package init(
    settings: GroupSettings, loop: any Loop, transport: any AdvertTransport, state: any NetworkState,
    control: any NetworkControl, links: (any LinkControl)? = nil, pace: AnnouncementPace? = nil,
    memory: [RouterMemory] = [],
    remember: @escaping @Sendable ([RouterMemory]) -> Void = { _ in },
    report: @escaping @Sendable (FailoverReport) -> Void
  ) {
    self.settings = settings
    self.loop = loop
    self.transport = transport
    self.network = state
    self.control = control
    self.links = links
    self.pace = pace ?? AnnouncementPace(loop)
    memories = memory
    self.remember = remember
    self.report = report
    machine = GroupMachine(settings: settings.protocolSettings)
  }
}

// The entrances.
extension FailoverGroup {
  /// Begins to work.
  package nonisolated func start() {
    assumeIsolated { $0.begin() }
  }

  /// Ends: masters send priority 0 and everything held is removed, unless `releasing` is false
  /// (`--dont-release-vrrp`). Then `completion` is called, after the last report.
  package nonisolated func stop(
    releasing: Bool = true, completion: @escaping @Sendable () -> Void
  ) {
    assumeIsolated { $0.end(releasing: releasing, completion: completion) }
  }

  /// Ends because a reload removed the group: as `stop`, but with transitions to DELETED. The group may be let go at
  /// once; what is left to do is done.
  package nonisolated func remove() {
    assumeIsolated { group in
      group.change(to: GroupSettings(name: group.settings.name, members: []))
      group.end(releasing: true) {}
    }
  }

  /// Takes over new settings (reload). Routers that did not change keep everything; of those that did only the
  /// difference acts; new ones begin, missing ones end with a transition to DELETED.
  ///
  /// - Parameter memory: What routers brought along that were in another group until now (`release`).
  package nonisolated func apply(_ settings: GroupSettings, memory: [RouterMemory] = []) {
    assumeIsolated { $0.change(to: settings, memories: memory) }
  }

  /// Lets go of routers that a reload puts into another group, without a farewell, a transition, or a change of what
  /// they hold. Returns what their successors have to remember.
  package nonisolated func release(_ names: Set<String>) -> [RouterMemory] {
    assumeIsolated { $0.letGo(names) }
  }

  /// Says what is known of a tracked script, file, process or BFD session. Interfaces are watched by the group itself.
  /// It may be called before `start`, and has no effect when nothing in the group tracks the thing.
  package nonisolated func set(_ tracker: Tracker.Identity, to value: TrackerValue) {
    assumeIsolated { group in
      guard group.trackerValues.updateValue(value, forKey: tracker) != value else { return }
      group.factsChanged()
    }
  }

  /// Says that the virtual services of a router's addresses are in the kernel (see `announcesAfterServices`).
  ///
  /// Heeded in the next turn, after the adverts that lie unread: one that was stopped meanwhile, and has lost its
  /// addresses to a better router, would otherwise announce them once more, and nobody would put the neighbours right.
  package nonisolated func servicesInstalled(for router: String) {
    loop.later { [self] in assumeIsolated { $0.deliver(.servicesInstalled(router: router)) } }
  }

  /// Lets another router take over: masters look for a successor, and a moment later send priority 0 and are backup for
  /// as long as a master is heard.
  package nonisolated func handOver() {
    assumeIsolated { $0.deliver(.handoverRequested) }
  }

  /// Ends the time after a handover in which lower masters are left alone.
  package nonisolated func endHandover() {
    assumeIsolated { $0.deliver(.handoverEnded) }
  }

  /// Sets all counters to zero.
  package nonisolated func resetCounters() {
    assumeIsolated { $0.deliver(.countersReset) }
  }

  /// Records what happens from now on, under the group's key; nil ends that.
  package nonisolated func record(by recorder: ElectionRecorder?, as key: String) {
    assumeIsolated { $0.recording = recorder?.track(key) }
  }

  /// The state now.
  package func snapshot() -> GroupSnapshot {
    GroupSnapshot(
      name: settings.name, state: machine.state,
      routers: machine.routers.map { router in
        let name = router.settings.name
        let held = holdings[name]?.heldAddresses.map(\.prefix) ?? []
        var snapshot = RouterSnapshot(router, enteredAt: entries[name]?.wallTime ?? loop.wallTime, held: Set(held))
        snapshot.virtualInterface = virtualLinks.link(of: name)?.name
        return snapshot
      })
  }
}

// Beginning, changing, ending.
extension FailoverGroup {
  private func begin() {
    guard case .idle = phase else { return }
    phase = .running
    alarm = loop.alarm { [weak self] in self?.assumeIsolated { $0.alarmRang() } }
    observeNetwork()
    virtualLinks.define(settings.members)
    openPorts()
    defineHoldings()
    readClock()
    adoptLeftovers(of: Set(memories.filter(\.wasMaster).map(\.name)))
    deliver(.started(inputs: inputs(), memories: memories))
  }

  private func letGo(_ names: Set<String>) -> [RouterMemory] {
    let memories = machine.release(names)
    recording?.forget()
    settings.members.removeAll { names.contains($0.router.name) }
    for channel in hearers.keys { hearers[channel]?.removeAll { names.contains($0.router) } }
    for name in names {
      holdings[name] = nil
      announcements.drop(router: name)
      failures.drop(router: name)
      losses.remove(name)
    }
    virtualLinks.release(names)
    return memories
  }

  private func change(to new: GroupSettings, memories: [RouterMemory] = []) {
    guard case .running = phase else {
      settings = new
      if case .idle = phase { machine = GroupMachine(settings: new.protocolSettings) }
      return
    }
    var former: [String: Set<Holding>] = [:]
    for member in settings.members { former[member.router.name] = Set(holdings[member.router.name]?.all ?? []) }
    enteredAt = []
    settings = new
    virtualLinks.define(new.members)
    openPorts(closesSurplus: false)
    defineHoldings()
    adoptLeftovers(of: Set(memories.filter(\.wasMaster).map(\.name)), beyond: former)
    deliver(.settingsChanged(new.protocolSettings, inputs: inputs(), memories: memories))
    virtualLinks.forgetFormer()
    openPorts()
    let names = Set(new.members.map(\.router.name))
    for name in former.keys where !names.contains(name) { failures.drop(router: name) }
  }

  private func end(releasing: Bool, completion: @escaping @Sendable () -> Void) {
    switch phase {
    case .running:
      phase = .stopping(releasing: releasing, completion: completion)
      deliver(.stopped(releases: releasing))
    case .idle, .stopped:
      phase = .stopped
      completion()
    case .stopping: completion()
    }
  }

  private func finishStop() {
    guard !isTelling, case .stopping(let releasing, let completion) = phase else { return }
    phase = .stopped
    recording = nil
    if releasing {
      virtualLinks.abandon()
      removeObsoleteLinks()
    }
    for port in ports.values { port.close() }
    (ports, speakers) = ([:], [:])
    alarm?.set(nil)
    completion()
  }

  /// Whether the group works, so that events mean something.
  var isRunning: Bool {
    if case .running = phase { true } else { false }
  }

  private func alarmRang() {
    if let retry = channelRetry, retry <= loop.now {
      channelRetry = nil
      topologyChanged()
    }
    let judged = judgement.take(at: loop.now)
    if !judged.isEmpty { linksJudged(judged) }
    readClock()
    if let moment = loop.awakeSince, moment != awakeSince {
      awakeSince = moment
      deliver(.awake(since: moment))
    }
    if let due = machine.nextDeadline, due <= loop.now {
      deliver(.deadlineReached)
    } else {
      flush()
    }
  }
}

// The door and the lanes.
extension FailoverGroup {
  /// The one door.
  func deliver(_ event: GroupEvent) {
    carryOut(handle(event))
    flush()
  }

  /// The same for what arrives thousands of times in a second and mostly only puts a deadline off.
  func deliverOften(_ event: GroupEvent) {
    let effects = handle(event)
    guard !effects.isEmpty else { return setAlarm() }
    carryOut(effects)
    flush()
  }

  private func handle(_ event: GroupEvent) -> [GroupEffect] {
    let now = loop.now
    recording?.before(machine, at: now)
    let effects = machine.handle(event, at: now)
    recording?.after(event, effects, machine, at: now)
    return effects
  }

  private func carryOut(_ effects: [GroupEffect]) {
    guard !effects.isEmpty else { return }
    for effect in effects { carryOut(effect) }
    noteChanges()
  }

  /// Recomputes what the machine has to know and tells it.
  func factsChanged() {
    guard isRunning else { return }
    deliver(.inputsChanged(inputs()))
  }

  private func carryOut(_ effect: GroupEffect) {
    switch effect {
    case .router(let name, .sendAdvert(let packet)):
      send(packet, for: name, through: speakers[name] ?? port(of: packet, for: name))
    case .router(let name, .sendHandover(let packet)): send(packet, for: name, through: port(of: packet, for: name))
    case .router(let name, .install): holdings[name, default: Holdings()].install()
    case .router(let name, .withdraw):
      holdings[name]?.withdraw()
      announcements.drop(router: name)
    case .router(let name, .restore): holdings[name]?.restore()
    case .router(let name, .announce(let repeats, _)): announce(name, rounds: repeats) { _ in true }
    case .router(let name, .announceOnOtherInterfaces(let includesAll)):
      // Where adverts leave, they tell switches enough. The others are all interfaces, or the virtual ones only.
      let own = advertIndex(of: name)
      let virtual = virtualLinks.indexes(of: name)
      announce(name, rounds: 1) { $0.interface != own && (includesAll || virtual.contains($0.interface)) }
    case .router(_, .report): break
    case .report(let name, let content): reports.append(.router(name, content))
    case .groupReport(let name, let transition): reports.append(.group(name, transition))
    }
  }

  /// Moves the lanes that can move.
  func flush() {
    if writeKernel() {
      // While a paced queue is under way its next slice comes in its own turn.
      if !isContinuing { sendAnnouncements() }
      removeObsoleteLinks()
      tell()
      finishStop()
    } else {
      goOnLater()
    }
    setAlarm()
  }

  /// Whoever is told may enter again at once, with an event that has more to tell: that comes after the rest.
  private func tell() {
    guard !isTelling else { return }
    isTelling = true
    while !reports.isEmpty {
      let batch = reports
      reports = []
      for report in batch { self.report(report) }
    }
    isTelling = false
  }

  private func setAlarm() {
    guard isRunning else { return }
    var earliest = machine.nextDeadline
    func consider(_ moment: Moment?) {
      if let moment { earliest = min(moment, earliest ?? moment) }
    }
    consider(channelRetry)
    consider(announcementsWaitUntil)
    consider(judgement.deadline)
    alarm?.set(earliest)
  }
}
