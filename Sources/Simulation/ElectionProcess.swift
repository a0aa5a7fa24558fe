import ConfigurationLanguage
import Daemon
import Failover
import Machines
import SimulatedWorld
import VRRP
import World

/// The election role without Linux: the same groups, the same scripts, the same messages.
final class ElectionProcess: @unchecked Sendable {
  private struct ScriptJob {
    let script: VRRPScript
    let alarm: any Alarm
    var machine: ScriptTracker
  }

  let loop: SimulatedLoop
  /// The moment from which messages reach it: starting a program takes a while.
  let readyAt: Moment
  /// When a configuration was in force for the first time.
  private(set) var inForceSince: Moment?
  /// The version of the configuration it has taken over.
  private(set) var version = 0
  private(set) var order: [String] = []
  private(set) var groups: [String: FailoverGroup] = [:]
  /// What it does, as it was taken over last.
  private var inForce = ElectionSettings()
  /// What the configuration says, which only in a right program is what it does.
  private(set) var intended = ElectionSettings()
  private(set) var intendedRouters: [String: RouterSettings] = [:]
  /// What the routers track, by their names.
  private(set) var intendedTrackers: [String: [Tracker]] = [:]
  private(set) var isStopping = false
  private(set) var transport: SimulatedAdvertTransport?
  private(set) var state: SimulatedNetworkState?
  private unowned let node: Node
  private var control: SimulatedNetworkControl?
  private var notices = FailoverNotices()
  private var scripts: [String: ScriptJob] = [:]
  private var runs: [UInt64: String] = [:]
  private var lastRun: UInt64 = 0
  private var files: [String] = []

  init(_ node: Node, number: Int, readyAt: Moment) {
    self.node = node
    self.readyAt = readyAt
    loop = SimulatedLoop(
      "\(node.name) election \(number)", node.host.timeline, node.host.clock, tampering: node.tampering)
  }

  /// SIGKILL.
  func kill() {
    loop.kill()
    transport?.close()
    state?.close()
    (groups, scripts) = ([:], [:])
  }

  // MARK: Messages, on the loop

  func takeOver(_ configuration: Configuration, version: Int, generation: UInt64) {
    guard !isStopping else { return }
    self.version = version
    if transport == nil {
      transport = SimulatedAdvertTransport(node.host, loop)
      state = SimulatedNetworkState(node.host, loop)
      control = SimulatedNetworkControl(node.host, loop)
    }
    notices = FailoverNotices(configuration, after: notices)
    let wanted = ElectionSettings(configuration)
    apply(wanted)
    takeOverScripts(wanted.scripts)
    takeOverFiles(wanted.files)
    if inForceSince == nil { inForceSince = loop.timeline.now }
    node.send(.configured(generation: generation), from: .election)
  }

  private func apply(_ intended: ElectionSettings) {
    guard let transport, let state, let control else { return }
    let isFirst = order.isEmpty && inForceSince == nil
    self.intended = intended
    let routers = intended.groups.values.flatMap(\.members).map(\.router)
    intendedRouters = Dictionary(routers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    intendedTrackers = [:]
    for group in intended.groups.values {
      let settings = group.protocolSettings
      for member in group.members { intendedTrackers[member.router.name] = settings.trackers(of: member.router) }
    }
    let wanted = node.alteration.settings?(intended) ?? intended
    let altered = wanted.groups
    if node.alteration.beginsAnew {
      for key in order { groups.removeValue(forKey: key)?.stop {} }
    }
    // Routers that move between groups bring their memories along.
    var moving: [String: RouterMemory] = [:]
    for (key, names) in inForce.routersThatMove(to: wanted).sorted(by: { $0.key < $1.key }) {
      for memory in groups[key]?.release(names) ?? [] { moving[memory.name] = memory }
    }
    for key in order where altered[key] == nil { groups.removeValue(forKey: key)?.remove() }
    let old = inForce
    (order, inForce) = (wanted.order, wanted)
    for key in order {
      guard let group = altered[key] else { continue }
      let names = group.members.map(\.router.name)
      if let running = groups[key] {
        if old.groups[key] != group { running.apply(group, memory: names.compactMap { moving[$0] }) }
        continue
      }
      let remembered = isFirst && !node.alteration.forgetsMemory ? node.memory : moving
      let memory = names.compactMap { remembered[$0] }
      let new = FailoverGroup(
        settings: group, loop: loop, transport: transport, state: state, control: control, memory: memory,
        remember: { [weak self] in self?.remember($0) }, report: { [weak self] in self?.report($0) })
      groups[key] = new
      for (name, job) in scripts.sorted(by: { $0.key < $1.key }) {
        new.set(Tracker.Identity(.script, name), to: job.machine.value)
      }
      for name in files { new.set(Tracker.Identity(.file, name), to: .number(node.fileValue)) }
      new.start()
    }
  }

  private func remember(_ memories: [RouterMemory]) {
    guard !isStopping else { return }
    for memory in memories { node.memory[memory.name] = memory }
  }

  private func report(_ report: FailoverReport) {
    if node.alteration.loses?(report) == true { return }
    node.cluster.judge.reported(report, by: node)
    if !node.alteration.hidesMasters { tellBalancing(report) }
    for frame in notices.messages(for: report) where frame.destination == .supervisor {
      node.send(frame.message, from: .election)
    }
  }

  private func tellBalancing(_ report: FailoverReport) {
    let router: (name: String, isMaster: Bool)
    switch report {
    case .router(let name, .transition(let transition)): router = (name, transition.to == .master)
    case .router(let name, .resumed): router = (name, true)
    case .router, .group, .failed: return
    }
    node.send(.routerState(name: router.name, virtualRouterID: 0, isMaster: router.isMaster), from: .election)
  }

  private func takeOverFiles(_ wanted: [TrackFile]) {
    files = wanted.map(\.name)
    fileChanged()
  }

  /// The number in the tracked file changed.
  func fileChanged() {
    for name in files {
      for key in order { groups[key]?.set(Tracker.Identity(.file, name), to: .number(node.fileValue)) }
    }
  }

  func servicesInstalled(_ router: String) {
    for key in order { groups[key]?.servicesInstalled(for: router) }
  }

  func resetCounters() {
    for key in order { groups[key]?.resetCounters() }
  }

  /// Leaves in order; then the process ends.
  func stop() {
    guard !isStopping else { return }
    isStopping = true
    for job in scripts.values { job.alarm.set(nil) }
    if node.alteration.leavesSilently { return node.ended(.election, loop) }
    var remaining = order.count { groups[$0] != nil }
    guard remaining > 0 else { return node.ended(.election, loop) }
    let left = Left(remaining) { [weak self] in
      guard let self else { return }
      node.memory = [:]
      node.ended(.election, loop)
    }
    for key in order { groups[key]?.stop { left.count() } }
    remaining = 0
  }

  // MARK: Scripts

  private func takeOverScripts(_ wanted: [VRRPScript]) {
    let names = Set(wanted.map(\.name))
    for name in scripts.keys.sorted() where !names.contains(name) { scripts.removeValue(forKey: name)?.alarm.set(nil) }
    for script in wanted where scripts[script.name]?.script != script {
      scripts[script.name]?.alarm.set(nil)
      let name = script.name
      let alarm = loop.alarm { [weak self] in self?.deliver(.deadlineReached, to: name) }
      scripts[name] = ScriptJob(
        script: script, alarm: alarm,
        machine: ScriptTracker(
          ScriptTracker.Settings(
            interval: script.interval, rise: script.rise, fall: script.fall, startsFailed: script.startsFailed)))
      deliver(.started, to: name)
    }
  }

  func scriptEnded(_ identifier: UInt64, isGood: Bool) {
    guard let name = runs.removeValue(forKey: identifier) else { return }
    deliver(isGood ? .succeeded : .failed, to: name)
  }

  private func deliver(_ event: ScriptTracker.Event, to name: String) {
    guard var job = scripts[name] else { return }
    let effects = job.machine.handle(event, at: loop.now)
    scripts[name] = job
    job.alarm.set(job.machine.nextDeadline)
    for effect in effects {
      switch effect {
      case .run:
        lastRun += 1
        runs[lastRun] = name
        node.runScript(lastRun, timeout: job.script.timeout)
      case .report(let value):
        for key in order { groups[key]?.set(Tracker.Identity(.script, name), to: value) }
      }
    }
  }
}

/// Counts those who have left.
private final class Left: @unchecked Sendable {
  private var remaining: Int
  private let completion: () -> Void

  init(_ remaining: Int, _ completion: @escaping () -> Void) {
    (self.remaining, self.completion) = (remaining, completion)
  }

  func count() {
    remaining -= 1
    if remaining == 0 { completion() }
  }
}
