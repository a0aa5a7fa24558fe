import Machines
package import VRRP
import Wire
package import World

/// Keeps static addresses, routes and rules where they belong: an actor on the role's loop, one for all of them.
///
/// What somebody removes is put back in the next turn, five times in a row at once and then once a second; what went with
/// its interface comes back with it; what the kernel refuses is tried again every second. A `track_group` is told to be
/// down while one of its items is not there and could not be put back.
package actor StaticItems {
  /// What it has to tell.
  package enum Report: Hashable, Sendable {
    /// A call into the system failed; `suppressed` counts failures not reported since the last one.
    case failed(SystemFailure, suppressed: UInt64)
    /// Something that another program removed is being put back.
    case restored
  }

  private static let allowance = 5
  private static let operationsPerTurn = 128
  private static let retryInterval = Duration.seconds(1)

  private let loop: any Loop
  private let network: any NetworkState
  private let control: any NetworkControl
  private let judged: @Sendable (Tracker.Identity, TrackerValue) -> Void
  private let report: @Sendable (Report) -> Void

  private var settings = StaticSettings()
  private var resolved = StaticSettings.Resolved()
  private var holdings = Holdings()
  private var up: Set<Int32> = []
  private var values: [String: TrackerValue] = [:]
  private var failures = FailureLimits()
  private var restorations = StaticItems.allowance
  private var hasLoss = false
  private var alarm: (any Alarm)?
  private var due: Moment?
  private var isObserving = false
  private var isContinuing = false

  /// The role's loop runs this actor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.executor.asUnownedSerialExecutor()
  }

  /// Nothing is kept before `apply`.
  ///
  /// - Parameters:
  ///   - judged: Called on the loop when a track_group becomes up or down.
  ///   - report: Called on the loop with each report.
  package init(
    loop: any Loop, state: any NetworkState, control: any NetworkControl,
    judged: @escaping @Sendable (Tracker.Identity, TrackerValue) -> Void,
    report: @escaping @Sendable (Report) -> Void
  ) {
    self.loop = loop
    network = state
    self.control = control
    self.judged = judged
    self.report = report
  }

  /// Takes over settings: what they do not have any more is removed, what is new is added. Called on the loop.
  package nonisolated func apply(_ settings: StaticSettings) { assumeIsolated { $0.change(to: settings) } }

  /// Removes everything at once. Called on the loop.
  package nonisolated func removeAll() {
    assumeIsolated { items in
      items.settings = StaticSettings()
      items.holdings.withdraw()
      while items.write() {}
    }
  }

  private func change(to new: StaticSettings) {
    guard new != settings else { return }
    settings = new
    for group in values.keys where !new.trackGroups.contains(group) { values[group] = nil }
    if !isObserving {
      isObserving = true
      alarm = loop.alarm { [weak self] in self?.assumeIsolated { $0.alarmRang() } }
      network.observe { [weak self] change in self?.assumeIsolated { $0.networkChanged(change) } }
    }
    if new.hasRoutesOrRules { network.watchRoutesAndRules() }
    holdings.install()
    define()
  }

  private func define() {
    resolved = settings.resolved(network.links.values)
    up = Set(network.links.values.filter(\.isUp).map(\.index))
    holdings.define(resolved.all, untracked: resolved.untracked)
    flush()
  }
}

// What happens on the host.
extension StaticItems {
  private func networkChanged(_ change: NetworkChange) {
    switch change {
    case .linkChanged(let link):
      if link.isUp != up.contains(link.index) {
        holdings.forget { if case .route = $0 { $0.uses(interface: link.index) } else { false } }
      }
      holdings.retry()
      define()
    case .linkRemoved(let index):
      holdings.forget { $0.uses(interface: index) }
      define()
    case .addressAdded: break
    case .addressRemoved(let address):
      lost {
        $0.address.map { $0.interface == address.interface && $0.prefix == address.prefix } ?? false
      }
    case .routeRemoved(let route):
      lost { if case .route(let held) = $0 { held.identity == route.identity } else { false } }
    case .ruleRemoved(let rule):
      lost { if case .rule(let held) = $0 { held.normalized == rule.normalized } else { false } }
    case .resynchronized:
      let present = Set(network.addresses.map { Place(interface: $0.interface, prefix: $0.prefix) })
      lost { $0.address.map { !present.contains(Place(interface: $0.interface, prefix: $0.prefix)) } ?? false }
      define()
    }
  }

  private struct Place: Hashable {
    var interface: Int32
    var prefix: AddressPrefix
  }

  /// What caused the loss, an interface that went away perhaps, may still be on its way to us.
  private func lost(where matches: (Holding) -> Bool) {
    guard holdings.noteRemoved(where: matches), !hasLoss else { return }
    hasLoss = true
    if restorations > 0 {
      restorations -= 1
      loop.later { [weak self] in self?.assumeIsolated { $0.putBack() } }
    }
    setAlarm()
  }

  private func putBack() {
    guard hasLoss else { return }
    hasLoss = false
    let before = holdings.heldCount
    holdings.restore()
    flush()
    if holdings.heldCount > before { report(.restored) }
  }

  private func alarmRang() {
    due = nil
    if hasLoss {
      putBack()
    } else {
      restorations = min(Self.allowance, restorations + 1)
    }
    holdings.retry()
    flush()
  }
}

// What is done about it.
extension StaticItems {
  private func flush() {
    if write() {
      guard !isContinuing else { return }
      isContinuing = true
      loop.later { [weak self] in
        self?.assumeIsolated {
          $0.isContinuing = false
          $0.flush()
        }
      }
    } else {
      judge()
    }
    setAlarm()
  }

  /// Writes a batch; true when there may be more to write.
  private func write() -> Bool {
    guard holdings.mayDiffer else { return false }
    let steps = holdings.steps(limit: Self.operationsPerTurn)
    for (step, failure) in zip(steps, control.apply(steps.map(\.operation))) {
      holdings.finish(step, failed: failure != nil)
      if let failure, let suppressed = failures.pass(failure, router: "", at: loop.now) {
        report(.failed(failure, suppressed: suppressed))
      }
    }
    if steps.count == Self.operationsPerTurn { return true }
    holdings.settle()
    return false
  }

  private func judge() {
    for group in settings.trackGroups.sorted() {
      let isThere =
        !resolved.incomplete.contains(group) && (resolved.tracked[group] ?? []).allSatisfy(holdings.contains)
      let value: TrackerValue = isThere ? .up : .down
      guard values.updateValue(value, forKey: group) != value else { continue }
      judged(Tracker.Identity(.trackGroup, group), value)
    }
  }

  private func setAlarm() {
    let isBusy = hasLoss || holdings.hasRefusals || restorations < Self.allowance
    // Once it is set it stays, or somebody who is busy enough could put it off for ever.
    guard isBusy != (due != nil) else { return }
    due = isBusy ? loop.now + Self.retryInterval : nil
    alarm?.set(due)
  }
}
