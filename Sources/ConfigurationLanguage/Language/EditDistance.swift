/// What was probably meant by a word that is not known.
enum Suggestion {
  /// The nearest of the legal words; nil when none is near.
  static func nearest(to word: String, among legal: some Sequence<String>) -> String? {
    let octets = Array(word.utf8)
    guard !octets.isEmpty, octets.count <= 64 else { return nil }
    let limit = octets.count <= 3 ? 1 : octets.count <= 7 ? 2 : 3
    var best: (distance: Int, word: String)?
    for candidate in legal {
      let other = Array(candidate.utf8)
      guard abs(other.count - octets.count) <= limit else { continue }
      let same = candidate.lowercased() == word.lowercased()
      let distance = same ? 0 : distance(octets, other, limit: limit)
      // At most a third of the word may be wrong, or anything could be meant.
      guard distance <= limit, distance * 3 <= max(octets.count, 3), distance < best?.distance ?? .max else { continue }
      best = (distance, candidate)
    }
    return best?.word
  }

  /// Insertions, deletions, substitutions and swaps of neighbours that lead from one word to the other; something
  /// beyond the limit once it is clear that it is more.
  static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    var before: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for column in right.indices {
        var cost = min(
          previous[column + 1] + 1, current[column] + 1, previous[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      if let least = current.min(), least > limit { return least }
      (before, previous) = (previous, current)
    }
    return previous[right.count]
  }
}

extension Parser {
  /// What was probably meant; nil once there are so many faults that no one reads suggestions, since looking through
  /// thousands of names for each of thousands of faults would take long.
  func suggestion(for word: String, among legal: @autoclosure () -> [String]) -> String? {
    guard faults.list.count < 100 else { return nil }
    let names = legal()
    return names.count <= 5000 ? Suggestion.nearest(to: word, among: names) : nil
  }
}
