import Glibc
import Synchronization

/// A host with one daemon and one cable: a namespace with `eth0`, whose other end `far0` lies in the same namespace, or
/// in another one where somebody listens and speaks.
final class Router {
  private static let serial = Atomic<Int>(0)

  let namespace: String
  /// Where the cable ends.
  let far: String
  /// Configuration, pid file, tracked file.
  let directory: String
  private var daemon: Background?

  init(farAway: Bool) throws {
    namespace = "t\(getpid())r\(Router.serial.wrappingAdd(1, ordering: .relaxed).newValue)"
    far = farAway ? namespace + "far" : namespace
    directory = "/var/tmp/understudy-router-" + namespace
    _ = unsafe mkdir(directory, 0o700)
    _ = unsafe mkdir(directory + "/tmp", 0o700)
    for name in Set([namespace, far]) {
      try succeed("ip", "netns", "add", name)
      // Addresses of IPv6 are usable at once.
      try succeed("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
    }
    try ip("link", "add", "eth0", "type", "veth", "peer", "name", "far0", "netns", far)
    try ip("link", "add", "other0", "type", "veth", "peer", "name", "other1")
    for link in ["lo", "eth0", "other0", "other1"] { try ip("link", "set", link, "up") }
    try ip("-n", far, "link", "set", "far0", "up")
    try ip("addr", "add", "192.0.2.1/24", "dev", "eth0")
  }

  deinit {
    stop()
    for name in Set([namespace, far]) { _ = try? run(["ip", "netns", "del", name]) }
    _ = try? run(["rm", "-r", directory])
  }

  /// Runs `ip` on the host, or with `-n` elsewhere.
  @discardableResult
  func ip(_ words: String...) throws -> String {
    try succeed(["ip"] + (words.first == "-n" ? [] : ["-n", namespace]) + words)
  }

  /// Starts the daemon and waits until it answers.
  func start(_ configuration: String) throws {
    try write(configuration, to: directory + "/keepalived.conf")
    let script = """
      mount -t tmpfs run /run && cd / && exec env TMPDIR=\(directory)/tmp \(Paths.daemon) -n -l -D -G \
      -f \(directory)/keepalived.conf -p \(directory)/main.pid
      """
    // A /run of its own, where its socket is.
    daemon = try Background(["ip", "netns", "exec", namespace, "unshare", "-m", "sh", "-c", script])
    try poll("the daemon of \(namespace) answers\n\(log)", within: 15) { (try? status()) != nil }
  }

  /// Ends the daemon.
  func stop() {
    _ = daemon?.stop()
    daemon = nil
  }

  /// Has the daemon read another configuration.
  func reload(_ configuration: String) throws {
    try write(configuration, to: directory + "/keepalived.conf")
    guard kill(try process(), SIGHUP) == 0 else { throw NotSo(description: "no daemon to reload\n\(log)") }
  }

  /// What the daemon logged.
  var log: String { daemon?.output ?? "" }

  /// The process of a role.
  func role(_ name: String) throws -> Int {
    for child in try succeed("pgrep", "-P", String(process())).split(separator: "\n") {
      if try contents(of: "/proc/\(child)/cmdline").contains(": \(name)"), let number = Int(child) { return number }
    }
    throw NotSo(description: "no process has the role \(name)\n\(log)")
  }

  private func process() throws -> pid_t {
    let text = try contents(of: directory + "/main.pid")
    guard let process = pid_t(text.filter(\.isNumber)) else { throw NotSo(description: "no pid in \(text)") }
    return process
  }

  /// The document of `understudyctl status --json`.
  func status() throws -> String {
    let socket = "/proc/\(try process())/root/run/understudy/control.sock"
    return try succeed(Paths.programs + "/understudyctl", "status", "--json", "--socket", socket)
  }

  /// The addresses of `eth0` that are not link-local, sorted.
  func addresses() throws -> [String] {
    try ip("-o", "addr", "show", "dev", "eth0", "scope", "global").split(separator: "\n")
      .compactMap { $0.split(separator: " ").dropFirst(3).first.map(String.init) }.sorted()
  }
}

/// Runs a program that must succeed; returns its output.
@discardableResult
func succeed(_ words: String...) throws -> String { try succeed(words) }

func succeed(_ words: [String]) throws -> String {
  let outcome = try run(words, within: 60)
  guard outcome.status == 0 else {
    throw NotSo(description: "\(words.joined(separator: " ")): status \(outcome.status)\n\(outcome.output)")
  }
  return outcome.output
}
