/// Which processes are meant (`vrrp_track_process`).
package struct ProcessPattern: Hashable, Sendable {
  /// How the parameters of a process are compared with those that are written.
  package enum ParameterMatch: Hashable, Sendable {
    /// They do not count.
    case none
    /// All the same, and none besides.
    case exact
    /// The first ones the same, but the last of them may be longer; more may follow.
    case initial
    /// The first ones the same; more may follow.
    case partial
  }

  /// Name or path of the program.
  package var program: String
  /// Its parameters.
  package var parameters: [String]
  /// How parameters are compared.
  package var match: ParameterMatch
  /// Whether the program is found by its command line rather than by the kernel's name of the process, which has at most
  /// 15 octets and no path.
  package var usesCommandLine: Bool

  /// Processes of a program.
  package init(
    program: String, parameters: [String] = [], match: ParameterMatch = .none, usesCommandLine: Bool = false
  ) {
    self.program = program
    self.parameters = parameters
    self.match = match
    self.usesCommandLine = usesCommandLine
  }

  /// Whether the command line has to be read, which may wait for a process that is swapped out.
  package var needsCommandLine: Bool { usesCommandLine || match != .none }

  /// Whether the kernel's name of a process is that of the program.
  package func matches(name: String) -> Bool {
    let own = program.split(separator: "/").last ?? ""
    return !own.isEmpty && Array(own.utf8.prefix(15)) == Array(name.utf8.prefix(15))
  }

  /// Whether a command line is that of the program with its parameters. A program written with a path is only found
  /// under exactly that path.
  package func matches(commandLine: [String]) -> Bool {
    guard let command = commandLine.first, !program.isEmpty else { return false }
    let name = program.contains("/") ? command[...] : command.split(separator: "/").last ?? ""
    return name == program && matches(parameters: commandLine.dropFirst())
  }

  private func matches(parameters given: ArraySlice<String>) -> Bool {
    switch match {
    case .none: return true
    case .exact: return Array(given) == parameters
    case .partial: return given.starts(with: parameters)
    case .initial:
      guard let last = parameters.last else { return given.isEmpty }
      let before = parameters.dropLast()
      return given.starts(with: before) && given.dropFirst(before.count).first?.hasPrefix(last) == true
    }
  }
}
