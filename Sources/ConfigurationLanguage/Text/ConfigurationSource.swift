/// What came of opening a configuration file.
package enum FileReading: Sendable {
  /// A regular file and its octets.
  case contents([UInt8])
  /// There is no such file.
  case missing
  /// It could not be read; the reason in the system's words.
  case unreadable(String)
  /// It is a directory.
  case directory
  /// It is neither a regular file nor a directory.
  case notRegular
  /// It may be executed, which a configuration file must not (keepalived skips it).
  case executable
}

/// Where the text of a configuration comes from. The daemon implements it with the file system, tests in memory.
///
/// All paths are absolute or relative to the working directory of the caller; the reader itself joins relative names
/// with the directory of the file that includes them.
package protocol ConfigurationSource {
  /// Opens a file.
  func read(_ path: String) -> FileReading
  /// The paths that match a glob(7) pattern without braces, in order; a pattern without wildcards matches the file of
  /// that name if it exists.
  func matches(of pattern: String) -> [String]
  /// A variable of the environment.
  func environmentVariable(_ name: String) -> String?
  /// The absolute path of the working directory.
  var workingDirectory: String { get }
  /// The name of this node, as uname(2) tells it.
  var nodeName: String { get }
  /// A random number in a range, for `${_RANDOM}`.
  func randomNumber(in range: ClosedRange<Int>) -> Int
}

/// What a script's path leads to.
package enum ScriptFinding: Sendable, Equatable {
  /// A program that may be run.
  case executable
  /// Nothing, or nothing that can be reached.
  case missing
  /// A file that may not be executed.
  case notExecutable
  /// A program that others than root could replace; the reason.
  case insecure(String)
}

/// The name tables of iproute2.
package enum RoutingNames: Sendable {
  case tables
  case scopes
  case protocols
  case typesOfService
  case realms
  case linkGroups
}

/// The machine a configuration is for, as far as its verdict depends on it. Without one (nil) nothing is assumed missing.
package protocol ConfigurationEnvironment {
  /// Whether there is a network interface of this name in a network namespace; nil is the one of the caller.
  func hasInterface(_ name: String, namespace: String?) -> Bool
  /// What the program of a script is; names without slash are looked up in the path.
  func script(_ program: String) -> ScriptFinding
  /// Whether there is a user of this name or number.
  func hasUser(_ name: String) -> Bool
  /// Whether there is a group of this name or number.
  func hasGroup(_ name: String) -> Bool
  /// Whether a host name can be resolved.
  func resolves(_ host: String) -> Bool
  /// Whether there is a directory.
  func hasDirectory(_ path: String) -> Bool
  /// Whether there is a network namespace of this name.
  func hasNetworkNamespace(_ name: String) -> Bool
  /// The number of a name in a table of iproute2 that is not among the built-in ones.
  func number(of name: String, in table: RoutingNames) -> UInt32?
}
