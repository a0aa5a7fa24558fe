/// The command line of genhash: what page of which server is to be digested.
package struct GenhashOptions: Hashable, Sendable {
  /// The server's address or name.
  package var server = ""
  package var port: UInt16 = 0
  package var path = ""
  /// Whether TLS is spoken, and whether it names the virtual host.
  package var usesTLS = false
  package var namesServer = false
  /// The Host field; nil for the server with its port.
  package var virtualHost: String?
  /// "1.0" or "1.1", and whether the server is asked to hang up.
  package var version = "1.0"
  package var closes = false
  package var firewallMark: UInt32 = 0
  /// In seconds.
  package var timeout = 5
  package var isVerbose = false
  package var wantsHelp = false

  /// Letters with the long option of the same meaning; those with true take an argument.
  private static let table: [(letter: Character, word: String, hasArgument: Bool)] = [
    ("S", "use-ssl", false), ("I", "use-sni", false), ("s", "server", true), ("p", "port", true), ("u", "url", true),
    ("V", "use-virtualhost", true), ("v", "verbose", false), ("h", "help", false), ("m", "fwmark", true),
    ("P", "protocol", true), ("t", "timeout", true),
  ]

  /// Why a command line is none.
  package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// Reads the words after the program's name.
  package init(_ words: [String]) throws(Mistake) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word.hasPrefix("--") {
        try readLong(word.dropFirst(2), &rest)
      } else if word.hasPrefix("-"), word.count > 1 {
        try readLetters(word.dropFirst(), &rest)
      } else {
        throw Mistake(description: "\"\(word)\" is no option")
      }
    }
    guard !wantsHelp else { return }
    for (what, isMissing) in [("-s", server.isEmpty), ("-p", port == 0), ("-u", path.isEmpty)] where isMissing {
      throw Mistake(description: "option \(what) is missing")
    }
  }

  private mutating func readLong(_ text: Substring, _ rest: inout ArraySlice<String>) throws(Mistake) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    let candidates = Self.table.filter { $0.word.hasPrefix(name) }
    guard let entry = candidates.first(where: { $0.word == name }) ?? (candidates.count == 1 ? candidates[0] : nil)
    else {
      throw Mistake(description: "unknown option --\(name)")
    }
    let argument = parts.count > 1 ? String(parts[1]) : entry.hasArgument ? rest.popFirst() : nil
    try set(entry.letter, argument)
  }

  private mutating func readLetters(_ text: Substring, _ rest: inout ArraySlice<String>) throws(Mistake) {
    var letters = text
    while let letter = letters.popFirst() {
      guard let entry = Self.table.first(where: { $0.letter == letter }) else {
        throw Mistake(description: "unknown option -\(letter)")
      }
      guard entry.hasArgument else {
        try set(letter, nil)
        continue
      }
      return try set(letter, letters.isEmpty ? rest.popFirst() : String(letters))
    }
  }

  private mutating func set(_ letter: Character, _ argument: String?) throws(Mistake) {
    switch letter {
    case "S": usesTLS = true
    case "I": namesServer = true
    case "v": isVerbose = true
    case "h": wantsHelp = true
    default: try setValue(letter, argument)
    }
  }

  private mutating func setValue(_ letter: Character, _ argument: String?) throws(Mistake) {
    guard let value = argument, !value.isEmpty else {
      throw Mistake(description: "option -\(letter) needs an argument")
    }
    func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) throws(Mistake) -> Number {
      guard let number = Number(value), range.contains(number) else {
        throw Mistake(description: "\(value) is no value for -\(letter)")
      }
      return number
    }
    switch letter {
    case "s": server = value
    case "p": port = try number(1...UInt16.max)
    case "u": path = value
    case "V": virtualHost = value
    case "m": firewallMark = try number(0...UInt32.max)
    case "t": timeout = try number(1...3600)
    default:
      guard ["1.0", "1.0c", "1.0C", "1.1"].contains(value) else {
        throw Mistake(description: "\(value) is no version of HTTP")
      }
      (version, closes) = (String(value.prefix(3)), value.count > 3)
    }
  }
}
