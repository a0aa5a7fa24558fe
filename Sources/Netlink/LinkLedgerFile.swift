internal import CNetlink
internal import Glibc
internal import World

/// The state file of a network namespace, in memory below /run. Network namespaces may share /run, so its name carries
/// the namespace's number.
struct LinkLedgerFile {
  let place: LinkLedger.Place
  private let directory: String
  private var path: String { "\(directory)/links.\(place.namespace).state" }

  init(directory: String) {
    self.directory = directory
    place = LinkLedger.Place(boot: Self.boot(), namespace: Self.namespaceNumber())
  }

  /// The ledger of an earlier run; empty when there is none, or when it belongs to another boot or namespace.
  func read() throws(SystemFailure) -> LinkLedger {
    guard let text = Self.contents(of: path) else { return LinkLedger(place: place) }
    guard let ledger = LinkLedger(text: text) else {
      throw SystemFailure(
        call: "read", code: EBADMSG, subject: path,
        reason: "damaged: what an earlier run changed is not known; see to arp_ignore, arp_filter and rp_filter by hand"
      )
    }
    return ledger.place == place ? ledger : LinkLedger(place: place)
  }

  /// Replaces the file in one step; an empty ledger needs none.
  func write(_ ledger: LinkLedger) throws(SystemFailure) {
    guard !ledger.isEmpty else {
      guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
      return
    }
    if unsafe mkdir(directory, 0o755) == 0 {
      // The mask of files must not take the right to enter.
      unsafe _ = chmod(directory, 0o755)
    } else if errno != EEXIST {
      throw failure("mkdir", directory)
    }
    let new = path + ".new"
    let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw failure("open", new) }
    let octets = Array(ledger.text.utf8)
    let length = unsafe Glibc.write(descriptor, octets, octets.count)
    let code = errno
    close(descriptor)
    guard length == octets.count else { throw Refusal(code: length < 0 ? code : ENOSPC).failure(of: "write", on: new) }
    guard unsafe rename(new, path) == 0 else { throw failure("rename", path) }
  }

  private func failure(_ call: String, _ path: String) -> SystemFailure {
    Refusal(code: errno).failure(of: call, on: path)
  }

  private static func contents(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var octets: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while octets.count < 1 << 20 {
      let length = unsafe Glibc.read(descriptor, &part, part.count)
      guard length > 0 else { break }
      octets += part.prefix(length)
    }
    return String(decoding: octets, as: UTF8.self)
  }

  private static func boot() -> String {
    contents(of: "/proc/sys/kernel/random/boot_id")?.split(separator: "\n").first.map(String.init) ?? "unknown"
  }

  /// The number of this thread's network namespace, unique while the host is up (SO_NETNS_COOKIE); before Linux 5.14
  /// that of its inode, which may come back.
  private static func namespaceNumber() -> UInt64 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { if descriptor >= 0 { close(descriptor) } }
    var cookie: UInt64 = 0
    var length = socklen_t(MemoryLayout<UInt64>.size)
    if descriptor >= 0, unsafe getsockopt(descriptor, SOL_SOCKET, 71, &cookie, &length) == 0 { return cookie }
    var status = stat()
    return unsafe stat("/proc/thread-self/ns/net", &status) == 0 ? UInt64(status.st_ino) : 0
  }
}
