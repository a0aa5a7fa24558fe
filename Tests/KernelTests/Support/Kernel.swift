import Glibc
import Testing

/// What the kernel under the tests has; the variable UNDERSTUDY_KERNEL says which tests this run is for. contrib/test
/// runs both kinds. Without it none of them runs: they need root, Debian's packages and minutes.
enum Kernel: String {
  /// Network namespaces: elections, command line, real-server helper.
  case namespaces
  /// IPVS besides: traffic.
  case ipvs
  /// IPVS, and servers of many kinds, for minutes: run by whoever changes the director, not with every change.
  case directors

  static let current = environment("UNDERSTUDY_KERNEL").flatMap(Kernel.init)
}

extension Trait where Self == ConditionTrait {
  /// For tests of this kind alone.
  static func needs(_ kernel: Kernel) -> Self {
    .enabled(if: Kernel.current == kernel, "UNDERSTUDY_KERNEL is not \(kernel)")
  }
}

func environment(_ name: String) -> String? {
  unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// Where things are.
enum Paths {
  static let checkout = String(#filePath.dropLast("/Tests/KernelTests/Support/Kernel.swift".count))

  /// The built programs lie beside the tests, unless UNDERSTUDY_BIN says where.
  static let programs =
    environment("UNDERSTUDY_BIN")
    ?? CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/")

  static let daemon = environment("DAEMON") ?? programs + "/understudy"
  static let realserver = environment("REALSERVER") ?? programs + "/realserver"
  static let keepalived = "/usr/sbin/keepalived"
}

/// Which program plays a director.
enum Implementation: Sendable, CaseIterable {
  case understudy
  case keepalived

  var program: String {
    switch self {
    case .understudy: Paths.daemon
    case .keepalived: Paths.keepalived
    }
  }
}
