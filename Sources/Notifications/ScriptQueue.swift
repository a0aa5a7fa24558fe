package import Machines

/// A script to be run, as the configuration names it.
package struct ScriptCommand: Hashable, Sendable {
  /// The program and its arguments.
  package var arguments: [String]
  /// The names of the user and the group it runs as; nil for the default of scripts.
  package var user: String?
  package var group: String?

  /// A command run as the default user of scripts.
  package init(arguments: [String], user: String? = nil, group: String? = nil) {
    self.arguments = arguments
    self.user = user
    self.group = group
  }
}

/// The scripts that tell the outside about one transition of one named thing.
package struct ScriptNotice: Hashable, Sendable {
  /// The name of the queue: what the scripts are about, for instance "instance VI_1".
  package var subject: String
  /// The state they report, for the log.
  package var state: String
  /// The scripts, run one after the other.
  package var commands: [ScriptCommand]

  /// Scripts about a transition of `subject` to `state`.
  package init(subject: String, state: String, commands: [ScriptCommand]) {
    self.subject = subject
    self.state = state
    self.commands = commands
  }
}

/// Runs notify scripts in the order of the transitions, for each subject one at a time.
///
/// keepalived starts every script at once, so that a slow script for MASTER may finish after the one for BACKUP and
/// leave the outside with the wrong idea. Here each subject has a queue. What waits there is only the latest
/// transition: when states change faster than the scripts run, those in between are skipped (and counted), and the
/// last script run always tells the final state. So no queue grows.
package struct ScriptQueueMachine: Machine, Hashable {
  /// What happens to the queues.
  package enum Event: Hashable, Sendable {
    /// A transition is to be reported.
    case noticed(ScriptNotice)
    /// The script running for this subject has ended, however it ended.
    case ended(subject: String)
  }

  /// What is to be done.
  package enum Effect: Hashable, Sendable {
    /// Start a script; `ended` answers.
    case run(ScriptCommand, subject: String, state: String)
    /// A waiting notice was overtaken by a later one and is not run.
    case skipped(ScriptNotice)
  }

  private struct Queue: Hashable {
    var state: String
    var remaining: [ScriptCommand]
    var waiting: ScriptNotice?
  }

  private var queues: [String: Queue] = [:]

  /// Empty queues.
  package init() {}

  /// Whether no script runs or waits.
  package var isIdle: Bool { queues.isEmpty }

  package var nextDeadline: Moment? { nil }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch event {
    case .noticed(let notice):
      guard !notice.commands.isEmpty else { return [] }
      guard var queue = queues[notice.subject] else {
        queues[notice.subject] = Queue(state: notice.state, remaining: notice.commands, waiting: nil)
        return next(notice.subject)
      }
      let overtaken = queue.waiting
      queue.waiting = notice
      queues[notice.subject] = queue
      return overtaken.map { [.skipped($0)] } ?? []
    case .ended(let subject):
      return next(subject)
    }
  }

  private mutating func next(_ subject: String) -> [Effect] {
    guard var queue = queues[subject] else { return [] }
    if queue.remaining.isEmpty, let waiting = queue.waiting {
      queue = Queue(state: waiting.state, remaining: waiting.commands, waiting: nil)
    }
    guard !queue.remaining.isEmpty else {
      queues[subject] = nil
      return []
    }
    let command = queue.remaining.removeFirst()
    queues[subject] = queue
    return [.run(command, subject: subject, state: queue.state)]
  }
}
