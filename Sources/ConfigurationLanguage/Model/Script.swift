/// A command to run: the argument vector, and as whom.
package struct Script: Equatable, Sendable {
  /// Program and arguments, quotes and escapes already evaluated.
  package var arguments: [String]
  /// Name or number of the user; nil for `script_user`.
  package var user: String?
  /// Name or number of the group; nil for the user's own.
  package var group: String?
  /// Whether the supplementary groups of the user are wanted (a group written as `:name`).
  package var supplementaryGroups = false
  /// Where it was written.
  package var origin = Origin.nowhere

  /// A command.
  package init(arguments: [String], user: String? = nil, group: String? = nil) {
    self.arguments = arguments
    self.user = user
    self.group = group
  }

  /// Path or name of the program; empty when nothing was written.
  package var program: String { arguments.first ?? "" }
}

/// The account scripts run as (`script_user`, `user`).
package struct ScriptUser: Equatable, Sendable {
  /// Name or number of the user.
  package var user: String
  /// Name or number of the group; nil for the user's own.
  package var group: String?
  /// Whether the supplementary groups of the user are wanted.
  package var supplementaryGroups = false
  /// Where it was written.
  package var origin = Origin.nowhere
}

/// A named pipe that reports state changes.
package struct NotifyFIFO: Equatable, Sendable {
  /// Path of the pipe.
  package var path: String
  /// Owner of the pipe when it is created.
  package var user: String?
  /// Group of the pipe when it is created.
  package var group: String?
  /// Where it was written.
  package var origin = Origin.nowhere
}

/// The scripts run when an instance or a group changes state.
package struct NotifyScripts: Equatable, Sendable {
  /// `notify_master`.
  @Seldom package var master: Script? = nil
  /// `notify_backup`.
  @Seldom package var backup: Script? = nil
  /// `notify_fault`.
  @Seldom package var fault: Script? = nil
  /// `notify_stop`.
  @Seldom package var stop: Script? = nil
  /// `notify`: run on every change with type, name, state and priority appended.
  @Seldom package var any: Script? = nil
  /// `notify_master_rx_lower_pri` (instances only).
  @Seldom package var masterReceivedLowerPriority: Script? = nil
  /// `notify_contested` (instances only, an extension of ours): a second master was there and this one stays.
  @Seldom package var contested: Script? = nil
  /// `notify_deleted` (instances only).
  @Seldom package var deleted: Script? = nil
  /// Whether removal by a reload is reported as DELETED rather than FAULT (`notify_deleted`, instances only).
  package var reportsDeleted = false

  /// No scripts.
  package init() {}
}
