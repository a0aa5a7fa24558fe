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
    var dependsOnMachine = false
    var testDescription: String { configurationID.map { "\(file) -i \($0)" } ?? file }
  }

  static let rows: [Row] = {
    let index = lines("INDEX.tsv").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      return Row(
        file: String(fields[0]), exit: Int32(fields[5]), expected: String(fields[4]),
        dependsOnMachine: fields[8] == "yes")
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
  /// Where the status differs from keepalived's, and why ours is right.
  static let differences: [String: String] = [
    "379-pq-950-test.conf":
      "keepalived cannot enter the network namespace, checks nothing more and says 0 in spite of the faults it printed",
    "417-pq-n1.conf":
      "keepalived cannot enter the network namespace, checks nothing more and says 0 in spite of the faults it printed",
  ]

  @Test(.enabled(if: Corpus.directory != nil))
  func `the verdicts are those of keepalived but for a few that are explained`() {
    var different = 0
    for row in Corpus.rows {
      let parsed = Corpus.parse(row)
      guard parsed.diagnostics.exitStatus != row.exit else { continue }
      different += 1
      #expect(
        Self.differences[row.testDescription] != nil,
        "\(row.testDescription): \(row.exit ?? -1), here \(parsed.diagnostics.exitStatus)\n\(parsed.diagnostics.rendered(color: false, includingNotes: false))"
      )
    }
    #expect(Corpus.rows.count > 200)
    #expect(Double(different) <= 0.02 * Double(Corpus.rows.count))
  }

  /// The verdicts do not depend on the machine for these, and say whether a file is in order.
  @Test(.enabled(if: Corpus.directory != nil))
  func `a file that is in order gives 0, and any other another status`() {
    for row in Corpus.rows where row.configurationID == nil && !row.dependsOnMachine {
      let status = Corpus.parse(row).diagnostics.exitStatus
      #expect((status == 0) == (row.expected == "valid"), "\(row.file) is \(row.expected), but the status is \(status)")
    }
  }

  @Test(.enabled(if: Corpus.directory != nil))
  func `no file takes long`() {
    for row in Corpus.rows {
      let start = threadTime()
      _ = Corpus.parse(row).diagnostics.rendered(color: false)
      #expect(threadTime() - start < 1_000_000_000, "\(row.testDescription)")
    }
  }
}
