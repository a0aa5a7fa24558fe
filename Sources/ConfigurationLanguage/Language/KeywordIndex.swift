/// Finds a keyword among those of a block by its octets.
struct KeywordIndex: Sendable {
  /// What the block is called in messages, "virtual_server/real_server".
  let block: String
  /// The keywords in the order of their table.
  let names: [String]
  /// Which of them open a block.
  let opensBlock: [Bool]
  private let octets: [[UInt8]]
  private let slots: [Int16]

  init(block: String, names: [String], opensBlock: [Bool]) {
    self.block = block
    self.names = names
    self.opensBlock = opensBlock
    octets = names.map { Array($0.utf8) }
    var size = 16
    while size < names.count * 4 { size *= 2 }
    var slots = [Int16](repeating: -1, count: size)
    for (number, name) in octets.enumerated() {
      var slot = Self.hash(name, 0, name.count) & (size - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int16(truncatingIfNeeded: number)
    }
    self.slots = slots
  }

  /// The number of the keyword made of octets `start..<end`.
  func find(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
    var slot = Self.hash(bytes, start, end) & (slots.count - 1)
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if octets[number].count == end - start, Self.equal(octets[number], bytes, start) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private static func equal(_ name: [UInt8], _ bytes: [UInt8], _ start: Int) -> Bool {
    for offset in name.indices where name[offset] != bytes[start + offset] { return false }
    return true
  }

  private static func hash(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
    var value: UInt32 = 2_166_136_261
    for index in start..<end { value = (value ^ UInt32(bytes[index])) &* 16_777_619 }
    return Int(value ^ (value >> 15))
  }
}
