import CLinux
import ConfigurationLanguage
import Glibc
import Logging

/// How a role's process is scheduled and kept in memory (vrrp_rt_priority, vrrp_no_swap, vrrp_priority and their
/// siblings).
enum Scheduling {
  /// Carries the settings out; what the system refuses is a warning, not the end.
  static func apply(_ settings: RoleSettings, _ log: Logger) {
    if let priority = settings.realTimePriority, priority > 0 {
      refuse("real-time priority \(priority)", linux_set_realtime(Int32(clamping: priority)), log)
    }
    if settings.isLockedInMemory { refuse("locking memory", linux_lock_memory(), log) }
    if let nice = settings.nice {
      errno = 0
      let result = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(clamping: nice))
      refuse("nice value \(nice)", result < 0 ? -errno : 0, log)
    }
  }

  private static func refuse(_ what: String, _ result: Int32, _ log: Logger) {
    if result < 0 { log.warning("\(what) is refused: \(errorText(-result))") }
  }
}
