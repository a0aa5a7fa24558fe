import Glibc
import LinuxWorld
import World

/// The paths and names that a running daemon owns: its program, its pid files, the titles of its processes.
final class SupervisorFiles: Sendable {
  /// The program's own executable, which the other roles run too.
  let program: String
  /// The name it was called by, "understudy" or "keepalived".
  let name: String
  let signalJSON: Int32
  let signalClear: Int32
  /// Whether the daemon runs in the background.
  let isDetached: Bool
  private let pid: PidFile
  private let rolePaths: [Role: String]
  private let isReady: @Sendable () -> Void

  /// Locks the pid file.
  ///
  /// - Throws: when it cannot be made
  /// - Returns: nil when another daemon holds it
  init?(
    _ options: CommandLineOptions, calledAs name: String, signals: (first: Int32, last: Int32),
    ready: @escaping @Sendable () -> Void
  ) throws(SystemFailure) {
    program =
      unsafe realpath("/proc/self/exe", nil).map { path in
        defer { unsafe free(path) }
        return unsafe String(cString: path)
      } ?? "/proc/self/exe"
    self.name = name
    isDetached = options.has(.detached)
    signalJSON = signals.first + 2
    signalClear = signals.last - 1
    let base = "/run/\(name)"
    guard let pid = try PidFile.lock(options.argument(.pid) ?? "\(base).pid") else { return nil }
    self.pid = pid
    rolePaths = [
      .election: options.argument(.vrrpPid) ?? "/run/\(name == "keepalived" ? "vrrp" : "understudy_vrrp").pid",
      .balancing: options.argument(.checkersPid)
        ?? "/run/\(name == "keepalived" ? "checkers" : "understudy_checkers").pid",
    ]
    isReady = ready
  }

  /// The title of a role's process. Called as keepalived all processes carry that name, as programs that look for
  /// them expect.
  func title(of role: Role) -> String {
    name == "keepalived" ? name : "\(name): \(role.name)"
  }

  /// The daemon works.
  func ready() { isReady() }

  /// A role's process runs.
  func started(_ role: Role, _ process: Int32) {
    guard let path = rolePaths[role] else { return }
    try? PidFile.write(path, process: process)
  }

  /// A role's process has ended.
  func ended(_ role: Role) {
    guard let path = rolePaths[role] else { return }
    unsafe _ = unlink(path)
  }

  /// Everything has ended.
  func remove(failed: Bool) { pid.remove() }
}
