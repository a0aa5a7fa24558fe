/// An expression as a tree.
indirect enum ExpressionTree: Hashable, Sendable {
  case nothing
  case octet(OctetSet)
  case assertion(BodyExpression.Assertion)
  case sequence([ExpressionTree])
  case choice([ExpressionTree])
  /// At least `least` and at most `most` times; nil for any number.
  case repeated(ExpressionTree, least: Int, most: Int?)
}

/// Turns a tree into a program.
struct ExpressionCompiler {
  /// The longest program; nested repetitions multiply.
  private static let longest = 20_000

  private var program: [BodyExpression.Instruction] = []

  mutating func compile(_ tree: ExpressionTree) throws(BodyExpression.Mistake) -> [BodyExpression.Instruction] {
    try emit(tree)
    program.append(.match)
    return program
  }

  private mutating func emit(_ tree: ExpressionTree) throws(BodyExpression.Mistake) {
    guard program.count < Self.longest else {
      throw BodyExpression.Mistake(description: "the expression is too large")
    }
    switch tree {
    case .nothing: break
    case .octet(let set): program.append(.octet(set))
    case .assertion(let assertion): program.append(.check(assertion))
    case .sequence(let parts): for part in parts { try emit(part) }
    case .choice(let choices): try emit(choices[...])
    case .repeated(let part, let least, let most): try emit(part, least: least, most: most)
    }
  }

  private mutating func emit(_ choices: ArraySlice<ExpressionTree>) throws(BodyExpression.Mistake) {
    var exits: [Int] = []
    for (place, choice) in choices.enumerated() {
      guard place + 1 < choices.count else {
        try emit(choice)
        break
      }
      let fork = program.count
      program.append(.jump(0))
      try emit(choice)
      exits.append(program.count)
      program.append(.jump(0))
      program[fork] = .both(fork + 1, program.count)
    }
    for exit in exits { program[exit] = .jump(program.count) }
  }

  private mutating func emit(
    _ part: ExpressionTree, least: Int, most: Int?
  ) throws(BodyExpression.Mistake) {
    for _ in 0..<least { try emit(part) }
    guard let most else {
      let fork = program.count
      program.append(.jump(0))
      try emit(part)
      program.append(.jump(fork))
      program[fork] = .both(fork + 1, program.count)
      return
    }
    var forks: [Int] = []
    for _ in least..<max(least, most) {
      forks.append(program.count)
      program.append(.jump(0))
      try emit(part)
    }
    for fork in forks { program[fork] = .both(fork + 1, program.count) }
  }
}
