/// Where a daemon lives among others of its host, and what its files and log lines are called therefore: keepalived's
/// rules for net_namespace, instance and use_pid_dir.
package struct DaemonPlace: Hashable, Sendable {
  /// The network namespace by its name below /run/netns; nil for the one the daemon was started in.
  package var namespace: String?
  /// The name of the daemon among several of one namespace.
  package var instance: String?
  /// Whether pid files lie in a directory of their own; a namespace and an instance imply it.
  package var usesDirectory = false

  /// The only daemon of the host.
  package init() {}

  /// What is appended to the name in the system's log: "_web_2".
  package var suffix: String { [namespace, instance].compactMap { $0 }.map { "_\($0)" }.joined() }

  /// The pid file of the supervisor or of a role, where the command line names none.
  ///
  /// keepalived shows a daemon in a namespace a directory of its own in place of /run/keepalived; from outside its files
  /// are where they are here.
  package func pidFile(of role: Role, calledAs name: String) -> String? {
    let own: String
    switch role {
    case .supervisor: own = name
    case .election: own = "vrrp"
    case .balancing: own = "checkers"
    case .control, .reader: return nil
    }
    guard usesDirectory || namespace != nil || instance != nil else {
      let isOurs = name != "keepalived" && role != .supervisor
      return "/run/\(isOurs ? "\(name)_" : "")\(own).pid"
    }
    return "\(directory(calledAs: name))/\(own)\(instance.map { "_\($0)" } ?? "").pid"
  }

  /// The directory of pid files, where there is one.
  package func directory(calledAs name: String) -> String {
    "/run/\(name)" + (namespace.map { "/\($0)" } ?? "")
  }

  /// The name of a dump file with what tells this daemon's from others' (data_use_instance): ".NAMESPACE_INSTANCE" before
  /// the extension.
  package func dumpName(_ path: String) -> String {
    let addition = [namespace, instance].compactMap { $0 }.joined(separator: "_")
    return addition.isEmpty ? path : path.inserting(".\(addition)")
  }
}

extension String {
  /// The path with something put before the extension of its file.
  func inserting(_ text: String) -> String {
    let name = lastIndex(of: "/").map(index(after:)) ?? startIndex
    guard let dot = self[name...].lastIndex(of: "."), dot > name else { return self + text }
    return self[..<dot] + text + self[dot...]
  }
}
