/// Reads an HTTP/1 response from a stream of octets, within bounds (RFC 9112).
///
/// Lenient where servers are sloppy (bare LF, any case, no version check), strict where a wrong reading could take a
/// broken server for a good one.
struct HTTPResponse: Hashable, Sendable {
  /// What was found.
  enum Part: Hashable, Sendable {
    /// The final status code.
    case status(UInt16)
    /// Some octets of the body, without transfer coding.
    case body(ArraySlice<UInt8>)
    /// The response is complete.
    case complete
    /// It cannot be read any further.
    case malformed(String)
  }

  private enum State: Hashable {
    case statusLine
    case headers
    case body(remaining: Int)
    case bodyUntilEnd
    case chunkSize
    case chunk(remaining: Int)
    case chunkEnd
    case trailers
    case over
  }

  /// The longest line of a header; keepalived reads 4,096 octets altogether.
  static let longestLine = 8_192
  /// The longest header section, trailers included, and the most that may stand beside the sizes of chunks.
  static let longestHeader = 65_536
  /// The most lines of a header section, trailers included.
  static let mostLines = 256

  private var state = State.statusLine
  private var lines = BoundedLines(limit: longestLine)
  private var headerOctets = 0
  private var headerLines = 0
  private var extensionOctets = 0
  private var status: UInt16 = 0
  private var length: Int?
  private var isChunked = false
  /// What the version and the Connection header say about the connection (RFC 9112 §9.3).
  private var isPersistent = false
  /// Whether the connection can be used for another request: the response has ended by its own framing, nothing came
  /// after it, and the server wants to go on.
  private(set) var leavesConnectionOpen = false
  /// Whether any octet has arrived.
  private(set) var hasBegun = false

  /// The parts in what arrived.
  mutating func read(_ octets: ArraySlice<UInt8>) -> [Part] {
    guard !octets.isEmpty, state != .over else {
      if !octets.isEmpty { leavesConnectionOpen = false }
      return []
    }
    hasBegun = true
    var parts: [Part] = []
    var rest = octets
    while !rest.isEmpty, state != .over {
      switch state {
      case .body(let remaining): take(from: &rest, remaining, into: &parts) { .body(remaining: $0) }
      case .chunk(let remaining): take(from: &rest, remaining, into: &parts) { .chunk(remaining: $0) }
      case .bodyUntilEnd:
        parts.append(.body(rest))
        rest = []
      case .statusLine, .headers, .chunkSize, .chunkEnd, .trailers:
        // Line by line, so that a thousand small chunks cost no more than their octets.
        let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
        lines.append(rest[..<end])
        rest = rest[end...]
        readNextLine(into: &parts)
      case .over: break
      }
    }
    if !rest.isEmpty { leavesConnectionOpen = false }
    return parts
  }

  /// The other side has finished: what that means for the response.
  mutating func end() -> Part {
    defer {
      state = .over
      leavesConnectionOpen = false
    }
    switch state {
    case .bodyUntilEnd, .over: return .complete
    // A body that is too short is still a body, as with keepalived; whoever wants it whole compares its digest.
    case .body: return .complete
    case .statusLine: return .malformed(hasBegun ? "the status line is incomplete" : "the answer is empty")
    case .headers: return .malformed("the header is incomplete")
    case .chunkSize, .chunk, .chunkEnd, .trailers: return .malformed("the chunked body is incomplete")
    }
  }

  private mutating func take(
    from rest: inout ArraySlice<UInt8>, _ remaining: Int, into parts: inout [Part], next: (Int) -> State
  ) {
    let taken = rest.prefix(remaining)
    parts.append(.body(taken))
    rest = rest.dropFirst(taken.count)
    guard taken.count == remaining else {
      state = next(remaining - taken.count)
      return
    }
    if isChunked {
      state = .chunkEnd
    } else {
      complete(&parts)
    }
  }

  private mutating func readNextLine(into parts: inout [Part]) {
    switch lines.next() {
    case nil: break
    case .tooLong: fail("a line is longer than \(Self.longestLine) octets", &parts)
    case .line(let line):
      lines.discardRead()
      readLine(line, into: &parts)
    }
  }

  private mutating func readLine(_ line: ArraySlice<UInt8>, into parts: inout [Part]) {
    switch state {
    case .statusLine: readStatus(line, into: &parts)
    case .headers:
      guard isWithinBounds(line, &parts) else { return }
      if line.isEmpty { beginBody(&parts) } else { readHeader(line, into: &parts) }
    case .chunkSize: readChunkSize(line, into: &parts)
    case .chunkEnd:
      if line.isEmpty { state = .chunkSize } else { fail("a chunk is longer than announced", &parts) }
    case .trailers:
      guard isWithinBounds(line, &parts) else { return }
      if line.isEmpty { complete(&parts) }
    case .body, .bodyUntilEnd, .chunk, .over: break
    }
  }

  /// "HTTP/1.1 200 OK": a version, three digits, and whatever the server likes to say.
  private mutating func readStatus(_ line: ArraySlice<UInt8>, into parts: inout [Part]) {
    guard isWithinBounds(line, &parts) else { return }
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard words.count >= 2, words[0].starts(with: "HTTP/".utf8), words[1].count == 3,
      let code = decimal(words[1]), (100...999).contains(code)
    else { return fail("\"\(printable(line, limit: 40))\" is no status line of HTTP", &parts) }
    status = UInt16(code)
    (length, isChunked, isPersistent) = (nil, false, words[0].elementsEqual("HTTP/1.1".utf8))
    state = .headers
  }

  private mutating func readHeader(_ line: ArraySlice<UInt8>, into parts: inout [Part]) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = line[..<colon]
    let value = trimmed(line[line.index(after: colon)...])
    if name.equalsIgnoringCase("content-length") {
      guard let number = decimal(value), length == nil || length == number else {
        return fail("\"\(printable(value, limit: 40))\" is no length of a body", &parts)
      }
      length = number
    } else if name.equalsIgnoringCase("transfer-encoding") {
      // Only the last coding frames the body.
      let last = value.split(separator: UInt8(ascii: ",")).last.map { trimmed($0) } ?? []
      isChunked = last.equalsIgnoringCase("chunked")
    } else if name.equalsIgnoringCase("connection") {
      for option in value.split(separator: UInt8(ascii: ",")).map({ trimmed($0) }) {
        if option.equalsIgnoringCase("close") { isPersistent = false }
        if option.equalsIgnoringCase("keep-alive") { isPersistent = true }
      }
    }
  }

  private mutating func beginBody(_ parts: inout [Part]) {
    if (100...199).contains(status), status != 101 {
      state = .statusLine
      return
    }
    parts.append(.status(status))
    switch (status, isChunked, length) {
    case (101, _, _), (204, _, _), (304, _, _), (_, false, 0): complete(&parts)
    case (_, true, _): state = .chunkSize
    case (_, false, let length?): state = .body(remaining: length)
    case (_, false, nil): state = .bodyUntilEnd
    }
  }

  private mutating func readChunkSize(_ line: ArraySlice<UInt8>, into parts: inout [Part]) {
    let digits = trimmed(line.prefix { $0 != UInt8(ascii: ";") })
    // What stands beside the sizes would otherwise let a small body take any number of octets.
    extensionOctets += line.count - digits.count
    guard extensionOctets <= Self.longestHeader else {
      return fail("the extensions of chunks are longer than \(Self.longestHeader) octets", &parts)
    }
    var size = 0
    // Fifteen digits are below the largest Int, and above any body of this world.
    guard !digits.isEmpty, digits.count <= 15 else { return fail("a chunk has no sensible size", &parts) }
    for digit in digits {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else {
        return fail("\"\(printable(digits, limit: 20))\" is no size of a chunk", &parts)
      }
      size = size << 4 | value
    }
    state = size == 0 ? .trailers : .chunk(remaining: size)
  }

  private mutating func isWithinBounds(_ line: ArraySlice<UInt8>, _ parts: inout [Part]) -> Bool {
    headerOctets += line.count
    headerLines += 1
    if headerOctets <= Self.longestHeader, headerLines <= Self.mostLines { return true }
    fail("the header is longer than \(Self.longestHeader) octets or \(Self.mostLines) lines", &parts)
    return false
  }

  private mutating func complete(_ parts: inout [Part]) {
    state = .over
    leavesConnectionOpen = isPersistent && status != 101
    parts.append(.complete)
  }

  private mutating func fail(_ reason: String, _ parts: inout [Part]) {
    state = .over
    parts.append(.malformed(reason))
  }
}

/// The number that decimal digits write; nil when there are none, others among them, or too many for an Int.
func decimal(_ digits: some Collection<UInt8>) -> Int? {
  guard !digits.isEmpty, digits.count <= 18 else { return nil }
  var number = 0
  for digit in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
    number = number * 10 + Int(digit - UInt8(ascii: "0"))
  }
  return number
}

/// Octets without blanks and tabs at their ends.
func trimmed(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  let isBlank = { (octet: UInt8) in octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") }
  guard let last = octets.lastIndex(where: { !isBlank($0) }) else { return [] }
  return octets[...last].drop(while: isBlank)
}
