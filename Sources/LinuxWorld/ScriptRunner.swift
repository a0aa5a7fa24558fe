import Glibc
import World

// Scripts
//
// Role. Runs the operator's programs for the other roles: notify scripts, track scripts, MISC_CHECK. Only the supervisor
// has one, because starting a program makes the starter wait until the disk has delivered the file.
//
// Life of a script: running; after its time limit its process group gets SIGTERM, and two seconds later SIGKILL. When the
// script itself goes on the SIGTERM but others of its group stay, it is reported at once and its number is kept until the
// SIGKILL, which therefore cannot hit a stranger. A script that ends in time may leave children behind; they are its own
// business, as with keepalived.
//
// A script gets: its arguments, the environment it is given, /dev/null as standard descriptors, the identity it is given,
// the default signals, no other descriptor; SIGTERM when the supervisor dies.

/// Runs scripts, at most so many at a time.
package final class ScriptRunner: @unchecked Sendable {
  /// How long a process group has between SIGTERM and SIGKILL.
  package static let grace = Duration.seconds(2)

  private let reactor: Reactor
  private let limit: Int
  private var runs: [ObjectIdentifier: ScriptRun] = [:]

  /// A runner for at most `limit` scripts at a time.
  package init(_ reactor: Reactor, limit: Int = 256) {
    self.reactor = reactor
    self.limit = limit
  }

  /// How many scripts are alive.
  package var count: Int { runs.count }

  /// Runs a script. `finished` is called once, in a later turn.
  @discardableResult
  package func run(
    _ request: ScriptRequest, finished: @escaping @Sendable (ScriptResult) -> Void
  ) -> (any RunningScript)? {
    let run = ScriptRun(reactor, finished) { [weak self] run in self?.runs[ObjectIdentifier(run)] = nil }
    do throws(SystemFailure) {
      guard runs.count < limit else {
        throw SystemFailure(
          call: "run", code: EAGAIN, subject: request.arguments.first ?? "", reason: "\(limit) scripts run already")
      }
      try run.start(request)
    } catch {
      reactor.later { finished(.couldNotRun(error)) }
      return nil
    }
    runs[ObjectIdentifier(run)] = run
    return run
  }

  /// Ends all scripts.
  package func stopAll() {
    for run in runs.values { run.stop() }
  }
}
