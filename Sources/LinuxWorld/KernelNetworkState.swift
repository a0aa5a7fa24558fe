import Machines
import Netlink
import Synchronization
package import Wire
package import World

/// The network of the host as its kernel reports it, followed on a reactor for as long as the role lives.
package final class KernelNetworkState: NetworkState {
  /// How long to wait before reading everything again when that failed after a loss.
  static let retryInterval = Duration.seconds(1)

  private struct Shared {
    var observers: [@Sendable (NetworkChange) -> Void] = []
    /// The addresses as they were last asked for; nil after a change.
    var addresses: [InterfaceAddress]?
    var retry: (any Alarm)?
    var linkbeat = Linkbeat()
    var polling: (any Alarm)?
  }

  private let reactor: Reactor
  private let monitor: NetworkMonitor
  private let shared = Mutex(Shared())

  /// Reads the network and begins to follow it. Called on the reactor's thread.
  package init(on reactor: Reactor) throws(SystemFailure) {
    self.reactor = reactor
    monitor = try NetworkMonitor()
    let alarm = reactor.alarm { [weak self] in self?.readReady() }
    shared.withLock { $0.retry = alarm }
    _ = try reactor.watch(monitor.fileDescriptor, .readable) { [weak self] _ in self?.readReady() }
  }

  /// All links, by index.
  package var links: [Int32: Link] {
    let linkbeat = shared.withLock { $0.linkbeat }
    let links = monitor.snapshot.links
    return linkbeat.interfaces.isEmpty ? links : links.mapValues(linkbeat.corrected)
  }

  /// Asks the drivers of these interfaces for their carriers, now and then once a second, instead of believing the
  /// kernel's flags. Called on the reactor's thread.
  package func poll(_ interfaces: [String: Linkbeat.Method?]) {
    let isNew = shared.withLock { shared in
      shared.linkbeat.interfaces = interfaces
      return shared.polling == nil
    }
    if isNew, interfaces.isEmpty { return }
    if isNew {
      let alarm = reactor.alarm { [weak self] in self?.pollLinks() }
      shared.withLock { $0.polling = alarm }
    }
    pollLinks()
  }

  private func pollLinks() {
    let links = monitor.snapshot.links.values.sorted { $0.index < $1.index }
    let (changed, alarm, isNeeded) = shared.withLock { shared in
      (shared.linkbeat.poll(links), shared.polling, !shared.linkbeat.interfaces.isEmpty)
    }
    alarm?.set(isNeeded ? reactor.now + Linkbeat.interval : nil)
    tell(changed.map { .linkChanged($0) })
  }

  /// All addresses; the array is made anew only after a change.
  package var addresses: [InterfaceAddress] {
    if let addresses = shared.withLock({ $0.addresses }) { return addresses }
    let addresses = monitor.snapshot.addresses
    shared.withLock { $0.addresses = addresses }
    return addresses
  }

  /// How often something the kernel sent was not understood.
  package var faults: Int { monitor.faults.values.reduce(0, +) }

  /// Adds an observer, who is called on the reactor's thread until the role ends.
  package func observe(_ change: @escaping @Sendable (NetworkChange) -> Void) {
    shared.withLock { $0.observers.append(change) }
  }

  /// Reads the parameter anew with every call: nothing reports its changes. False when it cannot be read.
  package func forwards(_ family: AddressFamily, interface: Int32) -> Bool {
    guard let name = links[interface]?.name else { return false }
    let value = try? KernelParameter(family, interface: name, "forwarding").read()
    return value == "1" || value == "2"
  }

  /// Begins to report routes and rules of ours that go away.
  package func watchRoutesAndRules() {
    monitor.watchRoutesAndRules()
    retryIfNeeded()
  }

  private func readReady() {
    let changes = monitor.readReady()
    retryIfNeeded()
    let linkbeat = shared.withLock { $0.linkbeat }
    tell(
      changes.map { change in
        if case .linkChanged(let link) = change { .linkChanged(linkbeat.corrected(link)) } else { change }
      })
  }

  private func tell(_ changes: [NetworkChange]) {
    guard !changes.isEmpty else { return }
    let observers = shared.withLock { shared in
      shared.addresses = nil
      return shared.observers
    }
    for change in changes {
      for observer in observers { observer(change) }
    }
  }

  private func retryIfNeeded() {
    guard monitor.needsRetry else { return }
    shared.withLock { $0.retry }?.set(reactor.now + Self.retryInterval)
  }
}
