/// A line of the canonical form, with the lines of its block.
struct CanonicalNode: Equatable, Sendable {
  /// Keyword and values.
  var words: [String]
  /// The lines of the block; nil for a line without block.
  var children: [CanonicalNode]?

  /// The words in one line.
  var line: String { words.joined(separator: " ") }
}

/// Collects the canonical form: one keyword a line.
struct CanonicalWriter {
  private(set) var nodes: [CanonicalNode] = []

  /// Writes a line of words, which are taken as they are.
  mutating func line(_ words: String...) { line(words) }

  /// Writes a line of words, which are taken as they are.
  mutating func line(_ words: [String]) { nodes.append(CanonicalNode(words: words)) }

  /// Writes a block.
  mutating func block(_ head: String..., body: (inout CanonicalWriter) -> Void) {
    var writer = CanonicalWriter()
    body(&writer)
    nodes.append(CanonicalNode(words: head, children: writer.nodes))
  }

  /// Writes a block of entries unless there are none.
  mutating func entries(_ name: String, _ lines: [[String]]) {
    guard !lines.isEmpty else { return }
    nodes.append(CanonicalNode(words: [name], children: lines.map { CanonicalNode(words: $0) }))
  }

  /// The text, two spaces for each block.
  static func text(_ nodes: [CanonicalNode]) -> String {
    var text = ""
    func append(_ nodes: [CanonicalNode], _ indentation: String) {
      for node in nodes {
        text += indentation
        text += node.line
        guard let children = node.children else {
          text += "\n"
          continue
        }
        text += " {\n"
        append(children, indentation + "  ")
        text += indentation + "}\n"
      }
    }
    append(nodes, "")
    return text
  }

  /// A word as it has to be written to be read as itself.
  func quoted(_ word: String) -> String { Self.quoted(word) }

  /// A word as it has to be written to be read as itself.
  static func quoted(_ word: String) -> String {
    let special = Set(" \t\u{B}\u{C}#!{}\\".utf8)
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

extension Configuration {
  /// The configuration as it was understood, defaults filled in, in a fixed order. Reading it gives the same
  /// configuration again, and this text of that is the same once more. (Only a password that is not UTF-8 cannot be
  /// printed; reading warns of it.)
  package var canonical: String { CanonicalWriter.text(canonicalNodes) }

  var canonicalNodes: [CanonicalNode] {
    var writer = CanonicalWriter()
    TopKeywords.table.write(self, to: &writer)
    return writer.nodes
  }
}
