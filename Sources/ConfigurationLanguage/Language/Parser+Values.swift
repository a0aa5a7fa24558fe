import Wire

/// Reading values. Each takes a word, reports what is wrong with it and gives nil when it is of no use.
extension Parser {
  // MARK: Words

  /// The octets of a word.
  func octets(_ word: Word) -> ArraySlice<UInt8> { lexer.bytes[word.start..<word.end] }

  /// The text of a word.
  func text(_ word: Word) -> String { String(decoding: lexer.bytes[word.start..<word.end], as: UTF8.self) }

  /// Whether a word is this one.
  func isWord(_ word: Word, _ text: StaticString) -> Bool {
    word.end - word.start == text.utf8CodeUnitCount && octets(word).begins(with: text)
  }

  /// The next word of the statement.
  mutating func take() -> Word? {
    guard cursor < lexer.words.count else { return nil }
    cursor += 1
    return lexer.words[cursor - 1]
  }

  /// The next word, left in place.
  var peeked: Word? { cursor < lexer.words.count ? lexer.words[cursor] : nil }

  /// Takes the next word if it is an optional value: neither missing nor the next keyword.
  mutating func takeOptional() -> Word? {
    guard let word = peeked, !isKeywordHere(word) else { return nil }
    cursor += 1
    return word
  }

  /// Takes all words that are left.
  mutating func takeAll() { cursor = lexer.words.count }

  /// The text of a word, cut to a number of octets with a report.
  mutating func text(_ word: Word, limit: Int) -> String? {
    guard word.end - word.start > limit else { return text(word) }
    let cut = lexer.bytes[word.start..<(word.start + limit)].text
    report(
      .valueTooLong, .error, .faulty, "only \(limit) octets fit; '\(cut)' is what counts", word)
    return cut
  }

  // MARK: Booleans and choices

  /// `[on|off]`: on when there is no word; nil after a report.
  mutating func optionalBoolean() -> Bool? {
    guard let word = takeOptional() else { return true }
    return boolean(word)
  }

  /// true, on, yes, false, off or no, in lower case.
  mutating func boolean(_ word: Word) -> Bool? {
    if isWord(word, "on") || isWord(word, "yes") || isWord(word, "true") { return true }
    if isWord(word, "off") || isWord(word, "no") || isWord(word, "false") { return false }
    let lowered = text(word).lowercased()
    let known = ["on", "yes", "true", "off", "no", "false"]
    report(
      .invalidBoolean, .error, .faulty, "'\(text(word))' is neither on nor off; the setting stays as it was", word,
      suggestion: known.contains(lowered) ? lowered : nil)
    return nil
  }

  /// One of the words of an enumeration.
  mutating func choice<Choice>(_ word: Word, _ type: Choice.Type, _ ignoringCase: Bool = false) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    let name = text(word)
    for choice in Choice.allCases {
      if choice.rawValue == name || (ignoringCase && choice.rawValue.lowercased() == name.lowercased()) {
        return choice
      }
    }
    let legal = Choice.allCases.map(\.rawValue)
    report(
      .invalidChoice, .error, .faulty, "'\(name)' is none of \(legal.joined(separator: ", "))", word,
      suggestion: suggestion(for: name, among: legal))
    return nil
  }

  // MARK: Numbers

  /// A decimal number. Digits followed by rubbish count in a run, as with keepalived, but not in a test.
  mutating func integer(_ word: Word, _ range: ClosedRange<Int>, clamped: Bool = false) -> Int? {
    var start = word.start
    while start < word.end, lexer.bytes[start].isBlank { start += 1 }
    var isNegative = false
    if start < word.end, lexer.bytes[start] == UInt8(ascii: "-") || lexer.bytes[start] == UInt8(ascii: "+") {
      isNegative = lexer.bytes[start] == UInt8(ascii: "-")
      start += 1
    }
    var value = 0
    var index = start
    while index < word.end, lexer.bytes[index].isDigit {
      // Numbers with more digits than any range stay at a value beyond all of them.
      if value < Int.max / 100 { value = value * 10 + Int(lexer.bytes[index] - Character8.zero) }
      index += 1
    }
    guard index > start else {
      report(.invalidNumber, .error, .faulty, "'\(text(word))' is not a number", word)
      return nil
    }
    if index < word.end, !acceptsGarbage(word, index) { return nil }
    return bounded(isNegative ? -value : value, range, clamped, word)
  }

  /// Reports what follows the digits; false when the number is of no use for it.
  private mutating func acceptsGarbage(_ word: Word, _ index: Int) -> Bool {
    let notes = ["keepalived reads decimal numbers without a unit"]
    let number = lexer.bytes[word.start..<index].text
    if options.isTest {
      report(.trailingGarbage, .error, .faulty, "'\(text(word))' is not a number", word, notes: notes)
      return false
    }
    report(
      .trailingGarbage, .warning, .faulty, "only the \(number) of '\(text(word))' counts", word, notes: notes)
    return true
  }

  private mutating func bounded(_ value: Int, _ range: ClosedRange<Int>, _ clamped: Bool, _ word: Word) -> Int? {
    guard !range.contains(value) else { return value }
    let nearest = min(max(value, range.lowerBound), range.upperBound)
    let bounds =
      range.upperBound >= Int(Int32.max)
      ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
    report(
      .numberOutOfRange, .error, .faulty,
      "\(text(word)) is out of range: it must be \(bounds)\(clamped ? "; \(nearest) is taken" : "")", word)
    return clamped ? nearest : nil
  }

  /// A time in decimal notation.
  mutating func duration(
    _ word: Word, _ range: ClosedRange<Duration>, decimals: Int, unit: TimeUnit = .seconds, clamped: Bool = false
  ) -> Duration? {
    var index = word.start
    while index < word.end, lexer.bytes[index].isBlank { index += 1 }
    var isNegative = false
    if index < word.end, lexer.bytes[index] == UInt8(ascii: "+") || lexer.bytes[index] == UInt8(ascii: "-") {
      isNegative = lexer.bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    let scale = unit.microseconds
    var total = 0
    var digits = 0
    while index < word.end, lexer.bytes[index].isDigit {
      if total < Int.max / 1000 / scale { total = total * 10 + Int(lexer.bytes[index] - Character8.zero) }
      index += 1
      digits += 1
    }
    total *= scale
    var surplus = false
    if index < word.end, lexer.bytes[index] == UInt8(ascii: "."), decimals > 0 {
      index += 1
      var place = scale / 10
      var count = 0
      while index < word.end, lexer.bytes[index].isDigit {
        let digit = Int(lexer.bytes[index] - Character8.zero)
        if count < decimals {
          total += digit * place
          place /= 10
        } else if count == decimals {
          surplus = true
          if digit >= 5 { total += max(1, scale / Self.power(decimals)) }
        }
        index += 1
        count += 1
        digits += 1
      }
    }
    guard digits > 0 else {
      report(.invalidNumber, .error, .faulty, "'\(text(word))' is not a number of \(unit.argument.lowercased())", word)
      return nil
    }
    if index < word.end, !acceptsGarbage(word, index) { return nil }
    if surplus {
      report(
        .tooManyDecimals, .error, .faulty, "only \(decimals) decimals count; \(text(word)) is rounded", word)
    }
    return bounded(.microseconds(isNegative ? -total : total), range, unit, clamped, word)
  }

  private static func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { value, _ in value * 10 } }

  private mutating func bounded(
    _ value: Duration, _ range: ClosedRange<Duration>, _ unit: TimeUnit, _ clamped: Bool, _ word: Word
  ) -> Duration? {
    guard !range.contains(value) else { return value }
    let nearest = min(max(value, range.lowerBound), range.upperBound)
    let low = unit.text(of: range.lowerBound)
    let bounds =
      range.upperBound >= .unlimited ? "at least \(low)" : "between \(low) and \(unit.text(of: range.upperBound))"
    let taken = clamped ? "; \(unit.text(of: nearest)) is taken" : ""
    report(
      .numberOutOfRange, .error, .faulty,
      "\(text(word)) \(unit.argument.lowercased()) are out of range: it must be \(bounds)\(taken)", word)
    return clamped ? nearest : nil
  }

  // MARK: Addresses

  /// An address of either family, without saying anything when it is none.
  func silentAddress(_ word: Word) -> IPAddress? { silentAddress(word.start, word.end) }

  /// The address in octets `start..<end`; IPv4 without detour over a string, since configurations hold thousands.
  func silentAddress(_ start: Int, _ end: Int) -> IPAddress? {
    guard end - start <= 45 else { return nil }
    var value: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var dots = 0
    for index in start..<end {
      let byte = lexer.bytes[index]
      if byte.isDigit {
        if digits > 0, octet == 0 { return nil }
        octet = octet * 10 + UInt32(byte - Character8.zero)
        digits += 1
        guard octet <= 255 else { return digits < 5 ? silentIPv6(start, end) : nil }
      } else if byte == UInt8(ascii: "."), digits > 0, dots < 3 {
        value = value << 8 | octet
        (octet, digits, dots) = (0, 0, dots + 1)
      } else {
        return silentIPv6(start, end)
      }
    }
    guard dots == 3, digits > 0 else { return silentIPv6(start, end) }
    return .v4(IPv4Address(rawValue: value << 8 | octet))
  }

  private func silentIPv6(_ start: Int, _ end: Int) -> IPAddress? {
    let bytes = lexer.bytes[start..<end]
    guard bytes.contains(UInt8(ascii: ":")) else { return nil }
    return IPv6Address(bytes.text).map { .v6($0) }
  }

  /// An address of either family.
  mutating func address(_ word: Word, of family: AddressFamily? = nil) -> IPAddress? {
    guard let address = silentAddress(word) ?? addressBeforeSuffix(word) else {
      report(
        .invalidAddress, .error, .faulty, "'\(text(word))' is not an address", word, notes: addressHints(text(word)))
      return nil
    }
    if let family, address.family != family {
      report(
        .familyMismatch, .error, .faulty, "\(text(word)) is not an \(family.title) address", word)
      return nil
    }
    return address
  }

  /// The address before a prefix length or the end of a range, neither of which means anything where one is expected.
  private mutating func addressBeforeSuffix(_ word: Word) -> IPAddress? {
    let signs = [UInt8(ascii: "/"), UInt8(ascii: "-")]
    guard let cut = octets(word).firstIndex(where: signs.contains), let address = silentAddress(word.start, cut) else {
      return nil
    }
    report(
      .invalidPrefix, .warning, .none,
      "one address is expected here; '\(lexer.bytes[cut..<word.end].text)' does not count", word)
    return address
  }

  private func addressHints(_ text: String) -> [String] {
    if text.hasPrefix("[") { return ["IPv6 addresses are written without brackets, the port as a word of its own"] }
    if let slash = text.firstIndex(of: "/"), IPAddress(text[..<slash]) != nil {
      return ["no prefix length is expected here"]
    }
    if let colon = text.lastIndex(of: ":"), IPv4Address(text[..<colon]) != nil {
      return ["the port is a word of its own: \(text[..<colon]) \(text[text.index(after: colon)...])"]
    }
    return []
  }

  /// An address with an optional prefix length; a bad length is replaced by that of a host, as keepalived does.
  mutating func prefix(_ word: Word) -> AddressPrefix? {
    let bytes = octets(word)
    let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
    guard let address = silentAddress(word.start, slash ?? word.end) else {
      report(
        .invalidAddress, .error, .faulty, "'\(text(word))' is not an address; the entry is dropped", word,
        notes: addressHints(text(word)))
      return nil
    }
    guard let slash else { return AddressPrefix(host: address) }
    guard let length = Number.decimal(bytes[(slash + 1)...]), length <= address.family.bitWidth, length > 0 || true
    else {
      report(
        .invalidPrefix, .error, .faulty,
        "'\(bytes[(slash + 1)...].text)' is not a prefix length; \(address.family.bitWidth) is taken", word)
      return AddressPrefix(host: address)
    }
    return AddressPrefix(address, length: UInt8(clamping: length))
  }

  /// A port, 1 to 65535.
  mutating func port(_ word: Word) -> UInt16? {
    integer(word, 1...65535).map { UInt16(clamping: $0) }
  }
}

extension AddressFamily {
  /// "IPv4" or "IPv6".
  var title: String {
    switch self {
    case .ipv4: "IPv4"
    case .ipv6: "IPv6"
    }
  }
}
