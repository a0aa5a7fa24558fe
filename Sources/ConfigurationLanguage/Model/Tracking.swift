/// `vrrp_script`: a program whose exit status drives priorities.
package struct VRRPScript: Equatable, Sendable {
  /// Name used in `track_script`.
  package var name: String
  /// What to run.
  package var script: Script?
  /// Time between runs, resolution a millisecond, more than 0.
  package var interval = Duration.seconds(1)
  /// Run time after which it is killed and counts as failed; the interval when not written.
  @Inherited package var timeout = Duration.seconds(1)
  /// Default weight of its trackers, -253 to 253; 0 sends them to FAULT.
  package var weight = 0
  /// Whether the sense of the weight is turned round.
  package var reverse = false
  /// Successes in a row that make it good, 1 or more.
  package var rise = 1
  /// Failures in a row that make it bad, 1 or more.
  package var fall = 1
  /// Whether it counts as failing until it was seen to succeed (`init_fail`).
  package var startsFailed = false
  /// Account it runs as; nil for `script_user`.
  package var user: ScriptUser?
  /// Where it was written.
  package var origin: Origin

  /// A script of which only the name is known.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}

/// `track_file`: a file holding a number.
package struct TrackFile: Equatable, Sendable {
  /// Name used by its trackers.
  package var name: String
  /// Path of the file.
  package var path: String?
  /// What its number is multiplied with, -254 to 254; 0 makes a number other than 0 a fault.
  package var weight = 1
  /// Whether the sense of the weight is turned round.
  package var reverse = false
  /// The number the file is created with at start; nil leaves it alone.
  package var initialValue: Int?
  /// Whether an existing file is overwritten as well.
  package var overwrites = false
  /// Where it was written.
  package var origin: Origin

  /// A track file of which only the name is known.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}

/// `vrrp_track_process`: a process that should run.
package struct TrackProcess: Equatable, Sendable {
  /// How the configured parameters are compared with those of a process.
  package enum ParameterMatch: String, CaseIterable, Sendable {
    /// Parameters do not count.
    case none
    /// All the same and none besides.
    case exact
    /// The first ones the same, the last may be longer.
    case initial
    /// The first ones the same, more may follow.
    case partial
  }

  /// Name used by its trackers.
  package var name: String
  /// Name or path of the program; empty when missing.
  package var process = ""
  /// Its parameters.
  package var parameters: [String] = []
  /// How parameters are compared.
  @Inherited package var parameterMatch = ParameterMatch.none
  /// Default weight of its trackers, -254 to 254; 0 sends them to FAULT.
  package var weight = 0
  /// Whether the sense of the weight is turned round.
  package var reverse = false
  /// Fewest processes that are enough, 1 to 65535.
  @Inherited package var quorum = 1
  /// Most processes there may be, 0 to 65535; nil for any number.
  package var quorumMaximum: Int?
  /// How long a loss must last before it counts, 0 to 3600 seconds.
  package var terminateDelay = Duration.zero
  /// How long a gain must last before it counts, 0 to 3600 seconds.
  package var forkDelay = Duration.zero
  /// Whether the full command line is compared rather than the short name.
  package var fullCommand = false
  /// Where it was written.
  package var origin: Origin

  /// A process of which only the name is known.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}

/// One line of a `track_…` block in an instance or a group.
package struct TrackedObject: Equatable, Sendable {
  /// Name of the interface, script, file, process or BFD session.
  package var name: String
  /// Weight; not written, that of the tracked object (0 for interfaces). 0 sends the instance to FAULT.
  @Inherited package var weight = 0
  /// Whether the sense of the weight is turned round.
  @Inherited package var reverse = false
  /// Where it was written.
  package var origin: Origin

  /// A tracked object with inherited weight.
  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }
}

/// All that an instance or a group tracks.
package struct Tracking: Equatable, Sendable {
  /// `track_interface`.
  package var interfaces: [TrackedObject] = []
  /// `track_script`.
  package var scripts: [TrackedObject] = []
  /// `track_file`.
  package var files: [TrackedObject] = []
  /// `track_process`.
  package var processes: [TrackedObject] = []
  /// `track_bfd`.
  package var bfdSessions: [TrackedObject] = []

  /// Nothing.
  package init() {}
}
