import Machines
import VirtualServices
import Wire
import World

/// What the kernel is believed to hold, and the commands that are to change it: the bookkeeping of the table.
///
/// Belief is what was commanded. Commands that failed leave a doubt, which is repeated after a pause, and settled by the
/// next reading of the table at the latest.
struct Reconciler {
  /// What came of a batch.
  struct Outcome {
    /// Failures that were not known yet, as command and reason.
    var news: [(command: String, failure: SystemFailure)] = []
    /// Services among whose commands some failed.
    var incomplete: Set<ServiceKey> = []
    /// Something was not as believed: read the table again.
    var isSurprised = false
  }

  /// What was read, with what was commanded since; nil before the first reading.
  private(set) var believed: [ServiceKey: ServiceImage]?
  private(set) var writes = TableWrites()
  /// Commands in their order, and how many of them are done.
  private var commands: [TableOperation] = []
  private var done = 0
  /// Services about which something was commanded since the reading under way began.
  private var touched: Set<ServiceKey> = []
  private var isFirstReading = true
  /// Services that could not be made: commands about them are void until they are tried again.
  private var broken: Set<ServiceKey> = []
  private var doubts: [ServiceKey: Doubt] = [:]
  private var pause = RetryPause()
  /// Failed commands before the last reading and after it, so that each is told once, and changes that are not in the
  /// kernel for that reason are not taken for somebody else's.
  private var failedBefore: [TableSubject: String] = [:]
  private var failedNow: [TableSubject: String] = [:]

  /// The error number for a service that is not there.
  private static let noSuchService: Int32 = 3  // ESRCH

  var pendingCount: Int { commands.count - done }

  /// The commands that fail at present.
  var failures: [String] { Set(failedBefore.values).union(failedNow.values).sorted() }

  /// When what failed is to be tried again.
  var nextRetry: Moment? { pause.end }

  // MARK: Reading

  /// A reading of the table begins; until it ends, each service is adopted once. Everything that was wanted so far must
  /// have been written.
  mutating func beginReading() {
    touched = []
    isFirstReading = believed == nil
    (failedBefore, failedNow) = (failedNow, [:])
  }

  /// Takes over what was read of a service, nil when it is not there. Returns how many commands it takes to undo what
  /// others did to it.
  mutating func adopt(_ key: ServiceKey, _ image: ServiceImage?, isOurs: Bool) -> Int {
    // What was commanded since the reading began is newer, and what is to be removed is still to be removed.
    guard !touched.contains(key), isOurs || doubts[key] == nil else { return 0 }
    doubts[key] = nil
    let isBroken = broken.remove(key) != nil
    let former = believed?[key]
    guard image != former || believed == nil else { return 0 }
    believed = believed ?? [:]
    believed?[key] = image
    guard isOurs, !isFirstReading, !isBroken else { return 0 }
    return plan(key, actual: image, desired: former).count {
      failedBefore[$0.subject] == nil && failedNow[$0.subject] == nil
    }
  }

  /// The reading is complete.
  mutating func endReading() {
    believed = believed ?? [:]
    touched = []
    if doubts.isEmpty { pause.end = nil }
  }

  // Copies of what is believed must be gone before it is changed, or the whole of it would be copied.

  /// Queues what it takes to give a service this form; nil takes it away.
  mutating func require(_ key: ServiceKey, _ image: ServiceImage?) {
    guard believed != nil else { return }
    if !broken.contains(key) { queue(plan(key, actual: believed?[key], desired: image), key) }
    believed?[key] = image
  }

  /// Queues what it takes to give some destinations of a service this form; false when the service is not there.
  mutating func require(_ key: ServiceKey, _ destinations: [(Endpoint, DestinationAttributes?)]) -> Bool {
    guard believed != nil else { return true }
    let operations = believed?[key].map { plan(key, actual: $0, desired: destinations) }
    guard let operations else { return false }
    if !broken.contains(key) { queue(operations, key) }
    for (endpoint, attributes) in destinations { believed?[key]?.destinations[endpoint] = attributes }
    return true
  }

  private mutating func queue(_ operations: [TableOperation], _ key: ServiceKey) {
    guard !operations.isEmpty else { return }
    if commands.isEmpty { commands = operations } else { commands += operations }
    touched.insert(key)
  }

  /// Queues again what failed, once its pause is over. Says whether the table has to be read instead, because what
  /// would put it right is not known.
  mutating func retry(at now: Moment) -> Bool {
    guard let end = pause.end, end <= now else { return false }
    pause.end = nil
    var isUnknown = false
    for (key, doubt) in doubts.sorted(by: { ServiceKey.isInOrder($0.key, $1.key) }) {
      guard let again = doubt.commands(key, believed: believed?[key]) else {
        isUnknown = true
        continue
      }
      queue(again, key)
      doubts[key] = nil
      broken.remove(key)
    }
    return isUnknown
  }

  /// The next commands to be carried out, at most `limit`.
  mutating func nextBatch(_ limit: Int) -> [TableOperation] {
    var batch: [TableOperation] = []
    while batch.count < limit, done < commands.count {
      let command = commands[done]
      done += 1
      if let key = command.key, broken.contains(key) { continue }
      batch.append(command)
    }
    if done == commands.count { (commands, done) = ([], 0) }
    return batch
  }

  /// Notes how a batch went.
  mutating func carriedOut(_ batch: [TableOperation], failures: [Int: SystemFailure], at now: Moment) -> Outcome {
    var outcome = Outcome()
    for (place, command) in batch.enumerated() {
      if let failure = failures[place] {
        writes.failures += 1
        failed(command, failure, &outcome)
      } else {
        writes.count(command)
        if !(failedNow.isEmpty && failedBefore.isEmpty) { succeeded(command.subject) }
      }
    }
    if !doubts.isEmpty { pause.begin(at: now) } else if pendingCount == 0 { pause = RetryPause() }
    return outcome
  }

  private mutating func succeeded(_ subject: TableSubject) {
    failedNow[subject] = nil
    failedBefore[subject] = nil
  }

  private mutating func failed(_ command: TableOperation, _ failure: SystemFailure, _ outcome: inout Outcome) {
    guard let key = command.key else {
      outcome.news.append((command.text, failure))
      return
    }
    outcome.incomplete.insert(key)
    if broken.contains(key) { return }
    if failure.code == Self.noSuchService {
      outcome.isSurprised = true
      return
    }
    if case .addService = command { broken.insert(key) }
    doubts[key, default: Doubt()].note(command)
    let isNews = failedBefore[command.subject] == nil && failedNow[command.subject] == nil
    failedNow[command.subject] = command.text
    if isNews { outcome.news.append((command.text, failure)) }
  }
}

extension TableOperation {
  /// The service it is about; nil for all.
  var key: ServiceKey? {
    switch self {
    case .addService(let key, _), .editService(let key, _), .removeService(let key), .addDestination(let key, _, _),
      .editDestination(let key, _, _), .removeDestination(let key, _):
      key
    case .flush: nil
    }
  }
}

extension TableWrites {
  fileprivate mutating func count(_ command: TableOperation) {
    switch command {
    case .addService: servicesAdded += 1
    case .editService: servicesEdited += 1
    case .removeService, .flush: servicesRemoved += 1
    case .addDestination: destinationsAdded += 1
    case .editDestination: destinationsEdited += 1
    case .removeDestination: destinationsRemoved += 1
    }
  }

  /// What was written since an earlier count.
  func since(_ earlier: TableWrites) -> TableWrites {
    var difference = self
    difference.servicesAdded -= earlier.servicesAdded
    difference.servicesEdited -= earlier.servicesEdited
    difference.servicesRemoved -= earlier.servicesRemoved
    difference.destinationsAdded -= earlier.destinationsAdded
    difference.destinationsEdited -= earlier.destinationsEdited
    difference.destinationsRemoved -= earlier.destinationsRemoved
    difference.failures -= earlier.failures
    return difference
  }
}
