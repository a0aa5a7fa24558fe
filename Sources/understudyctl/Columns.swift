import ControlProtocol

/// Plain columns.
enum Columns {
  /// Rows as lines, each column as wide as its widest text; numbers of the columns in `right` stand to the right.
  static func lines(_ rows: [[String]], right: Set<Int> = []) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - text.count)
        line += right.contains(column) ? padding + text : text + padding
        if column < row.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Seconds in the two largest units that say something.
  static func duration(_ json: JSON?) -> String {
    let seconds: Int64
    switch json {
    case .number(let value): seconds = Int64(max(0, min(value, 1e12)))
    case .integer(let value): seconds = max(0, value)
    default: return "-"
    }
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(seconds % 60)s"
    case ..<86_400: return "\(seconds / 3600)h\(seconds / 60 % 60)m"
    default: return "\(seconds / 86_400)d\(seconds / 3600 % 24)h"
    }
  }

  static func number(_ json: JSON?) -> String { json?.integer.map(String.init) ?? "-" }

  /// A rate in at most five characters: "0", "12", "3.4k", "120M".
  static func rate(_ value: Double?) -> String {
    guard var value, value.isFinite, value >= 0 else { return "-" }
    for unit in ["", "k", "M", "G", "T"] {
      if value < 9.95, !unit.isEmpty {
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)\(unit)"
      }
      if value < 999.5 { return "\(Int64(value.rounded()))\(unit)" }
      value /= 1000
    }
    return "max"
  }
}
