import CLinux
import Glibc

/// The file that holds the ledger, and the lock that keeps two runs apart.
struct StateFile {
  private static let directory = "/run/understudy"

  let place: Ledger.Place
  /// Path of the file. Each network namespace has its own, since `ip netns exec` shares /run with the host.
  let path: String

  init() throws(Trouble) {
    let own = Self.namespaceNumber("/proc/self/ns/net")
    let first = Self.namespaceNumber("/proc/1/ns/net")
    let isFirst = first == nil || own == first
    path =
      isFirst || own == nil ? "\(Self.directory)/realserver.state" : "\(Self.directory)/realserver.\(own ?? 0).state"
    place = Ledger.Place(boot: try Self.boot(), namespace: Self.namespaceCookie() ?? UInt64(own ?? 0))
  }

  /// Reads the ledger; nil when nothing was started here. Entries of an earlier boot, or of a namespace that is gone,
  /// count as none.
  func read() throws(Trouble) -> Ledger? {
    guard let text = try Self.contents(of: path) else { return nil }
    guard let ledger = Ledger(text: text) else {
      throw Trouble(
        "\(path) is damaged: what was there before start is not known",
        "set net.ipv4.conf.{all,lo}.arp_{ignore,announce} and the addresses on lo by hand, then remove the file")
    }
    return ledger.place == place ? ledger : nil
  }

  /// Replaces the file in one step: whoever reads it sees the old or the new text, never a part.
  func write(_ ledger: Ledger) throws(Trouble) {
    let new = path + ".new"
    let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw Self.trouble("cannot write", new) }
    let octets = Array(ledger.text.utf8)
    let isWritten = unsafe Glibc.write(descriptor, octets, octets.count) == octets.count && fsync(descriptor) == 0
    let code = errno
    close(descriptor)
    guard isWritten else { throw Self.trouble("cannot write", new, code) }
    guard unsafe rename(new, path) == 0 else { throw Self.trouble("cannot replace", path) }
  }

  /// Removes the file.
  func remove() throws(Trouble) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw Self.trouble("cannot remove", path) }
  }

  /// Makes the directory and waits until no other run is at work; the lock ends with the process.
  func lock() throws(Trouble) {
    guard geteuid() == 0 else { throw Trouble("realserver must be run by root") }
    guard unsafe mkdir(Self.directory, 0o755) == 0 || errno == EEXIST else {
      throw Self.trouble("cannot make", Self.directory)
    }
    let name = "\(Self.directory)/realserver.lock"
    let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.trouble("cannot open", name) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw Self.trouble("cannot lock", name) }
    }
  }

  private static func trouble(_ what: String, _ path: String, _ code: Int32 = errno) -> Trouble {
    let hint = code == EACCES || code == EPERM ? ["realserver must be run by root"] : []
    return Trouble(lines: ["\(what) \(path): \(unsafe String(cString: linux_error_text(code)))"] + hint)
  }

  private static func contents(of path: String) throws(Trouble) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw trouble("cannot read", path) }
      return nil
    }
    defer { close(descriptor) }
    var octets: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while octets.count < 1 << 20 {
      let length = unsafe Glibc.read(descriptor, &part, part.count)
      guard length >= 0 else { throw trouble("cannot read", path) }
      guard length > 0 else { break }
      octets += part.prefix(length)
    }
    return String(decoding: octets, as: UTF8.self)
  }

  private static func boot() throws(Trouble) -> String {
    let text = try contents(of: "/proc/sys/kernel/random/boot_id") ?? ""
    return text.split(separator: "\n").first.map(String.init) ?? "unknown"
  }

  private static func namespaceNumber(_ path: String) -> UInt? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return UInt(status.st_ino)
  }

  /// The number of the network namespace that is never used again (SO_NETNS_COOKIE, Linux 5.14), other than the inode.
  private static func namespaceCookie() -> UInt64? {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var cookie: UInt64 = 0
    var length = socklen_t(MemoryLayout<UInt64>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, 71, &cookie, &length) == 0 else { return nil }
    return cookie
  }
}
