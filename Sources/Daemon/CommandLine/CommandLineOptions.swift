/// The words of a command line, sorted by getopt_long(3)'s rules: letters may be bundled, long options abbreviated,
/// and `--` ends the options.
///
/// This is a parser of its own because getopt_long keeps its place in global variables, which Swift rightly refuses
/// to share, and prints its complaints by itself.
package struct CommandLineOptions: Sendable {
  /// The options in their order, with their arguments.
  package private(set) var given: [(option: Option, argument: String?)] = []
  /// Words that belong to no option.
  package private(set) var operands: [String] = []
  /// What is wrong, one sentence for each mistake.
  package private(set) var mistakes: [String] = []

  /// Sorts the words after the program's name.
  package init(_ words: [String]) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      } else if word.hasPrefix("--") {
        readLong(word.dropFirst(2), rest: &rest)
      } else if word.hasPrefix("-"), word != "-" {
        readLetters(word.dropFirst(), rest: &rest)
      } else {
        operands.append(word)
      }
    }
  }

  /// Whether the option was given.
  package func has(_ option: Option) -> Bool { count(option) > 0 }

  /// How often it was given.
  package func count(_ option: Option) -> Int { given.count { $0.option == option } }

  /// The argument of its last occurrence; nil when not given or given without.
  package func argument(_ option: Option) -> String? { given.last { $0.option == option }?.argument }

  private mutating func readLong(_ text: Substring, rest: inout ArraySlice<String>) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let attached = parts.count > 1 ? String(parts[1]) : nil
    let candidates = Option.allCases.filter { $0.rawValue.hasPrefix(name) }
    guard let option = candidates.first(where: { $0.rawValue == name }) ?? (candidates.count == 1 ? candidates[0] : nil)
    else {
      let among = candidates.map { "--\($0.rawValue)" }.joined(separator: ", ")
      mistakes.append(
        candidates.isEmpty ? "unknown option --\(name)" : "option --\(name) is ambiguous: \(among)")
      return
    }
    switch option.argument {
    case .none:
      if attached != nil { mistakes.append("option --\(option.rawValue) takes no argument") }
      given.append((option, nil))
    case .optional:
      if attached == "" { mistakes.append("option --\(option.rawValue)= has an empty argument") }
      given.append((option, attached))
    case .required(let what):
      guard let argument = attached ?? rest.popFirst(), !argument.isEmpty else {
        mistakes.append("option --\(option.rawValue) needs an argument: \(what)")
        return
      }
      given.append((option, argument))
    }
  }

  private mutating func readLetters(_ text: Substring, rest: inout ArraySlice<String>) {
    var letters = text
    while let letter = letters.popFirst() {
      guard let option = Option.allCases.first(where: { $0.letter == letter }) else {
        mistakes.append("unknown option -\(letter)")
        continue
      }
      switch option.argument {
      case .none:
        given.append((option, nil))
      case .optional:
        given.append((option, letters.isEmpty ? nil : String(letters)))
        return
      case .required(let what):
        guard let argument = letters.isEmpty ? rest.popFirst() : String(letters) else {
          mistakes.append("option -\(letter) needs an argument: \(what)")
          return
        }
        given.append((option, argument))
        return
      }
    }
  }
}
