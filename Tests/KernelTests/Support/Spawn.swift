import Glibc

/// How a program ended and what it printed on both outputs.
struct Outcome: Sendable {
  /// Exit status; 128 plus the number when a signal ended it.
  let status: Int32
  let output: String

  var lines: [Substring] { output.split(separator: "\n") }
}

/// A program could not be started, or a file not read.
struct SystemFailure: Error, CustomStringConvertible {
  let description: String
}

/// A program that runs beside the test, its output in a file. It does not outlive this object.
final class Background {
  private let process: pid_t
  private var ended = false
  let outputPath: String

  init(_ words: [String], environment: [String: String] = [:]) throws {
    outputPath = try temporaryFile()
    process = try start(words, environment: environment, outputPath: outputPath)
  }

  deinit {
    if !ended { _ = stop() }
  }

  var output: String { (try? contents(of: outputPath)) ?? "" }

  /// Waits for its end.
  func wait() -> Outcome {
    var status: Int32 = 0
    ended = true
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    let outcome = Outcome(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: output)
    unsafe unlink(outputPath)
    return outcome
  }

  /// Asks it to end, and waits.
  func stop() -> Outcome {
    kill(process, SIGTERM)
    return wait()
  }
}

/// Runs a program to its end; one that takes longer than `seconds` is killed and ends with 124 or 137.
func run(_ words: [String], environment: [String: String] = [:], within seconds: Int = 120) throws -> Outcome {
  try Background(["timeout", "-k", "5", "\(seconds)"] + words, environment: environment).wait()
}

private func start(_ words: [String], environment: [String: String], outputPath: String) throws -> pid_t {
  // `env` adds to the environment that this process was started with.
  let all = environment.isEmpty ? words : ["env"] + environment.map { "\($0.key)=\($0.value)" } + words
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
  // A file and no pipe: what is left running would keep a pipe open.
  unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  unsafe posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_APPEND, 0)
  unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
  let inherited = try contents(of: "/proc/self/environ").split(separator: "\0").map(String.init)
  var arguments: [UnsafeMutablePointer<CChar>?] = unsafe all.map { unsafe strdup($0) } + [nil]
  var variables: [UnsafeMutablePointer<CChar>?] = unsafe inherited.map { unsafe strdup($0) } + [nil]
  defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
  // The threads on which tests run block signals, which a program would inherit.
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  unsafe sigemptyset(&none)
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var process: pid_t = 0
  let error = unsafe posix_spawnp(&process, all[0], &actions, &attributes, &arguments, &variables)
  guard error == 0 else {
    throw SystemFailure(description: "\(words.joined(separator: " ")): \(unsafe String(cString: strerror(error)))")
  }
  return process
}

/// The path of a new, empty file.
private func temporaryFile() throws -> String {
  var name = Array("/tmp/understudy-test.XXXXXX".utf8CString)
  let descriptor = unsafe mkstemp(&name)
  guard descriptor >= 0 else { throw SystemFailure(description: "no temporary file: errno \(errno)") }
  close(descriptor)
  return String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// The text of a file.
func contents(of path: String) throws -> String {
  guard let file = unsafe fopen(path, "r") else { throw SystemFailure(description: "cannot read \(path)") }
  defer { unsafe _ = fclose(file) }
  var octets: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
    octets += buffer[..<count]
  }
}

/// Writes a file in place of what was there.
func write(_ text: String, to path: String) throws {
  guard let file = unsafe fopen(path, "w") else { throw SystemFailure(description: "cannot write \(path)") }
  let octets = Array(text.utf8)
  let written = unsafe fwrite(octets, 1, octets.count, file)
  guard unsafe fclose(file) == 0, written == octets.count else {
    throw SystemFailure(description: "cannot write \(path)")
  }
}
