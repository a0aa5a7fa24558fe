/// Reads the replies of an SMTP server (RFC 5321 section 4.2), of one line or several, within bounds.
struct SMTPReplies: Hashable, Sendable {
  /// A complete reply.
  struct Reply: Hashable, Sendable {
    /// 200 to 599.
    var code: Int
    /// The last line, for people.
    var text: String
    /// All lines, with their codes.
    var lines: [String]
  }

  /// A reply, or the reason why there can be none.
  enum Next: Hashable, Sendable {
    case reply(Reply)
    case malformed(String)
  }

  /// The longest line; RFC 5321 section 4.5.3.1.5 asks for 512 octets.
  static let longestLine = 2_048
  /// The most lines of one reply.
  static let mostLines = 128

  private var lines = BoundedLines(limit: longestLine)
  private var collected: [String] = []

  /// Appends what arrived; call `next` until it is nil afterwards.
  mutating func append(_ octets: ArraySlice<UInt8>) {
    lines.append(octets)
  }

  /// The next reply; nil when it has not arrived in full.
  mutating func next() -> Next? {
    while let next = lines.next() {
      switch next {
      case .tooLong: return .malformed("a line is longer than \(Self.longestLine) octets")
      case .line(let line):
        guard collected.count < Self.mostLines else {
          return .malformed("a reply has more than \(Self.mostLines) lines")
        }
        let text = printable(line)
        guard let code = decimal(line.prefix(3)), (200...599).contains(code), line.count >= 3 else {
          return .malformed("\"\(text)\" is no reply of SMTP")
        }
        switch line.dropFirst(3).first {
        case UInt8(ascii: "-"):
          collected.append(text)
          continue
        case nil, UInt8(ascii: " "):
          defer { collected = [] }
          return .reply(Reply(code: code, text: text, lines: collected + [text]))
        case _?: return .malformed("\"\(text)\" is no reply of SMTP")
        }
      }
    }
    lines.discardRead()
    return nil
  }

  /// Whether something has arrived that is not read yet.
  var hasMore: Bool { !lines.isEmpty || !collected.isEmpty }
}
