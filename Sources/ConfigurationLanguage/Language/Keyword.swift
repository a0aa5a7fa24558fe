/// One word of the language: how it is read into a block's value, and how it is printed from it.
///
/// The tables of these are the only place that knows the words: reading, suggestions, the list of keywords and the
/// canonical form all come from them.
struct Keyword<Root>: Sendable {
  typealias Read = @Sendable (inout Root, inout Parser) -> Void
  typealias Write = @Sendable (Root, inout CanonicalWriter) -> Void

  /// The word.
  let name: String
  /// Its arguments as a reader would write them, "SECONDS".
  let arguments: String
  /// Whether it opens a block.
  let opensBlock: Bool
  /// Words that must follow; keepalived ends when one is missing.
  let required: Int
  /// Whether a missing word stops keepalived; otherwise it only loses the keyword.
  var stopsWhenMissing = true
  /// What replaces an old word.
  var replacement: String?
  /// Reads the words after it.
  let read: Read
  /// Prints it; nil where another keyword of the table does.
  let write: Write?

  init(
    _ name: String, _ arguments: String, opensBlock: Bool = false, required: Int, read: @escaping Read,
    write: Write?
  ) {
    self.name = name
    self.arguments = arguments
    self.opensBlock = opensBlock
    self.required = required
    self.read = read
    self.write = write
  }

  /// The same keyword, whose missing word costs only itself.
  var forgiving: Keyword {
    var keyword = self
    keyword.stopsWhenMissing = false
    return keyword
  }

  /// The same keyword under an old name, which is read but not printed.
  func alias(_ name: String, deprecated: Bool = false) -> Keyword {
    var alias = Keyword(name, arguments, opensBlock: opensBlock, required: required, read: read, write: nil)
    alias.replacement = deprecated ? self.name : nil
    return alias
  }
}

/// The words of one block.
struct KeywordTable<Root>: Sendable {
  let keywords: [Keyword<Root>]
  let index: KeywordIndex
  let support: [Support]

  init(_ block: String, _ keywords: [Keyword<Root>]) {
    self.keywords = keywords
    index = KeywordIndex(block: block, names: keywords.map(\.name), opensBlock: keywords.map(\.opensBlock))
    support = keywords.map { SupportTable.status(block: block, keyword: $0.name) }
  }

  /// Prints what a value of this block says.
  func write(_ root: Root, to writer: inout CanonicalWriter) {
    for keyword in keywords { keyword.write?(root, &writer) }
  }

  /// The words with their status.
  var descriptions: [KeywordDescription] {
    zip(keywords, support).map { keyword, support in
      KeywordDescription(
        block: index.block, name: keyword.name, arguments: keyword.arguments, opensBlock: keyword.opensBlock,
        replacement: keyword.replacement, support: support)
    }
  }
}

/// A word of the language, for people.
package struct KeywordDescription: Equatable, Sendable {
  /// The block it stands in, "virtual_server/real_server"; empty at the top.
  package var block: String
  /// The word.
  package var name: String
  /// Its arguments as one would write them.
  package var arguments: String
  /// Whether it opens a block.
  package var opensBlock: Bool
  /// What replaces an old word.
  package var replacement: String?
  /// Whether this program acts on it.
  package var support: Support
}

/// Whether this program acts on a word.
package enum Support: Equatable, Sendable {
  /// It does.
  case supported
  /// There is nothing to do: the word has no meaning here, or none in keepalived either.
  case accepted(String)
  /// It does not; what is lost.
  case unsupported(String)
}

/// A way to a value in a block: always there, or nil until it is written.
struct Field<Root, Value>: Sendable {
  let get: @Sendable (Root) -> Value?
  let set: @Sendable (inout Root, Value) -> Void

  init(_ path: any WritableKeyPath<Root, Value> & Sendable) {
    get = { $0[keyPath: path] }
    set = { $0[keyPath: path] = $1 }
  }

  init(_ path: any WritableKeyPath<Root, Value?> & Sendable) {
    get = { $0[keyPath: path] }
    set = { $0[keyPath: path] = $1 }
  }
}
