import ConfigurationLanguage
import Glibc

/// What the program does with a configuration besides running it: check, print, compare, explain.
enum ConfigurationTools {
  /// Reads the configuration that a command line names.
  static func parse(_ options: CommandLineOptions, file: String? = nil, isTest: Bool) -> ParsedConfiguration {
    var how = ParseOptions()
    how.configurationID = options.argument(.configurationIdentifier)
    how.checksAllIncludes = options.has(.allConfiguration)
    how.isTest = isTest
    return Configuration.parse(
      file: file ?? options.argument(.useFile) ?? Understudy.defaultFile, source: HostFiles(), environment: Host(),
      options: how)
  }

  /// `--config-test`: prints what is wrong and returns keepalived's status.
  static func test(_ options: CommandLineOptions) -> Int32 {
    let diagnostics = parse(options, isTest: true).diagnostics
    var descriptor: Int32 = 2
    if let path = options.argument(.configurationTest) {
      descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { return Understudy.complain("\(path): \(errorText(errno))") }
    }
    let isJSON = options.argument(.diagnostics) == "json"
    Understudy.write(isJSON ? diagnostics.json : diagnostics.rendered(color: isatty(descriptor) == 1), to: descriptor)
    return diagnostics.exitStatus
  }

  /// `--canonical`
  static func canonical(_ options: CommandLineOptions) -> Int32 {
    Understudy.complain("--canonical is not part of this version yet")
  }

  /// `--diff`
  static func difference(_ options: CommandLineOptions, _ other: String) -> Int32 {
    Understudy.complain("--diff is not part of this version yet")
  }

  /// `--explain`: prints the long form of a diagnostic.
  static func explain(_ code: String) -> Int32 {
    guard let number = Int(code.drop { !$0.isNumber }), let text = DiagnosticCode(rawValue: number)?.explanation else {
      return Understudy.complain("There is no diagnostic \(code).")
    }
    Understudy.say(text + "\n")
    return 0
  }

  /// `--keywords`: prints every keyword with its support.
  static func keywords() -> Int32 {
    Understudy.say(Configuration.keywordListing)
    return 0
  }
}
