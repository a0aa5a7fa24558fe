import Glibc

/// A file that is there as a whole or not at all.
enum NewFile {
  /// Writes a text to a file for its owner alone, in place of what was there.
  static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  /// Writes octets likewise.
  static func write(_ octets: [UInt8], to path: String) throws {
    let draft = path + ".new"
    unsafe _ = unlink(draft)
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(draft) }
    defer { close(descriptor) }
    try write(octets, to: descriptor, draft)
    guard fsync(descriptor) == 0, unsafe rename(draft, path) == 0 else { throw failure(path) }
  }

  /// Writes octets to an open file.
  static func write(_ octets: [UInt8], to descriptor: Int32, _ name: String) throws {
    var rest = octets[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure(name) }
      rest = rest.dropFirst(count)
    }
  }

  private static func failure(_ path: String) -> ClientError {
    let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    return ClientError(description: "\(path): \(text)")
  }
}
