import CLinux
import ConfigurationLanguage
import Glibc
import Logging
import Machines

/// How a role's process is scheduled, kept in memory and called (vrrp_rt_priority, vrrp_no_swap, vrrp_priority,
/// vrrp_cpu_affinity, vrrp_rlimit_rttime, vrrp_process_name and their siblings).
enum Scheduling {
  /// How a role ranks before the configuration says anything: adverts come before all else on a busy host, and clients
  /// of control last. A host that refuses it is left as it is.
  ///
  /// A nice value alone counts only among the processes of one session where the kernel groups processes by session
  /// (sched_autogroup_enabled): with ten busy sessions on two processors, adverts at 10 ms were up to 16 ms late, and at
  /// the lowest real-time priority 1.4 ms (contrib/decisions/0010).
  static func begin(_ role: Role) {
    switch role {
    case .election:
      _ = setNice(-15)
      if linux_set_realtime(1) == 0 { _ = linux_limit_realtime(longestComputation) }
    case .control: _ = setNice(10)
    case .balancing, .reader, .supervisor: break
    }
  }

  /// Microseconds that only an endless loop computes without a pause. The supervisor ends such a role after three
  /// seconds; on a host with one processor it may not get to do so.
  private static let longestComputation: UInt64 = 10_000_000

  private static func setNice(_ value: Int32) -> Int32 {
    errno = 0
    let result = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, value)
    return result < 0 ? -errno : 0
  }

  /// Carries the settings out; what the system refuses is a warning, not the end.
  static func apply(_ settings: RoleSettings, to role: Role, _ log: Logger) {
    if let priority = settings.realTimePriority {
      refuse("real-time priority \(priority)", linux_set_realtime(Int32(clamping: priority)), log)
    } else if settings.nice != nil {
      // Who names a nice value wants an ordinary process.
      refuse("ordinary scheduling", linux_set_realtime(0), log)
    } else {
      // What a reload took away was there before.
      begin(role)
    }
    if let limit = settings.realTimeLimit { limitRealTime(limit, log) }
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
