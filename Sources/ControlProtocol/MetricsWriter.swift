/// The two text forms that scrapers understand.
package enum MetricsForm: Hashable, Sendable {
  /// Prometheus' text format, version 0.0.4.
  case prometheus
  /// OpenMetrics 1.0.
  case openMetrics

  /// The form for a client's Accept header.
  package init(accept: String) {
    self = accept.contains("application/openmetrics-text") ? .openMetrics : .prometheus
  }

  /// The media type.
  package var contentType: String {
    switch self {
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}

/// Writes families of metrics: a heading each, then the samples, no two with the same labels.
struct MetricsWriter {
  /// What a family measures.
  enum Kind {
    /// Only grows. The name ends in "_total".
    case counter
    case gauge
    case histogram
    /// Grows, but under a name that says otherwise, which others have chosen.
    case unknown
  }

  /// Labels of a sample.
  typealias Labels = [(name: String, value: String)]

  private let form: MetricsForm
  private(set) var text = ""
  private var name = ""
  private var seen: Set<String> = []

  init(_ form: MetricsForm) { self.form = form }

  /// Begins a family. All its samples follow before the next one begins.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    seen = []
    let word: String =
      switch (kind, form) {
      case (.counter, _): "counter"
      case (.gauge, _): "gauge"
      case (.histogram, _): "histogram"
      case (.unknown, .prometheus): "untyped"
      case (.unknown, .openMetrics): "unknown"
      }
    // OpenMetrics names a family of counters without the suffix that its samples have.
    let family = kind == .counter && form == .openMetrics && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
    text += "# HELP \(family) \(help)\n# TYPE \(family) \(word)\n"
  }

  /// A sample with a whole number; nil writes nothing.
  mutating func sample(_ labels: Labels, _ value: Int64?) {
    if let value { write("", labels, String(value)) }
  }

  /// A sample with a truth value.
  mutating func sample(_ labels: Labels, _ value: Bool?) {
    if let value { write("", labels, value ? "1" : "0") }
  }

  /// A sample with a number.
  mutating func sample(_ labels: Labels, _ value: Double?) {
    if let value { write("", labels, "\(value)") }
  }

  /// A histogram: how many observations fell into each class, by the classes' upper ends in seconds, how many there
  /// were, and their sum.
  mutating func histogram(_ labels: Labels, bounds: [String], classes: [Int64], count: Int64, sum: Double) {
    var total: Int64 = 0
    for (bound, observations) in zip(bounds, classes) {
      total += observations
      write("_bucket", labels + [("le", bound)], String(total))
    }
    write("_bucket", labels + [("le", "+Inf")], String(count))
    write("_sum", labels, "\(sum)")
    write("_count", labels, String(count))
  }

  /// Ends the text.
  mutating func finish() { if form == .openMetrics { text += "# EOF\n" } }

  private mutating func write(_ suffix: String, _ labels: Labels, _ value: String) {
    var line = name + suffix
    if !labels.isEmpty {
      line += "{"
      for (place, label) in labels.enumerated() {
        if place > 0 { line += "," }
        line += "\(label.name)=\"\(Self.escaped(label.value))\""
      }
      line += "}"
    }
    guard seen.insert(line).inserted else { return }
    text += line
    text += " \(value)\n"
  }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 34 || $0 == 92 || $0 == 10 }) else { return value }
    var text = ""
    for character in value.unicodeScalars {
      switch character {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
