internal import CNetlink
internal import Glibc
package import Wire
package import World

/// A parameter of the kernel's network below /proc/sys/net (sysctl), which netlink does not carry. It belongs to the
/// network namespace of the thread that asks.
package struct KernelParameter: Hashable, Sendable, CustomStringConvertible {
  /// The name as a path below /proc/sys, for instance "net/ipv4/conf/lo/arp_ignore". A path and not dots, since names
  /// of interfaces may contain dots.
  package let name: String

  /// The parameter of this name.
  package init(_ name: String) {
    self.name = name
  }

  /// A parameter of an interface, or of "all" or "default".
  package init(_ family: AddressFamily, interface: String, _ name: String) {
    self.init("net/\(family)/conf/\(interface)/\(name)")
  }

  /// The name.
  package var description: String { name }

  private var path: String { "/proc/sys/\(name)" }

  /// The value, without the line's end.
  package func read() throws(SystemFailure) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = try withFile(O_RDONLY, "read") { descriptor in
      unsafe Glibc.read(descriptor, &buffer, buffer.count)
    }
    let octets = buffer.prefix(length).prefix { $0 != UInt8(ascii: "\n") }
    return String(decoding: octets, as: UTF8.self)
  }

  /// Sets the value.
  package func write(_ value: String) throws(SystemFailure) {
    let octets = Array(value.utf8)
    _ = try withFile(O_WRONLY, "write") { descriptor in
      unsafe Glibc.write(descriptor, octets, octets.count)
    }
  }

  private func withFile(_ mode: Int32, _ call: String, _ body: (Int32) -> Int) throws(SystemFailure) -> Int {
    let descriptor = unsafe open(path, mode | O_CLOEXEC)
    guard descriptor >= 0 else { throw Refusal(code: errno).failure(of: "open", on: path) }
    defer { close(descriptor) }
    let result = body(descriptor)
    guard result >= 0 else { throw Refusal(code: errno).failure(of: call, on: path) }
    return result
  }
}
