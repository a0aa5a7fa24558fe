import CLinux
import Glibc
import LinuxWorld
import Synchronization
import World

/// A network namespace with a name, removed at the end of the test. Needs root.
final class Namespace: Sendable {
  private static let last = Atomic<Int>(0)

  let name: String
  let descriptor: Descriptor

  init() throws {
    name = "us\(getpid())n\(Self.last.add(1, ordering: .relaxed).newValue)"
    try command("ip netns add \(name)")
    descriptor = Descriptor(unsafe open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC))
    try command("ip -n \(name) link set lo up")
  }

  deinit {
    _ = try? command("ip netns del \(name)")
  }

  /// Runs `ip` inside.
  func ip(_ arguments: String) throws {
    try command("ip -n \(name) \(arguments)")
  }

  /// Does something inside: what is opened there stays there.
  func inside<Result>(_ body: () throws -> Result) throws -> Result {
    let home = Descriptor(unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC))
    try succeed("setns", linux_enter_namespace(descriptor.number, linux_network_namespace))
    defer { linux_enter_namespace(home.number, linux_network_namespace) }
    return try body()
  }

  func interfaceIndex(_ name: String) throws -> Int32 {
    try inside { Int32(unsafe if_nametoindex(name)) }
  }
}

struct CommandFailure: Error {
  let command: String
}

/// Runs a command of the shell to its end.
func command(_ text: String) throws {
  guard unsafe system(text) == 0 else { throw CommandFailure(command: text) }
}

/// Two namespaces joined by a wire: "wire" is its name at both ends.
struct Wired {
  let left: Namespace
  let right: Namespace
  let leftIndex: Int32
  let rightIndex: Int32

  /// 192.0.2.1 and 2001:db8::1 on the left, 192.0.2.2 and 2001:db8::2 on the right; fe80::1 and fe80::2 too.
  init() throws {
    left = try Namespace()
    right = try Namespace()
    try left.ip("link add wire type veth peer name wire netns \(right.name)")
    for (number, side) in [(1, left), (2, right)] {
      try command(
        "ip netns exec \(side.name) sysctl -q net.ipv6.conf.wire.accept_dad=0 net.ipv6.conf.wire.addr_gen_mode=1")
      try side.ip("link set wire address 02:00:00:00:00:0\(number) up")
      try side.ip("address add 192.0.2.\(number)/24 dev wire")
      try side.ip("address add 2001:db8::\(number)/64 dev wire nodad")
      try side.ip("address add fe80::\(number)/64 dev wire nodad")
    }
    // The kernel notices the carrier some time after both ends are up, and drops packets until then.
    for side in [left, right] {
      try command("until ip -n \(side.name) link show wire 2>/dev/null | grep -q 'state UP'; do sleep 0.01; done")
    }
    leftIndex = try left.interfaceIndex("wire")
    rightIndex = try right.interfaceIndex("wire")
  }
}
