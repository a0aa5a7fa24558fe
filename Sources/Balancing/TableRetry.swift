import Machines
import VirtualServices
import Wire

// What happens after a command to the table failed, for want of memory for instance: it is repeated, soon at first,
// then less and less often. What is repeated is not the command, which may be out of date, but what is believed by then.

/// What a command is about, whatever it says of it.
struct TableSubject: Hashable {
  let key: ServiceKey?
  /// Nil for the service itself.
  let destination: Endpoint?
}

/// What of a service may not be as believed, because commands about it failed.
struct Doubt {
  /// The service may be missing.
  private var isMissing = false
  /// The service should be gone and may not be, with destinations that are forgotten.
  private var isLeft = false
  private var attributes = false
  private var destinations: Set<Endpoint> = []

  mutating func note(_ failed: TableOperation) {
    switch failed {
    case .addService: isMissing = true
    case .removeService: isLeft = true
    case .editService: attributes = true
    case .addDestination(_, let endpoint, _), .editDestination(_, let endpoint, _), .removeDestination(_, let endpoint):
      destinations.insert(endpoint)
    case .flush: break
    }
  }

  /// The commands that remove the doubt. They do so whether or not the failed ones had an effect: what exists already is
  /// edited, and what is gone already need not go.
  /// Nil when only a reading of the table tells which.
  func commands(_ key: ServiceKey, believed: ServiceImage?) -> [TableOperation]? {
    guard let believed else { return [.removeService(key)] }
    if isLeft { return nil }
    if isMissing { return plan(key, actual: nil, desired: believed) }
    var without = believed
    for endpoint in destinations { without.destinations[endpoint] = nil }
    let gone = destinations.filter { believed.destinations[$0] == nil }.sorted()
    return (attributes ? [.editService(key, believed.attributes)] : [])
      + plan(key, actual: without, desired: believed) + gone.map { .removeDestination(key, $0) }
  }
}

/// The pause before the next attempt: 0.1 s, doubled with each that fails, up to 5 s. No reading that failed waits
/// longer either.
struct RetryPause {
  private static let first = Duration.milliseconds(100)
  static let longest = Duration.seconds(5)

  /// When it is over; nil while nothing waits.
  var end: Moment?
  private var next = RetryPause.first

  mutating func begin(at now: Moment) {
    guard end == nil else { return }
    end = now + next
    next = min(next * 2, Self.longest)
  }
}

extension TableOperation {
  /// What it is about.
  var subject: TableSubject {
    switch self {
    case .addService, .editService, .removeService, .flush: TableSubject(key: key, destination: nil)
    case .addDestination(_, let endpoint, _), .editDestination(_, let endpoint, _), .removeDestination(_, let endpoint):
      TableSubject(key: key, destination: endpoint)
    }
  }
}
