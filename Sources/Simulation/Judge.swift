import Daemon
import Failover
import Machines
import SimulatedWorld
import VRRP
import Wire
import World

/// Looks on, remembers what arrived where, and says what must not be. The rules themselves are in the files beside.
final class Judge: Witness {
  unowned let cluster: Cluster
  /// The first violation; the run ends with it.
  private(set) var violation: Violation?
  /// Whether nothing is wrong any more on purpose.
  var isHealed = false
  /// Whether everything had time to settle, so that nothing may move any more.
  var isCalm = false

  var views: [[RouterView]] = []
  var names: [String] = []
  /// Since when frames pass from one node to another for certain, by segment.
  var clearSince: [[[Moment?]]] = []
  var clientClearSince: [Moment?] = []
  /// When something unusual was done to a node's processes.
  var processDisturbed: [Moment] = []
  var lastDisturbance = Moment.origin
  /// The virtual addresses that were on a host when its daemon or its election role was started.
  var leftovers: [Set<AddressPrefix>] = []
  /// The virtual addresses of all configurations that the election roles of a daemon have taken over.
  var managed: [Set<AddressPrefix>] = []
  var lastTheft: [Moment] = []
  var linkChanged: [Moment] = []
  /// What each node can know of each server, since when, by node and number; nil while chance decides.
  var serverTruth: [[(isGood: Bool?, since: Moment)]] = []
  /// When somebody else made a node's table something that has to be repaired.
  var tableDisturbed: [Moment] = []
  /// When a failure of it ended.
  var tableUsableSince: [Moment] = []
  /// When a node's processes were last stopped by SIGSTOP, and from when on they ran again.
  var pauses: [(from: Moment, to: Moment)] = []
  private var dirty: Set<Int> = []
  private var nextTick: Moment?
  private var tickNumber = 0

  init(_ cluster: Cluster) {
    self.cluster = cluster
  }

  func begin() {
    let count = cluster.nodes.count
    names = Array(Set(cluster.plans.flatMap { $0.instances.map(\.name) })).sorted()
    views = cluster.nodes.map { node in names.map { RouterView(node, $0) } }
    clearSince = (0..<2).map { _ in (0..<count).map { _ in [Moment?](repeating: .origin, count: count) } }
    clientClearSince = [Moment?](repeating: .origin, count: count)
    processDisturbed = [Moment](repeating: .origin, count: count)
    lastTheft = processDisturbed
    leftovers = cluster.nodes.map { _ in [] }
    managed = leftovers
    linkChanged = processDisturbed
    tableDisturbed = processDisturbed
    tableUsableSince = processDisturbed
    pauses = cluster.nodes.map { _ in (.origin, .origin) }
    serverTruth = cluster.nodes.map { _ in cluster.servers.map { _ in (nil, .origin) } }
    disturbed()
  }

  var now: Moment { cluster.timeline.now }

  /// Notes a violation and ends the run.
  func accuse(_ rule: Rule, _ text: @autoclosure () -> String) {
    guard violation == nil else { return }
    let violation = Violation(rule: rule, at: now, text: text())
    self.violation = violation
    cluster.timeline.trace.note(.fault, at: now, text: "!!! \(violation)")
    cluster.timeline.stop()
  }

  func view(_ node: Int, _ name: String) -> RouterView? {
    names.firstIndex(of: name).map { views[node][$0] }
  }

  func position(_ host: SimulatedHost) -> Int { cluster.nodes.firstIndex { $0.host === host } ?? 0 }

  // MARK: What is heard of

  /// Something was done to the cluster: what is clear and what is at fault may be otherwise.
  func disturbed() {
    lastDisturbance = now
    measureWays()
    measureFaults()
    measureServers()
    for node in cluster.nodes.indices { dirty.insert(node) }
    planTick()
  }

  func processesChanged(_ node: Node) {
    processDisturbed[node.index] = now
    for view in views[node.index] where node.election == nil {
      (view.state, view.lastReported, view.settings) = (.initialize, .initialize, nil)
      view.heard = []
      (view.releasedAt, view.lastReleased, view.firmlyHeard, view.perhapsHeard) = (nil, .origin, .origin, .origin)
    }
    dirty.insert(node.index)
    planTick()
  }

  /// A daemon begins: it knows of no address yet.
  func booted(_ node: Node) {
    managed[node.index] = []
    started(node)
  }

  func started(_ node: Node) {
    let virtual = node.host.addresses.filter { $0.origin == Origin.virtualRouter }
    leftovers[node.index] = Set(virtual.map(\.prefix))
  }

  func configured(_ node: Node) {
    processDisturbed[node.index] = now
    for router in (node.election?.intendedRouters ?? [:]).values {
      managed[node.index].formUnion(router.allAddresses.map(\.prefix))
    }
    measureFaults()
    dirty.insert(node.index)
    planTick()
  }

  /// A node's processes stop, or go on.
  func paused(_ node: Node) {
    let isAsleep = pauses[node.index].to > now
    pauses[node.index] = (isAsleep ? pauses[node.index].from : now, .origin + .seconds(1 << 30))
  }
  func resumed(_ node: Node) { pauses[node.index].to = now }

  func stolen(from node: Node) { lastTheft[node.index] = now }

  func sent(_ advert: OutgoingAdvert, by host: SimulatedHost, channel: AdvertChannel) {
    let node = position(host)
    guard advert.payload.count > 2, let view = addressed(node, advert.payload[...], advert.source.family) else {
      return
    }
    view.lastSent = now
    if !view.isMaster || advert.payload[2] != view.effectivePriority { dirty.insert(node) }
  }

  func queued(_ advert: ReceivedAdvert, at host: SimulatedHost, channel: AdvertChannel, isIntact: Bool) {
    guard isIntact, let view = addressed(position(host), advert.payload, advert.source.family),
      let settings = view.settings
    else { return }
    guard advert.payload.count >= 6 else { return }
    let (begin, priority) = (advert.payload.startIndex, advert.payload[advert.payload.startIndex + 2])
    guard priority > 0 else {
      if view.releasedAt.map({ $0 < view.perhapsHeard }) ?? true { view.releasedAt = now }
      view.lastReleased = now
      return
    }
    let interval: Duration =
      settings.version == .two
      ? .seconds(Int(advert.payload[begin + 5]))
      : .milliseconds((Int(advert.payload[begin + 4] & 0xF) << 8 | Int(advert.payload[begin + 5])) * 10)
    view.note(advert.source, priority: priority, interval: interval, at: now)
  }

  func addressed(_ node: Int, _ payload: ArraySlice<UInt8>, _ family: AddressFamily) -> RouterView? {
    guard let number = payload.dropFirst().first else { return nil }
    return views[node].first { $0.virtualRouter == number && $0.family == family }
  }

  func addressesChanged(_ host: SimulatedHost, _ address: IPAddress, isAdded: Bool) {
    let node = position(host)
    dirty.insert(node)
    if isAdded { judgeFirstAdvert(node, address) }
    planTick()
  }

  func linksChanged(_ host: SimulatedHost) {
    linkChanged[position(host)] = now
    disturbed()
  }

  func reported(_ report: FailoverReport, by node: Node) {
    cluster.timeline.trace.note(.report, at: now, text: "\(node.name) \(report.text)")
    dirty.insert(node.index)
    planTick()
    guard case .router(let name, let content) = report, let view = view(node.index, name) else { return }
    switch content {
    case .transition(let transition): judgeTransition(transition, of: view)
    case .resumed: view.lastReported = .master
    case .priorityChanged, .lowerPriorityHeard, .contested, .faultsChanged, .rejected, .addressListDiffers,
      .intervalDiffers, .restored, .stalled:
      break
    }
  }

  // MARK: Looking

  /// After each happening.
  func examine() {
    guard !dirty.isEmpty, violation == nil else { return }
    for index in dirty.sorted() {
      let node = cluster.nodes[index]
      guard let process = node.election, process.loop.state != .dead else {
        dirty.remove(index)
        continue
      }
      guard process.loop.state == .running, process.inForceSince != nil else { continue }
      // What is put off belongs to what was done.
      guard process.loop.load.deferred == 0 else { continue }
      dirty.remove(index)
      if process.isStopping { continue }
      look(at: node, process)
      judgeGroups(node)
      judgeHoldings(node)
      judgeReports(node)
    }
  }

  private func look(at node: Node, _ process: ElectionProcess) {
    var present: Set<String> = []
    process.loop.enter {
      for key in process.order {
        guard let group = process.groups[key] else { continue }
        let snapshot = group.assumeIsolated { $0.snapshot() }
        let members = snapshot.routers.map(\.settings.name)
        for router in snapshot.routers {
          present.insert(router.settings.name)
          take(router, process.intendedRouters[router.settings.name], members, of: node)
        }
      }
    }
    for view in views[node.index] where !present.contains(view.name) {
      (view.state, view.settings) = (.deleted, nil)
    }
  }

  private func take(_ router: RouterSnapshot, _ intended: RouterSettings?, _ members: [String], of node: Node) {
    guard let view = view(node.index, router.settings.name) else { return }
    let settings = intended ?? router.settings
    if view.settings != settings || view.effectivePriority != router.priority.effective { view.changedAt = now }
    view.settings = settings
    view.effectivePriority = router.priority.effective
    view.source = router.source
    view.members = members
    guard view.state != router.state else { return }
    view.state = router.state
    view.since = now
    view.isResumed = router.cause == .resumed
    if isCalm { accuse(.calm, "\(node.name) \(view.name) is \(router.state) now: \(router.cause)") }
    if view.isMaster { expectNeighbours(view) }
  }

  // MARK: Ticks

  /// While something was done recently the slow rules are looked at four times a second, otherwise every five seconds.
  private func planTick() {
    let soon = now + .milliseconds(250)
    if let nextTick, nextTick <= soon { return }
    nextTick = soon
    tickNumber += 1
    let number = tickNumber
    cluster.timeline.plan(at: soon) { [unowned self] in tick(number) }
  }

  private func tick(_ number: Int) {
    guard number == tickNumber, violation == nil else { return }
    nextTick = nil
    judgeSlowRules()
    let isBusy = now - lastDisturbance < .seconds(30)
    let next = now + (isBusy ? .milliseconds(250) : .seconds(5))
    nextTick = next
    tickNumber += 1
    let following = tickNumber
    cluster.timeline.plan(at: next) { [unowned self] in tick(following) }
  }
}
