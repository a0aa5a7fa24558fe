import CLinux
import Glibc
package import World

/// Whole small files, and values of /proc/sys.
///
/// Reading a file may wait for its disk. In an election only files in memory are read (/proc, /sys, /run).
package enum SmallFile {
  /// The content of a file, opened without waiting for a writer or a terminal.
  ///
  /// - Throws: EFBIG when there are more octets than `limit`.
  package static func read(_ path: String, atMost limit: Int) throws(SystemFailure) -> [UInt8] {
    let descriptor = Descriptor(try succeed("open", about: path, unsafe linux_open_to_read(path)))
    return try read(descriptor, atMost: limit, subject: path)
  }

  /// The rest of an open file.
  package static func read(
    _ descriptor: Descriptor, atMost limit: Int, subject: String
  ) throws(SystemFailure) -> [UInt8] {
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(65_536, limit + 1))
    while true {
      let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("read", code: errno, subject: subject) }
      guard count > 0 else { return content }
      content += piece.prefix(count)
      guard content.count <= limit else { throw SystemFailure("read", code: EFBIG, subject: subject) }
    }
  }

  /// The first octets of a file; nil when it cannot be read.
  package static func beginning(_ path: String, _ count: Int) -> [UInt8]? {
    let number = unsafe linux_open_to_read(path)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(number)
    var content = [UInt8](repeating: 0, count: count)
    let length = unsafe content.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count)
    }
    return length < 0 ? nil : Array(content.prefix(length))
  }

  /// Replaces the content of a file, which is made with `mode` when it does not exist. Symbolic links are not followed.
  package static func write(_ content: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemFailure) {
    let descriptor = Descriptor(try succeed("open", about: path, unsafe linux_open_to_write(path, mode)))
    guard ftruncate(descriptor.number, 0) == 0 else { throw SystemFailure("ftruncate", code: errno, subject: path) }
    try write(content, to: descriptor, subject: path)
  }

  /// Writes all octets to an open file.
  package static func write(_ content: [UInt8], to descriptor: Descriptor, subject: String) throws(SystemFailure) {
    var rest = content[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure("write", code: errno, subject: subject) }
      rest = rest.dropFirst(count)
    }
  }

  /// A value of /proc/sys without its line break; `name` is its path below, "net/ipv4/ip_forward".
  package static func kernelValue(_ name: String) throws(SystemFailure) -> String {
    var content = try read("/proc/sys/\(name)", atMost: 4096)
    while content.last == UInt8(ascii: "\n") { content.removeLast() }
    return String(decoding: content, as: UTF8.self)
  }

  /// Sets a value of /proc/sys.
  package static func setKernelValue(_ name: String, to value: String) throws(SystemFailure) {
    let path = "/proc/sys/\(name)"
    let descriptor = Descriptor(unsafe open(path, O_WRONLY | O_CLOEXEC))
    guard descriptor.number >= 0 else { throw SystemFailure("open", code: errno, subject: path) }
    try write(Array(value.utf8), to: descriptor, subject: path)
  }
}
