import ConfigurationLanguage
import Testing

/// A generator of random numbers that always says the same (splitmix64).
struct FixedGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// Whatever is done to a configuration, reading it ends, and what comes of it can be printed and read.
struct MutationTests {
  static let fragments = [
    "{", "}", "\"", "'", "\\", "#", "!", "$A", "${A}", "$A=", "$A= \\\n", "~SEQ(A, 1, 3) ", "~LST(A, 1, 2) ", "@x ",
    "@^x ", "include x\n", "\n", "\r\n", "\t", " ", "\0", "\u{3000}", "é", "-1", "99999999999999999999", "0", "255",
    "256", "1.5",
    "::", "10.0.0.1", "/", "-", "weight", "real_server 10.0.0.1 80 {", "virtual_server", "TCP_CHECK {", "on", "off",
  ].map { Array($0.utf8) }

  static func mutate(_ bytes: [UInt8], _ generator: inout FixedGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      guard !bytes.isEmpty else { return bytes }
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 1...20, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: fragments.randomElement(using: &generator) ?? [], at: place)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
      case 4: bytes.removeSubrange(place...)
      default:
        // Two lines change places, so that blocks and their contents meet others.
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        lines.swapAt(
          Int.random(in: 0..<lines.count, using: &generator), Int.random(in: 0..<lines.count, using: &generator))
        bytes = Array(lines.joined(separator: [0x0A]))
      }
    }
    return bytes
  }

  static func examine(_ bytes: [UInt8], prints: Bool) {
    var source = MemorySource(["/etc/keepalived/x": "$X=1\n"])
    source.files["/f"] = bytes
    let parsed = Configuration.parse(file: "/f", source: source, environment: CanonicalTests.machine)
    guard prints else { return }
    _ = parsed.diagnostics.rendered(color: false)
    _ = parsed.diagnostics.json
    CanonicalTests.check(parsed, environment: CanonicalTests.machine, "mutant")
  }

  static var count: Int { Corpus.environment("UNDERSTUDY_MUTATIONS").flatMap { Int($0) } ?? 2000 }

  @Test func `mutations of the samples are read to the end`() {
    var generator = FixedGenerator(state: 1)
    for number in 0..<Self.count {
      let sample = Array(Samples.all[number % Samples.all.count].utf8)
      Self.examine(Self.mutate(sample, &generator), prints: number.isMultiple(of: 4))
    }
  }

  @Test(.enabled(if: Corpus.directory != nil))
  func `mutations of real configurations are read to the end`() {
    var generator = FixedGenerator(state: 2)
    let texts = Corpus.rows.compactMap { Corpus.contents("\(Corpus.directory ?? "")/\($0.file)") }
    for number in 0..<Self.count where !texts.isEmpty {
      Self.examine(Self.mutate(texts[number % texts.count], &generator), prints: number.isMultiple(of: 8))
    }
  }
}
