import VirtualServices
import Wire
import World

/// What the kernel is believed to hold, and the commands that are to change it: the bookkeeping of the table.
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
  /// Services that could not be made: commands about them are void until the table is read again.
  private var broken: Set<ServiceKey> = []
  /// Failed commands of the last round and of this one, so that each is told once.
  private var failedBefore: Set<String> = []
  private var failedNow: Set<String> = []

  /// The error number for a service that is not there.
  private static let noSuchService: Int32 = 3  // ESRCH

  var pendingCount: Int { commands.count - done }

  /// The commands that fail at present.
  var failures: [String] { failedBefore.union(failedNow).sorted() }

  /// Takes over what was read. Returns how many commands it takes to undo what others did to our services.
  mutating func adopt(_ table: [ServiceKey: ServiceImage], ours: Set<ServiceKey>) -> Int {
    let differences = believed.map { believed in
      ours.reduce(0) { count, key in
        let commands = plan(key, actual: table[key], desired: believed[key])
        return count + commands.filter { !failedNow.contains($0.text) }.count
      }
    }
    believed = table
    broken = []
    (failedBefore, failedNow) = (failedNow, [])
    return differences ?? 0
  }

  /// Queues what it takes to give a service this form; nil takes it away.
  mutating func require(_ key: ServiceKey, _ image: ServiceImage?) {
    guard let believed, !broken.contains(key) else { return }
    queue(plan(key, actual: believed[key], desired: image))
    self.believed?[key] = image
  }

  /// Queues what it takes to give some destinations of a service this form; false when the service is not there.
  mutating func require(_ key: ServiceKey, _ destinations: [(Endpoint, DestinationAttributes?)]) -> Bool {
    guard let believed, !broken.contains(key) else { return true }
    guard let image = believed[key] else { return false }
    queue(plan(key, actual: image, desired: destinations))
    for (endpoint, attributes) in destinations { self.believed?[key]?.destinations[endpoint] = attributes }
    return true
  }

  private mutating func queue(_ operations: [TableOperation]) {
    commands.append(contentsOf: operations)
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
  mutating func carriedOut(_ batch: [TableOperation], failures: [Int: SystemFailure]) -> Outcome {
    var outcome = Outcome()
    for (place, command) in batch.enumerated() {
      guard let failure = failures[place] else {
        writes.count(command)
        continue
      }
      writes.failures += 1
      guard let key = command.key else {
        outcome.news.append((command.text, failure))
        continue
      }
      outcome.incomplete.insert(key)
      if broken.contains(key) { continue }
      if failure.code == Self.noSuchService {
        outcome.isSurprised = true
        continue
      }
      retract(command, key)
      let text = command.text
      let isNews = !failedBefore.contains(text) && !failedNow.contains(text)
      failedNow.insert(text)
      if isNews { outcome.news.append((text, failure)) }
    }
    return outcome
  }

  /// Believes no longer what a failed command was to bring about.
  private mutating func retract(_ command: TableOperation, _ key: ServiceKey) {
    switch command {
    case .addService:
      believed?[key] = nil
      broken.insert(key)
    case .addDestination(_, let endpoint, _): believed?[key]?.destinations[endpoint] = nil
    case .editService, .editDestination, .removeService, .removeDestination, .flush: break
    }
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
