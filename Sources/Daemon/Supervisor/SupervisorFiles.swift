import CLinux
import Glibc
import LinuxWorld
import Synchronization
import World

/// The paths and names that a running daemon owns: its program, its pid files, the titles of its processes.
///
/// Which pid files they are may depend on the configuration, so they are claimed once that has been read.
final class SupervisorFiles: Sendable {
  private struct Claim {
    let place: DaemonPlace
    let pid: PidFile
    let rolePaths: [Role: String]
  }

  /// The program's own executable, which the other roles run too.
  let program: String
  /// The name it was called by, "understudy" or "keepalived".
  let name: String
  let signalJSON: Int32
  let signalClear: Int32
  /// Whether the daemon runs in the background.
  let isDetached: Bool
  private let chosen: [Role: String]
  /// Whether the command line has a network namespace, which wins over the configuration's.
  private let namespace: String?
  private let claim = Mutex<Claim?>(nil)
  private let isReady: @Sendable () -> Void

  init(
    _ options: CommandLineOptions, calledAs name: String, signals: (first: Int32, last: Int32),
    ready: @escaping @Sendable () -> Void
  ) {
    program =
      unsafe realpath("/proc/self/exe", nil).map { path in
        defer { unsafe free(path) }
        return unsafe String(cString: path)
      } ?? "/proc/self/exe"
    self.name = name
    isDetached = options.has(.detached)
    signalJSON = signals.first + 2
    signalClear = signals.last - 1
    chosen = [Role.supervisor: Option.pid, .election: .vrrpPid, .balancing: .checkersPid]
      .compactMapValues(options.argument)
    namespace = options.argument(.namespace)
    isReady = ready
  }

  /// Enters the place's network namespace and locks the pid file.
  ///
  /// - Throws: when the namespace cannot be entered or the file cannot be made
  /// - Returns: false when another daemon holds it
  func claim(_ wanted: DaemonPlace) throws(SystemFailure) -> Bool {
    guard claim.withLock({ $0 == nil }) else { return true }
    var place = wanted
    if let namespace {
      place.namespace = namespace
    } else if let name = place.namespace {
      try NetworkNamespace.enter(name)
    }
    let path = chosen[.supervisor] ?? place.pidFile(of: .supervisor, calledAs: name) ?? ""
    try prepareDirectory(place)
    guard let pid = try PidFile.lock(path) else { return false }
    var rolePaths: [Role: String] = [:]
    for role in Role.lasting { rolePaths[role] = chosen[role] ?? place.pidFile(of: role, calledAs: name) }
    let made = Claim(place: place, pid: pid, rolePaths: rolePaths)
    claim.withLock { $0 = made }
    return true
  }

  private func prepareDirectory(_ place: DaemonPlace) throws(SystemFailure) {
    guard place.usesDirectory || place.namespace != nil || place.instance != nil else { return }
    // The mask of files must not take the right to enter.
    let mask = umask(0o022)
    defer { umask(mask) }
    for directory in ["/run/\(name)", place.directory(calledAs: name)] {
      if unsafe mkdir(directory, 0o755) < 0, errno != EEXIST {
        throw SystemFailure("mkdir", code: errno, subject: directory)
      }
    }
  }

  /// What is wrong with the pid file that was claimed.
  var flaw: SystemFailure? { claim.withLock { $0?.pid.flaw } }

  /// What is appended to the name in the log.
  var suffix: String { claim.withLock { $0?.place.suffix } ?? "" }

  /// The place in force.
  var place: DaemonPlace { claim.withLock { $0?.place } ?? DaemonPlace() }

  /// Where reload_file lies when the configuration does not say.
  var usualReadingMark: String { "\(place.directory(calledAs: name))/\(name).reload" }

  /// The title of a role's process. Called as keepalived all processes carry that name, as programs that look for
  /// them expect.
  func title(of role: Role) -> String {
    name == "keepalived" ? name : "\(name): \(role.name)"
  }

  /// The daemon works.
  func ready() { isReady() }

  /// A role's process runs.
  func started(_ role: Role, _ process: Int32) {
    guard let path = claim.withLock({ $0?.rolePaths[role] }) else { return }
    try? PidFile.write(path, process: process)
  }

  /// A role's process has ended.
  func ended(_ role: Role) {
    guard let path = claim.withLock({ $0?.rolePaths[role] }) else { return }
    unsafe _ = unlink(path)
  }

  /// Everything has ended.
  func remove() { claim.withLock { $0?.pid }?.remove() }
}

/// The network namespaces that `ip netns` has names for.
enum NetworkNamespace {
  /// Enters one, for this process and all it starts.
  static func enter(_ name: String) throws(SystemFailure) {
    guard !name.contains("/"), name != ".." else {
      throw SystemFailure("setns", code: EINVAL, subject: "network namespace \(name)")
    }
    let number = unsafe open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw SystemFailure("open", code: errno, subject: "network namespace \(name)") }
    let descriptor = Descriptor(number)
    try succeed(
      "setns", about: "network namespace \(name)",
      linux_enter_namespace(descriptor.number, linux_network_namespace))
  }
}
