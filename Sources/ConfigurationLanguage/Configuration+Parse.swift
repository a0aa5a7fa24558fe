/// What decides how a configuration is read, besides its text.
package struct ParseOptions: Sendable {
  /// The name that `@` lines are compared with (`-i`); nil for the node name up to its first dot.
  package var configurationID: String?
  /// Whether every include problem is an error (`-e`).
  package var checksAllIncludes = false
  /// Whether numbers with trailing rubbish are refused (`-t`); otherwise the leading number counts, with a warning.
  package var isTest = false
  /// Whether services without servers stay, for a reader who wants their addresses and not to balance.
  package var keepsEmptyServices = false

  /// As in an ordinary start.
  package init() {}
}

/// A configuration as it was read.
package struct ParsedConfiguration: Sendable {
  /// What it says; nil when it cannot be used at all.
  package var configuration: Configuration?
  /// The text it was made from, for handing on.
  package var text: ConfigurationText
  /// What is wrong with it.
  package var diagnostics: Diagnostics
}

extension Configuration {
  /// Reads a file (or all files of a glob pattern) with everything it includes.
  package static func parse(
    file: String, source: some ConfigurationSource, environment: (any ConfigurationEnvironment)? = nil,
    options: ParseOptions = ParseOptions()
  ) -> ParsedConfiguration {
    let text = ConfigurationText(reading: file, from: source, options: options)
    return parse(text, environment: environment, options: options)
  }

  /// Reads a text that was expanded before.
  ///
  /// With an environment the machine is asked, and the text of the result remembers the answers. Without one these count:
  /// the same text gives the same configuration in whatever process. A text of which no machine was ever asked is read
  /// as if nothing were missing.
  package static func parse(
    _ text: ConfigurationText, environment: (any ConfigurationEnvironment)? = nil,
    options: ParseOptions = ParseOptions()
  ) -> ParsedConfiguration {
    var text = text
    let recorder = environment.map(RecordingEnvironment.init)
    let remembered = text.findings.map(RememberedEnvironment.init)
    var parser = Parser(text.bytes, options: options, environment: recorder ?? remembered)
    // Not kept here: what has one owner is changed in place.
    var completion = Completion(parser.readAll(), parser)
    completion.run()
    if let recorder { text.findings = recorder.findings }
    let diagnostics = Diagnostics(text.faults, completion.parser.faults, in: text)
    return ParsedConfiguration(
      configuration: diagnostics.allowStart ? completion.configuration : nil, text: text, diagnostics: diagnostics)
  }
}
