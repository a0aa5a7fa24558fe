/// Script strings: the raw line is split again with richer quotes, and the command once more with escapes.
extension Parser {
  /// `SCRIPT [USER [[:]GROUP]]`; nil after a report.
  mutating func script() -> Script? {
    guard let words = rawWords() else { return nil }
    guard let command = words.first, let arguments = arguments(of: command.bytes) else { return nil }
    var script = Script(arguments: arguments)
    script.origin = Origin(line: lexer.line, column: lexer.column(of: command.start))
    let keyword = blocks.last?.index
    func isKeyword(_ word: RawWord) -> Bool {
      keyword?.find(word.bytes, 0, word.bytes.count) != nil
    }
    guard words.count > 1, !isKeyword(words[1]) else {
      finish(at: words.count > 1 ? words[1].start : nil)
      return script
    }
    let third = words.count > 2 && !isKeyword(words[2]) ? words[2] : nil
    let user = account(words[1].bytes.text, third?.bytes.text)
    script.user = user.user
    script.group = user.group
    script.supplementaryGroups = user.supplementaryGroups
    finish(at: words.count > (third == nil ? 2 : 3) ? words[third == nil ? 2 : 3].start : nil)
    // keepalived drops a notify script of an unknown user without counting it as a fault.
    checkAccount(user, lexer.words[first], "the script", verdict: .none)
    return script
  }

  /// A command whose users are written elsewhere (`script`, `misc_path`); only the first word counts.
  mutating func command() -> Script? {
    guard let words = rawWords(), let command = words.first, let arguments = arguments(of: command.bytes) else {
      return nil
    }
    var script = Script(arguments: arguments)
    script.origin = Origin(line: lexer.line, column: lexer.column(of: command.start))
    finish(at: words.count > 1 ? words[1].start : nil)
    return script
  }

  /// A regular expression: one word, of which quotes go away and escapes are evaluated; blanks in it stay.
  mutating func expression() -> String? {
    guard let words = rawWords(), let word = words.first else { return nil }
    finish(at: words.count > 1 ? words[1].start : nil)
    return ScriptArguments.evaluated(word.bytes)
  }

  /// `USER [[:]GROUP]`.
  mutating func scriptUser() -> ScriptUser? {
    guard let user = take() else { return nil }
    let group = takeOptional()
    var account = account(text(user), group.map { text($0) })
    account.origin = origin(user)
    return account
  }

  private func account(_ user: String, _ group: String?) -> ScriptUser {
    let supplementary = group?.hasPrefix(":") ?? false
    let name = supplementary ? group.map { String($0.dropFirst()) } : group
    return ScriptUser(user: user, group: name?.isEmpty == true ? nil : name, supplementaryGroups: supplementary)
  }

  /// Reports an account this machine does not have; false when it has not.
  @discardableResult
  mutating func checkAccount(
    _ account: ScriptUser, _ word: Word, _ subject: String, verdict: Diagnostic.Verdict = .faulty
  ) -> Bool {
    checkAccount(account, at: origin(word), word.end - word.start, subject, verdict: verdict)
  }

  /// Reports an account this machine does not have; false when it has not.
  mutating func checkAccount(
    _ account: ScriptUser, at origin: Origin, _ length: Int, _ subject: String, verdict: Diagnostic.Verdict = .faulty
  ) -> Bool {
    guard let environment else { return true }
    if !environment.hasUser(account.user) {
      report(
        .unknownUser, .error, verdict, "there is no user '\(account.user)' here; \(subject) is not run", origin, length)
      return false
    }
    if let group = account.group, !environment.hasGroup(group) {
      report(.unknownUser, .error, verdict, "there is no group '\(group)' here; \(subject) is not run", origin, length)
      return false
    }
    return true
  }

  /// A word of the raw line: quotes and escapes still in it.
  private struct RawWord {
    var bytes: [UInt8]
    var start: Int
  }

  /// Sets the cursor to the word that begins at an octet, or behind all.
  private mutating func finish(at start: Int?) {
    cursor = lexer.words.count
    guard let start else { return }
    if let found = lexer.words[first...].firstIndex(where: { $0.start >= start }) { cursor = found }
  }

  /// Splits the raw line behind the keyword: words may hold quoted parts, and a backslash keeps what follows it.
  private mutating func rawWords() -> [RawWord]? {
    var words: [RawWord] = []
    var current: RawWord?
    var quote: UInt8?
    var quoteStart = 0
    var isEscaped = false
    for index in lexer.words[first].end..<max(lexer.words[first].end, lexer.pieceEnd) {
      let byte = lexer.bytes[index]
      if quote == nil, !isEscaped, byte.isBlank {
        if let word = current { words.append(word) }
        current = nil
        continue
      }
      if current == nil { current = RawWord(bytes: [], start: index) }
      current?.bytes.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == Character8.backslash {
        isEscaped = true
      } else if let open = quote {
        if byte == open { quote = nil }
      } else if byte == Character8.quote || byte == Character8.apostrophe {
        (quote, quoteStart) = (byte, index)
      }
    }
    if quote != nil {
      report(
        .invalidScript, .error, .faulty, "the quote is not closed; the script is dropped",
        Origin(line: lexer.line, column: lexer.column(of: quoteStart)), 1)
      takeAll()
      return nil
    }
    if let word = current { words.append(word) }
    // The outer quotes of the command go away before it is split into arguments; those of the other words at once.
    for position in words.indices {
      words[position].bytes = position == 0 ? Self.unquoted(words[0].bytes) : Self.plain(words[position].bytes)
    }
    return words
  }

  /// Takes away the quotes round parts of a command, and keeps escapes.
  private static func unquoted(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var quote: UInt8?
    var isEscaped = false
    for byte in bytes {
      if isEscaped {
        isEscaped = false
        result.append(byte)
      } else if byte == Character8.backslash {
        isEscaped = true
        result.append(byte)
      } else if let open = quote {
        if byte == open { quote = nil } else { result.append(byte) }
      } else if byte == Character8.quote || byte == Character8.apostrophe {
        quote = byte
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private static func plain(_ bytes: [UInt8]) -> [UInt8] {
    bytes.filter { $0 != Character8.quote && $0 != Character8.apostrophe }
  }

  /// Splits a command into its arguments: quotes go away and escapes are evaluated.
  private mutating func arguments(of command: [UInt8]) -> [String]? {
    guard let arguments = ScriptArguments.split(command) else {
      report(
        .invalidScript, .error, .faulty, "the command has a quote that is not closed; the script is dropped",
        lexer.words[min(first + 1, lexer.words.count - 1)])
      takeAll()
      return nil
    }
    guard !arguments.isEmpty else {
      report(
        .invalidScript, .error, .faulty, "the command is empty", lexer.words[min(first + 1, lexer.words.count - 1)])
      takeAll()
      return nil
    }
    return arguments
  }
}

/// The second splitting of a script string.
enum ScriptArguments {
  /// The arguments; nil when a quote is left open.
  static func split(_ command: [UInt8]) -> [String]? {
    var arguments: [String] = []
    var current: [UInt8]?
    var quote: UInt8?
    var index = 0
    while index < command.count {
      let byte = command[index]
      index += 1
      if byte == Character8.backslash, index < command.count {
        current = (current ?? []) + escape(command, &index)
      } else if let open = quote {
        if byte == open { quote = nil } else { current?.append(byte) }
      } else if byte == Character8.quote || byte == Character8.apostrophe {
        quote = byte
        if current == nil { current = [] }
      } else if byte.isBlank || byte == Character8.newline {
        if let word = current { arguments.append(word.text) }
        current = nil
      } else {
        current = (current ?? []) + [byte]
      }
    }
    guard quote == nil else { return nil }
    if let word = current { arguments.append(word.text) }
    return arguments
  }

  /// A word with its escapes evaluated.
  static func evaluated(_ word: [UInt8]) -> String {
    var result: [UInt8] = []
    var index = 0
    while index < word.count {
      let byte = word[index]
      index += 1
      if byte == Character8.backslash, index < word.count {
        result += escape(word, &index)
      } else {
        result.append(byte)
      }
    }
    return result.text
  }

  /// The octets an escape stands for; `index` is behind the backslash.
  private static func escape(_ command: [UInt8], _ index: inout Int) -> [UInt8] {
    let byte = command[index]
    index += 1
    switch byte {
    case UInt8(ascii: "a"): return [0x07]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "E"): return [0x1B]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "v"): return [0x0B]
    case UInt8(ascii: "c"):
      guard index < command.count else { return [byte] }
      index += 1
      return [command[index - 1] & 0x1F]
    case UInt8(ascii: "x"): return [number(command, &index, radix: 16, digits: 2) ?? byte]
    case Character8.zero...UInt8(ascii: "7"):
      index -= 1
      return [number(command, &index, radix: 8, digits: 3) ?? byte]
    default: return [byte]
    }
  }

  private static func number(_ command: [UInt8], _ index: inout Int, radix: Int, digits: Int) -> UInt8? {
    var value = 0
    var count = 0
    while index < command.count, count < digits, let digit = command[index].hexadecimalValue, digit < radix {
      value = value * radix + Int(digit)
      index += 1
      count += 1
    }
    return count > 0 ? UInt8(truncatingIfNeeded: value) : nil
  }

  /// A command line which is split into these arguments again, without double quotes.
  static func join(_ arguments: [String]) -> String {
    arguments.map { argument in
      let hasBlanks = argument.unicodeScalars.contains { " \t\u{B}\u{C}".unicodeScalars.contains($0) }
      let word = escaped(argument)
      return argument.isEmpty || hasBlanks ? "'\(word)'" : word
    }.joined(separator: " ")
  }

  /// A text with escapes for what quotes, comments and blocks are made of.
  static func escaped(_ text: String) -> String {
    var word = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'", "\"", "\\", "#", "!", "{", "}", "$":
        // Octal, so that neither this line's quotes nor its comments see the sign.
        let octal = String(scalar.value, radix: 8)
        word += "\\" + String(repeating: "0", count: max(0, 3 - octal.utf8.count)) + octal
      case "\n": word += "\\n"
      case "\r": word += "\\r"
      default: word.unicodeScalars.append(scalar)
      }
    }
    return word
  }
}
