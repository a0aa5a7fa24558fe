import Glibc
import World

/// Why something could not be done, in lines for people.
struct Trouble: Error {
  let lines: [String]

  init(_ lines: String...) {
    self.lines = lines
  }

  init(lines: [String]) {
    self.lines = lines
  }

  /// A call that failed, with a hint where the reason is known.
  init(_ failure: SystemFailure) {
    let hint: String? =
      switch failure.code {
      case EPERM, EACCES:
        geteuid() == 0
          ? "root may not do this here; a container needs the capability NET_ADMIN and a writable /proc/sys"
          : "must be run by root"
      case EROFS: "/proc/sys is read-only, as in a container without privileges"
      default: nil
      }
    lines = [failure.description] + (hint.map { [$0] } ?? [])
  }

  /// Says so on the standard error.
  func report() {
    for line in lines { Output.error(line) }
  }
}

/// Lines to the terminal.
enum Output {
  static func line(_ text: String) {
    write(text + "\n", to: 1)
  }

  static func error(_ text: String) {
    write("realserver: \(text)\n", to: 2)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var octets = Array(text.utf8)[...]
    while !octets.isEmpty {
      let written = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      octets = octets.dropFirst(written)
    }
  }
}
