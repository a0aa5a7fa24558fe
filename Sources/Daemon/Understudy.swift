import Glibc
import LinuxWorld

/// The program `understudy`: it finds out what it was called for, and does that.
package enum Understudy {
  /// The file read when the command line names none.
  static let defaultFile = "/etc/keepalived/keepalived.conf"

  /// Runs with the words of the command line, the program's name first, and returns the exit status.
  package static func run(_ words: [String]) -> Int32 {
    // The title of a role, "understudy: election", counts as the name before the colon.
    let called = words.first?.split(separator: ":").first.map(String.init) ?? "understudy"
    let name = called.split(separator: "/").last.map(String.init) ?? "understudy"
    let arguments = Array(words.dropFirst())
    if name == "genhash" { return Genhash.run(arguments) }
    if ["-T", "--genhash"].contains(arguments.first) { return Genhash.run(Array(arguments.dropFirst())) }
    let options = CommandLineOptions(arguments)
    if options.has(.genhash) { return complain("\(name): --genhash must be the first option") }
    guard options.mistakes.isEmpty else {
      for mistake in options.mistakes { complain("\(name): \(mistake)") }
      return complain("Try `\(name) --help`.")
    }
    if let role = options.argument(.role) { return runRole(role, options, arguments) }
    if !options.operands.isEmpty {
      say("Unexpected argument(s): \(options.operands.joined(separator: " "))\n")
    }
    if let status = answer(options, name) { return status }
    return RoleRunner.supervise(options, arguments, calledAs: name)
  }

  /// Ends the process.
  package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

  private static func runRole(_ name: String, _ options: CommandLineOptions, _ arguments: [String]) -> Int32 {
    guard let role = Role(name: name), role != .supervisor, fcntl(3, F_GETFD) >= 0 else {
      return complain("--role is for the supervisor's use only")
    }
    // What follows --role are the words of the daemon's own command line.
    return RoleRunner.run(role, options)
  }

  /// Carries out what ends the program at once; nil when it is to run as a daemon.
  private static func answer(_ options: CommandLineOptions, _ name: String) -> Int32? {
    if options.has(.help) {
      write(Usage.helpText(calledAs: name), to: 2)
      return 0
    }
    if options.has(.version) {
      write(Usage.versionText(calledAs: name), to: 2)
      return 0
    }
    if let signal = options.argument(.signalNumber) {
      guard let number = Usage.signalNumber(signal, first: Signals.first, last: Signals.last) else {
        return complain("Unknown signal \(signal)")
      }
      say("\(number)\n")
      return 0
    }
    if let code = options.argument(.explain) { return ConfigurationTools.explain(code) }
    if options.has(.keywords) { return ConfigurationTools.keywords() }
    if options.has(.doctor) { return DoctorCommand.run(options) }
    if options.has(.canonical) { return ConfigurationTools.canonical(options) }
    if let other = options.argument(.difference) { return ConfigurationTools.difference(options, other) }
    if options.has(.configurationTest) { return ConfigurationTools.test(options) }
    return nil
  }

  /// Prints to standard output.
  static func say(_ text: String) { write(text, to: 1) }

  /// Prints a line to standard error; 1 is the exit status of a wrong command line.
  @discardableResult
  static func complain(_ text: String) -> Int32 {
    write(text + "\n", to: 2)
    return 1
  }

  /// Writes a text to a descriptor, all of it.
  static func write(_ text: String, to descriptor: Int32) {
    var octets = Array(text.utf8)[...]
    while !octets.isEmpty {
      let count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      octets = octets.dropFirst(count)
    }
  }
}

/// The signals that programs which drive keepalived send.
enum Signals {
  /// The C library's first real-time signal: it keeps two for itself.
  static var first: Int32 { 34 }
  /// The last one.
  static var last: Int32 { 64 }
}
