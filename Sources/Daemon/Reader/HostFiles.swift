import ConfigurationLanguage
import Glibc

/// The files, variables and names of this host, for the reader of configurations.
struct HostFiles: ConfigurationSource {
  /// The most octets of one file; a configuration is text somebody wrote.
  private static let largestFile = 256 << 20

  func read(_ path: String) -> FileReading {
    var status = stat()
    // O_NONBLOCK: a FIFO in place of the file must not stop the start.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(errorText(errno))
    }
    defer { close(descriptor) }
    guard unsafe fstat(descriptor, &status) == 0 else { return .unreadable(errorText(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: return .directory
    default: return .notRegular
    }
    guard status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) == 0 else { return .executable }
    return readStream(path)
  }

  /// Reads a file of any kind to its end.
  private func readStream(_ path: String) -> FileReading {
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return .unreadable(errorText(errno)) }
    defer { close(descriptor) }
    var status = stat()
    let size = unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    // One octet more than the size, so that a file of that size ends in the first piece.
    var (octets, pieceSize): ([UInt8], Int) = ([], max(65_536, min(size, Self.largestFile) + 1))
    while true {
      var (count, failure): (Int, Int32) = (0, 0)
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, filled in
        unsafe count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        (filled, failure) = (max(0, count), errno)
      }
      if count < 0 {
        if failure == EINTR { continue }
        return .unreadable(errorText(failure))
      }
      guard count > 0 else { return .contents(octets) }
      if octets.isEmpty { octets = piece } else { octets += piece }
      guard octets.count <= Self.largestFile else { return .unreadable("larger than 256 MiB") }
      pieceSize = 65_536
    }
  }

  func matches(of pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(pattern, GLOB_BRACE, nil, &found) == 0 else { return [] }
    return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
      unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
    }
  }

  func environmentVariable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// The environment of this process at its start, as NAME=value.
  static var environment: [String] {
    guard case .contents(let octets) = HostFiles().readStream("/proc/self/environ") else { return [] }
    return octets.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  var workingDirectory: String {
    guard let path = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  var nodeName: String {
    var names = utsname()
    guard unsafe uname(&names) == 0 else { return "localhost" }
    return unsafe withUnsafePointer(to: &names.nodename) { pointer in
      unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 65) { unsafe String(cString: $0) }
    }
  }

  func randomNumber(in range: ClosedRange<Int>) -> Int { Int.random(in: range) }
}

/// The system's words for an error number.
func errorText(_ code: Int32) -> String {
  unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}
