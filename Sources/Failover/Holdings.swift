import Wire
import World

/// Something in the kernel that a router holds while it is master.
enum Holding: Hashable, Sendable {
  case address(AddressSpecification)
  case route(Route)
  case rule(Rule)

  /// Addresses first: routes may need them, and rules what the routes say.
  var rank: Int {
    switch self {
    case .address: 0
    case .route: 1
    case .rule: 2
    }
  }

  var addition: NetworkOperation {
    switch self {
    case .address(let address): .addAddress(address)
    case .route(let route): .addRoute(route)
    case .rule(let rule): .addRule(rule)
    }
  }

  var removal: NetworkOperation {
    switch self {
    case .address(let address): .removeAddress(address)
    case .route(let route): .removeRoute(route)
    case .rule(let rule): .removeRule(rule)
    }
  }
}

/// What one router wants to hold in the kernel and what it does hold; the difference is what is to be written.
struct Holdings {
  /// A step towards what is wanted.
  struct Step: Hashable {
    var holding: Holding
    var isAddition: Bool

    var operation: NetworkOperation { isAddition ? holding.addition : holding.removal }
  }

  /// Everything the router holds as master, in the order of the settings, as far as its interfaces exist.
  private(set) var all: [Holding] = []
  /// Whether the router wants it now.
  private(set) var isWanted = false
  /// Whether there may be a difference between what is wanted and what is held; looking for it costs time.
  private(set) var mayDiffer = false
  /// What is in the kernel, as far as we know.
  private(set) var held: Set<Holding> = []
  /// The addresses among them, to be found quickly.
  private var heldTargets: Set<AnnouncementQueue.Target> = []
  /// What is put back only when the machine says so, because somebody took it away.
  private var lost: Set<Holding> = []
  /// What the kernel refused; it is tried again when something changes.
  private var refused: Set<Holding> = []
  /// What nobody puts back.
  private var untracked: Set<Holding> = []
  /// Addresses that are the host's own, never to be removed.
  private var hostOwned: Set<Holding> = []
  /// Whether addresses added now are announced by themselves, not by the block of a new master.
  private(set) var announcesAdditions = false

  /// Takes over what follows from settings and interfaces.
  mutating func define(_ all: [Holding], untracked: Set<Holding>) {
    guard all != self.all || untracked != self.untracked else { return }
    self.all = all
    self.untracked = untracked
    refused = []
    lost.formIntersection(all)
    mayDiffer = true
  }

  /// What was there before this process began counts as held.
  mutating func adopt(_ present: Set<Holding>, hostOwned: Set<Holding> = []) {
    for holding in present { insert(holding) }
    self.hostOwned.formUnion(hostOwned)
    mayDiffer = true
  }

  /// Everything is wanted.
  mutating func install() {
    (isWanted, announcesAdditions, mayDiffer) = (true, false, true)
    (lost, refused) = ([], [])
  }

  /// Nothing is wanted any more.
  mutating func withdraw() {
    (isWanted, announcesAdditions, mayDiffer) = (false, false, true)
    (lost, refused) = ([], [])
  }

  /// What was lost may be put back.
  mutating func restore() { (lost, refused, mayDiffer) = ([], [], true) }

  /// Tries again what was refused.
  mutating func retry() {
    guard !refused.isEmpty else { return }
    (refused, mayDiffer) = ([], true)
  }

  /// What is gone was taken away by somebody else when it was wanted; returns whether it has to be put back.
  mutating func noteRemoved(where matches: (Holding) -> Bool) -> Bool {
    let gone = held.filter(matches)
    guard !gone.isEmpty else { return false }
    let tracked = gone.subtracting(untracked)
    for holding in tracked { erase(holding) }
    guard isWanted else { return false }
    let wanted = tracked.intersection(all)
    lost.formUnion(wanted)
    return !wanted.isEmpty
  }

  /// What went away by itself, with its interface for instance, may come back by itself.
  mutating func forget(where matches: (Holding) -> Bool) {
    for holding in held.filter(matches) { erase(holding) }
    refused = refused.filter { !matches($0) }
    mayDiffer = true
  }

  /// The next steps towards what is wanted: removals from the rules down to the addresses, then additions upwards.
  func steps(limit: Int) -> [Step] {
    let wanted = isWanted ? Set(all) : []
    var steps: [Step] = []
    let surplus = held.subtracting(wanted).subtracting(hostOwned)
    if !surplus.isEmpty {
      // In the order of the settings where they are still there, so that the same settings give the same steps.
      let order = Dictionary(all.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      steps = surplus.sorted { ($1.rank, order[$0] ?? .max) < ($0.rank, order[$1] ?? .max) }
        .prefix(limit).map { Step(holding: $0, isAddition: false) }
    }
    guard isWanted, steps.count < limit else { return steps }
    for rank in 0...2 {
      for holding in all where holding.rank == rank {
        guard steps.count < limit else { return steps }
        if held.contains(holding) || lost.contains(holding) || refused.contains(holding) { continue }
        steps.append(Step(holding: holding, isAddition: true))
      }
    }
    return steps
  }

  /// Notes the outcome of a step. A removal that failed is not tried again: it would fail again.
  mutating func finish(_ step: Step, failed: Bool) {
    if !step.isAddition {
      erase(step.holding)
    } else if failed {
      refused.insert(step.holding)
    } else {
      insert(step.holding)
    }
  }

  /// Everything that can be done is done: from now on additions are announced by themselves.
  mutating func settle() { (announcesAdditions, mayDiffer) = (isWanted, false) }

  /// Whether this address is in the kernel by this router's doing.
  func holds(_ target: AnnouncementQueue.Target) -> Bool { heldTargets.contains(target) }

  /// Whether this is in the kernel.
  func contains(_ holding: Holding) -> Bool { held.contains(holding) }

  /// How much is in the kernel.
  var heldCount: Int { held.count }

  /// Whether the kernel refused something.
  var hasRefusals: Bool { !refused.isEmpty }

  /// The addresses that are in the kernel.
  var heldAddresses: [AddressSpecification] { held.compactMap(\.address) }

  private mutating func insert(_ holding: Holding) {
    held.insert(holding)
    if let target = holding.target { heldTargets.insert(target) }
  }

  private mutating func erase(_ holding: Holding) {
    held.remove(holding)
    if let target = holding.target { heldTargets.remove(target) }
  }
}

extension Holding {
  /// The address, if it is one.
  var address: AddressSpecification? {
    if case .address(let specification) = self { specification } else { nil }
  }

  /// What is announced of it, if it is an address.
  var target: AnnouncementQueue.Target? {
    address.map { AnnouncementQueue.Target(interface: $0.interface, address: $0.prefix.address) }
  }
}
