/// A configuration with all includes, conditions, parameters and repetitions carried out, and a map back to the files.
///
/// This is what the supervisor hands to the other roles, so that all of them parse the same octets.
package struct ConfigurationText: Equatable, Sendable {
  /// The expanded text: lines ending in a newline, read with the plain lexical rules.
  package private(set) var bytes: [UInt8] = []

  /// Reads and expands a file.
  package init(reading file: String, from source: some ConfigurationSource, options: ParseOptions = ParseOptions()) {
  }

  /// The text for another process.
  package var encoded: [UInt8] { [] }

  /// The text another process encoded; nil when it is none.
  package init?(encoded: [UInt8]) { return nil }
}
