import ConfigurationLanguage
import ControlProtocol
import Diagnosis
import Glibc
import World

/// `--doctor`: looks on this host for what most often goes wrong, and prints what mends it.
enum DoctorCommand {
  /// Looks, prints, and returns 1 when something does not work.
  static func run(_ options: CommandLineOptions) -> Int32 {
    let parsed = ConfigurationTools.parse(options, isTest: true)
    guard let configuration = parsed.configuration else {
      Understudy.write(parsed.diagnostics.rendered(color: isatty(2) == 1), to: 2)
      return parsed.diagnostics.exitStatus
    }
    let namespace = options.argument(.namespace) ?? configuration.process.netNamespace
    do throws(SystemFailure) {
      if let namespace { try NetworkNamespace.enter(namespace) }
    } catch {
      return Understudy.complain("\(error)")
    }
    var examination = Examination(configuration)
    examination.examine()
    var findings = examination.facts.findings
    if parsed.diagnostics.exitStatus != 0 {
      findings.append(
        Finding(.trouble, "configuration", "the configuration is not clean", fixes: ["understudyctl check"]))
    }
    findings += examination.omissions.map { Finding(.note, "not examined", $0) }
    if options.argument(.diagnostics) == "json" {
      Understudy.say(JSON.array(findings.map(\.json)).description + "\n")
    } else {
      let end = "\(findings.filter { $0.severity != .note }.count) findings in \(examination.places) examined things"
      Understudy.say((findings.lines + [end]).joined(separator: "\n") + "\n")
    }
    return findings.exitStatus
  }
}

extension Finding {
  /// The finding for programs.
  fileprivate var json: JSON {
    .object([
      JSON.Member("severity", .string(severity.rawValue)), JSON.Member("check", .string(check)),
      JSON.Member("text", .string(text)), JSON.Member("fixes", .array(fixes.map(JSON.string))),
    ])
  }
}
