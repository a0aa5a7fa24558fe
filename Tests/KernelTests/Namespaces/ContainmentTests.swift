import Testing

/// Real daemons under fire: contrib/chaos and contrib/soak in their short forms. What they judge, and why a fault excuses
/// what, is in contrib/doc/chaos.md.
@Suite(.needs(.namespaces), .serialized) struct `A pair of which something dies, hangs or lacks something` {
  private static let randomly = ["chaos", "--schedules", "8", "--seconds", "3"]

  private func attempt(_ words: [String]) throws -> Outcome {
    try run(
      [Paths.checkout + "/contrib/" + words[0]] + words.dropFirst(), environment: ["UNDERSTUDY": Paths.daemon],
      within: 600)
  }

  @Test func `keeps its addresses, or gives them away at once`() throws {
    let outcome = try attempt(["chaos", "--containment"])
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  @Test(arguments: [randomly, randomly + ["--mixed"]]) func `comes through random schedules`(words: [String]) throws {
    let outcome = try attempt(words)
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  @Test func `does not grow with reloads and checks`() throws {
    let outcome = try attempt(["soak", "--short"])
    #expect(outcome.status == 0, "\(outcome.output)")
  }
}
