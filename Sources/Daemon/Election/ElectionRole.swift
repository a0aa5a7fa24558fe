import ConfigurationLanguage
import ControlProtocol
import Failover
import LinuxWorld
import Logging
import Machines
import Netlink
import Notifications
import VRRP
import World

/// The election role: groups of routers, what they track, and whom they tell.
///
/// Everything here runs on the role's loop and none of it waits: scripts run in the supervisor, mails go out from
/// control, and status queries are answered from a snapshot.
actor ElectionRole: RoleActor {
  static let role = Role.election

  let reactor: Reactor
  let log: Logger
  let transport: LinuxAdvertTransport
  let state: KernelNetworkState
  let control: any NetworkControl
  let links: KernelLinkControl
  let pace: AnnouncementPace
  let options: RoleOptions
  var link: RoleLink?
  var groups: [String: FailoverGroup] = [:]
  var settings = ElectionSettings()
  var configuration = Configuration()
  var notices = FailoverNotices()
  var scripts: [String: ScriptTask] = [:]
  var scriptRuns: [UInt64: String] = [:]
  var lastRun: UInt64 = 0
  var files: [String: FileWatch] = [:]
  var processes: [String: ProcessTask] = [:]
  var processMonitor: ProcessMonitor?
  /// What is known of everything that is tracked, for groups that come later.
  var known: [Tracker.Identity: TrackerValue] = [:]
  var statics: StaticItems?
  /// Interfaces of `promote_secondaries` as they were last set, by name.
  var promoted: [String: Int32] = [:]
  var followsLinks = false
  var memory: MemoryPage?
  var slots: [String: Int] = [:]
  var strangers = StrangersLog()
  var isStopping = false
  /// How long instances still had to wait for vrrp_delay_after_boot when the role began; the loop's clock counts from boot.
  var bootWait: Duration?
  /// Clients that wait for the outcome of a handover, by the number of their question.
  var handovers: [UInt64: any Alarm] = [:]
  /// Records what enters the groups' machines (record_election).
  var recorder: ElectionRecorder?

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.executor.asUnownedSerialExecutor() }

  init(_ reactor: Reactor, _ options: RoleOptions, _ log: Logger) throws(SystemFailure) {
    self.reactor = reactor
    self.options = options
    self.log = log
    transport = LinuxAdvertTransport(reactor)
    pace = AnnouncementPace(reactor)
    state = try KernelNetworkState(on: reactor)
    control = try KernelNetworkControl()
    links = try KernelLinkControl()
  }

  func receive(_ message: RoleMessage, _ descriptors: [Descriptor]) {
    switch message {
    case .heartbeat(let number): send(.supervisor, .alive(number))
    case .configuration(let generation): takeOver(descriptors, generation: generation)
    case .stop: stop()
    case .scriptEnded(let identifier, let outcome): scriptEnded(identifier, outcome)
    case .servicesInstalled(let router):
      for group in groups.values { group.servicesInstalled(for: router) }
    case .query(let identifier, let text): answer(identifier, text)
    case .dump(let kind): dump(kind)
    case .alive, .configured, .configurationRead, .runScript, .notice, .fifo, .routerState, .mail, .announcement,
      .answer, .write,
      .event, .serverOrder:
      break
    }
  }

  /// The supervisor is gone: nobody would notice or mend anything any more, so the role leaves in order.
  func stop() {
    guard !isStopping else { return }
    isStopping = true
    for task in scripts.values { task.alarm.set(nil) }
    stopProcesses()
    let remaining = Countdown(groups.count) { [self] in self.assumeIsolated { $0.stopped() } }
    for key in settings.order {
      guard let group = groups[key] else { continue }
      group.stop(releasing: !options.keepsAddresses) { remaining.count() }
    }
    remaining.start()
  }

  private func stopped() {
    if !options.keepsAddresses {
      statics?.removeAll()
      _ = links.promoteSecondaries(on: [])
      refuse([])
    }
    memory?.clear()
    link?.close()
    reactor.stop()
  }

  func report(_ report: FailoverReport) {
    log.log(level: report.level, "\(report.text)")
    tellControl(report)
    switch report {
    case .router(let name, .transition(let transition)): tellBalancing(name, isMaster: transition.to == .master)
    // No transition, but the supervisor has forgotten what the old process said.
    case .router(let name, .resumed): tellBalancing(name, isMaster: true)
    case .router, .group, .failed: break
    }
    for frame in notices.messages(for: report) { link?.send(frame) }
  }

  private func tellBalancing(_ name: String, isMaster: Bool) {
    guard let number = settings.virtualRouters[name] else { return }
    send(.supervisor, .routerState(name: name, virtualRouterID: number, isMaster: isMaster))
  }

  private var dumpContext: DumpContext {
    let states = scripts.sorted { $0.key < $1.key }.map { name, task in
      let value = task.machine.value
      return DumpContext.ScriptState(
        name: name, isGood: value == .unknown ? nil : value == .up, isRunning: task.machine.isRunning)
    }
    return DumpContext(configuration, scripts: states)
  }

  private func dump(_ kind: DumpKind) {
    let snapshots = settings.order.compactMap { groups[$0]?.assumeIsolated { $0.snapshot() } }
    guard !snapshots.isEmpty else { return }
    let text: String
    switch kind {
    case .data, .parentData, .checkerData: text = KeepalivedData.text(snapshots, dumpContext)
    case .stats, .statsClear: text = KeepalivedStatistics.text(snapshots)
    case .json: text = KeepalivedJSON.text(snapshots, dumpContext)
    }
    send(.control, .write(kind, text: text))
    if kind == .statsClear {
      for group in groups.values { group.resetCounters() }
    }
  }
}

extension FailoverReport {
  /// How much a line matters.
  var level: Logger.Level {
    switch self {
    case .router(_, let report):
      switch report {
      case .transition, .resumed, .priorityChanged, .restored: .notice
      case .lowerPriorityHeard, .contested, .faultsChanged, .rejected, .addressListDiffers, .intervalDiffers, .stalled:
        .warning
      }
    case .group: .notice
    case .failed: .error
    }
  }
}
