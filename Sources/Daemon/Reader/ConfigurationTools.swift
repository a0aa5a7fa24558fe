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

  /// `--canonical`: prints the configuration as understood.
  static func canonical(_ options: CommandLineOptions) -> Int32 {
    let parsed = parse(options, isTest: true)
    guard let configuration = parsed.configuration else {
      Understudy.write(parsed.diagnostics.rendered(color: isatty(2) == 1), to: 2)
      return parsed.diagnostics.exitStatus
    }
    Understudy.say(configuration.canonical)
    return 0
  }

  /// `--diff`: prints what a reload would change.
  static func difference(_ options: CommandLineOptions, _ other: String) -> Int32 {
    let (old, new) = (parse(options, isTest: true), parse(options, file: other, isTest: true))
    guard let before = old.configuration, let after = new.configuration else {
      Understudy.write(old.diagnostics.rendered(color: false) + new.diagnostics.rendered(color: false), to: 2)
      return 1
    }
    let lines = Configuration.differences(from: before, to: after)
    Understudy.say(lines.isEmpty ? "no difference\n" : lines.joined(separator: "\n") + "\n")
    return 0
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

extension Configuration {
  /// The configuration as understood, line by line, for the log: passwords and keys are replaced by asterisks.
  var canonicalLinesWithoutSecrets: [String] {
    let secret: Set<Substring> = ["auth_pass", "password", "smtp_password", "key"]
    return canonical.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      guard let word = words.first, words.count > 1, secret.contains(word) else { return String(line) }
      return line.prefix { $0 == " " } + word + " ********"
    }
  }
}
