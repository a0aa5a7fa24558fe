import CLinux
import ConfigurationLanguage
import Glibc
import Logging
import Machines

/// How a role's process is scheduled, kept in memory and called (vrrp_rt_priority, vrrp_no_swap, vrrp_priority,
/// vrrp_cpu_affinity, vrrp_rlimit_rttime, vrrp_process_name and their siblings).
enum Scheduling {
  /// The nice value a role begins with, before the configuration says anything: on a busy host, adverts come before
  /// whatever clients ask of control, and before most else. Without it a hundred clients made adverts of a thousand
  /// routers 6 ms late; a host that refuses it is left as it is.
  static func begin(_ role: Role) {
    switch role {
    case .election: _ = setNice(-15)
    case .control: _ = setNice(10)
    case .balancing, .reader, .supervisor: break
    }
  }

  private static func setNice(_ value: Int32) -> Int32 {
    errno = 0
    let result = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, value)
    return result < 0 ? -errno : 0
  }

  /// Carries the settings out; what the system refuses is a warning, not the end.
  static func apply(_ settings: RoleSettings, _ log: Logger) {
    if let priority = settings.realTimePriority, priority > 0 {
      refuse("real-time priority \(priority)", linux_set_realtime(Int32(clamping: priority)), log)
      if let limit = settings.realTimeLimit { limitRealTime(limit, log) }
    }
    if settings.isLockedInMemory { refuse("locking memory", linux_lock_memory(), log) }
    if let nice = settings.nice { refuse("nice value \(nice)", setNice(Int32(clamping: nice)), log) }
    if let processors = settings.processors {
      let numbers = processors.map { Int32(clamping: $0) }
      let words = processors.map(String.init).joined(separator: " ")
      refuse("running on processors \(words) only", unsafe linux_set_processors(numbers, numbers.count), log)
    }
  }

  /// A process that computes for longer than this without a pause is ended by the kernel, and started again by the
  /// supervisor: at a real-time priority it would stop the host. The kernel's clock for this has whole microseconds and
  /// refuses a single one.
  private static func limitRealTime(_ limit: Duration, _ log: Logger) {
    let microseconds = UInt64(max(2, limit.wholeNanoseconds / 1000))
    refuse("a limit of \(microseconds) us of real-time use", linux_limit_realtime(microseconds), log)
  }

  /// Gives the process its name: the configuration's, or with process_names one that tells its role.
  static func name(_ settings: RoleSettings, _ globals: GlobalDefinitions, _ role: Role, title: String) {
    let usual =
      switch role {
      case .election: globals.files.usesProcessNames ? "\(title)_vrrp" : title
      case .balancing: globals.files.usesProcessNames ? "\(title)_lvs" : title
      case .supervisor, .control, .reader: title
      }
    unsafe linux_set_name(settings.name ?? usual)
  }

  private static func refuse(_ what: String, _ result: Int32, _ log: Logger) {
    if result < 0 { log.warning("\(what) is refused: \(errorText(-result))") }
  }
}
