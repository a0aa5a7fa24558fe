/// The MD5 digest (RFC 1321) of a stream. Broken as a cryptographic hash, but keepalived's configurations compare web
/// pages with it, and VRRP's authentication header is made of it.
package struct MD5: Hashable, Sendable {
  private var state: (UInt32, UInt32, UInt32, UInt32) {
    get { (a, b, c, d) }
    set { (a, b, c, d) = newValue }
  }
  private var a: UInt32 = 0x6745_2301
  private var b: UInt32 = 0xEFCD_AB89
  private var c: UInt32 = 0x98BA_DCFE
  private var d: UInt32 = 0x1032_5476
  private var length: UInt64 = 0
  private var partial: [UInt8] = []

  /// The digest of nothing.
  package init() {}

  /// Adds octets.
  package mutating func add(_ octets: ArraySlice<UInt8>) {
    length &+= UInt64(octets.count)
    var rest = octets
    if !partial.isEmpty {
      let missing = min(64 - partial.count, rest.count)
      partial.append(contentsOf: rest.prefix(missing))
      rest = rest.dropFirst(missing)
      guard partial.count == 64 else { return }
      digest(partial[...])
      partial.removeAll(keepingCapacity: true)
    }
    while rest.count >= 64 {
      digest(rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    partial.append(contentsOf: rest)
  }

  /// The sixteen octets of the digest.
  package var value: [UInt8] {
    var copy = self
    let bits = length &* 8
    let padding = partial.count < 56 ? 56 - partial.count : 120 - partial.count
    var tail: [UInt8] = [0x80] + [UInt8](repeating: 0, count: padding - 1)
    for shift in stride(from: 0, to: 64, by: 8) { tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    copy.add(tail[...])
    return [copy.a, copy.b, copy.c, copy.d].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
    }
  }

  /// The digest as 32 lower-case hexadecimal digits.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: value.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The keyed digest of a message (RFC 2104).
  package static func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    func digest(_ parts: [UInt8]...) -> [UInt8] {
      var digest = MD5()
      for part in parts { digest.add(part[...]) }
      return digest.value
    }
    let short = key.count > 64 ? digest(key) : key
    let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
    return digest(padded.map { $0 ^ 0x5C }, digest(padded.map { $0 ^ 0x36 }, message))
  }

  private mutating func digest(_ block: ArraySlice<UInt8>) {
    var words: [UInt32] = []
    words.reserveCapacity(16)
    var index = block.startIndex
    for _ in 0..<16 {
      words.append(
        UInt32(block[index]) | UInt32(block[index + 1]) << 8 | UInt32(block[index + 2]) << 16
          | UInt32(block[index + 3]) << 24)
      index += 4
    }
    var (a, b, c, d) = state
    for round in 0..<64 {
      let (mixed, word): (UInt32, Int) =
        switch round >> 4 {
        case 0: ((b & c) | (~b & d), round)
        case 1: ((d & b) | (~d & c), (5 * round + 1) & 15)
        case 2: (b ^ c ^ d, (3 * round + 5) & 15)
        default: (c ^ (b | ~d), (7 * round) & 15)
        }
      let sum = a &+ mixed &+ Self.sines[round] &+ words[word]
      let shift = Self.shifts[(round >> 4) * 4 + (round & 3)]
      (a, b, c, d) = (d, b &+ (sum << shift | sum >> (32 - shift)), b, c)
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
  }

  private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

  /// floor(2^32 * abs(sin(i + 1))), RFC 1321 section 3.4.
  private static let sines: [UInt32] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
  ]
}
