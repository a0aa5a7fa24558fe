import Balancing
import ConfigurationLanguage
import Daemon
import Failover
import Machines
import Notifications
import SimulatedWorld
import VRRP
import VirtualServices
import Wire
import World

/// A director host with its daemon: the production supervisor's machine decides about its processes.
final class Node: @unchecked Sendable {
  let index: Int
  let name: String
  let host: SimulatedHost
  unowned let cluster: Cluster
  let tampering = Tampering()
  var alteration = Alteration()

  /// The version of the configuration file on the disk, and the one in force.
  var version = 0
  private(set) var versionInForce = 0
  /// What the routers left behind, in the memory file of the supervisor.
  var memory: [String: RouterMemory] = [:]
  /// What the script "ready" does.
  var script: (isGood: Bool, duration: Duration) = (true, .milliseconds(10))
  /// The number in the file "load".
  private(set) var fileValue = 0
  var tableFailure: SystemFailure? {
    didSet {
      balancing?.table?.failure = tableFailure
      if oldValue != nil { cluster.judge.tableUsableSince[index] = cluster.timeline.now }
    }
  }
  var connectorFailure: SystemFailure? { didSet { balancing?.connector?.failure = connectorFailure } }
  /// What the outside was told last, by subject.
  private(set) var told: [String: String] = [:]

  private(set) var election: ElectionProcess?
  private(set) var balancing: BalancingProcess?
  private(set) var supervisor: SimulatedLoop?
  private var machine = SupervisorMachine(settings: SupervisorMachine.Settings())
  private var alarm: (any Alarm)?
  private var candidate = 0
  /// The versions of the generations the daemon has had.
  private var versions: [UInt64: Int] = [:]
  private var heartbeats: [Role: UInt64] = [:]
  private var scripts = ScriptQueueMachine()
  private var processes = 0
  private var lastMessage = Moment.origin
  private var chance: SeededGenerator
  private var configurations: [Int: Configuration] = [:]
  private var services: [Int: [VirtualServiceSettings]] = [:]
  private var scriptTimeouts: [Int: Duration] = [:]
  /// The host's own addresses on its two links.
  let frontAddresses: [AddressPrefix]
  let backAddresses: [AddressPrefix]
  /// Called when the daemon has ended.
  private var ended: (() -> Void)?

  init(_ index: Int, _ cluster: Cluster) {
    self.index = index
    self.cluster = cluster
    name = "d\(index + 1)"
    frontAddresses = [NodeAddress.front(index), NodeAddress.frontLinkLocal(index)].compactMap(AddressPrefix.init(text:))
    backAddresses = [NodeAddress.back(index)].compactMap(AddressPrefix.init(text:))
    host = SimulatedHost(name, cluster.timeline, origin: .seconds(1_000 * (index + 1)))
    chance = cluster.timeline.chance("node \(name)")
  }

  /// Whether the daemon runs, or is being started or stopped.
  var isUp: Bool { supervisor != nil }

  /// A configuration, parsed when it is needed for the first time.
  func configuration(_ version: Int) -> Configuration? {
    if let known = configurations[version] { return known }
    let (configuration, complaints) = TextSource.parse(cluster.plans[version].text(node: index))
    if configuration == nil { cluster.judge.accuse(.plan, "\(name): \(complaints)") }
    configurations[version] = configuration
    return configuration
  }

  /// The virtual services of a version.
  func services(_ version: Int) -> [VirtualServiceSettings]? {
    if let known = services[version] { return known }
    services[version] = configuration(version)?.services
    return services[version]
  }

  private func note(_ text: String) {
    cluster.timeline.trace.note(.process, at: cluster.timeline.now, text: "\(name) \(text)")
  }

  // MARK: The daemon

  func boot() {
    guard supervisor == nil else { return }
    processes += 1
    let loop = SimulatedLoop("\(name) supervisor \(processes)", cluster.timeline, host.clock)
    supervisor = loop
    (memory, heartbeats, scripts) = ([:], [:], ScriptQueueMachine())
    machine = SupervisorMachine(settings: SupervisorMachine.Settings())
    alarm = loop.alarm { [weak self] in self?.deliver(.deadlineReached) }
    note("daemon starts")
    cluster.judge.booted(self)
    loop.read { [weak self] in self?.deliver(.started) }
  }

  /// SIGTERM.
  func stop(then ended: @escaping () -> Void) {
    self.ended = ended
    supervisor?.read { [weak self] in self?.deliver(.terminateRequested) }
  }

  /// SIGHUP.
  func reload() { supervisor?.read { [weak self] in self?.deliver(.reloadRequested) } }

  /// SIGKILL for all processes at once.
  func killDaemon() {
    note("daemon is killed")
    supervisor?.kill()
    election?.kill()
    balancing?.kill()
    (supervisor, election, balancing, ended) = (nil, nil, nil, nil)
    cluster.judge.processesChanged(self)
  }

  /// SIGKILL for a role.
  func kill(_ role: Role) {
    guard let loop = loop(of: role) else { return }
    note("\(role.name) is killed")
    if role == .election { election?.kill() } else { balancing?.kill() }
    gone(role, loop, .signal(9))
  }

  /// A role has left.
  func ended(_ role: Role, _ loop: SimulatedLoop) {
    note("\(role.name) ends")
    if role == .election { election?.kill() } else { balancing?.kill() }
    gone(role, loop, .status(0))
  }

  private func gone(_ role: Role, _ loop: SimulatedLoop, _ exit: RoleExit) {
    guard self.loop(of: role) === loop else { return }
    if role == .election { election = nil } else { balancing = nil }
    heartbeats[role] = nil
    cluster.judge.processesChanged(self)
    guard let supervisor else { return }
    // Behind whatever the role had said before.
    plan(after: .microseconds(chance.number(100...900))) {
      supervisor.read { [weak self] in
        guard let self, self.supervisor === supervisor else { return }
        deliver(.exited(role, exit))
      }
    }
  }

  func loop(of role: Role) -> SimulatedLoop? {
    switch role {
    case .supervisor: supervisor
    case .election: election?.loop
    case .balancing: balancing?.loop
    case .control, .reader: nil
    }
  }

  /// SIGCONT: what was asked while it slept is answered now.
  func resume(_ role: Role) {
    guard let loop = loop(of: role), loop.state == .paused else { return }
    loop.resume()
    cluster.judge.resumed(self)
    cluster.judge.processesChanged(self)
    guard let number = heartbeats.removeValue(forKey: role) else { return }
    supervisor?.read { [weak self] in self?.deliver(.received(.alive(number), from: role)) }
  }

  // MARK: Messages

  /// From a role to the supervisor.
  func send(_ message: RoleMessage, from role: Role) {
    guard let supervisor else { return }
    plan(after: delay) {
      supervisor.read { [weak self] in
        guard let self, self.supervisor === supervisor else { return }
        deliver(.received(message, from: role))
      }
    }
  }

  /// To a role, whoever sends it.
  func post(to role: Role, _ body: @escaping (Node) -> Void) {
    guard let loop = loop(of: role) else { return }
    let readyAt = (role == .election ? election?.readyAt : balancing?.readyAt) ?? .origin
    let arrival = max(cluster.timeline.now + delay, readyAt, lastMessage + .nanoseconds(100))
    lastMessage = arrival
    cluster.timeline.plan(at: arrival) {
      loop.read { [weak self] in
        if let self { body(self) }
      }
    }
  }

  private var delay: Duration { .microseconds(chance.number(30...200)) }

  /// Messages keep their order.
  private func plan(after delay: Duration, _ body: @escaping () -> Void) {
    let arrival = max(cluster.timeline.now + delay, lastMessage + .nanoseconds(100))
    lastMessage = arrival
    cluster.timeline.plan(at: arrival, body)
  }

  func setFile(_ value: Int) {
    fileValue = value
    post(to: .election) { $0.election?.fileChanged() }
  }

  // MARK: The supervisor's machine

  private func deliver(_ event: SupervisorMachine.Event) {
    guard let supervisor else { return }
    for effect in machine.handle(event, at: supervisor.now) { carryOut(effect) }
    guard self.supervisor === supervisor else { return }
    alarm?.set(machine.nextDeadline)
    if machine.isWaitingForScripts, scripts.isIdle {
      for effect in machine.handle(.scriptsIdle, at: supervisor.now) { carryOut(effect) }
    }
  }

  private func carryOut(_ effect: SupervisorMachine.Effect) {
    switch effect {
    case .read: read()
    case .start(let role): start(role)
    case .kill(let role): kill(role)
    case .send(let message, let role): pass(message, to: role)
    case .sendConfiguration(let generation, let role):
      guard let version = versions[generation], let configuration = configuration(version) else { return }
      post(to: role) { node in
        switch role {
        case .election: node.election?.takeOver(configuration, version: version, generation: generation)
        case .balancing: node.balancing?.takeOver(configuration, version: version, generation: generation)
        case .supervisor, .control, .reader: break
        }
        node.cluster.judge.configured(node)
      }
    case .adopt:
      versionInForce = candidate
      versions[machine.generation] = candidate
    case .notice(let message, _): serve(message)
    case .report(let report):
      if let text = report.text { note(text) }
    case .runStartup: plan(after: delay) { [weak self] in self?.deliver(.startupEnded) }
    case .notifyService, .killScripts, .dump: break
    case .exit: exit()
    }
  }

  private func exit() {
    note("daemon has ended")
    supervisor?.kill()
    (supervisor, election, balancing) = (nil, nil, nil)
    cluster.judge.daemonEnded(self)
    let completion = ended
    ended = nil
    completion?()
  }

  private func read() {
    guard let supervisor else { return }
    let version = self.version
    cluster.timeline.plan(after: .microseconds(chance.number(3_000...12_000))) {
      supervisor.read { [weak self] in
        guard let self, self.supervisor === supervisor, let configuration = configuration(version) else { return }
        var summary = ConfigurationSummary()
        if !configuration.vrrpInstances.isEmpty { summary.roles.append(.election) }
        if !configuration.virtualServers.isEmpty { summary.roles.append(.balancing) }
        candidate = version
        deliver(.configurationRead(summary))
      }
    }
  }

  private func start(_ role: Role) {
    processes += 1
    let readyAt = cluster.timeline.now + .microseconds(chance.number(2_000...15_000))
    note("\(role.name) starts")
    switch role {
    case .election:
      election = ElectionProcess(self, number: processes, readyAt: readyAt)
      cluster.judge.started(self)
    case .balancing: balancing = BalancingProcess(self, number: processes, readyAt: readyAt)
    case .supervisor, .control, .reader: break
    }
    cluster.judge.processesChanged(self)
  }

  private func pass(_ message: RoleMessage, to role: Role) {
    switch message {
    case .heartbeat(let number): beat(number, role)
    case .stop:
      guard role != .control else {
        plan(after: delay) { [weak self] in
          self?.supervisor?.read { self?.deliver(.exited(.control, .status(0))) }
        }
        return
      }
      post(to: role) { $0.election.flatMap { role == .election ? $0 : nil }?.stop() }
      post(to: role) { $0.balancing.flatMap { role == .balancing ? $0 : nil }?.stop() }
    case .routerState(let name, _, let isMaster):
      post(to: .balancing) { $0.balancing?.routerChanged(name, isMaster: isMaster) }
    case _: break
    }
  }

  /// A role that runs answers at once; one that sleeps, when it wakes.
  private func beat(_ number: UInt64, _ role: Role) {
    let state = loop(of: role)?.state
    if role == .control || state == .running {
      guard let supervisor else { return }
      _ = machine.handle(.received(.alive(number), from: role), at: supervisor.now)
    } else if state == .paused {
      heartbeats[role] = number
    }
  }

  // MARK: Scripts

  /// Whether the script succeeds, and in time.
  var scriptWorks: Bool {
    guard script.isGood else { return false }
    let known = scriptTimeouts[versionInForce]
    let timeout = known ?? configuration(versionInForce)?.vrrpScripts.first?.timeout ?? .seconds(1)
    if known == nil { scriptTimeouts[versionInForce] = timeout }
    return script.duration < timeout
  }

  func runScript(_ identifier: UInt64, timeout: Duration) {
    let isInTime = script.duration < timeout
    let isGood = script.isGood && isInTime
    let loop = election?.loop
    cluster.timeline.plan(after: min(script.duration, timeout) + .milliseconds(1)) { [weak self] in
      guard let self, election?.loop === loop else { return }
      post(to: .election) { $0.election?.scriptEnded(identifier, isGood: isGood) }
    }
  }

  private func serve(_ message: RoleMessage) {
    guard case .notice(let notice) = message else { return }
    tell(.noticed(notice))
  }

  private func tell(_ event: ScriptQueueMachine.Event) {
    guard let supervisor else { return }
    for effect in scripts.handle(event, at: supervisor.now) {
      guard case .run(_, let subject, let state) = effect else { continue }
      told[subject] = state
      note("tells \(subject) \(state)")
      cluster.timeline.plan(after: .milliseconds(chance.number(1...300))) {
        supervisor.read { [weak self] in
          guard let self, self.supervisor === supervisor else { return }
          tell(.ended(subject: subject))
          deliverScriptsIdle()
        }
      }
    }
  }

  private func deliverScriptsIdle() {
    guard machine.isWaitingForScripts, scripts.isIdle, let supervisor else { return }
    for effect in machine.handle(.scriptsIdle, at: supervisor.now) { carryOut(effect) }
  }
}
