package import Machines

/// Holds back warnings that come again and again word for word, and says now and then how often they came.
///
/// A transition of a state is never held back: only what complains is. A line is written at once when it is new, or when
/// a minute has passed since it was written last; then with the number of those between.
package struct RepeatedLines: Hashable, Sendable {
  private struct Entry: Hashable {
    var writtenAt: Moment
    var heldBack = 0
  }

  /// How long a line is not repeated.
  package static let pause = Duration.seconds(60)
  /// How many different lines are remembered.
  package static let capacity = 64

  private var entries: [String: Entry] = [:]

  /// Remembers nothing.
  package init() {}

  /// What is to be written for a line; nil for nothing now.
  package mutating func take(_ line: String, at now: Moment) -> String? {
    guard var entry = entries[line] else {
      makeRoom()
      entries[line] = Entry(writtenAt: now)
      return line
    }
    guard now - entry.writtenAt >= Self.pause else {
      entry.heldBack += 1
      entries[line] = entry
      return nil
    }
    let count = entry.heldBack
    entries[line] = Entry(writtenAt: now)
    return count == 0 ? line : "\(line) (and \(count) times more since it was last written)"
  }

  private mutating func makeRoom() {
    guard entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.writtenAt < $1.value.writtenAt })
    else { return }
    entries[oldest.key] = nil
  }
}
