import CLinux
import Glibc
package import World

/// A pid file that is locked as long as its daemon lives, so that a stale one is recognised without guessing from the
/// process number in it.
package final class PidFile: Sendable {
  private let path: String
  private let descriptor: Descriptor
  /// Why this process's number is not in it: the disk is full, or fails. The lock holds all the same.
  package let flaw: SystemFailure?

  private init(_ path: String, _ descriptor: Descriptor, flaw: SystemFailure?) {
    self.path = path
    self.descriptor = descriptor
    self.flaw = flaw
  }

  /// Takes the pid file and writes this process's number into it, if there is room.
  ///
  /// - Returns: nil when another process holds it
  package static func lock(_ path: String) throws(SystemFailure) -> PidFile? {
    // The holder before us may remove the file between our opening and our locking it.
    for _ in 0..<8 {
      let descriptor = Descriptor(try succeed("open", about: path, unsafe linux_open_to_write(path, 0o644)))
      let locked = linux_lock_file(descriptor.number)
      if locked == -EAGAIN { return nil }
      try succeed("lock", about: path, locked)
      guard try succeed("stat", about: path, unsafe linux_names_open_file(path, descriptor.number)) == 1 else {
        continue
      }
      guard ftruncate(descriptor.number, 0) == 0 else { throw SystemFailure("ftruncate", code: errno, subject: path) }
      do {
        try SmallFile.write(Array("\(getpid())\n".utf8), to: descriptor, subject: path)
      } catch {
        return PidFile(path, descriptor, flaw: error)
      }
      return PidFile(path, descriptor, flaw: nil)
    }
    throw SystemFailure("lock", code: EAGAIN, subject: path)
  }

  /// Writes the number of another process into a file of its own, without lock.
  package static func write(_ path: String, process: Int32) throws(SystemFailure) {
    try SmallFile.write(Array("\(process)\n".utf8), to: path)
  }

  /// Removes the file, unless another has taken its place.
  package func remove() {
    if unsafe linux_names_open_file(path, descriptor.number) == 1 { unsafe _ = unlink(path) }
  }
}
