import VRRP
import World

// The lane of changes of the kernel's state: addresses, routes and rules.
extension FailoverGroup {
  /// Writes a batch of what is wanted in the kernel; false when there is more to write.
  func writeKernel() -> Bool {
    guard holdings.values.contains(where: { $0.mayDiffer }) else { return true }
    var budget = max(1, settings.operationsPerTurn)
    for name in holdings.keys.sorted() {
      guard var holding = holdings[name], holding.mayDiffer else { continue }
      guard budget > 0 else { return false }
      let steps = holding.steps(limit: budget)
      guard !steps.isEmpty else {
        holding.settle()
        holdings[name] = holding
        if machine.router(named: name) == nil { holdings[name] = nil }
        continue
      }
      let full = steps.count == budget
      budget -= steps.count
      let outcomes = control.apply(steps.map(\.operation))
      var added: [AnnouncementQueue.Target] = []
      for (step, failure) in zip(steps, outcomes) {
        holding.finish(step, failed: failure != nil)
        if let failure { note(failure, router: name) }
        if step.isAddition, failure == nil, let target = step.holding.target { added.append(target) }
      }
      let announces = holding.announcesAdditions
      if !full { holding.settle() }
      holdings[name] = holding
      if announces, let router = machine.router(named: name) {
        announce(name, added, rounds: router.settings.announcements.repeats)
      }
      if full { return false }
    }
    return true
  }

  /// Reports a failed call, within limits.
  func note(_ failure: SystemFailure, router name: String) {
    guard let suppressed = failures.pass(failure, router: name, at: loop.now) else { return }
    reports.append(.failed(router: name, failure, suppressed: suppressed))
  }

  func goOnLater() {
    guard !isContinuing else { return }
    isContinuing = true
    // Not weakly: whoever lets go of a group that ends does not end its work.
    loop.later {
      self.assumeIsolated {
        $0.isContinuing = false
        $0.flush()
      }
    }
  }
}
