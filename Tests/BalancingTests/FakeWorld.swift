import Machines
import VirtualServices
import Wire
import World

/// Runs jobs where they are put: the test is the loop.
final class TestExecutor: SerialExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    unsafe UnownedJob(job).runSynchronously(on: asUnownedSerialExecutor())
  }

  /// The test's own thread counts as the loop.
  func checkIsolated() {}
}

/// A loop whose clock stands still until the test moves it. Used by one thread only.
final class TestLoop: Loop, @unchecked Sendable {
  final class TestAlarm: Alarm, @unchecked Sendable {
    let ring: @Sendable () -> Void
    var moment: Moment?

    init(_ ring: @escaping @Sendable () -> Void) {
      self.ring = ring
    }

    func set(_ moment: Moment?) {
      self.moment = moment
    }
  }

  private let onlyExecutor = TestExecutor()
  private(set) var now = Moment.origin
  private var jobs: [@Sendable () -> Void] = []
  private var alarms: [TestAlarm] = []
  /// How many times the loop has turned.
  private(set) var turns = 0

  var executor: any SerialExecutor { onlyExecutor }
  var wallTime: WallTime { WallTime(nanoseconds: now.nanoseconds) }

  func later(_ job: @escaping @Sendable () -> Void) {
    jobs.append(job)
  }

  func alarm(_ ring: @escaping @Sendable () -> Void) -> any Alarm {
    let alarm = TestAlarm(ring)
    alarms.append(alarm)
    return alarm
  }

  /// Turns until nothing is left to do now.
  func turn() {
    for _ in 0..<100_000 {
      turns += 1
      let ready = jobs
      jobs = []
      for job in ready { job() }
      let due = alarms.filter { $0.moment.map { $0 <= now } ?? false }
      for alarm in due {
        alarm.moment = nil
        alarm.ring()
      }
      if jobs.isEmpty, due.isEmpty { return }
    }
  }

  /// Lets time pass, ringing every alarm at its moment.
  func pass(_ duration: Duration) {
    let end = now + duration
    turn()
    while let next = alarms.compactMap(\.moment).min(), next <= end {
      now = max(now, next)
      turn()
    }
    now = end
    turn()
  }

  /// Lets time pass in one jump, as when the whole program stood still.
  func stall(_ duration: Duration) {
    now += duration
  }
}

/// Opens connections to servers that behave as the test says.
final class TestConnector: Connector, @unchecked Sendable {
  enum Behaviour {
    case accepts
    case refuses
    case isSilent
    case cannotBeTried
    /// Answers the first octets it gets with these, and closes.
    case answers(String)
    /// Answers whatever it gets with these, and stays.
    case keepsAnswering(String)
  }

  final class Link: Connection, @unchecked Sendable {
    let request: ConnectionRequest
    let event: @Sendable (ConnectionEvent) -> Void
    private weak var connector: TestConnector?
    var isClosed = false
    var sent: [UInt8] = []

    init(
      _ request: ConnectionRequest, _ connector: TestConnector, _ event: @escaping @Sendable (ConnectionEvent) -> Void
    ) {
      self.request = request
      self.connector = connector
      self.event = event
    }

    func send(_ octets: [UInt8]) {
      sent += octets
      switch connector?.behaviour(request.endpoint) {
      case .answers(let text):
        later(.received(Array(text.utf8)[...]))
        later(.ended)
      case .keepsAnswering(let text): later(.received(Array(text.utf8)[...]))
      case .accepts, .refuses, .isSilent, .cannotBeTried, nil: break
      }
    }

    func close() {
      isClosed = true
    }

    func later(_ what: ConnectionEvent) {
      connector?.loop.later { [self] in if !isClosed { event(what) } }
    }
  }

  let loop: TestLoop
  var behaviours: [Endpoint: Behaviour] = [:]
  var standard = Behaviour.accepts
  private(set) var opened: [(moment: Moment, link: Link)] = []

  init(_ loop: TestLoop) {
    self.loop = loop
  }

  func behaviour(_ endpoint: Endpoint) -> Behaviour { behaviours[endpoint] ?? standard }

  var openLinks: [Link] { opened.map(\.link).filter { !$0.isClosed } }

  func attempts(to endpoint: Endpoint) -> [Moment] {
    opened.filter { $0.link.request.endpoint == endpoint }.map(\.moment)
  }

  func open(
    _ request: ConnectionRequest, event: @escaping @Sendable (ConnectionEvent) -> Void
  ) -> any Connection {
    let link = Link(request, self, event)
    opened.append((loop.now, link))
    switch behaviour(request.endpoint) {
    case .accepts, .answers, .keepsAnswering: link.later(.connected)
    case .refuses: link.later(.failed(.refused(reason: "connection refused")))
    case .isSilent: break
    case .cannotBeTried:
      let failure = SystemFailure(call: "bind", code: 99, subject: "192.0.2.77", reason: "no such address")
      link.later(.failed(.impossible(failure)))
    }
    return link
  }
}

/// The kernel's table, with the kernel's rules about what can be done when.
final class TestTable: DirectorTable, @unchecked Sendable {
  var services: [ServiceKey: TableService] = [:]
  private(set) var operations: [TableOperation] = []
  /// The sizes of the batches.
  private(set) var batches: [Int] = []
  private(set) var reads = 0
  /// Called before the destinations of a service are read.
  var willRead: (ServiceKey) -> Void = { _ in }
  private(set) var timeouts: [UInt32] = []
  var readFailure: SystemFailure?
  /// Whether a command fails although it is legal.
  var refuses: (TableOperation) -> SystemFailure? = { _ in nil }

  static func failure(_ code: Int32, _ reason: String) -> SystemFailure {
    SystemFailure(call: "IPVS", code: code, reason: reason)
  }

  func read() throws(SystemFailure) -> [ServiceKey: TableService] {
    reads += 1
    if let readFailure { throw readFailure }
    return services
  }

  func readServices() throws(SystemFailure) -> [ServiceKey: TableService] {
    try read().mapValues { TableService(attributes: $0.attributes) }
  }

  func readDestinations(of key: ServiceKey) throws(SystemFailure) -> [Endpoint: TableDestination] {
    willRead(key)
    if let readFailure { throw readFailure }
    return services[key]?.destinations ?? [:]
  }

  func apply(_ operations: [TableOperation]) -> [Int: SystemFailure] {
    batches.append(operations.count)
    var failures: [Int: SystemFailure] = [:]
    for (place, operation) in operations.enumerated() {
      self.operations.append(operation)
      failures[place] = refuses(operation) ?? carryOut(operation)
    }
    return failures
  }

  private func carryOut(_ operation: TableOperation) -> SystemFailure? {
    let noService = Self.failure(3, "no such service")
    switch operation {
    case .addService(let key, let attributes), .editService(let key, let attributes):
      if services[key] == nil { services[key] = TableService(attributes: attributes) }
      services[key]?.attributes = attributes
    case .removeService(let key): services[key] = nil
    case .addDestination(let key, let endpoint, let attributes),
      .editDestination(let key, let endpoint, let attributes):
      guard services[key] != nil else { return noService }
      var entry = services[key]?.destinations[endpoint] ?? TableDestination(attributes: attributes)
      entry.attributes = attributes
      services[key]?.destinations[endpoint] = entry
    case .removeDestination(let key, let endpoint): services[key]?.destinations[endpoint] = nil
    case .flush: services = [:]
    }
    return nil
  }

  func setTimeouts(tcp: UInt32, tcpFin: UInt32, udp: UInt32) throws(SystemFailure) {
    timeouts = [tcp, tcpFin, udp]
  }

  func syncDaemons() throws(SystemFailure) -> [SyncDaemon] { [] }
  func startSyncDaemon(_ daemon: SyncDaemon) throws(SystemFailure) {}
  func stopSyncDaemon(_ state: SyncDaemon.State) throws(SystemFailure) {}

  /// The weights of a service, or nil when it is not there.
  func weights(_ key: ServiceKey = Sample.key) -> [Endpoint: UInt32]? {
    services[key]?.destinations.mapValues(\.attributes.weight)
  }

  func forgetOperations() {
    operations = []
    batches = []
  }
}
