import CLinux
import Glibc
import Wire
import World

/// Whether the tests may make network namespaces.
let isRoot = geteuid() == 0

/// Whether this run is one inside a machine with IPVS.
let hasDirector = unsafe getenv("UNDERSTUDY_KERNEL").map { unsafe String(cString: $0) } == "ipvs"

/// Whether this kernel has no IPVS and cannot load it either.
let lacksDirector =
  unsafe access("/proc/net/ip_vs", F_OK) != 0 && system("modinfo ip_vs >/dev/null 2>&1") != 0

struct NamespaceFailure: Error {
  let step: String
}

/// Runs `body` in a network namespace of its own, which ends with it. The body must not suspend: it is the thread that
/// changes its namespace.
func inFreshNamespace<Result>(_ body: () throws -> Result) throws -> Result {
  let home = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
  guard home >= 0 else { throw NamespaceFailure(step: "open") }
  defer { close(home) }
  guard linux_unshare(linux_network_namespace) == 0 else { throw NamespaceFailure(step: "unshare") }
  defer {
    // A thread that cannot go home must not run other tests.
    if linux_enter_namespace(home, linux_network_namespace) != 0 { abort() }
  }
  return try body()
}

/// Runs a command of the shell in the namespace of this thread.
func command(_ text: String) throws {
  guard unsafe system(text) == 0 else { throw NamespaceFailure(step: text) }
}

/// The number of an interface in the namespace of this thread.
func interfaceIndex(_ name: String) -> Int32 {
  Int32(unsafe if_nametoindex(name))
}

extension AddressPrefix {
  /// Reads "192.0.2.1/24"; for tests only.
  init?(text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let address = IPAddress(parts[0]), let length = UInt8(parts[1]) else { return nil }
    self.init(address, length: length)
  }
}
