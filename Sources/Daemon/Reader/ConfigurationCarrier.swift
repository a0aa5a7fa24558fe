import CLinux
import ConfigurationLanguage
import Glibc
import LinuxWorld
import World

/// Carries the expanded text of a configuration from process to process in a sealed memory file, so that all roles
/// parse the same octets and none of them reads a file.
enum ConfigurationCarrier {
  /// The largest text that is taken over; the reader does not make larger ones.
  private static let largest = 1 << 30

  /// Writes a text to a new memory file.
  static func write(_ text: ConfigurationText) throws(SystemFailure) -> Descriptor {
    let file = Descriptor(try succeed("memfd_create", unsafe linux_memory_file("configuration")))
    var rest = text.encoded[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file.number, $0.baseAddress, $0.count) }
      guard count > 0 else { throw SystemFailure("write", code: errno, subject: "the configuration") }
      rest = rest.dropFirst(count)
    }
    try succeed("seal", linux_memory_file_seal(file.number))
    return file
  }

  /// Reads and parses a text; nil when it is none.
  static func read(_ file: Descriptor) -> Configuration? {
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0, status.st_size <= largest else { return nil }
    var octets = [UInt8](repeating: 0, count: Int(status.st_size))
    var offset = 0
    while offset < octets.count {
      let count = unsafe octets.withUnsafeMutableBytes { buffer in
        unsafe pread(file.number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset, off_t(offset))
      }
      guard count > 0 else { return nil }
      offset += count
    }
    guard let text = ConfigurationText(encoded: octets) else { return nil }
    return Configuration.parse(text).configuration
  }
}
