import ControlProtocol
import Glibc
import LinuxWorld
import Logging
import Machines
import Notifications

/// Runs all scripts of the daemon, so that no other role ever forks: notify scripts in their queues, checking scripts
/// with their time-outs, and the readers of FIFOs for as long as the daemon lives.
final class ScriptDesk {
  /// A notify script that runs longer than this is ended, so that a hanging one does not hold up its queue for ever.
  private static let patience = Duration.seconds(120)

  private let reactor: Reactor
  private let log: Logger
  private let runner: ScriptRunner
  /// The daemon's own environment, less what changes how programs are loaded and words are split.
  private let environment = HostFiles.environment.filter { entry in
    !["IFS=", "LD_PRELOAD=", "LD_LIBRARY_PATH=", "NOTIFY_SOCKET="].contains { entry.hasPrefix($0) }
  }
  private var queue = ScriptQueueMachine()
  /// What was run: all, those that could not be run or did not end by themselves, and those that were skipped.
  private var started: Int64 = 0
  private var failed: Int64 = 0
  private var skipped: Int64 = 0
  /// The accounts scripts run as; the first is the default.
  var accounts: [ScriptAccount] = []
  /// Run when everything has ended.
  var shutdown: ScriptCommand?
  /// How long that may take.
  var shutdownTimeout = Duration.seconds(10)
  /// Called when no notify script runs any more.
  var idle: () -> Void = {}

  init(_ reactor: Reactor, _ log: Logger) {
    self.reactor = reactor
    self.log = log
    runner = ScriptRunner(reactor)
  }

  /// What control clients are told.
  var document: JSON {
    .object([
      JSON.Member("started", .integer(started)), JSON.Member("failed", .integer(failed)),
      JSON.Member("skipped", .integer(skipped)),
    ])
  }

  /// Whether no notify script runs or waits.
  var isIdle: Bool { queue.isIdle }

  /// Runs the scripts of a transition, after those of earlier ones of the same subject.
  func notify(_ notice: ScriptNotice) { handle(.noticed(notice)) }

  /// Runs a script for its result.
  func check(
    _ command: ScriptCommand, timeout: Duration, completion: @escaping @Sendable (ScriptOutcome) -> Void
  ) {
    start(command, timeout: timeout, completion)
  }

  /// Runs a script that nobody waits for.
  func run(_ command: ScriptCommand) {
    let log = log
    start(command, timeout: nil) { outcome in
      if case .notRun(let reason) = outcome {
        log.error("script \(command.arguments.first ?? "") could not be run: \(reason)")
      }
    }
  }

  /// Ends whatever still runs.
  func killAll() { runner.stopAll() }

  private func handle(_ event: ScriptQueueMachine.Event) {
    for effect in queue.handle(event, at: reactor.now) {
      switch effect {
      case .run(let command, let subject, let state): begin(command, subject, state)
      case .skipped(let notice):
        skipped &+= 1
        log.notice(
          "scripts of \(notice.subject) for \(notice.state) are skipped: a later transition has overtaken them")
      }
    }
    if queue.isIdle { idle() }
  }

  private func begin(_ command: ScriptCommand, _ subject: String, _ state: String) {
    let log = log
    nonisolated(unsafe) let desk = self
    start(command, timeout: Self.patience) { outcome in
      switch outcome {
      case .exited: break
      case .signalled, .timedOut, .notRun:
        log.warning("script \(command.arguments.first ?? "") of \(subject) for \(state): \(outcome.text)")
      }
      // The runner calls on the loop, where the desk lives.
      unsafe desk.handle(.ended(subject: subject))
    }
  }

  private func start(
    _ command: ScriptCommand, timeout: Duration?, _ completion: @escaping @Sendable (ScriptOutcome) -> Void
  ) {
    let account =
      accounts.first { $0.user == command.user && $0.group == command.group }
      ?? (command.user == nil ? accounts.first : nil)
    guard let account else {
      let reason = command.user.map { "there is no user \($0)" } ?? "no configuration is in force"
      reactor.later { completion(.notRun(reason: reason)) }
      return
    }
    let request = ScriptRequest(
      command.arguments,
      identity: ProcessIdentity(user: account.userNumber, group: account.groupNumber, groups: account.allGroups),
      environment: environment, timeout: timeout)
    started &+= 1
    nonisolated(unsafe) let desk = self
    runner.run(request) { result in
      let outcome = ScriptOutcome(result)
      switch outcome {
      case .exited: break
      case .signalled, .timedOut, .notRun: unsafe desk.failed &+= 1
      }
      completion(outcome)
    }
  }
}

extension ScriptOutcome {
  /// How a run of the edge ended.
  fileprivate init(_ result: ScriptResult) {
    switch result {
    case .exited(let status): self = .exited(status: Int32(status))
    case .killed(let signal): self = .signalled(number: signal)
    case .timedOut: self = .timedOut
    case .stopped: self = .notRun(reason: "the daemon stops")
    case .couldNotRun(let failure): self = .notRun(reason: "\(failure)")
    }
  }

  /// In words.
  var text: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let number): "ended by signal \(number)"
    case .timedOut: "took too long and was ended"
    case .notRun(let reason): "could not be run: \(reason)"
    }
  }
}

extension ScriptAccount {
  /// The group and those besides, each once.
  fileprivate var allGroups: [UInt32] { [groupNumber] + supplementaryGroups.filter { $0 != groupNumber } }
}
