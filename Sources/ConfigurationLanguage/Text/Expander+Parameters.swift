extension Expander {
  // MARK: Definitions

  /// Stores `$NAME=text`; false when the line is something else.
  mutating func define(_ line: Line) -> Bool {
    let name = line.text.dropFirst().prefix { $0.isNamePart }
    guard let first = name.first, first.isNameStart else { return false }
    let rest = line.text.dropFirst(1 + name.count)
    guard rest.first == Character8.equals else { return false }
    let value = rest.dropFirst().trimmed
    if value.last == Character8.backslash {
      definition = OpenDefinition(name: Array(name), lines: [], provenance: line.provenance)
      let head = value.dropLast().trimmed
      if !head.isEmpty { definition?.lines.append(Array(head)) }
    } else {
      parameters[Array(name)] = [Array(value)]
    }
    return true
  }

  /// Adds a line to the definition of several lines that is open.
  mutating func collect(_ line: Line) {
    guard !line.text.isEmpty else { return }
    if line.text.last == Character8.backslash {
      let head = line.text.dropLast().trimmed
      if !head.isEmpty { definition?.lines.append(Array(head)) }
      return
    }
    definition?.lines.append(Array(line.text))
    if let definition { parameters[definition.name] = definition.lines }
    definition = nil
  }

  // MARK: Replacement

  /// A line with its parameters replaced.
  struct Replacement {
    var bytes: [UInt8] = []
    var parts: [LineMap.Part] = []
    var didReplace = false
    /// The further lines of a parameter of several lines.
    var continuation: Frame?
  }

  /// The text still to be looked at, last octet first, and the parameters it stands in.
  private struct Pending {
    var octets: [UInt8]
    /// Names being expanded, with the number of octets below their value.
    var active: [(name: [UInt8], below: Int)] = []
    /// Where the outermost of them stands in the line.
    var place = 0
    var length = 0

    subscript(offset: Int) -> UInt8? {
      offset < octets.count ? octets[octets.count - 1 - offset] : nil
    }
  }

  /// Replaces parameters; what comes in their place is looked at again.
  mutating func replaceParameters(_ line: Line) -> Replacement {
    var result = Replacement()
    var pending = Pending(octets: line.text.reversed())
    let base = line.provenance.column
    while let byte = pending.octets.last {
      while let last = pending.active.last, last.below >= pending.octets.count { pending.active.removeLast() }
      let isOriginal = pending.active.isEmpty
      if isOriginal {
        pending.place = line.text.count - pending.octets.count
        pending.length = 1
      }
      if byte == Character8.dollar, let reference = reference(in: pending) {
        if isOriginal { pending.length = reference.length }
        if let value = value(of: reference, pending, line) {
          pending.octets.removeLast(reference.length)
          if value.count > 1 {
            if pending.octets.isEmpty {
              var provenance = line.provenance
              if provenance.isCopied {
                provenance = Provenance(
                  opening: provenance.opening, line: provenance.line, source: provenance.source,
                  column: base + pending.place, isCopied: false, length: pending.length)
              }
              result.continuation = .parameter(
                name: reference.name, lines: value.dropFirst(), provenance: provenance)
            } else {
              // Several lines fit only at the end of a line; the reference stays.
              appendPart(&result, pending, isOriginal: isOriginal, line)
              result.bytes.append(contentsOf: reference.text)
              continue
            }
          }
          let first = value.first ?? []
          pending.active.append((reference.name, pending.octets.count))
          pending.octets.append(contentsOf: first.reversed())
          work += first.count + Self.lineCharge
          result.didReplace = true
          if work > Self.workLimit { return result }
          continue
        }
      }
      appendPart(&result, pending, isOriginal: isOriginal, line)
      result.bytes.append(byte)
      pending.octets.removeLast()
    }
    return result
  }

  private func appendPart(_ result: inout Replacement, _ pending: Pending, isOriginal: Bool, _ line: Line) {
    let provenance = line.provenance
    let copied = isOriginal && provenance.isCopied
    let source = provenance.isCopied ? provenance.column + pending.place : provenance.column
    if let last = result.parts.last {
      if last.isCopied, copied, source - last.source == result.bytes.count - last.start { return }
      if !last.isCopied, !copied, last.source == source { return }
    }
    result.parts.append(
      LineMap.Part(
        start: result.bytes.count, source: source, isCopied: copied,
        length: provenance.isCopied ? pending.length : provenance.length))
  }

  /// A parameter as it is referred to.
  private struct Reference {
    /// The name, with `_ENV X` and the like in whole.
    var name: [UInt8]
    /// Words after the name.
    var arguments: [[UInt8]]
    /// Octets of the reference.
    var length: Int
    /// The reference itself.
    var text: [UInt8]
  }

  /// The reference that begins with the `$` on top.
  private func reference(in pending: Pending) -> Reference? {
    var text: [UInt8] = [Character8.dollar]
    var offset = 1
    if pending[1] == Character8.open {
      while let byte = pending[offset], byte != Character8.close, offset < 256 {
        text.append(byte)
        offset += 1
      }
      guard pending[offset] == Character8.close else { return nil }
      text.append(Character8.close)
      let words = text[2..<(text.count - 1)].split(whereSeparator: \.isBlank).map { Array($0) }
      guard let name = words.first, Self.isName(name), text[2].isNameStart else { return nil }
      return Reference(
        name: words.count > 1 ? Array(words.joined(separator: [Character8.space])) : name,
        arguments: Array(words.dropFirst()), length: offset + 1, text: text)
    }
    while let byte = pending[offset], byte.isNamePart {
      text.append(byte)
      offset += 1
    }
    let name = Array(text.dropFirst())
    guard Self.isName(name) else { return nil }
    let terminator = pending[offset]
    guard
      terminator.map({ $0.isBlank || $0 == Character8.comma || $0 == Character8.closingParenthesis }) ?? true
    else { return nil }
    return Reference(name: name, arguments: [], length: offset, text: text)
  }

  private static func isName(_ name: [UInt8]) -> Bool {
    guard let first = name.first, first.isNameStart else { return false }
    return name.allSatisfy(\.isNamePart)
  }

  /// The lines a reference stands for; nil leaves it as it is.
  private mutating func value(of reference: Reference, _ pending: Pending, _ line: Line) -> [[UInt8]]? {
    let name =
      reference.arguments.isEmpty ? reference.name : Array(reference.name.prefix { $0 != Character8.space })
    guard let value = reference.arguments.isEmpty ? parameters[name] : nil else {
      guard let predefined = predefinedValue(name, reference.arguments, line) else { return nil }
      return isSelfReference(reference, pending, line) ? nil : [predefined]
    }
    return isSelfReference(reference, pending, line) ? nil : value
  }

  private mutating func isSelfReference(_ reference: Reference, _ pending: Pending, _ line: Line) -> Bool {
    let isOpen = frames.contains { frame in
      if case .parameter(let name, _, _) = frame { name == reference.name } else { false }
    }
    guard isOpen || pending.active.contains(where: { $0.name == reference.name }) else { return false }
    var chain = pending.active.map(\.name)
    for frame in frames {
      if case .parameter(let name, _, _) = frame { chain.insert(name, at: 0) }
    }
    guard let start = chain.firstIndex(of: reference.name) else { return false }
    let circle = (chain[start...] + [reference.name]).map { "$" + $0.text }.joined(separator: " → ")
    fault(
      .selfReference, .error, .faulty, "the parameter $\(reference.name.text) contains itself: \(circle)",
      line.provenance, pending.place, pending.length,
      notes: ["keepalived never ends on this; here the innermost reference is left as it stands"])
    return true
  }

  private mutating func predefinedValue(_ name: [UInt8], _ arguments: [[UInt8]], _ line: Line) -> [UInt8]? {
    switch (name.text, arguments.count) {
    case ("_PWD", 0): Array(currentDirectory.utf8)
    case ("_INSTANCE", 0): configurationID
    case ("_HASH", 0): [Character8.hash]
    case ("_BANG", 0): [Character8.bang]
    case ("_ENV", 1): Array((source.environmentVariable(arguments[0].text) ?? "").utf8)
    case ("_RANDOM", 0...2): randomValue(arguments, line)
    default: nil
    }
  }

  private mutating func randomValue(_ arguments: [[UInt8]], _ line: Line) -> [UInt8]? {
    let numbers = arguments.map { Number.decimal($0) }
    guard !numbers.contains(nil) else { return nil }
    let low = (numbers.first ?? 0) ?? 0
    let high = (numbers.count > 1 ? numbers[1] : 32767) ?? 32767
    guard low <= high else {
      fault(
        .badRandomRange, .error, .faulty, "the range \(low) to \(high) of ${_RANDOM} is empty; \(low) is taken",
        line.provenance, 0, line.text.count)
      return Array(String(low).utf8)
    }
    return Array(String(source.randomNumber(in: low...high)).utf8)
  }

  /// The directory of the innermost file.
  var currentDirectory: String {
    for frame in frames.reversed() {
      if case .file(let file) = frame { return file.directory }
    }
    return source.workingDirectory
  }
}
