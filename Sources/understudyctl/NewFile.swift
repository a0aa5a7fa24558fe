import Glibc

/// A file that is there as a whole or not at all.
enum NewFile {
  /// Writes a text to a file for its owner alone, in place of what was there.
  static func write(_ text: String, to path: String) throws {
    let draft = path + ".new"
    unsafe _ = unlink(draft)
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(draft) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure(draft) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0, unsafe rename(draft, path) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> ClientError {
    let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    return ClientError(description: "\(path): \(text)")
  }
}
