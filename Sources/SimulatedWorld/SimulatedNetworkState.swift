package import Wire
package import World

/// What a process knows of its host's network: a copy that follows the kernel by messages.
package final class SimulatedNetworkState: NetworkState, @unchecked Sendable {
  /// Messages that fit into the netlink socket before it overflows.
  static let capacity = 512

  private let host: SimulatedHost
  private let loop: SimulatedLoop
  private var observers: [@Sendable (NetworkChange) -> Void] = []
  private var waiting = 0
  private var hasOverflown = false
  private var watchesRoutes = false

  package private(set) var links: [Int32: Link]
  package private(set) var addresses: [InterfaceAddress]

  /// A process that begins to follow its host.
  package init(_ host: SimulatedHost, _ loop: SimulatedLoop) {
    self.host = host
    self.loop = loop
    links = host.links
    addresses = host.addresses
    host.attach(self)
  }

  /// Calls `change` in the turns of the process for each change from now on.
  package func observe(_ change: @escaping @Sendable (NetworkChange) -> Void) { observers.append(change) }

  /// Whether the host forwards packets of a family.
  package func forwards(_ family: AddressFamily, interface: Int32) -> Bool { host.forwards.contains(family) }

  /// Begins to tell of routes and rules.
  package func watchRoutesAndRules() { watchesRoutes = true }

  /// Begins to lose messages, as when the socket's buffer is too small for a storm of them.
  package func overflow() {
    guard !hasOverflown else { return }
    hasOverflown = true
    loop.read { [weak self] in self?.readAgain() }
  }

  /// The process is gone.
  package func close() {
    host.detach(self)
    observers = []
  }

  func tell(_ change: NetworkChange) {
    if loop.tampering.telling?(change) == false { return }
    guard !hasOverflown else { return }
    guard waiting < Self.capacity else { return overflow() }
    waiting += 1
    loop.read { [weak self] in self?.take(change) }
  }

  private func take(_ change: NetworkChange) {
    waiting -= 1
    // What was queued before an overflow is still read, as from a socket.
    apply(change)
    for observer in observers { observer(change) }
  }

  private func apply(_ change: NetworkChange) {
    switch change {
    case .linkChanged(let link): links[link.index] = link
    case .linkRemoved(let index): links[index] = nil
    case .addressAdded(let address):
      addresses.removeAll { $0.interface == address.interface && $0.prefix == address.prefix }
      addresses.append(address)
    case .addressRemoved(let address):
      addresses.removeAll { $0.interface == address.interface && $0.prefix == address.prefix }
    case .routeRemoved, .ruleRemoved, .resynchronized: break
    }
  }

  /// After a loss everything is read again, and what differs is told one by one.
  private func readAgain() {
    hasOverflown = false
    var changes: [NetworkChange] = []
    let (oldLinks, oldAddresses) = (links, addresses)
    for address in oldAddresses where !host.addresses.contains(address) { changes.append(.addressRemoved(address)) }
    for index in oldLinks.keys.sorted() where host.links[index] == nil { changes.append(.linkRemoved(index: index)) }
    for index in host.links.keys.sorted() {
      if let link = host.links[index], oldLinks[index] != link { changes.append(.linkChanged(link)) }
    }
    for address in host.addresses where !oldAddresses.contains(address) { changes.append(.addressAdded(address)) }
    changes.append(.resynchronized)
    for change in changes {
      apply(change)
      for observer in observers { observer(change) }
    }
  }
}

/// Writes to the kernel of a host.
package final class SimulatedNetworkControl: NetworkControl, @unchecked Sendable {
  private let host: SimulatedHost
  private let tampering: Tampering

  /// A process that writes to its host's kernel.
  package init(_ host: SimulatedHost, _ loop: SimulatedLoop) {
    self.host = host
    tampering = loop.tampering
  }

  /// Carries out operations, each with its outcome.
  package func apply(_ operations: [NetworkOperation]) -> [SystemFailure?] {
    operations.map { operation in
      if tampering.applying?(operation) == false { return nil }
      return host.apply(operation)
    }
  }
}
