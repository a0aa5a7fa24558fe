package import Machines
package import Wire

/// Somebody who speaks for our virtual router and is not like us: nearly always a router configured differently, or one
/// of another cluster that uses the same VRID.
package struct ForeignSpeaker: Hashable, Sendable {
  /// In what it differs.
  package enum Difference: Hashable, Sendable {
    /// Its packets are refused for this reason.
    case refused(RejectReason)
    /// Its adverts are good, but name these addresses.
    case addresses([IPAddress])
  }

  /// The sender.
  package var address: IPAddress
  /// The difference that was found last.
  package var difference: Difference
  /// When it was last heard.
  package var lastHeard: Moment
  /// How many such packets came from it.
  package var count: UInt64
}

extension ForeignSpeaker.Difference: CustomStringConvertible {
  /// The difference in words.
  package var description: String {
    switch self {
    case .refused(let reason): return reason.text
    case .addresses(let theirs):
      // A whole list would fill the screen.
      let few = theirs.prefix(4).map(\.description).joined(separator: ", ")
      return "it advertises other addresses than are configured here: \(theirs.isEmpty ? "none" : few)"
        + (theirs.count > 4 ? " and \(theirs.count - 4) more" : "")
    }
  }
}

extension ForeignSpeaker {
  /// Whether its packets are refused.
  var isRefused: Bool {
    switch difference {
    case .refused: true
    case .addresses: false
    }
  }
}
