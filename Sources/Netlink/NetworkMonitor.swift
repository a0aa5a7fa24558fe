internal import CNetlink
internal import Glibc
internal import Synchronization
internal import Wire
package import World

/// Knows the network of the namespace in which it was made: reads all of it at first, then follows the kernel's
/// reports. It waits for nothing; whoever owns it calls `readReady` when its descriptor can be read.
package final class NetworkMonitor: Sendable {
  struct State: ~Copyable {
    var monitor: NetlinkSession
    /// Dumps go over a session of their own, so that an answer cannot be lost among reports.
    var reader: NetlinkSession
    var snapshot = NetworkSnapshot()
    /// Whether our routes and rules are wanted, and whether the session belongs to their groups.
    var wantsRoutes = false
    var isInRouteGroups = false
    /// Whether reports were lost and reading all again has failed so far.
    var mustResynchronize = false
  }

  private let state: Mutex<State>
  /// The descriptor to wait on.
  package let fileDescriptor: Int32

  /// Opens the sessions and reads links and addresses.
  package init() throws(SystemFailure) {
    let groups = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR].map { Int($0.rawValue) }
    let monitor = try NetlinkSession(.route, groups: groups)
    fileDescriptor = monitor.fileDescriptor
    var first = State(monitor: monitor, reader: try NetlinkSession(.route))
    first.snapshot = try first.readAll()
    state = Mutex(first)
  }

  /// What is known now.
  package var snapshot: NetworkSnapshot { state.withLock { $0.snapshot } }

  /// How often something the kernel sent was not understood, by reason.
  package var faults: [MessageFault: Int] {
    state.withLock { $0.monitor.faults.merging($0.reader.faults) { $0 + $1 } }
  }

  /// Begins to follow our routes and rules too. Where that fails, `needsRetry` is true.
  package func watchRoutesAndRules() {
    state.withLock { $0.watchRoutesAndRules() }
  }

  /// Takes in up to so many datagrams that wait and returns what they changed. When reports were lost, everything is
  /// read again; should that fail, it is tried again with the next call, which then has to come by itself: see
  /// `needsRetry`.
  package func readReady(limit: Int = 64) -> [NetworkChange] {
    state.withLock { $0.readReady(limit: limit) }
  }

  /// Whether `readReady` should be called again soon although nothing may arrive.
  package var needsRetry: Bool { state.withLock { $0.mustResynchronize } }
}

extension NetworkMonitor.State {
  mutating func readReady(limit: Int) -> [NetworkChange] {
    var changes: [NetworkChange] = []
    var faults: [MessageFault] = []
    var snapshot = NetworkSnapshot()
    swap(&snapshot, &self.snapshot)  // so that it is changed in place, not copied
    reading: for _ in 0..<limit {
      let reception = monitor.receive { message in
        do throws(MessageFault) {
          if let event = try NetworkEvent(message) { changes += snapshot.apply(event) }
        } catch {
          faults.append(error)
        }
      }
      switch reception {
      case .received: continue
      case .nothing: break reading
      case .lost, .failed:
        mustResynchronize = true
        break reading
      }
    }
    swap(&snapshot, &self.snapshot)
    for fault in faults { monitor.count(fault) }
    if mustResynchronize {
      changes += resynchronize()
    } else if self.snapshot.mayHaveLostRoutes {
      changes += recheckRoutes()
    }
    return changes
  }

  mutating func watchRoutesAndRules() {
    guard !wantsRoutes else { return }
    wantsRoutes = true
    var now = snapshot
    do throws(SystemFailure) {
      try readOurs(into: &now)
      snapshot = now
    } catch {
      mustResynchronize = true
    }
  }

  /// Reads all again. The reports in the queue are older than those that were lost, and taking them in afterwards
  /// would bring back what has gone since: they are thrown away first. What comes after that is newer than a loss.
  private mutating func resynchronize() -> [NetworkChange] {
    guard monitor.drain() else { return [] }
    do throws(SystemFailure) {
      let now = try readAll()
      let changes = snapshot.changes(to: now)
      snapshot = now
      mustResynchronize = false
      return changes + [.resynchronized]
    } catch {
      return []
    }
  }

  private mutating func recheckRoutes() -> [NetworkChange] {
    do throws(SystemFailure) { return snapshot.replaceRoutes(try ourRoutes()) } catch {
      mustResynchronize = true
      return []
    }
  }

  mutating func readAll() throws(SystemFailure) -> NetworkSnapshot {
    var snapshot = NetworkSnapshot()
    try dump("RTM_GETLINK", LinkMessages.writeDump, into: &snapshot)
    try dump("RTM_GETADDR", AddressMessages.writeDump, into: &snapshot)
    if wantsRoutes { try readOurs(into: &snapshot) }
    return snapshot
  }

  private mutating func readOurs(into snapshot: inout NetworkSnapshot) throws(SystemFailure) {
    if !isInRouteGroups {
      for group in [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE] {
        try monitor.join(Int(group.rawValue))
      }
      isInRouteGroups = true
    }
    _ = snapshot.replaceRoutes(try ourRoutes())
    for family in AddressFamily.allCases {
      try dump("RTM_GETRULE", { RuleMessages.writeDump(family, &$0) }, into: &snapshot)
    }
  }

  private mutating func ourRoutes() throws(SystemFailure) -> Set<Route> {
    var routes: Set<Route> = []
    for family in AddressFamily.allCases {
      do throws(Refusal) {
        let found = try reader.dump { writer in
          RouteMessages.writeDump(family, origin: Origin.virtualRouter, &writer)
        } _: { message throws(MessageFault) -> Route? in
          RouteMessages.origin(of: message) == Origin.virtualRouter ? try RouteMessages.read(message) : nil
        }
        routes.formUnion(found)
      } catch {
        throw error.failure(of: "RTM_GETROUTE", on: "\(family)")
      }
    }
    return routes
  }

  private mutating func dump(
    _ call: String, _ write: (inout MessageWriter) -> Void, into snapshot: inout NetworkSnapshot
  ) throws(SystemFailure) {
    do throws(Refusal) {
      let events = try reader.dump(write) { message throws(MessageFault) in try NetworkEvent(message) }
      for event in events { _ = snapshot.apply(event) }
    } catch {
      throw error.failure(of: call)
    }
  }
}
