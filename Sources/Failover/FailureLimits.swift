import Machines
import World

/// Lets the first failure of each kind pass, and then one a minute with the number of those held back.
struct FailureLimits {
  private struct Kind: Hashable {
    var router: String
    var call: String
    var code: Int32
  }

  private struct Entry {
    var reportedAt: Moment
    var suppressed: UInt64
  }

  private var entries: [Kind: Entry] = [:]

  /// How many failures like this one were held back since the last report, when one may pass now; nil when it may not.
  mutating func pass(_ failure: SystemFailure, router: String, at now: Moment) -> UInt64? {
    let kind = Kind(router: router, call: failure.call, code: failure.code)
    if var entry = entries[kind], now - entry.reportedAt < .seconds(60) {
      entry.suppressed &+= 1
      entries[kind] = entry
      return nil
    }
    defer { entries[kind] = Entry(reportedAt: now, suppressed: 0) }
    return entries[kind]?.suppressed ?? 0
  }

  /// A router that was removed has no failures.
  mutating func drop(router: String) { entries = entries.filter { $0.key.router != router } }
}
