package import SimulatedWorld

/// Something that goes wrong, or that somebody does. Nodes, links, servers and addresses are given by number; a number
/// beyond what there is means another one, so that a fault keeps a meaning whatever else is left out of a schedule.
package enum Fault: Hashable, Sendable {
  /// The processes of a daemon.
  package enum Target: String, Hashable, Sendable, CaseIterable {
    case election
    case balancing
    case all
  }

  /// A segment ("front" or "back") carries frames worse, or well again.
  case line(segment: Int, LineQuality)
  /// The nodes of the bit mask are cut off from the others.
  case partition(segment: Int, mask: Int)
  /// Frames of one node do not reach another; the other way they do.
  case oneWay(segment: Int, from: Int, to: Int)
  /// All ways of a segment are free again.
  case heal(segment: Int)
  /// A link loses its carrier for so long.
  case flap(node: Int, link: Int, Duration)
  /// An interface disappears, and comes back with another index.
  case removeLink(node: Int, link: Int, Duration)
  /// Somebody takes away a virtual address, wherever it is.
  case thief(address: Int)
  /// Somebody takes away a node's own address, and gives it back.
  case renumber(node: Int, link: Int, Duration)
  /// A netlink socket overflows.
  case overflow(node: Int)
  /// A process is killed; the supervisor starts it again.
  case crash(node: Int, Target)
  /// The whole daemon is killed at once and started again after a while; what is in the kernel stays.
  case killDaemon(node: Int, Duration)
  /// The daemon is stopped in order and started again after a while.
  case stopDaemon(node: Int, Duration)
  /// The host loses its power and boots again after a while.
  case powerOff(node: Int, Duration)
  /// Processes are stopped for so long.
  case pause(node: Int, Target, Duration)
  /// Processes get their processor only so late, for ten seconds.
  case starve(node: Int, Duration)
  /// The wall clock is set.
  case clock(node: Int, Duration)
  /// The script "ready" succeeds or fails from now on, and takes so long.
  case script(node: Int, isGood: Bool, Duration)
  /// The number in the file "load" changes.
  case file(node: Int, Int)
  /// The operator writes the next version of the configuration and has it read.
  case reload(node: Int)
  /// The operator has the same configuration read again.
  case rereading(node: Int)
  /// The operator resets the counters.
  case resetCounters(node: Int)
  /// A real server's health changes.
  case server(Int, SimulatedServer.Health)
  /// Somebody changes the IPVS table.
  case meddle(node: Int, kind: Int)
  /// The IPVS table refuses everything for so long.
  case tableFails(node: Int, Duration)
  /// No connection can be opened for so long.
  case noDescriptors(node: Int, Duration)
  /// A stranger sends so many packets that look like adverts.
  case noise(segment: Int, count: Int)
}

/// A fault with its moment, counted from the beginning of the run.
package struct ScheduledFault: Hashable, Sendable, CustomStringConvertible {
  package var at: Duration
  package var fault: Fault

  package init(at: Duration, _ fault: Fault) {
    self.at = at
    self.fault = fault
  }

  package var description: String { "at \(at): \(fault)" }
}
