import Glibc
import Synchronization
import Testing

/// A lab of contrib/lab with one case up; it disappears with this object.
final class Lab {
  /// The speed of the checkers in the case's configuration.
  enum Timers { case asWritten, fast }

  /// The virtual address of cases a and pair.
  static let address = "192.168.0.239"

  private static let serial = Atomic<Int>(0)

  /// Beginning of the names of its namespaces, which no other lab has.
  let prefix: String
  private let variables: [String: String]

  init(
    _ name: String, timers: Timers = .fast, d1: Implementation = .understudy, d2: Implementation = .understudy,
    environment: [String: String] = [:]
  ) throws {
    prefix = "t\(getpid())n\(Lab.serial.wrappingAdd(1, ordering: .relaxed).newValue)-"
    let own = [
      "LAB_PREFIX": prefix, "LAB_TIMERS": timers == .fast ? "fast" : "",
      "DAEMON_d1": d1.program, "DAEMON_d2": d2.program, "REALSERVER": Paths.realserver,
    ]
    variables = own.merging(environment) { own, _ in own }
    try self("up", name)
  }

  deinit {
    _ = try? attempt("down")
  }

  private static let program = Paths.checkout + "/contrib/lab/lab"

  /// Runs a command of the lab, whatever comes of it.
  func attempt(_ words: String...) throws -> Outcome {
    try run([Lab.program] + words, environment: variables)
  }

  /// Runs a command of the lab that must succeed and returns what it printed.
  @discardableResult
  func callAsFunction(_ words: String...) throws -> String {
    let outcome = try run([Lab.program] + words, environment: variables)
    guard outcome.status == 0 else {
      throw NotSo(description: "lab \(words.joined(separator: " ")): status \(outcome.status)\n\(outcome.output)")
    }
    return outcome.output
  }

  /// Runs a command of the lab beside the test.
  func background(_ words: String...) throws -> Background {
    try Background([Lab.program] + words, environment: variables)
  }

  /// A file of a host: "keepalived.conf", "www/status".
  func path(_ host: String, _ name: String) throws -> String {
    String(try self("dir", host).dropLast()) + "/" + name
  }

  /// Changes a director's configuration file; the text to replace must be there.
  func edit(_ host: String, _ text: String, with replacement: String) throws {
    let path = try path(host, "keepalived.conf")
    let before = try contents(of: path)
    let after = before.replacing(text, with: replacement)
    guard after != before else { throw NotSo(description: "no \(text) in \(path)") }
    try write(after, to: path)
  }

  func log(_ host: String) throws -> String { try self("log", host) }

  /// What both daemons said last, for the report of a failure.
  var story: String {
    ["d1", "d2"].map { host in
      let log = (try? attempt("log", host))?.output ?? ""
      return "--- log of \(host)\n" + log.split(separator: "\n").suffix(40).joined(separator: "\n")
    }.joined(separator: "\n") + "\n--- status\n" + ((try? attempt("status"))?.output ?? "") + "--- mails\n"
      + ((try? mails().suffix(8).joined(separator: "\n\n")) ?? "")
  }

  /// Polls; when it does not come true the error tells what the daemons said.
  @discardableResult
  func until(_ what: String, within limit: Double = 120, _ condition: () throws -> Bool) throws -> Double {
    do {
      return try poll(what, within: limit, until: condition)
    } catch let failure as NotSo {
      throw NotSo(description: "\(failure)\n\(story)")
    }
  }

  /// Watches for some time that something stays true.
  func stays(_ what: String, for seconds: Double, _ condition: () throws -> Bool) throws {
    do {
      try hold(what, for: seconds, while: condition)
    } catch let failure as NotSo {
      throw NotSo(description: "\(failure)\n\(story)")
    }
  }
}
