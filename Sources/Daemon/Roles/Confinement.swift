import CLinux
import Glibc
import LinuxWorld
import World

/// What a role gives up before it meets anything from outside: a parser that somebody broke shall not run programs, load
/// modules, or change what its role has nothing to do with.
///
/// The supervisor keeps everything, for it runs scripts as their users; it parses nothing but messages of its own roles.
/// Sources: capabilities(7), seccomp(2), linux/capability.h.
struct Confinement {
  /// Capabilities by their numbers.
  private enum Capability: UInt64 {
    /// Gives the control socket to a group.
    case chown = 0
    /// Writes dump files into directories of others.
    case overrideFileAccess = 1
    /// Reads files of others: tracked files, certificates, included files.
    case readAnyFile = 2
    case bindLowPorts = 10
    case administerNetwork = 12
    case rawSockets = 13
    case lockMemory = 14
    /// Follows /proc/1/ns/net.
    case inspectProcesses = 19
    /// Enters the host's network namespace, which alone reports processes.
    case administerSystem = 21
    case schedule = 23
    case raiseLimits = 24
  }

  private let capabilities: [Capability]
  private let entersNamespaces: Bool

  /// What a role needs.
  init(_ role: Role) {
    // The host's events of processes are to be had in its first network namespace only.
    let isElsewhere = role == .election && !Self.isInFirstNamespace
    entersNamespaces = isElsewhere
    let process: [Capability] = [.lockMemory, .schedule, .raiseLimits, .readAnyFile]
    capabilities =
      switch role {
      case .election:
        process + [.administerNetwork, .rawSockets] + (isElsewhere ? [.administerSystem, .inspectProcesses] : [])
      case .balancing: process + [.administerNetwork, .rawSockets, .bindLowPorts]
      case .control: [.chown, .overrideFileAccess, .readAnyFile, .bindLowPorts]
      case .reader: [.readAnyFile]
      case .supervisor: []
      }
  }

  /// Gives up the rest, for good.
  func enter() throws(SystemFailure) {
    try succeed("PR_SET_NO_NEW_PRIVS", linux_renounce_privileges())
    let kept = capabilities.reduce(UInt64(0)) { $0 | 1 << $1.rawValue }
    try succeed("capset", linux_limit_capabilities(kept))
    let result = linux_forbid_programs(entersNamespaces ? 1 : 0)
    // A kernel without filters of system calls still has the rest.
    if result != -EINVAL, result != -ENOSYS { try succeed("PR_SET_SECCOMP", result) }
  }

  private static var isInFirstNamespace: Bool {
    var (first, own) = (stat(), stat())
    guard unsafe stat("/proc/1/ns/net", &first) == 0, unsafe stat("/proc/self/ns/net", &own) == 0 else { return true }
    return first.st_ino == own.st_ino && first.st_dev == own.st_dev
  }
}
