package import Machines
package import Wire

/// The lines about adverts for virtual routers that are not ours (`log_unknown_vrids`): one a minute for each interface
/// and VRID, so that a neighbour fills no disk. It is bounded by what VRIDs there are.
package struct StrangersLog: Sendable {
  private struct Key: Hashable {
    let interface: Int32
    let virtualRouter: UInt8
  }

  private struct Entry {
    let reportedAt: Moment
    var suppressed: UInt64 = 0
  }

  private var entries: [Key: Entry] = [:]

  /// An empty log.
  package init() {}

  /// The line about an advert, when one is due; nil when it was held back.
  ///
  /// - Parameters:
  ///   - name: Finds the name of the interface with an index.
  package mutating func line(
    virtualRouter: UInt8, from source: IPAddress, interface: Int32, name: (Int32) -> String?, at now: Moment
  ) -> String? {
    let key = Key(interface: interface, virtualRouter: virtualRouter)
    if let entry = entries[key], now - entry.reportedAt < .seconds(60) {
      entries[key]?.suppressed &+= 1
      return nil
    }
    let suppressed = entries[key]?.suppressed ?? 0
    entries[key] = Entry(reportedAt: now)
    return "unknown VRID \(virtualRouter) from \(source) on interface \(name(interface) ?? String(interface)), ignored"
      + (suppressed > 0 ? " (and \(suppressed) more like it)" : "")
  }
}
