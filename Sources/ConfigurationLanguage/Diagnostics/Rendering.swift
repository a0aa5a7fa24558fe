/// Diagnostics as people read them: the line, a caret under the place, notes below.
extension Diagnostics {
  /// All faults and a closing line that counts them; empty when there are none. Notes are left out unless wanted.
  package func rendered(color: Bool, includingNotes: Bool = true) -> String {
    var text = ""
    for diagnostic in list where includingNotes || diagnostic.severity > .note {
      text += diagnostic.rendered(color: color) + "\n"
    }
    if omitted > 0 { text += "\(omitted) more not shown\n" }
    if let summary { text += summary + "\n" }
    return text
  }

  /// "2 errors, 1 warning"; nil when there are neither.
  package var summary: String? {
    let errors = list.count { $0.severity >= .error }
    let warnings = list.count { $0.severity == .warning }
    let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension Diagnostic {
  /// One line for a log: "file:line:column: error: message [U0101]".
  package var line: String {
    let place = location.map { "\(DisplayText.of($0.file)):\($0.line):\($0.column): " } ?? ""
    let help = suggestion.map { " (did you mean '\(DisplayText.of($0))'?)" } ?? ""
    return "\(place)\(severity.title): \(DisplayText.of(message))\(help) [\(code.name)]"
  }

  /// Several lines for a terminal.
  package func rendered(color: Bool) -> String {
    let style = Style(isOn: color)
    var lines = [
      style.strong(style.severity(severity, "\(severity.title)[\(code.name)]"))
        + style.strong(": \(DisplayText.of(message))")
    ]
    let number = location.map { String($0.line) } ?? ""
    let margin = String(repeating: " ", count: max(1, number.utf8.count))
    if let location {
      lines.append(
        "\(margin)\(style.frame("-->")) \(DisplayText.of(location.file)):\(location.line):\(location.column)")
      for file in includedFrom { lines.append("\(margin)    included from \(DisplayText.of(file.file)):\(file.line)") }
    }
    if location != nil, !sourceLine.isEmpty {
      let shown = DisplayLine(sourceLine, caret: caret, length: caretLength)
      let marks = String(repeating: " ", count: shown.column) + String(repeating: "^", count: shown.width)
      lines.append("\(margin) \(style.frame("|"))")
      lines.append("\(style.frame(number)) \(style.frame("|")) \(shown.text)")
      lines.append("\(margin) \(style.frame("|")) \(style.severity(severity, marks))")
    }
    if let expansion { lines.append("\(margin) \(style.frame("=")) it expands to: \(DisplayText.of(expansion))") }
    for note in notes { lines.append("\(margin) \(style.frame("=")) note: \(DisplayText.of(note))") }
    if let suggestion {
      lines.append(
        "\(margin) \(style.frame("=")) \(style.strong("help")): did you mean '\(DisplayText.of(suggestion))'?")
    }
    return lines.joined(separator: "\n")
  }
}

extension Diagnostic.Severity {
  /// The word for people.
  var title: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error, .fatal: "error"
    }
  }
}

/// Colours of a terminal (ECMA-48).
private struct Style {
  var isOn: Bool

  func strong(_ text: String) -> String { wrap(text, "1") }
  func frame(_ text: String) -> String { wrap(text, "34") }

  func severity(_ severity: Diagnostic.Severity, _ text: String) -> String {
    switch severity {
    case .note: wrap(text, "36")
    case .warning: wrap(text, "33")
    case .error, .fatal: wrap(text, "31")
    }
  }

  private func wrap(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

/// Text from a file, made harmless: what would move the cursor, ring a bell or turn the writing round is shown as a name.
enum DisplayText {
  static func of(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isDangerous) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isDangerous(scalar) { result += name(of: scalar) } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  static func name(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "<U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + ">"
  }
}

/// A line of a file as a terminal shows it, and the columns a caret takes there.
struct DisplayLine {
  private(set) var text = ""
  /// Columns before the caret.
  private(set) var column = 0
  /// Columns the caret takes.
  private(set) var width = 1

  /// Columns from one tab stop to the next.
  private static var tab: Int { 8 }

  init(_ line: [UInt8], caret: Int, length: Int) {
    var end = 0
    var place = 0
    var offset = 0
    var caretEnd = 0
    var position = 0
    // Octet by octet of the decoded text, so that what is not UTF-8 keeps its place as well.
    for (scalar, octets) in Self.scalars(of: line) {
      if offset <= caret { place = position }
      let isInside = offset < caret + length
      if scalar == "\t" {
        let step = Self.tab - position % Self.tab
        text += String(repeating: " ", count: step)
        position += step
      } else if DisplayText.isDangerous(scalar) {
        let name = DisplayText.name(of: scalar)
        text += name
        position += name.utf8.count
      } else {
        text.unicodeScalars.append(scalar)
        position += Self.width(of: scalar)
      }
      offset += octets
      if isInside { caretEnd = position }
      end = position
    }
    column = caret >= offset ? end : place
    width = max(1, caretEnd - column)
  }

  /// The scalars of some octets, each with the number of octets it takes.
  private static func scalars(of line: [UInt8]) -> [(Unicode.Scalar, Int)] {
    var result: [(Unicode.Scalar, Int)] = []
    var index = 0
    while index < line.count {
      let byte = line[index]
      let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      let end = min(index + length, line.count)
      if let text = String(validating: line[index..<end], as: UTF8.self), let scalar = text.unicodeScalars.first {
        result.append((scalar, end - index))
        index = end
      } else {
        result.append(("\u{FFFD}", 1))
        index += 1
      }
    }
    return result
  }

  /// Columns of a character: two for those of East Asian width (Unicode TR 11), none for what joins the one before.
  static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F, 0x20D0...0x20FF: 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
