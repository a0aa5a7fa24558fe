import Testing
import Wire

@Suite struct `Numbers in groups of seven bits` {
  static let rows: [(UInt64, [UInt8])] = [
    (0, [0]), (127, [0x7F]), (128, [0x80, 0x01]), (624_485, [0xE5, 0x8E, 0x26]),
    (.max, [UInt8](repeating: 0xFF, count: 9) + [0x01]),
  ]

  func read(_ octets: [UInt8]) -> (value: UInt64?, rest: Int) {
    var rest = octets[...]
    let value = LEB128.read { rest.popFirst() }
    return (value, rest.count)
  }

  @Test(arguments: rows)
  func `are written in as few octets as they need`(number: UInt64, octets: [UInt8]) {
    var written: [UInt8] = []
    LEB128.append(number, to: &written)
    #expect(written == octets)
    #expect(read(octets + [9]) == (number, 1))
  }

  @Test(arguments: [[], [0x80], [UInt8](repeating: 0xFF, count: 9) + [0x02], [UInt8](repeating: 0x80, count: 11) + [1]])
  func `are refused when they end too early or are too large`(octets: [UInt8]) {
    #expect(read(octets).value == nil)
  }
}
