import Machines

/// Lets the first report of each kind pass, and then one a minute with the number of those held back, so that nobody
/// can fill the log from outside.
struct ReportLimits: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case rejected(RejectReason)
    case addressList
    case interval
  }

  struct Entry: Hashable, Sendable {
    var reportedAt: Moment
    var suppressed: UInt64
  }

  var entries: [Kind: Entry] = [:]

  /// How many reports of this kind were held back since the last one, when one may pass now; nil when it may not.
  mutating func pass(_ kind: Kind, at now: Moment) -> UInt64? {
    if var entry = entries[kind], now - entry.reportedAt < .seconds(60) {
      entry.suppressed &+= 1
      entries[kind] = entry
      return nil
    }
    let suppressed = entries[kind]?.suppressed ?? 0
    entries[kind] = Entry(reportedAt: now, suppressed: 0)
    return suppressed
  }

  /// After a change of state everything may be reported again.
  mutating func reset() { entries = [:] }
}
