import Wire

/// Keywords with a single value.
extension Keyword {
  /// A key path that may be shared.
  typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  /// A word that switches something by its presence.
  static func flag(_ name: String, _ path: Path<Bool>, to value: Bool = true) -> Keyword {
    Keyword(name, "", required: 0) { root, _ in
      root[keyPath: path] = value
    } write: { root, writer in
      if root[keyPath: path] == value { writer.line(name) }
    }
  }

  /// `[on|off]`; without argument on.
  static func boolean(_ name: String, _ path: Path<Bool>, omitsFalse: Bool = false) -> Keyword {
    boolean(name, Field(path), omitsFalse)
  }

  /// `[on|off]`, nil until it is written.
  static func boolean(_ name: String, _ path: Path<Bool?>) -> Keyword { boolean(name, Field(path), false) }

  private static func boolean(_ name: String, _ field: Field<Root, Bool>, _ omitsFalse: Bool) -> Keyword {
    Keyword(name, "[on|off]", required: 0) { root, parser in
      if let value = parser.optionalBoolean() { field.set(&root, value) }
    } write: { root, writer in
      if let value = field.get(root), value || !omitsFalse { writer.line(name, value ? "on" : "off") }
    }
  }

  /// A decimal number in a range.
  static func integer<Number: FixedWidthInteger & Sendable>(
    _ name: String, _ path: Path<Number>, _ range: ClosedRange<Int>, clamped: Bool = false, arguments: String = "NUMBER"
  ) -> Keyword { integer(name, Field(path), range, clamped: clamped, arguments: arguments) }

  /// A decimal number in a range, nil until it is written.
  static func integer<Number: FixedWidthInteger & Sendable>(
    _ name: String, _ path: Path<Number?>, _ range: ClosedRange<Int>, clamped: Bool = false,
    arguments: String = "NUMBER"
  ) -> Keyword { integer(name, Field(path), range, clamped: clamped, arguments: arguments) }

  private static func integer<Number: FixedWidthInteger & Sendable>(
    _ name: String, _ field: Field<Root, Number>, _ range: ClosedRange<Int>, clamped: Bool, arguments: String
  ) -> Keyword {
    Keyword(name, arguments, required: 1) { root, parser in
      guard let word = parser.take(), let value = parser.integer(word, range, clamped: clamped) else { return }
      field.set(&root, Number(clamping: value))
    } write: { root, writer in
      if let value = field.get(root) { writer.line(name, String(value)) }
    }
  }

  /// Seconds with up to `decimals` decimals.
  static func seconds(
    _ name: String, _ path: Path<Duration>, _ range: ClosedRange<Duration> = .zero ... .unlimited, decimals: Int = 6,
    unit: TimeUnit = .seconds, clamped: Bool = false, omitsZero: Bool = false
  ) -> Keyword {
    seconds(name, Field(path), range, decimals: decimals, unit: unit, clamped: clamped, omitsZero: omitsZero)
  }

  /// Seconds with up to `decimals` decimals, nil until they are written.
  static func seconds(
    _ name: String, _ path: Path<Duration?>, _ range: ClosedRange<Duration> = .zero ... .unlimited, decimals: Int = 6,
    unit: TimeUnit = .seconds, clamped: Bool = false, omitsZero: Bool = false
  ) -> Keyword {
    seconds(name, Field(path), range, decimals: decimals, unit: unit, clamped: clamped, omitsZero: omitsZero)
  }

  private static func seconds(
    _ name: String, _ field: Field<Root, Duration>, _ range: ClosedRange<Duration>, decimals: Int, unit: TimeUnit,
    clamped: Bool, omitsZero: Bool
  ) -> Keyword {
    Keyword(name, unit.argument, required: 1) { root, parser in
      guard let word = parser.take(),
        let value = parser.duration(word, range, decimals: decimals, unit: unit, clamped: clamped)
      else { return }
      field.set(&root, value)
    } write: { root, writer in
      if let value = field.get(root), !omitsZero || value > .zero { writer.line(name, unit.text(of: value)) }
    }
  }

  /// One word.
  static func word(_ name: String, _ path: Path<String>, _ arguments: String = "TEXT", limit: Int = .max) -> Keyword {
    word(name, Field(path), arguments, limit, omitsEmpty: true)
  }

  /// One word, nil until it is written.
  static func word(_ name: String, _ path: Path<String?>, _ arguments: String = "TEXT", limit: Int = .max) -> Keyword {
    word(name, Field(path), arguments, limit, omitsEmpty: false)
  }

  private static func word(
    _ name: String, _ field: Field<Root, String>, _ arguments: String, _ limit: Int, omitsEmpty: Bool
  ) -> Keyword {
    Keyword(name, arguments, required: 1) { root, parser in
      guard let word = parser.take(), let text = parser.text(word, limit: limit) else { return }
      field.set(&root, text)
    } write: { root, writer in
      if let value = field.get(root), !omitsEmpty || !value.isEmpty { writer.line(name, writer.quoted(value)) }
    }
  }

  /// One of a few words.
  static func choice<Choice>(
    _ name: String, _ path: Path<Choice>, ignoringCase: Bool = false, omitting omitted: Choice? = nil
  ) -> Keyword where Choice: RawRepresentable<String> & CaseIterable & Sendable {
    choice(name, Field(path), ignoringCase, omitted)
  }

  /// One of a few words, nil until it is written.
  static func choice<Choice>(
    _ name: String, _ path: Path<Choice?>, ignoringCase: Bool = false
  ) -> Keyword where Choice: RawRepresentable<String> & CaseIterable & Sendable {
    choice(name, Field(path), ignoringCase, nil)
  }

  private static func choice<Choice>(
    _ name: String, _ field: Field<Root, Choice>, _ ignoringCase: Bool, _ omitted: Choice?
  ) -> Keyword where Choice: RawRepresentable<String> & CaseIterable & Sendable {
    Keyword(name, Choice.allCases.map(\.rawValue).joined(separator: "|"), required: 1) { root, parser in
      guard let word = parser.take(), let value = parser.choice(word, Choice.self, ignoringCase) else { return }
      field.set(&root, value)
    } write: { root, writer in
      if let value = field.get(root), value.rawValue != omitted?.rawValue { writer.line(name, value.rawValue) }
    }
  }

  /// An address.
  static func address(_ name: String, _ path: Path<IPAddress?>, required: Int = 1) -> Keyword {
    Keyword(name, "ADDRESS", required: required) { root, parser in
      guard let word = parser.take(), let value = parser.address(word) else { return }
      root[keyPath: path] = value
    } write: { root, writer in
      if let value = root[keyPath: path] { writer.line(name, value.description) }
    }
  }

  /// A script with user and group; the first one written counts.
  static func script(_ name: String, _ path: Path<Script?>) -> Keyword {
    Keyword(name, "SCRIPT [USER [[:]GROUP]]", required: 1) { root, parser in
      guard let script = parser.script() else { return }
      if root[keyPath: path] != nil {
        parser.reportDuplicateSetting()
      } else {
        root[keyPath: path] = script
      }
    } write: { root, writer in
      if let script = root[keyPath: path] { writer.script(name, script) }
    }
  }
}

/// How times are written.
enum TimeUnit: Sendable {
  case seconds
  case milliseconds
  case microseconds

  var argument: String {
    switch self {
    case .seconds: "SECONDS"
    case .milliseconds: "MILLISECONDS"
    case .microseconds: "MICROSECONDS"
    }
  }

  /// Microseconds of one.
  var microseconds: Int {
    switch self {
    case .seconds: 1_000_000
    case .milliseconds: 1000
    case .microseconds: 1
    }
  }

  /// A duration in this unit, without needless zeros.
  func text(of duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let total = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    let whole = total / microseconds
    var fraction = total % microseconds
    guard fraction != 0 else { return String(whole) }
    var digits = ""
    var unit = microseconds / 10
    while fraction > 0, unit > 0 {
      digits += String(fraction / unit)
      fraction %= unit
      unit /= 10
    }
    return "\(whole).\(digits)"
  }
}

extension Duration {
  /// Longer than anything that can be written.
  static var unlimited: Duration { .seconds(4_294_967) }
}
