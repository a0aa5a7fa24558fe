import Glibc
import LinuxWorld
import Logging

/// Core dumps as the command line wants them (`--core-dump`, `--core-dump-pattern`). The kernel's pattern holds for the
/// whole host, so it is put back at the end.
struct CoreDumps {
  private static let parameter = "kernel/core_pattern"
  private var before: String?

  init(_ options: CommandLineOptions, _ log: Logger) {
    guard options.has(.coreDump) || options.has(.coreDumpPattern) else { return }
    var unlimited = rlimit(rlim_cur: .max, rlim_max: .max)
    if unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &unlimited) < 0 {
      log.warning("core dumps stay limited: \(errorText(errno))")
    }
    guard options.has(.coreDumpPattern) else { return }
    let pattern = options.argument(.coreDumpPattern) ?? "core"
    do {
      before = try SmallFile.kernelValue(Self.parameter)
      try SmallFile.setKernelValue(Self.parameter, to: pattern)
    } catch {
      before = nil
      log.warning("the pattern of core dumps stays as it is: \(error)")
    }
  }

  /// Puts the kernel's pattern back.
  func restore() {
    if let before { try? SmallFile.setKernelValue(Self.parameter, to: before) }
  }
}
