/// Tells the lines that the expander has to look at from the others.
enum PlainLines {
  /// The octet after the newline of a line that may be copied as it is; nil when something has to be done with it.
  static func end(of start: Int, in bytes: [UInt8]) -> Int? {
    var position = start
    let count = bytes.count
    var mayBegin = true
    while position < count {
      let byte = bytes[position]
      if byte == Character8.newline { return position + 1 }
      if byte == Character8.dollar || byte == 0 { return nil }
      if mayBegin, !byte.isBlank {
        if byte == Character8.at || byte == Character8.tilde { return nil }
        if byte == UInt8(ascii: "i"), beginsInclude(bytes, position) { return nil }
        mayBegin = false
      }
      if byte == Character8.open || byte == Character8.close { mayBegin = true }
      if !mayBegin, byte == Character8.hash || byte == Character8.bang {
        // Comments are skipped in whole; a quoted or escaped one only makes the line be looked at for nothing.
        return endOfComment(from: position, lineStart: start, in: bytes)
      }
      position += 1
    }
    return count
  }

  /// The end of a line from a comment character on, unless that is quoted or escaped and something follows it.
  private static func endOfComment(from position: Int, lineStart: Int, in bytes: [UInt8]) -> Int? {
    var end = position
    var isRemarkable = false
    while end < bytes.count, bytes[end] != Character8.newline {
      let byte = bytes[end]
      if byte == Character8.dollar || byte == Character8.open || byte == Character8.close { isRemarkable = true }
      if byte == 0 { return nil }
      end += 1
    }
    if isRemarkable {
      let before = bytes[lineStart..<position]
      if before.contains(Character8.quote) || before.contains(Character8.backslash) { return nil }
    }
    return min(end + 1, bytes.count)
  }

  private static func beginsInclude(_ bytes: [UInt8], _ position: Int) -> Bool {
    bytes[position...].begins(with: "include")
  }

  /// The first brace outside double quotes that is followed by a directive; nil when there is none.
  static func braceBeforeDirective(in text: ArraySlice<UInt8>) -> Int? {
    var inQuotes = false
    var brace: Int?
    for index in text.indices {
      let byte = text[index]
      if byte == Character8.quote { inQuotes.toggle() }
      if let found = brace, !byte.isBlank {
        let isDirective =
          byte == Character8.at || byte == Character8.tilde || byte == Character8.dollar
          || (byte == UInt8(ascii: "i") && text[index...].begins(with: "include"))
        if isDirective { return found }
        brace = nil
      }
      if !inQuotes, byte == Character8.open || byte == Character8.close { brace = index }
    }
    return nil
  }
}
