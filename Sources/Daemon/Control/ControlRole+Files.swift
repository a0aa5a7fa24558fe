import Glibc
import LinuxWorld
import Logging

extension ControlRole {
  /// Writes one of keepalived's dump files: to another name first, so that nobody reads half of it.
  func write(_ kind: DumpKind, _ text: String) {
    let path = dumpFiles.path(of: kind)
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    let temporary = "\(path.dropLast(name.count)).understudy-\(name).\(getpid())"
    unsafe _ = unlink(temporary)
    // Others than the owner may read it where the mask of files allows that.
    let number = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard number >= 0 else {
      return log.error("\(temporary) cannot be written: \(errorText(errno))")
    }
    let file = Descriptor(number)
    let octets = Array(text.utf8)
    let isWritten = unsafe Glibc.write(file.number, octets, octets.count) == octets.count
    // Renamed before it is closed, so that whoever waits for the closing of the final name sees it.
    guard isWritten, unsafe rename(temporary, path) == 0 else {
      unsafe _ = unlink(temporary)
      return log.error("\(path) cannot be written: \(errorText(errno))")
    }
  }
}
