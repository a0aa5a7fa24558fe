import Glibc

/// The local time of this host, for people.
enum LocalTime {
  /// "2026-11-21 08:31:00.123" for a time in nanoseconds since 1970.
  static func text(_ nanoseconds: Int64) -> String {
    let parts = unsafe broken(nanoseconds / 1_000_000_000)
    let date = unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    let time = unsafe "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    let milliseconds = String(nanoseconds / 1_000_000 % 1000)
    return "\(date) \(time)." + String(repeating: "0", count: max(0, 3 - milliseconds.count)) + milliseconds
  }

  /// The wall clock, in seconds since 1970.
  static var now: Int64 { Int64(time(nil)) }

  /// How many seconds the local time is ahead of UTC at a time in seconds since 1970.
  static func zone(at seconds: Int64) -> Int {
    unsafe broken(seconds).tm_gmtoff
  }

  private static func broken(_ seconds: Int64) -> tm {
    var time = time_t(seconds)
    var parts = unsafe tm()
    unsafe _ = localtime_r(&time, &parts)
    return unsafe parts
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
