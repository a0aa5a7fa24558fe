import CLinux
import Glibc
import LinuxWorld
import World

/// Memory files that travel to other processes and can no longer be changed.
enum SealedFile {
  /// The largest content that is taken over; the reader makes no larger ones.
  static let largest = 1 << 30

  /// A new file with this content, part after part.
  static func write(_ parts: [[UInt8]], named name: String) throws(SystemFailure) -> Descriptor {
    let file = Descriptor(try succeed("memfd_create", unsafe linux_memory_file(name)))
    for part in parts {
      var rest = part[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file.number, $0.baseAddress, $0.count) }
        guard count > 0 else { throw SystemFailure("write", code: errno, subject: "the \(name)") }
        rest = rest.dropFirst(count)
      }
    }
    try succeed("seal", linux_memory_file_seal(file.number))
    return file
  }

  /// The octets at these places, which must be in the file; nil when they cannot be read.
  static func read(_ file: Descriptor, _ places: some RangeExpression<Int> = 0...) -> [UInt8]? {
    guard let size = size(of: file), size <= largest else { return nil }
    let places = places.relative(to: 0..<size)
    guard places.lowerBound >= 0, places.lowerBound <= places.upperBound, places.upperBound <= size else { return nil }
    var isWhole = true
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: places.count) { buffer, filled in
      while filled < places.count {
        let count = unsafe pread(
          file.number, buffer.baseAddress?.advanced(by: filled), places.count - filled,
          off_t(places.lowerBound + filled))
        guard count > 0 else {
          isWhole = false
          return
        }
        filled += count
      }
    }
    return isWhole ? octets : nil
  }

  /// Whether two files hold the same: what they say need not be worked through again.
  static func areEqual(_ one: Descriptor, _ other: Descriptor) -> Bool {
    guard let size = size(of: one), size == self.size(of: other) else { return false }
    var offset = 0
    while offset < size {
      guard let left = piece(of: one, at: offset), left == piece(of: other, at: offset) else { return false }
      offset += left.count
    }
    return true
  }

  private static func size(of file: Descriptor) -> Int? {
    var status = stat()
    return unsafe fstat(file.number, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Octets from a place on; nil when there are none.
  private static func piece(of file: Descriptor, at offset: Int) -> [UInt8]? {
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      unsafe count = max(0, pread(file.number, buffer.baseAddress, buffer.count, off_t(offset)))
    }
    return octets.isEmpty ? nil : octets
  }
}

/// What a reader makes of a configuration, each part for those who need it.
struct SealedConfiguration {
  /// The expanded text, for roles that work by it.
  let text: Descriptor
  /// `ControlSettings`.
  let controlSettings: Descriptor

  /// What came with the reader's message; nil when the configuration cannot be used.
  init?(_ descriptors: [Descriptor]) {
    guard descriptors.count == 2 else { return nil }
    (text, controlSettings) = (descriptors[0], descriptors[1])
  }
}
