import ConfigurationLanguage
import Testing

struct CanonicalTests {
  /// Checks that the canonical form of a text means the same and is its own canonical form.
  static func check(_ parsed: ParsedConfiguration, environment: MemoryEnvironment, _ subject: String) {
    guard let configuration = parsed.configuration else { return }
    // Text cannot hold a password that is not UTF-8.
    let passwords = configuration.vrrpInstances.compactMap { $0.authentication?.password }
    guard passwords.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) else { return }
    let canonical = configuration.canonical
    let again = parse(canonical, environment: environment)
    guard let second = again.configuration else {
      Issue.record("\(subject): the canonical form is refused:\n\(again.diagnostics.rendered(color: false))")
      return
    }
    let secondCanonical = second.canonical
    if secondCanonical != canonical {
      let old = canonical.split(separator: "\n")
      let new = secondCanonical.split(separator: "\n")
      let difference = zip(old, new).first { $0 != $1 }
      Issue.record(
        "\(subject): another canonical form: \(String(describing: difference)) \(old.count) \(new.count)")
    } else if second != configuration {
      Issue.record(
        "\(subject): another configuration: \(Configuration.differences(from: configuration, to: second))")
    }
  }

  static let machine: MemoryEnvironment = {
    var machine = MemoryEnvironment()
    machine.namespaces = ["blue"]
    machine.programs["/usr/bin/true"] = .executable
    return machine
  }()

  @Test(arguments: Samples.all)
  func `the canonical form means the same and is its own canonical form`(sample: String) {
    let parsed = parse(sample, environment: Self.machine)
    #expect(parsed.configuration != nil)
    Self.check(parsed, environment: Self.machine, "sample")
  }

  @Test(.enabled(if: Corpus.directory != nil))
  func `real configurations have a canonical form`() {
    for row in Corpus.rows { Self.check(Corpus.parse(row), environment: Corpus.machine, row.testDescription) }
  }
}
