import Machines
import VirtualServices
import Wire
package import World

/// Checks real servers and keeps the kernel's table of virtual services as it should be.
package actor Director {
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.executor.asUnownedSerialExecutor() }

  /// A virtual service with the probes of its checks.
  final class Service {
    let number: Int
    var machine: ServiceMachine
    /// The probes of each server's checks.
    var probes: [[Int]] = []
    /// Whether its checks rest because none of its addresses is here (ha_suspend).
    var isAsleep = false
    /// The deadline that stands in the queue.
    var queued: Moment?

    init(number: Int, machine: ServiceMachine) {
      self.number = number
      self.machine = machine
    }
  }

  /// What of a service has to be compared with the kernel.
  struct Dirt {
    var isWhole = false
    var servers: Set<Int> = []
  }

  nonisolated let loop: any Loop
  /// When what is being handled came in; each door of the actor sets it.
  private(set) var now: Moment
  let connector: any Connector
  let table: any DirectorTable
  private let tell: @Sendable (BalancingReport) -> Void

  var settings: DirectorSettings
  var isRunning = false
  var masters: [String: Bool] = [:]
  var localAddresses: Set<IPAddress>?

  // Services.
  var services: [Int: Service] = [:]
  var serviceNumbers: [ServiceIdentity: Int] = [:]
  var lastNumber = 0
  /// What operators want of servers.
  var orders: [ServiceIdentity: [Endpoint: OperatorOrder]] = [:]

  // Probes.
  var probes: [Int: Probe] = [:]
  var probeNumbers: [ProbeSettings: Int] = [:]
  var scripts: [ScriptRun: Int] = [:]
  var waitingProbes: [Int] = []
  var probesUnderWay = 0
  var conversations: UInt64 = 0
  /// Connections that wait for their probe's next request, by the probe's number.
  var keptConnections: [Int: KeptConnection] = [:]
  var tools: ConversationTools
  var files: [String: Int64?] = [:]
  var sessions: [String: Bool] = [:]
  var deadlines = DeadlineQueue()

  // The table.
  var reconciler = Reconciler()
  var dirt: [Int: Dirt] = [:]
  var dirtyOrder: [Int] = []
  /// Keys that were ours and are to be gone.
  var retired: Set<ServiceKey> = []
  var tableRead: Moment?
  var reading: TableReading?
  var nextReading: Moment?
  var readingDelay = Duration.seconds(1)
  var unreadable: SystemFailure?

  private var alarm: (any Alarm)?
  private var alarmSet: Moment?
  private var nextHandling = Moment.origin
  private var outbox: [BalancingReport] = []
  private var isSettling = false

  /// A director that does nothing until `.started`. `seed` decides about the spread of first checks; `matchers` makes
  /// searchers for the bodies of HTTP answers; `report` is called on the loop, after what it tells of is done.
  package init(
    settings: DirectorSettings, loop: any Loop, connector: any Connector, table: any DirectorTable, seed: UInt64,
    matchers: @escaping BodyMatcherMaker = makeBodyMatcher, report: @escaping @Sendable (BalancingReport) -> Void
  ) {
    self.settings = settings
    self.loop = loop
    now = loop.now
    self.connector = connector
    self.table = table
    tools = ConversationTools(chance: SeededGenerator(seed: seed), matchers: matchers)
    tell = report
  }

  /// The one door for what happens outside.
  package func deliver(_ event: DirectorEvent) {
    lookAtClock()
    switch event {
    case .started(let masters, let localAddresses): start(masters, localAddresses)
    case .settingsChanged(let settings): change(to: settings)
    case .routerChanged(let name, let isMaster): routerChanged(name, isMaster)
    case .localAddressesChanged(let addresses): localAddressesChanged(addresses)
    case .checkRan(let run, let outcome): scriptEnded(run, outcome)
    case .fileChanged(let name, let value): fileChanged(name, value)
    case .sessionChanged(let name, let isUp): sessionChanged(name, isUp)
    case .serverOrdered(let service, let server, let order): serverOrdered(service, server, order)
    case .reconcileWanted: if isRunning { readTable() }
    }
    settleSoon()
  }

  /// Ends all checks, tells what omega wants told, and leaves the table as the stop policy says.
  package func stop(_ completion: @Sendable () -> Void) {
    lookAtClock()
    guard isRunning else { return completion() }
    isRunning = false
    alarm?.set(nil)
    for probe in probes.values { abandon(probe) }
    for service in orderedServices {
      carryOut(service, service.machine.handle(.stopping, at: now))
    }
    clearTable()
    flushOutbox()
    completion()
  }

  /// Services in the order of the configuration.
  var orderedServices: [Service] {
    settings.services.compactMap { serviceNumbers[$0.identity].flatMap { services[$0] } }
  }

  func report(_ report: BalancingReport) {
    outbox.append(report)
  }

  /// Compares and writes in the loop's next turn, when everything that is ready now has been heard.
  func settleSoon() {
    setAlarm()
    guard !isSettling, isRunning || !outbox.isEmpty else { return }
    isSettling = true
    loop.later { [weak self] in self?.assumeIsolated { $0.settle() } }
  }

  /// The first thing to do in whatever the loop calls.
  func lookAtClock() {
    now = loop.now
  }

  private func settle() {
    lookAtClock()
    isSettling = false
    // The table first: telling of thousands of services takes longer than installing them.
    guard isRunning, reconcileSlice() else {
      flushOutbox()
      return setAlarm()
    }
    settleSoon()
  }

  func flushOutbox() {
    let reports = outbox
    outbox = []
    for report in reports { tell(report) }
  }

  // MARK: Time

  /// The alarm follows the earliest deadline of all.
  func setAlarm() {
    guard isRunning else { return }
    let alarm = self.alarm ?? loop.alarm { [weak self] in self?.assumeIsolated { $0.alarmRang() } }
    self.alarm = alarm
    var earliest = firstDeadline
    for other in [nextReading, reconciler.nextRetry] {
      if let other { earliest = min(earliest ?? other, other) }
    }
    earliest = earliest.map { max($0, nextHandling) }
    guard earliest != alarmSet else { return }
    alarmSet = earliest
    alarm.set(earliest)
  }

  /// The earliest deadline that somebody still waits for.
  private var firstDeadline: Moment? {
    while let next = deadlines.first {
      if (probes[next.owner]?.queued ?? services[next.owner]?.queued) == next.moment { return next.moment }
      deadlines.removeFirst()
    }
    return nil
  }

  /// The shortest time from one handling of deadlines to the next: what comes due meanwhile is handled together. Of
  /// thousands of checks a second each would wake the process twice; one alone is never late for that.
  private static let pace = Duration.milliseconds(5)

  /// Beyond this the program stood still, and answers may be waiting that came in time.
  private static let late = Duration.milliseconds(500)

  private func alarmRang() {
    lookAtClock()
    let wanted = alarmSet
    alarmSet = nil
    guard let wanted, now - wanted > Self.late else { return handleDeadlines() }
    handleDeadlinesSoon()
  }

  /// How many deadlines are handled before the loop turns.
  private static let deadlinesPerTurn = 256

  private func handleDeadlines() {
    guard isRunning else { return }
    var handled = 0
    while handled < Self.deadlinesPerTurn, let due = deadlines.popDue(at: now) {
      if let probe = probes[due.owner], probe.queued == due.moment {
        probe.queued = nil
        probeDeadlineReached(probe, at: now)
      } else if let service = services[due.owner], service.queued == due.moment {
        service.queued = nil
        carryOut(service, service.machine.handle(.deadlineReached, at: now))
      } else {
        continue
      }
      handled += 1
    }
    let isDoubtful = reconciler.retry(at: now)
    if isDoubtful { readAgainSoon() }
    if let due = nextReading, due <= now { readTable() }
    nextHandling = now + Self.pace
    if let next = deadlines.first, next.moment <= now { handleDeadlinesSoon() }
    settleSoon()
  }

  private func handleDeadlinesSoon() {
    loop.later { [weak self] in
      self?.assumeIsolated {
        $0.lookAtClock()
        $0.handleDeadlines()
      }
    }
  }
}
