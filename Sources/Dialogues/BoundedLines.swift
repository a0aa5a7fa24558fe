/// Cuts a stream of octets into lines, and gives up on lines that are too long.
struct BoundedLines: Hashable, Sendable {
  /// A line without its end, or the news that none can follow.
  enum Line: Hashable, Sendable {
    case line(ArraySlice<UInt8>)
    case tooLong
  }

  private let limit: Int
  private var buffer: [UInt8] = []
  /// Where the unread part of the buffer begins.
  private var start = 0
  /// Up to where the unread part is known to hold no end of line.
  private var searched = 0

  /// Lines of at most `limit` octets.
  init(limit: Int) {
    self.limit = limit
  }

  /// Appends what arrived.
  mutating func append(_ octets: ArraySlice<UInt8>) {
    buffer.append(contentsOf: octets)
  }

  /// The next line, which ends with LF or CR LF; nil when it has not arrived in full.
  mutating func next() -> Line? {
    guard let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = buffer.count
      return buffer.count - start > limit ? .tooLong : nil
    }
    guard end - start <= limit else { return .tooLong }
    var line = buffer[start..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    start = end + 1
    searched = start
    return .line(line)
  }

  /// Whether everything has been read.
  var isEmpty: Bool { start == buffer.count }

  /// Frees what has been read; it costs what has not been read, so it is to be called when that is little.
  mutating func discardRead() {
    buffer.removeFirst(start)
    (start, searched) = (0, 0)
  }
}

/// Text of untrusted octets for people: printable ASCII, anything else as a dot, cut to a length.
func printable(_ octets: some Collection<UInt8>, limit: Int = 100) -> String {
  let shown = octets.prefix(limit).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }
  return String(decoding: shown, as: UTF8.self) + (octets.count > limit ? "..." : "")
}

extension Collection<UInt8> {
  /// Whether these octets are this text, without regard to the case of ASCII letters.
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    String(decoding: self, as: UTF8.self).lowercased() == "\(text)".lowercased()
  }
}
