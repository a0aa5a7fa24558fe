extension Run {
  /// A run of a seed in which only these faults of its schedule happen, by number from 0.
  package init(_ settings: RunSettings, keeping kept: [Int]) {
    let whole = Run(settings)
    self.init(settings, schedule: kept.filter(whole.schedule.indices.contains).map { whole.schedule[$0] })
  }

  /// The faults, by number, of a shortest schedule that violates the same rule: none of them can be left out. Nil when
  /// nothing is violated.
  ///
  /// - Parameter limit: How many runs to make at most.
  package static func shrink(_ settings: RunSettings, limit: Int = 2_000) -> [Int]? {
    let whole = Run(settings)
    guard let rule = whole.perform().violation?.rule else { return nil }
    var kept = Array(whole.schedule.indices)
    var size = max(1, kept.count / 2)
    var remaining = limit
    while size > 0, remaining > 0 {
      let before = kept.count
      var from = 0
      while from < kept.count, remaining > 0 {
        let fewer = Array(kept[..<from] + kept[min(from + size, kept.count)...])
        remaining -= 1
        if Run(settings, keeping: fewer).perform().violation?.rule == rule { kept = fewer } else { from += size }
      }
      // A last round with single faults until none can be spared.
      if size == 1, kept.count < before { continue }
      size /= 2
    }
    return kept
  }
}
