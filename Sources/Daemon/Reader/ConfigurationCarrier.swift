import ConfigurationLanguage
import LinuxWorld
import World

/// Carries the expanded text of a configuration from process to process in a sealed memory file, so that all roles
/// parse the same octets and none of them reads a file.
enum ConfigurationCarrier {
  private static var lengthSize: Int { MemoryLayout<UInt64>.size }

  /// Writes a text to a new memory file, behind the contents of the key files that it names: no role opens a file.
  static func write(_ text: ConfigurationText, keys: [String: [UInt8]]) throws(SystemFailure) -> Descriptor {
    var writer = FieldWriter()
    writer.add(keys.sorted { $0.key < $1.key }) { writer, entry in
      writer.add(entry.key)
      writer.add(entry.value) { $0.add($1) }
    }
    let front = writer.bytes + text.encodedMap
    var length = FieldWriter()
    length.add(UInt64(front.count))
    return try SealedFile.write([length.bytes, front, text.bytes], named: "configuration")
  }

  /// Reads and parses a text; nil when it is none.
  static func read(_ file: Descriptor) -> Configuration? {
    guard let head = SealedFile.read(file, 0..<lengthSize) else { return nil }
    var reader = FieldReader(head[...])
    guard let length = try? reader.number() as UInt64, length <= SealedFile.largest else { return nil }
    let end = lengthSize + Int(length)
    guard let front = SealedFile.read(file, lengthSize..<end), let bytes = SealedFile.read(file, end...) else {
      return nil
    }
    reader = FieldReader(front[...])
    guard let keys = try? readKeys(&reader),
      let text = ConfigurationText(bytes: bytes, encodedMap: reader.remaining)
    else { return nil }
    return Configuration.parse(text).configuration?.replacingKeyFiles(with: keys)
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
