import Dialogues
import Machines
import Testing

private func matches(_ expression: String, _ body: String, _ options: [String] = []) throws -> Bool {
  let matcher = try BodyExpression(expression, options: BodyExpression.Options(words: options))
  return matcher.accepts(Array(body.utf8)[...])
}

@Suite struct `A regular expression` {
  @Test(arguments: [
    ("up since [0-9]+ days", "status: up since 12 days\n", true), ("up since [0-9]+ days", "up since yesterday", false),
    ("", "anything", true), ("", "", true), ("a", "", false), ("abc", "xxabcxx", true), ("a.c", "a\nc", false),
    ("a|b|cd", "xcd", true), ("a|b|cd", "xc", false), ("^abc", "xabc", false), ("^abc", "abcx", true),
    ("abc$", "abc", true), ("abc$", "abc\n", true), ("abc$", "abc\n\n", false), ("abc\\z", "abc\n", false),
    ("a{3}", "aa", false), ("a{3}", "aaa", true), ("^a{2,3}$", "aaaa", false), ("^a{2,}$", "aaaaa", true),
    ("^a{,3}$", "a{,3}", true), ("x{y", "x{y", true), ("(ab)+c", "ababc", true), ("^(?:ab)*$", "aba", false),
    ("colou?r", "color", true), ("[^a-c]x", "ax", false), ("[^a-c]x", "dx", true), ("[]a]", "]", true),
    ("[a-]", "-", true), ("[\\d_]+$", "12_3", true), ("[[:alpha:]]+1", "ab1", true), ("[[:^digit:]]", "123", false),
    ("\\bup\\b", "is up now", true), ("\\bup\\b", "upper", false), ("\\Bp", "up", true), ("\\x41\\x{42}", "AB", true),
    ("\\Qa.b\\E", "a.b", true), ("\\Qa.b\\E", "axb", false), ("(?i)STATUS", "status", true),
    ("(?i:S)tatus", "sTatus", false), ("a(?i)b", "aB", true), ("(a(?i)b)c", "aBC", false), ("(?#note)a", "a", true),
    ("(?<name>a)b", "ab", true), ("(?P<name>a)b", "ab", true), ("a*?b", "aab", true), ("a??b", "b", true),
    ("\\.php$", "index.php", true), ("(a|)(b|)c", "c", true), ("(a*)*b", "aaaac", false), ("(|a)+$", "b", true),
    ("\\s\\S\\w\\W\\D", " xx-x", true), ("\\t\\n", "\t\n", true), ("é", "café", true),
  ])
  func `matches as PCRE does`(expression: String, body: String, expected: Bool) throws {
    #expect(try matches(expression, body) == expected)
  }

  @Test(arguments: [
    ("status", "STATUS", "caseless", true), ("[a-c]", "B", "caseless", true), ("a.c", "a\nc", "dotall", true),
    ("^b$", "a\nb\nc", "multiline", true), (" a b # comment", "ab", "extended", true), ("^.$", "é", "utf", true),
    ("^.$", "é", "caseless", false), ("^[^x]$", "é", "utf", true), ("^\\W$", "é", "utf", true),
    ("a$", "a\n", "dollar_endonly", false), ("a", "a", "no_auto_capture", true),
  ])
  func `obeys its options`(expression: String, body: String, option: String, expected: Bool) throws {
    #expect(try matches(expression, body, [option]) == expected)
  }

  @Test(arguments: [
    "(", ")", "(a", "a)", "[a", "[", "*a", "a**+", "\\", "\\1", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?R)",
    "a++",
    "a{2,1}", "a{9999}", "((a{1000}){1000}){1000}", "[z-a]", "[[:nonsense:]]", "\\p{L}", "(*UTF8)", "(?i", "\\x{100}",
    String(repeating: "(", count: 500), "[a-\\d]", "\\k<a>",
  ])
  func `is refused when it cannot be searched for`(expression: String) {
    #expect(throws: BodyExpression.Mistake.self) { try BodyExpression(expression) }
  }

  @Test func `can be inverted and told where to begin`() throws {
    let inverted = try BodyExpression("error", inverts: true)
    #expect(inverted.accepts(Array("fine".utf8)[...]) && !inverted.accepts(Array("an error".utf8)[...]))
    let bounded = try BodyExpression("b", beginnings: 2...3)
    let found = ["bb", "abbb", "aaab", "aaaab", "b"].map { bounded.accepts(Array($0.utf8)[...]) }
    #expect(found == [false, true, true, false, false])
  }

  @Test(
    .timeLimit(.minutes(1)), arguments: ["(a+)+b", "(a|a)*b", "(a*)*(a*)*b", "(.*)(.*)(.*)(.*)x", "a{0,200}a{0,200}b"])
  func `is not slowed down by a hostile body`(expression: String) throws {
    #expect(try !matches(expression, String(repeating: "a", count: 5_000)))
  }

  @Test(arguments: 0..<10) func `survives any expression`(round: UInt64) {
    let template = Array("(?i:a|[b-d]*\\d{2,3}?)+^x$\\Qy\\E[[:alpha:]]\\x{41}(?<n>z).".utf8)
    for seed in round * 300..<(round + 1) * 300 {
      let text = String(decoding: garbage(template, seed: seed), as: UTF8.self)
      if let matcher = try? BodyExpression(text) { _ = matcher.accepts(template[...]) }
    }
  }
}
