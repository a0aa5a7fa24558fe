/// Diagnostics for programs.
extension Diagnostics {
  /// A JSON array with one object a line: code, severity, message, file, line, column, length, source, expansion,
  /// includedFrom, notes, suggestion, exitStatus. What does not apply is left out.
  package var json: String {
    list.isEmpty ? "[]\n" : "[\n" + list.map(\.json).joined(separator: ",\n") + "\n]\n"
  }
}

extension Diagnostic {
  /// One object.
  package var json: String {
    var members: [(String, String)] = [
      ("code", JSONText.of(code.name)), ("severity", JSONText.of(severity.rawValue)), ("message", JSONText.of(message)),
    ]
    if let location {
      members += [
        ("file", JSONText.of(location.file)), ("line", String(location.line)), ("column", String(location.column)),
        ("length", String(caretLength)), ("source", JSONText.of(sourceLine.text)),
      ]
    }
    if let expansion { members.append(("expansion", JSONText.of(expansion))) }
    if !includedFrom.isEmpty {
      let files = includedFrom.map { "{\"file\":\(JSONText.of($0.file)),\"line\":\($0.line)}" }
      members.append(("includedFrom", "[" + files.joined(separator: ",") + "]"))
    }
    if !notes.isEmpty { members.append(("notes", "[" + notes.map(JSONText.of).joined(separator: ",") + "]")) }
    if let suggestion { members.append(("suggestion", JSONText.of(suggestion))) }
    members.append(("exitStatus", String(verdict.exitStatus)))
    return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }
}

/// Strings in JSON (RFC 8259 §7).
enum JSONText {
  static func of(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
