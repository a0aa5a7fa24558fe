/// What an instance and a sync group follow, and how it is written.
enum TrackingKeywords {
  /// The `track_…` blocks.
  static func entries<Root>(
    _ path: any WritableKeyPath<Root, Tracking> & Sendable
  ) -> [Keyword<Root>] {
    func block(
      _ name: String, _ kind: TrackedKind, _ field: any WritableKeyPath<Tracking, [TrackedObject]> & Sendable
    ) -> Keyword<Root> {
      Keyword(name, "{ NAME [weight NUMBER [reverse]] … }", opensBlock: true, required: 0) { root, parser in
        parser.entries(name) { parser in
          // Entries that are there twice are told of when the list is complete.
          if let object = parser.trackedObject(kind) { root[keyPath: path][keyPath: field].append(object) }
        }
      } write: { root, writer in
        writer.entries(
          name,
          root[keyPath: path][keyPath: field].map { object in
            [writer.quoted(object.name), "weight", String(object.weight)] + kind.sense(of: object.reverse)
          })
      }
    }
    return [
      block("track_interface", .interface, \.interfaces),
      block("track_script", .script, \.scripts),
      block("track_file", .file, \.files),
      block("track_process", .process, \.processes),
      block("track_bfd", .bfd, \.bfdSessions),
    ]
  }

  static let script = KeywordTable<VRRPScript>(
    "vrrp_script",
    [
      Keyword("script", "COMMAND", required: 1) { root, parser in
        if let script = parser.command() { root.script = script }
      } write: { root, writer in
        if let script = root.script { writer.script("script", script) }
      }.forgiving,
      .seconds("interval", \.interval, .milliseconds(1) ... .unlimited, decimals: 3, clamped: true),
      .seconds("timeout", \.timeout, .milliseconds(1) ... .unlimited, decimals: 3, clamped: true),
      weight(\.weight, \.reverse, -253...253),
      .integer("rise", \.rise, 1...Int(Int32.max), clamped: true),
      .integer("fall", \.fall, 1...Int(Int32.max), clamped: true),
      user("user", \.user),
      .flag("init_fail", \.startsFailed),
    ])

  static let file = KeywordTable<TrackFile>(
    "track_file",
    [
      Keyword("file", "PATH", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        if root.path != nil { return parser.reportDuplicateSetting() }
        root.path = parser.text(word)
        parser.checkDirectory(of: word)
      } write: { root, writer in
        if let path = root.path { writer.line("file", writer.quoted(path)) }
      }.forgiving,
      weight(\.weight, \.reverse, -254...254),
      Keyword("init_file", "[NUMBER] [overwrite]", required: 0) { root, parser in
        root.initialValue = 0
        while let word = parser.takeOptional() {
          if parser.isWord(word, "overwrite") {
            root.overwrites = true
          } else if let value = parser.integer(word, Int(Int32.min)...Int(Int32.max)) {
            root.initialValue = value
          }
        }
      } write: { root, writer in
        guard let value = root.initialValue else { return }
        writer.line(["init_file", String(value)] + (root.overwrites ? ["overwrite"] : []))
      },
    ])

  static let process = KeywordTable<TrackProcess>(
    "vrrp_track_process",
    [
      Keyword("process", "PROGRAM [PARAMETER …]", required: 1) { root, parser in
        guard let words = parser.commandWords(), let program = words.first else { return }
        if !root.process.isEmpty { return parser.reportDuplicateSetting() }
        root.process = program
        root.parameters = Array(words.dropFirst())
        if !root.parameters.isEmpty { root.fullCommand = true }
      } write: { root, writer in
        writer.line(["process"] + ([root.process] + root.parameters).map(writer.quoted))
      },
      Keyword("param_match", "[initial|partial]", required: 0) { root, parser in
        root.parameterMatch = .exact
        guard let word = parser.takeOptional() else { return }
        if parser.isWord(word, "initial") {
          root.parameterMatch = .initial
        } else if parser.isWord(word, "partial") {
          root.parameterMatch = .partial
        } else {
          parser.reportUnknownOption(word, of: "param_match", ["initial", "partial"])
        }
      } write: { root, writer in
        switch root.parameterMatch {
        case .none: break
        case .exact: writer.line("param_match")
        case .initial, .partial: writer.line("param_match", root.parameterMatch.rawValue)
        }
      },
      weight(\.weight, \.reverse, -254...254),
      .integer("quorum_max", \.quorumMaximum, 0...65535),
      .integer("quorum", \.quorum, 1...65535),
      Keyword("delay", "SECONDS", required: 1) { root, parser in
        guard let word = parser.take(), let value = parser.duration(word, delays, decimals: 6) else { return }
        root.terminateDelay = value
        root.forkDelay = value
      } write: { _, _ in
      },
      .seconds("terminate_delay", \.terminateDelay, delays, omitsZero: true),
      .seconds("fork_delay", \.forkDelay, delays, omitsZero: true),
      .flag("full_command", \.fullCommand),
    ])

  private static let delays: ClosedRange<Duration> = .microseconds(1) ... .seconds(3600)

  /// `weight NUMBER [reverse]`.
  static func weight<Root>(
    _ path: any WritableKeyPath<Root, Int> & Sendable, _ reverse: any WritableKeyPath<Root, Bool> & Sendable,
    _ range: ClosedRange<Int>
  ) -> Keyword<Root> {
    Keyword("weight", "NUMBER [reverse]", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      if let value = parser.integer(word, range, clamped: true) { root[keyPath: path] = value }
      guard let option = parser.peeked, parser.isWord(option, "reverse") || parser.isWord(option, "noreverse") else {
        return
      }
      parser.cursor += 1
      root[keyPath: reverse] = parser.isWord(option, "reverse")
    } write: { root, writer in
      writer.line(["weight", String(root[keyPath: path])] + (root[keyPath: reverse] ? ["reverse"] : []))
    }
  }

  /// `user USER [[:]GROUP]`.
  static func user<Root>(
    _ name: String, _ path: any WritableKeyPath<Root, ScriptUser?> & Sendable
  ) -> Keyword<Root> {
    Keyword(name, "USER [[:]GROUP]", required: 1) { root, parser in
      if let user = parser.scriptUser() { root[keyPath: path] = user }
    } write: { root, writer in
      if let user = root[keyPath: path] { writer.line([name] + CanonicalWriter.account(user)) }
    }
  }
}

/// The kinds of things that are followed.
enum TrackedKind: Sendable {
  case interface
  case script
  case file
  case process
  case bfd

  /// The limits of a weight.
  var weights: ClosedRange<Int> {
    switch self {
    case .interface, .script, .bfd: -253...253
    case .file, .process: -254...254
    }
  }

  /// How the sense of a weight is written out.
  func sense(of reverse: Bool) -> [String] {
    switch self {
    case .interface: reverse ? ["reverse"] : []
    case .script, .file, .process, .bfd: [reverse ? "reverse" : "noreverse"]
    }
  }
}

extension Parser {
  /// `NAME [weight NUMBER [reverse|noreverse]]`; nil when the name is not known.
  mutating func trackedObject(_ kind: TrackedKind) -> TrackedObject? {
    guard let word = take() else { return nil }
    var object = TrackedObject(name: text(word), origin: origin(word))
    inheritWeight(&object, kind)
    let isKnown = checkReference(object.name, kind, word)
    while let option = take() {
      if isWord(option, "weight") {
        guard let value = take() else {
          report(.incomplete, .error, .faulty, "weight has no value", option)
          break
        }
        if let weight = integer(value, kind.weights, clamped: true) { object.weight = weight }
      } else if isWord(option, "reverse") {
        object.reverse = true
      } else if isWord(option, "noreverse"), !kind.sense(of: false).isEmpty {
        object.reverse = false
      } else {
        reportUnknownOption(option, of: text(word), ["weight", "reverse", "noreverse"])
        takeAll()
      }
    }
    return isKnown ? object : nil
  }

  /// Takes the weight of the tracked thing as default.
  private func inheritWeight(_ object: inout TrackedObject, _ kind: TrackedKind) {
    let defined: DefinedNames.Weight? =
      switch kind {
      case .interface: nil
      case .script: names.scripts[object.name]
      case .file: names.files[object.name]
      case .process: names.processes[object.name]
      case .bfd: names.sessions[object.name]
      }
    guard let defined else { return }
    object.$weight.inherit(defined.weight)
    object.$reverse.inherit(defined.reverse)
  }

  private mutating func checkReference(_ name: String, _ kind: TrackedKind, _ word: Word) -> Bool {
    let (title, known): (String, [String: DefinedNames.Weight]?) =
      switch kind {
      case .interface: ("interface", nil)
      case .script: ("vrrp_script", names.scripts)
      case .file: ("track_file", names.files)
      case .process: ("vrrp_track_process", names.processes)
      case .bfd: ("bfd_instance", names.sessions)
      }
    guard let known else { return true }
    guard known[name] == nil else { return true }
    reportUnknownName(name, title, known.keys, word)
    return false
  }

  /// Reports a name that is not defined before it is used.
  mutating func reportUnknownName(
    _ name: String, _ title: String, _ known: some Sequence<String>, _ word: Word
  ) {
    report(
      .unknownReference, .error, .faulty, "no \(title) '\(name)' is defined before this; the entry is dropped", word,
      notes: ["as with keepalived a \(title) has to stand before what uses it"],
      suggestion: suggestion(for: name, among: known.sorted()))
  }

  /// Checks that the directory of a track file exists.
  mutating func checkDirectory(of word: Word) {
    let path = text(word)
    guard let environment, let slash = path.lastIndex(of: "/") else { return }
    let directory = slash == path.startIndex ? "/" : String(path[..<slash])
    if !environment.hasDirectory(directory) {
      report(.missingDirectory, .error, .faulty, "there is no directory \(directory)", word)
    }
  }

  /// All words left of the line, quotes and escapes evaluated as in a script.
  mutating func commandWords() -> [String]? {
    var words: [String] = []
    while let word = take() { words.append(text(word)) }
    return words.isEmpty ? nil : words
  }
}

/// Names that were defined so far, with what their users inherit.
struct DefinedNames: Sendable {
  /// A weight and its sense.
  struct Weight: Sendable {
    var weight: Int
    var reverse: Bool
  }

  var scripts: [String: Weight] = [:]
  var files: [String: Weight] = [:]
  var processes: [String: Weight] = [:]
  var sessions: [String: Weight] = [:]
  var trackGroups: Set<String> = []
  var instances: Set<String> = []
  var syncGroups: Set<String> = []
  var serverGroups: Set<String> = []
  var services: Set<VirtualServer.Identity> = []
}
