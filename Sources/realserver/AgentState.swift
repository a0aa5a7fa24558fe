import CLinux
import Dialogues
import Glibc

/// What the administrator of this host told the agent, in a file, so that an agent that is started again knows it too.
struct AgentState {
  static let usualPath = "/run/understudy/agent.state"

  let path: String

  /// The word for a state, as on the command line and in the file.
  static func word(_ state: AgentReply.Administration) -> String {
    switch state {
    case .ready: "ready"
    case .drain: "drain"
    case .maintenance: "maint"
    }
  }

  /// The state; ready without a file.
  func read() throws(Trouble) -> AgentReply.Administration {
    guard let text = try SmallText.read(path) else { return .ready }
    switch text.split(separator: "\n").first {
    case "ready": return .ready
    case "drain": return .drain
    case "maint": return .maintenance
    default: throw Trouble("\(path) does not say ready, drain or maint")
    }
  }

  /// Replaces the state in one step.
  func write(_ state: AgentReply.Administration) throws(Trouble) {
    if path == Self.usualPath { unsafe _ = mkdir("/run/understudy", 0o755) }
    let new = path + ".new"
    let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw Self.trouble("cannot write", new) }
    let octets = Array((Self.word(state) + "\n").utf8)
    let isWritten = unsafe Glibc.write(descriptor, octets, octets.count) == octets.count
    let code = errno
    close(descriptor)
    guard isWritten else { throw Self.trouble("cannot write", new, code) }
    guard unsafe rename(new, path) == 0 else { throw Self.trouble("cannot replace", path) }
  }

  private static func trouble(_ what: String, _ path: String, _ code: Int32 = errno) -> Trouble {
    Trouble("\(what) \(path): \(unsafe String(cString: linux_error_text(code)))")
  }
}

/// Files of some lines.
enum SmallText {
  /// The beginning of a file, up to 64 KiB; nil when there is none.
  static func read(_ path: String) throws(Trouble) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw trouble(path) }
      return nil
    }
    defer { close(descriptor) }
    var octets: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16_384)
    while octets.count < 65_536 {
      let count = unsafe Glibc.read(descriptor, &part, part.count)
      guard count >= 0 else { throw trouble(path) }
      guard count > 0 else { break }
      octets += part.prefix(count)
    }
    return String(decoding: octets, as: UTF8.self)
  }

  private static func trouble(_ path: String) -> Trouble {
    Trouble("cannot read \(path): \(unsafe String(cString: linux_error_text(errno)))")
  }
}
