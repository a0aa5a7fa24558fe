import CLinux
import ConfigurationLanguage
import Glibc

/// The files and names of this host, for the reader of configurations.
struct ConfigurationFiles: ConfigurationSource {
  private static let largestFile = 256 << 20

  func read(_ path: String) -> FileReading {
    let descriptor = unsafe linux_open_to_read(path)
    guard descriptor >= 0 else {
      return -descriptor == ENOENT || -descriptor == ENOTDIR ? .missing : .unreadable(Self.text(-descriptor))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return .unreadable(Self.text(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: return .directory
    default: return .notRegular
    }
    guard status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) == 0 else { return .executable }
    var octets: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while octets.count <= Self.largestFile {
      let count = unsafe Glibc.read(descriptor, &part, part.count)
      if count == 0 { return .contents(octets) }
      guard count > 0 else { return .unreadable(Self.text(errno)) }
      octets += part.prefix(count)
    }
    return .unreadable("larger than 256 MiB")
  }

  func matches(of pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
    return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
      unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
    }
  }

  func environmentVariable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  var workingDirectory: String {
    guard let path = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  var nodeName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func randomNumber(in range: ClosedRange<Int>) -> Int { Int.random(in: range) }

  private static func text(_ code: Int32) -> String { unsafe String(cString: linux_error_text(code)) }
}
