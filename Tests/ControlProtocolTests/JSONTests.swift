import ControlProtocol
import Testing

@Suite struct `A JSON text` {
  @Test(arguments: [
    "null", "true", "false", "0", "-12", "1.5", "\"\"", "\"a\\\"b\\\\c\\n\\t\\u0001\"", "[]", "[1,[2,[3]]]", "{}",
    "{\"a\":1,\"b\":{\"c\":[true,null]}}",
  ])
  func `that was read is written the same`(text: String) throws {
    #expect(try JSON(parsing: text.utf8).description == text)
  }

  @Test func `takes blanks, escapes and surrogate pairs`() throws {
    let value = try JSON(parsing: " { \"k\" : [ 1 , \"\\u00e9\\ud83d\\ude00\\/\" ] } ".utf8)
    #expect(value["k"]?.array == [.integer(1), .string("é😀/")])
  }

  @Test(arguments: [
    "", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "\"abc", "\"\\q\"", "\"\\u12\"", "tru", "nul", "1x", "--1", "1e999",
    "[1]]", "\"\u{1}\"",
  ])
  func `that is broken is refused`(text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text.utf8) }
  }

  @Test func `nested too deeply is refused, not followed`() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.tooDeep) { try JSON(parsing: text.utf8) }
  }

  @Test func `of random bytes never traps`() {
    var state: UInt64 = 42
    let alphabet = Array("{}[]\",:\\u0123456789truefalsn -.eE\u{80}".utf8)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<24 {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        bytes.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      if let value = try? JSON(parsing: bytes) {
        #expect((try? JSON(parsing: value.description.utf8)) == value)
      }
    }
  }
}
