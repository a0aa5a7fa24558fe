import ConfigurationLanguage
import Wire

/// Files in memory.
struct MemorySource: ConfigurationSource {
  var files: [String: [UInt8]] = [:]
  var special: [String: FileReading] = [:]
  var variables: [String: String] = [:]
  var workingDirectory = "/etc/keepalived"
  var nodeName = "node1.example.org"
  var random = 7

  init(_ files: [String: String] = [:]) {
    self.files = files.mapValues { Array($0.utf8) }
  }

  func read(_ path: String) -> FileReading {
    special[path] ?? files[path].map { .contents($0) } ?? .missing
  }

  func matches(of pattern: String) -> [String] {
    files.keys.filter { Self.matches($0[...], pattern[...]) }.sorted()
  }

  func environmentVariable(_ name: String) -> String? { variables[name] }

  func randomNumber(in range: ClosedRange<Int>) -> Int {
    min(max(random, range.lowerBound), range.upperBound)
  }

  /// Whether a path matches a pattern of `*` and `?`, neither of which matches a slash.
  static func matches(_ path: Substring, _ pattern: Substring) -> Bool {
    guard let head = pattern.first else { return path.isEmpty }
    if head == "*" {
      if matches(path, pattern.dropFirst()) { return true }
      guard let first = path.first, first != "/" else { return false }
      return matches(path.dropFirst(), pattern)
    }
    guard let first = path.first, head == first || (head == "?" && first != "/") else { return false }
    return matches(path.dropFirst(), pattern.dropFirst())
  }
}

/// A machine in memory.
struct MemoryEnvironment: ConfigurationEnvironment {
  var interfaces: Set<String> = ["eth0", "eth1"]
  var programs: [String: ScriptFinding] = ["/usr/bin/true": .executable]
  var users: Set<String> = ["root"]
  var groups: Set<String> = ["root"]
  var hosts: Set<String> = []
  var directories: Set<String> = ["/", "/tmp", "/run"]
  var namespaces: Set<String> = []
  var names: [String: UInt32] = [:]

  func hasInterface(_ name: String, namespace: String?) -> Bool { interfaces.contains(name) }
  func script(_ program: String) -> ScriptFinding { programs[program] ?? .missing }
  func hasUser(_ name: String) -> Bool { users.contains(name) }
  func hasGroup(_ name: String) -> Bool { groups.contains(name) }
  func resolves(_ host: String) -> Bool { hosts.contains(host) }
  func hasDirectory(_ path: String) -> Bool { directories.contains(path) }
  func hasNetworkNamespace(_ name: String) -> Bool { namespaces.contains(name) }
  func number(of name: String, in table: RoutingNames) -> UInt32? { names[name] }
}

/// Reads one text as a file, on a machine that has eth0 and eth1.
func parse(
  _ text: String, files: [String: String] = [:], environment: MemoryEnvironment? = MemoryEnvironment(),
  options: ParseOptions = ParseOptions()
) -> ParsedConfiguration {
  var source = MemorySource(files)
  source.files["/etc/keepalived/keepalived.conf"] = Array(text.utf8)
  return Configuration.parse(
    file: "/etc/keepalived/keepalived.conf", source: source, environment: environment, options: options)
}

/// The codes of all faults but notes.
func codes(_ parsed: ParsedConfiguration) -> [DiagnosticCode] {
  parsed.diagnostics.list.filter { $0.severity > .note }.map(\.code)
}

/// An address that is known to be one.
func address(_ text: String) -> IPAddress {
  IPAddress(text) ?? .v4(.any)
}

let instance = """
  vrrp_instance V {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
      192.0.2.10
    }
  """
