import CLinux
import Glibc
import World

/// Tells the service manager how the service is (the sd_notify protocol: one datagram of NAME=value lines).
package final class ServiceNotifier: Sendable {
  private let path: String?
  /// How often the manager wants to hear WATCHDOG=1 from this process, at the latest; nil when it does not.
  package let watchdog: Duration?

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  package init() {
    path = Self.variable("NOTIFY_SOCKET")
    let isMeant = Self.variable("WATCHDOG_PID").map { Int32($0) == getpid() } ?? true
    watchdog = isMeant ? Self.variable("WATCHDOG_USEC").flatMap { Int64($0) }.map { .microseconds($0) } : nil
  }

  /// Sends the lines; nothing happens where nobody wants them.
  package func send(_ lines: String) {
    guard let path, path.hasPrefix("/") || path.hasPrefix("@") else { return }
    unsafe _ = linux_service_notify(path, lines, lines.utf8.count)
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
