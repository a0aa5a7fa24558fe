import Glibc
package import World

/// A script to be run.
package struct ScriptRequest: Hashable, Sendable {
  /// The program with its arguments; the first is the path of the file.
  package var arguments: [String]
  /// Whom it runs as; nil for the supervisor's identity.
  package var identity: ProcessIdentity?
  /// The environment, as NAME=value.
  package var environment: [String]
  /// The working directory.
  package var directory: String
  /// How long it may take; nil for ever.
  package var timeout: Duration?

  /// A script with its arguments.
  package init(
    _ arguments: [String], identity: ProcessIdentity? = nil, environment: [String] = [], directory: String = "/",
    timeout: Duration? = nil
  ) {
    self.arguments = arguments
    self.identity = identity
    self.environment = environment
    self.directory = directory
    self.timeout = timeout
  }
}

/// What came of a script.
package enum ScriptResult: Hashable, Sendable {
  case exited(status: UInt8)
  case killed(signal: Int32)
  /// It took longer than it may.
  case timedOut
  /// `stop` was called before it ended.
  case stopped
  /// It did not run: no such file, not executable, no such user, too many scripts.
  case couldNotRun(SystemFailure)
}

extension ProcessEnd {
  /// The end of a script in time.
  var result: ScriptResult {
    switch self {
    case .exited(let status): .exited(status: status)
    case .killed(let signal): .killed(signal: signal)
    case .unknown: .couldNotRun(SystemFailure("waitid", code: ECHILD))
    }
  }
}

/// A script that runs.
package protocol RunningScript: AnyObject, Sendable {
  /// Ends it as if its time were up; the result is `.stopped`.
  func stop()
}
