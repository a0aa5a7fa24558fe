import CLinux
import Glibc
package import World

/// How a process ended.
package enum ProcessEnd: Hashable, Sendable {
  case exited(status: UInt8)
  case killed(signal: Int32)
  /// It is gone, and nobody knows how; somebody else has collected it.
  case unknown
}

/// A process started here. Its end comes as an event on the reactor.
package final class ChildProcess: @unchecked Sendable {
  /// Its number, which is its group's number too when it leads one.
  package let process: Int32
  private let descriptor: Descriptor
  private let collectsAtOnce: Bool
  private var watch: Watch?
  private var isCollected = false

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - collectsAtOnce: whether the process's number is given back when it ends; otherwise `collect` does that.
  ///   - ended: called once on the loop, not before this initializer returned.
  /// - Throws: why it could not be started, for instance "execve" with ENOENT.
  package convenience init(
    _ program: Program, on reactor: Reactor, collectsAtOnce: Bool = true,
    ended: @escaping @Sendable (ProcessEnd) -> Void
  ) throws(SystemFailure) {
    try self.init(started: program.start(), on: reactor, collectsAtOnce: collectsAtOnce, ended: ended)
  }

  /// Starts a copy of this process, which shares all memory that neither of the two writes to. Only for processes of one
  /// thread (`mayCopy`).
  ///
  /// - Parameters:
  ///   - keepsStandard: whether it has this process's standard descriptors instead of /dev/null.
  ///   - channel: becomes its descriptor 3; no other one stays open, the reactor's own included.
  ///   - body: what the copy does; its result is the exit status.
  package convenience init(
    copyingWith channel: Descriptor.Number, keepsStandard: Bool, on reactor: Reactor, body: () -> Int32,
    ended: @escaping @Sendable (ProcessEnd) -> Void
  ) throws(SystemFailure) {
    let started = unsafe linux_fork(keepsStandard ? 1 : 0, channel)
    if unsafe started.process == 0 { exit(body()) }
    guard unsafe started.error == 0 else {
      throw unsafe SystemFailure(started.stage.map { unsafe String(cString: $0) } ?? "fork", code: started.error)
    }
    try unsafe self.init(
      started: (started.process, Descriptor(started.descriptor)), on: reactor, collectsAtOnce: true, ended: ended)
  }

  /// Whether this process has no other threads, whose locks a copy would hold for ever.
  package static var mayCopy: Bool { linux_has_one_thread() == 1 }

  private init(
    started: (process: Int32, descriptor: Descriptor), on reactor: Reactor, collectsAtOnce: Bool,
    ended: @escaping @Sendable (ProcessEnd) -> Void
  ) throws(SystemFailure) {
    (process, descriptor) = started
    self.collectsAtOnce = collectsAtOnce
    // The reactor keeps the child until it ends: nobody else would collect it.
    do throws(SystemFailure) {
      watch = try reactor.watch(descriptor.number, .readable) { [self] _ in end(ended) }
    } catch {
      // A process that nobody watches must not go on. It stays a zombie until this process ends.
      signal(SIGKILL)
      throw error
    }
  }

  /// Sends it a signal; nothing happens when it has ended.
  package func signal(_ signal: Int32) {
    linux_signal_process(descriptor.number, signal)
  }

  /// Sends its process group a signal. The group keeps its number until the process is collected.
  package func signalGroup(_ signal: Int32) {
    guard !isCollected else { return }
    linux_signal_group(process, signal)
  }

  /// Gives the number of the ended process back.
  package func collect() {
    guard !isCollected, linux_collect(descriptor.number, 0).error != EAGAIN else { return }
    isCollected = true
  }

  private func end(_ ended: (ProcessEnd) -> Void) {
    let outcome = linux_collect(descriptor.number, 1)
    guard outcome.error != EAGAIN else { return }
    watch?.cancel()
    watch = nil
    if collectsAtOnce { collect() }
    if outcome.error != 0 {
      ended(.unknown)
    } else if outcome.signal != 0 {
      ended(.killed(signal: outcome.signal))
    } else {
      ended(.exited(status: UInt8(truncatingIfNeeded: outcome.status)))
    }
  }
}
