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

  /// Writes a text to a new memory file, behind the contents of the key files that it names: no role opens a file.
  static func write(_ text: ConfigurationText, keys: [String: [UInt8]]) throws(SystemFailure) -> Descriptor {
    let file = Descriptor(try succeed("memfd_create", unsafe linux_memory_file("configuration")))
    var writer = FieldWriter()
    writer.add(keys.sorted { $0.key < $1.key }) { writer, entry in
      writer.add(entry.key)
      writer.add(entry.value) { $0.add($1) }
    }
    var rest = (writer.bytes + text.encoded)[...]
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
    var reader = FieldReader(octets[...])
    guard let keys = try? readKeys(&reader), let text = ConfigurationText(encoded: Array(reader.remaining)) else {
      return nil
    }
    return Configuration.parse(text).configuration?.replacingKeyFiles(with: keys)
  }

  /// Whether two files hold the same text, which then need not be parsed again: a reload without a change is cheap.
  static func areEqual(_ one: Descriptor, _ other: Descriptor) -> Bool {
    var (first, second) = (stat(), stat())
    guard unsafe fstat(one.number, &first) == 0, unsafe fstat(other.number, &second) == 0,
      first.st_size == second.st_size
    else { return false }
    var offset: off_t = 0
    while offset < first.st_size {
      guard let left = piece(of: one, at: offset), left == piece(of: other, at: offset) else { return false }
      offset += off_t(left.count)
    }
    return true
  }

  /// Octets from a place on; nil when there are none.
  private static func piece(of file: Descriptor, at offset: off_t) -> [UInt8]? {
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      unsafe count = max(0, pread(file.number, buffer.baseAddress, buffer.count, offset))
    }
    return octets.isEmpty ? nil : octets
  }

  private static func readKeys(_ reader: inout FieldReader) throws(FrameError) -> [String: [UInt8]] {
    let entries = try reader.list { (reader) throws(FrameError) -> (String, [UInt8]) in
      let path = try reader.text()
      return (path, try reader.list { (reader) throws(FrameError) in try reader.number() })
    }
    return Dictionary(entries, uniquingKeysWith: { first, _ in first })
  }
}

extension Configuration {
  /// The paths of all key files (auth_hmac).
  var keyFiles: [String] {
    vrrpInstances.flatMap { $0.hmac?.keys ?? [] }.compactMap { key in
      if case .file(let path) = key.source { path } else { nil }
    }
  }

  /// The same with the keys themselves in place of their files.
  fileprivate func replacingKeyFiles(with keys: [String: [UInt8]]) -> Configuration {
    var copy = self
    for index in copy.vrrpInstances.indices {
      guard var hmac = copy.vrrpInstances[index].hmac else { continue }
      for key in hmac.keys.indices {
        guard case .file(let path) = hmac.keys[key].source, let octets = keys[path] else { continue }
        hmac.keys[key].source = .octets(octets)
      }
      copy.vrrpInstances[index].hmac = hmac
    }
    return copy
  }
}
