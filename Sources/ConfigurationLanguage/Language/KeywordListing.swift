extension Configuration {
  /// Every keyword with its block, arguments and support, one a line, as a table for people.
  package static var keywordListing: String {
    var text = ""
    var block: String?
    for keyword in keywords {
      if keyword.block != block {
        block = keyword.block
        text += (text.isEmpty ? "" : "\n") + (keyword.block.isEmpty ? "(top)" : keyword.block) + "\n"
      }
      let word = keyword.arguments.isEmpty ? keyword.name : "\(keyword.name) \(keyword.arguments)"
      let state =
        switch keyword.support {
        case .supported: "supported"
        case .accepted(let reason): "accepted: \(reason)"
        case .unsupported(let loss): "unsupported: \(loss)"
        }
      let old = keyword.replacement.map { " (old, write \($0))" } ?? ""
      text += "  \(word)\(String(repeating: " ", count: max(1, 60 - word.count)))\(state)\(old)\n"
    }
    return text
  }
}
