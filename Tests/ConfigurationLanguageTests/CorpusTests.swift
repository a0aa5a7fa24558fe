import ConfigurationLanguage
import Glibc
import Testing

/// Files that people run, from a directory outside the project (`UNDERSTUDY_CORPUS`).
enum Corpus {
  /// Where it is; nil when nobody said so.
  static let directory: String? = environment("UNDERSTUDY_CORPUS")

  static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  static func contents(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  static func lines(_ name: String) -> [String] {
    guard let directory, let bytes = contents("\(directory)/\(name)") else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// A file of the corpus and what keepalived says to it.
  struct Row: Sendable, CustomTestStringConvertible {
    var file: String
    var exit: Int32?
    var expected: String
    var configurationID: String?
    var testDescription: String { configurationID.map { "\(file) -i \($0)" } ?? file }
  }

  static let rows: [Row] = {
    let index = lines("INDEX.tsv").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      return Row(file: String(fields[0]), exit: Int32(fields[5]), expected: String(fields[4]))
    }
    let byID = lines("VERDICTS-BY-ID.tsv").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      return Row(
        file: String(fields[0]), exit: Int32(fields[2]), expected: "", configurationID: String(fields[1]))
    }
    return index + byID
  }()

  /// The machine on which the verdicts were taken.
  static let machine: MemoryEnvironment = {
    var machine = MemoryEnvironment()
    machine.interfaces = Set(lines("interfaces.txt"))
    machine.namespaces = Set(lines("netns.txt"))
    machine.users = ["root", "nobody", "daemon", "bin", "www-data", "0"]
    machine.groups = ["root", "nogroup", "daemon", "bin", "www-data", "0"]
    machine.programs = [:]
    for name in [
      "killall", "pidof", "pgrep", "curl", "ping", "true", "false", "systemctl", "bash", "sh", "test", "ip", "echo",
      "service", "ss",
    ] {
      for directory in ["", "/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"] {
        machine.programs[directory + name] = .executable
      }
    }
    machine.directories = ["/", "/tmp", "/run", "/etc", "/var", "/var/run", "/etc/keepalived"]
    return machine
  }()

  static func parse(_ row: Row) -> ParsedConfiguration {
    var options = ParseOptions()
    options.isTest = true
    options.configurationID = row.configurationID
    return Configuration.parse(
      file: "\(directory ?? "")/\(row.file)", source: FileSource(), environment: machine, options: options)
  }
}

/// The file system, as far as tests need it.
struct FileSource: ConfigurationSource {
  var workingDirectory: String { "/" }
  var nodeName: String { "corpus" }
  func environmentVariable(_ name: String) -> String? { nil }
  func randomNumber(in range: ClosedRange<Int>) -> Int { range.lowerBound }

  func read(_ path: String) -> FileReading {
    Corpus.contents(path).map { .contents($0) } ?? .missing
  }

  func matches(of pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
    return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
      unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
    }
  }
}

struct CorpusTests {
  @Test(.enabled(if: Corpus.directory != nil))
  func `the verdicts are those of keepalived`() {
    var different: [String] = []
    for row in Corpus.rows {
      let parsed = Corpus.parse(row)
      if parsed.diagnostics.exitStatus != row.exit {
        different.append("\(row.testDescription): \(row.exit ?? -1) here \(parsed.diagnostics.exitStatus)")
        print(different[different.count - 1], row.expected)
        for diagnostic in parsed.diagnostics.list.prefix(6) where diagnostic.severity > .note {
          print("   ", diagnostic.code.name, diagnostic.location?.line ?? 0, diagnostic.message, diagnostic.verdict)
        }
      }
    }
    print("different: \(different.count) of \(Corpus.rows.count)")
  }
}
