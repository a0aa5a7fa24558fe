import ConfigurationLanguage
import Testing

/// A configuration file that is only in memory, as "/c".
private struct Memory: ConfigurationSource {
  let text: String

  func read(_ path: String) -> FileReading { path == "/c" ? .contents(Array(text.utf8)) : .missing }
  func matches(of pattern: String) -> [String] { pattern == "/c" ? [pattern] : [] }
  func environmentVariable(_ name: String) -> String? { nil }
  var workingDirectory: String { "/" }
  var nodeName: String { "node" }
  func randomNumber(in range: ClosedRange<Int>) -> Int { range.lowerBound }
}

/// What a configuration text means; a text that has no meaning fails the test.
func configuration(of text: String) throws -> Configuration {
  try #require(Configuration.parse(file: "/c", source: Memory(text: text)).configuration)
}
