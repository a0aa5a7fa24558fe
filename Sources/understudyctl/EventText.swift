import ControlProtocol
import Glibc

/// An event on one line.
enum EventText {
  /// "2026-01-02 03:04:05 election: (VI_1) Entering MASTER STATE (…)", with a mark in front of the role for bad news.
  static func line(_ event: JSON) -> String {
    let mark: String =
      switch event["level"]?.string {
      case "warning": "! "
      case "error", "critical": "!! "
      default: ""
      }
    return "\(time(event["time"])) \(mark)\(event["role"]?.string ?? "?"): \(event["text"]?.string ?? "")"
  }

  private static func time(_ json: JSON?) -> String {
    let seconds: Int
    switch json {
    case .number(let value): seconds = Int(max(0, min(value, 1e12)))
    case .integer(let value): seconds = Int(value)
    default: return "-"
    }
    var moment = time_t(seconds)
    var parts = unsafe tm()
    unsafe _ = localtime_r(&moment, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let length = unsafe strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
