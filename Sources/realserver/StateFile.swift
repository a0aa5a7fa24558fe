import CLinux
import Glibc

/// The file that holds the ledger, and the lock that keeps two runs apart.
struct StateFile {
  private static let directory = "/run/understudy"

  private static let usual = "\(directory)/realserver.state"

  let place: Ledger.Place
  /// Path of the file.
  let path: String

  /// Finds the file; for changes, not before other runs have finished theirs.
  init(forChanges: Bool) throws(Trouble) {
    if forChanges { try Self.lock() }
    place = Ledger.Place(boot: try Self.boot(), namespace: Self.namespaceNumber())
    path = try Self.path(for: place)
  }

  /// Network namespaces share /run unless somebody keeps them apart: `ip netns exec` does not. The first to start takes
  /// the usual name, any other one with its number.
  private static func path(for place: Ledger.Place) throws(Trouble) -> String {
    let own = "\(directory)/realserver.\(place.namespace).state"
    if unsafe access(own, F_OK) == 0 { return own }
    guard let other = try contents(of: usual).flatMap(Ledger.init(text:))?.place else { return usual }
    return other == place || other.boot != place.boot ? usual : own
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
  private static func lock() throws(Trouble) {
    guard geteuid() == 0 else { throw Trouble("must be run by root") }
    guard unsafe mkdir(directory, 0o755) == 0 || errno == EEXIST else { throw trouble("cannot make", directory) }
    let name = "\(directory)/realserver.lock"
    let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw trouble("cannot open", name) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw trouble("cannot lock", name) }
    }
  }

  private static func trouble(_ what: String, _ path: String, _ code: Int32 = errno) -> Trouble {
    let hint = code == EACCES || code == EPERM ? ["must be run by root"] : []
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

  /// The number of this thread's network namespace, which no other has for as long as the host is up
  /// (SO_NETNS_COOKIE); before Linux 5.14 that of its inode, which may come back.
  private static func namespaceNumber() -> UInt64 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(descriptor) }
    var cookie: UInt64 = 0
    var length = socklen_t(MemoryLayout<UInt64>.size)
    if descriptor >= 0, unsafe getsockopt(descriptor, SOL_SOCKET, 71, &cookie, &length) == 0 { return cookie }
    var status = stat()
    return unsafe stat("/proc/self/ns/net", &status) == 0 ? UInt64(status.st_ino) : 0
  }
}
