import ArgumentParser
import Glibc

/// Checks a configuration file.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a configuration file; the exit status is that of `understudy --config-test`.")

  @Flag(help: "Print diagnostics as JSON.")
  var json = false

  @Argument(help: "The configuration file.", completion: .file())
  var file = "/etc/keepalived/keepalived.conf"

  func run() throws {
    try DaemonProgram.become(["--config-test", "--use-file", file] + (json ? ["--diagnostics", "json"] : []))
  }
}

/// Lists the words of the configuration.
struct Keywords: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Every word of the configuration, and whether it is supported.")

  func run() throws { try DaemonProgram.become(["--keywords"]) }
}

/// The daemon's own program, which knows the configuration's language.
enum DaemonProgram {
  /// Where it is: beside this program, else where PATH says.
  static var path: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let beside = own.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/understudy"
    let places = [beside, "/usr/sbin/understudy", "/usr/local/sbin/understudy"]
    return places.first { unsafe access($0, X_OK) == 0 } ?? "understudy"
  }

  /// Becomes that program.
  static func become(_ arguments: [String]) throws -> Never {
    let path = path
    let words = [path] + arguments
    var pointers = unsafe words.map { unsafe strdup($0) } + [nil]
    unsafe _ = execvp(path, &pointers)
    throw ClientError(description: "\(path) cannot be run: \(unsafe String(cString: strerror(errno)))")
  }
}
