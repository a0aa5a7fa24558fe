import LinuxWorld
import Testing
import Wire

/// What a socket for pings may receive, and whether it is the reply that is waited for.
private struct Row: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var packet: [UInt8]
  var isReply: Bool

  init(_ description: String, _ packet: [UInt8], _ isReply: Bool = false) {
    (testDescription, self.packet, self.isReply) = (description, packet, isReply)
  }
}

/// An IPv4 header of so many words, with what it says beside.
private func header(words: UInt8 = 5, version: UInt8 = 4) -> [UInt8] {
  let rest = [UInt8](repeating: 0, count: max(19, Int(words) * 4 - 1))
  return [version << 4 | words] + rest
}

/// An ICMP message: type, code, checksum, identifier 0x0708, the first sequence number, and a payload.
private func message(_ type: UInt8, code: UInt8 = 0, identifier: [UInt8] = [7, 8], sequence: [UInt8] = [0, 1])
  -> [UInt8]
{
  [type, code, 0, 0] + identifier + sequence + [1, 2, 3]
}

@Suite struct `A ping` {
  private static let raw = [
    Row("a reply", header() + message(0), true), Row("a reply behind options", header(words: 15) + message(0), true),
    Row("nothing", []), Row("one octet", [0x45]), Row("a header without message", header()),
    Row("a header longer than the packet", [0x4F] + Array(header().dropFirst()) + message(0).prefix(8)),
    Row("a header too short to be one", header(words: 4) + message(0)),
    Row("a header of nothing", header(words: 0) + message(0)),
    Row("another version of IP", header(version: 6) + message(0)),
    Row("a message cut in its number", header() + message(0).prefix(7)), Row("a request", header() + message(8)),
    Row("another code", header() + message(0, code: 1)),
    Row("somebody else's reply", header() + message(0, identifier: [7, 9])),
    Row("the reply to a former request", header() + message(0, sequence: [0, 0])),
    Row("the reply to a request never made", header() + message(0, sequence: [0xFF, 0xFF])),
    Row("an error", header() + message(3)), Row("ones", [UInt8](repeating: 0xFF, count: 65_535)),
    Row("zeros", [UInt8](repeating: 0, count: 65_535)),
  ]

  @Test(arguments: raw)
  private func `takes no other packet for its reply`(row: Row) {
    var echo = Echo(family: .ipv4, identifier: 0x0708)
    let request = echo.request([1, 2, 3])
    #expect(request.prefix(2) == [8, 0] && request.dropFirst(4) == [7, 8, 0, 1, 1, 2, 3])
    #expect(InternetChecksum.of(request) == 0)
    #expect(echo.payload(ofReply: row.packet[...]) == (row.isReply ? [1, 2, 3] : nil))
    // As a slice of something larger, too.
    let larger = [9, 9] + row.packet
    #expect(echo.payload(ofReply: larger[2...]) == (row.isReply ? [1, 2, 3] : nil))
  }

  @Test(arguments: [
    (AddressFamily.ipv4, UInt8(0), true), (.ipv4, 129, false), (.ipv6, 129, true), (.ipv6, 0, false),
    (.ipv6, 128, false),
  ])
  func `on a socket whose identifier the kernel chose looks at type and number`(
    family: AddressFamily, type: UInt8, isReply: Bool
  ) {
    var echo = Echo(family: family, identifier: nil)
    #expect(echo.request([1, 2, 3]).first == (family == .ipv4 ? 8 : 128))
    let reply = message(type, identifier: [0xAB, 0xCD])
    #expect(echo.payload(ofReply: reply[...]) == (isReply ? [1, 2, 3] : nil))
    _ = echo.request([1, 2, 3])
    #expect(echo.payload(ofReply: reply[...]) == nil)
  }
}
