/// Writes the canonical form: one keyword a line, two spaces for each block.
struct CanonicalWriter {
  private(set) var text = ""
  private var depth = 0

  /// Writes a line of words, which are taken as they are.
  mutating func line(_ words: String...) { line(words) }

  /// Writes a line of words, which are taken as they are.
  mutating func line(_ words: [String]) {
    text += String(repeating: "  ", count: depth)
    text += words.joined(separator: " ")
    text += "\n"
  }

  /// Writes a block.
  mutating func block(_ head: String..., body: (inout CanonicalWriter) -> Void) {
    line(head + ["{"])
    depth += 1
    body(&self)
    depth -= 1
    line("}")
  }

  /// Writes a block of entries unless there are none.
  mutating func entries(_ name: String, _ lines: [[String]]) {
    guard !lines.isEmpty else { return }
    block(name) { writer in
      for words in lines { writer.line(words) }
    }
  }

  /// A word as it has to be written to be read as itself.
  func quoted(_ word: String) -> String { Self.quoted(word) }

  /// A word as it has to be written to be read as itself.
  static func quoted(_ word: String) -> String {
    let special = Set(" \t\u{B}\u{C}#!{}".utf8)
    let first = word.utf8.first
    let isPlain =
      !word.isEmpty && !word.utf8.contains { special.contains($0) } && !word.hasPrefix("include")
      && first != Character8.at && first != Character8.tilde
    return isPlain ? word : "\"\(word)\""
  }

  /// Writes a keyword with a command and its account.
  mutating func script(_ name: String, _ script: Script) {
    var words = [name, "\"\(ScriptArguments.join(script.arguments))\""]
    if let user = script.user {
      words += Self.account(
        ScriptUser(user: user, group: script.group, supplementaryGroups: script.supplementaryGroups))
    }
    line(words)
  }

  /// `USER [[:]GROUP]`.
  static func account(_ account: ScriptUser) -> [String] {
    let colon = account.supplementaryGroups ? ":" : ""
    guard account.group != nil || account.supplementaryGroups else { return [quoted(account.user)] }
    return [quoted(account.user), quoted(colon + (account.group ?? ""))]
  }

  /// A duration in seconds.
  static func seconds(_ duration: Duration) -> String { TimeUnit.seconds.text(of: duration) }
}
