/// What was found out about the machine while a configuration was read.
///
/// It travels with the text: the other roles have other privileges and look at other times, but have to come to the same
/// configuration as the supervisor did.
package struct MachineFindings: Equatable, Sendable {
  /// What was asked, and the answer in octets.
  var answers: [String: [UInt8]] = [:]

  /// Nothing asked.
  init() {}
}

/// Asks a machine, and remembers the answers. Everything is asked once.
final class RecordingEnvironment: ConfigurationEnvironment {
  private let machine: any ConfigurationEnvironment
  private(set) var findings = MachineFindings()

  init(_ machine: any ConfigurationEnvironment) { self.machine = machine }

  private func remember(_ question: String, _ answer: () -> [UInt8]) -> [UInt8] {
    if let known = findings.answers[question] { return known }
    let found = answer()
    findings.answers[question] = found
    return found
  }

  private func remember(_ question: String, _ answer: () -> Bool) -> Bool {
    remember(question) { [answer() ? 1 : 0] } == [1]
  }

  func hasInterface(_ name: String, namespace: String?) -> Bool {
    remember(Question.interface(name, namespace)) { machine.hasInterface(name, namespace: namespace) }
  }

  func script(_ program: String) -> ScriptFinding {
    ScriptFinding(octets: remember(Question.script(program)) { machine.script(program).octets })
  }

  func hasUser(_ name: String) -> Bool { remember(Question.user(name)) { machine.hasUser(name) } }
  func hasGroup(_ name: String) -> Bool { remember(Question.group(name)) { machine.hasGroup(name) } }
  func resolves(_ host: String) -> Bool { remember(Question.host(host)) { machine.resolves(host) } }
  func hasDirectory(_ path: String) -> Bool { remember(Question.directory(path)) { machine.hasDirectory(path) } }

  func hasNetworkNamespace(_ name: String) -> Bool {
    remember(Question.namespace(name)) { machine.hasNetworkNamespace(name) }
  }

  func number(of name: String, in table: RoutingNames) -> UInt32? {
    Question.number(remember(Question.name(name, table)) { Question.octets(machine.number(of: name, in: table)) })
  }
}

/// Answers what was found out before. What was not asked then is not asked now, unless the text was tampered with; it
/// is then answered in favour of the configuration.
struct RememberedEnvironment: ConfigurationEnvironment {
  let findings: MachineFindings

  private func isTrue(_ question: String) -> Bool { findings.answers[question] != [0] }

  func hasInterface(_ name: String, namespace: String?) -> Bool { isTrue(Question.interface(name, namespace)) }
  func script(_ program: String) -> ScriptFinding {
    ScriptFinding(octets: findings.answers[Question.script(program)] ?? [])
  }
  func hasUser(_ name: String) -> Bool { isTrue(Question.user(name)) }
  func hasGroup(_ name: String) -> Bool { isTrue(Question.group(name)) }
  func resolves(_ host: String) -> Bool { isTrue(Question.host(host)) }
  func hasDirectory(_ path: String) -> Bool { isTrue(Question.directory(path)) }
  func hasNetworkNamespace(_ name: String) -> Bool { isTrue(Question.namespace(name)) }
  func number(of name: String, in table: RoutingNames) -> UInt32? {
    Question.number(findings.answers[Question.name(name, table)] ?? [])
  }
}

/// Questions and numbers as they are remembered.
private enum Question {
  static func interface(_ name: String, _ namespace: String?) -> String { "interface \(name) \(namespace ?? "")" }
  static func script(_ program: String) -> String { "script \(program)" }
  static func user(_ name: String) -> String { "user \(name)" }
  static func group(_ name: String) -> String { "group \(name)" }
  static func host(_ name: String) -> String { "host \(name)" }
  static func directory(_ path: String) -> String { "directory \(path)" }
  static func namespace(_ name: String) -> String { "namespace \(name)" }
  static func name(_ name: String, _ table: RoutingNames) -> String { "\(table.title) \(name)" }

  static func octets(_ number: UInt32?) -> [UInt8] { number.map { Array(String($0).utf8) } ?? [] }
  static func number(_ octets: [UInt8]) -> UInt32? { Number.decimal(octets).flatMap { UInt32(exactly: $0) } }
}

extension ScriptFinding {
  var octets: [UInt8] {
    switch self {
    case .executable: [0]
    case .missing: [1]
    case .notExecutable: [2]
    case .insecure(let reason): [3] + Array(reason.utf8)
    }
  }

  init(octets: [UInt8]) {
    switch octets.first {
    case 1: self = .missing
    case 2: self = .notExecutable
    case 3: self = .insecure(octets.dropFirst().text)
    case _: self = .executable
    }
  }
}
