extension ConfiguredRoute {
  /// The route as it could be written in the configuration, without its gateway's family and the like.
  package var text: String { RouteKeywords.words(self).joined(separator: " ") }
}

extension ConfiguredRule {
  /// The rule as it could be written in the configuration.
  package var text: String { RuleKeywords.words(self).joined(separator: " ") }
}
