import Testing
import Wire

@Suite struct `Base64` {
  @Test func `is read as it was written`() {
    for length in 0..<70 {
      let these = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length) }
      #expect(octets(base64: base64(these)) == these)
    }
  }

  @Test(arguments: ["A", "AB=", "A===", "====", "AB=C", "AB C", "A\u{e9}BC", "AAAA=AAA"])
  func `of another form is nothing`(text: String) { #expect(octets(base64: text) == nil) }
}
