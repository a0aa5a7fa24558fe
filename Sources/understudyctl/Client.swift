import ControlProtocol
import Glibc

/// Why the daemon could not be asked, or what it refused.
struct ClientError: Error, CustomStringConvertible {
  let description: String
}

/// A conversation with the daemon.
final class Client {
  /// The longest reply that is read: status of tens of thousands of servers.
  private static let longestReply = 256 << 20

  private let descriptor: Int32
  private var received: [UInt8] = []
  private var searched = 0

  /// Asks once and returns the result.
  static func ask(_ request: ControlRequest, _ options: SocketOptions) throws -> JSON {
    try Client(options.path).ask(request)
  }

  /// Connects to the daemon's socket.
  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw ClientError(description: Self.reason("socket")) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { space in
      guard octets.count < space.count else { return false }
      unsafe space.copyBytes(from: octets)
      return true
    }
    guard fits else { throw ClientError(description: "the path \(path) is too long for a socket") }
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      throw ClientError(
        description: errno == EACCES
          ? "\(path): you are neither root nor in the group that control_group names"
          : "\(Self.reason(path)); is the daemon running?")
    }
    setPatience(seconds: 35)
  }

  deinit { close(descriptor) }

  /// Asks and returns the result.
  func ask(_ request: ControlRequest) throws -> JSON {
    try send(request.line)
    return try next()
  }

  /// The next reply; a stream has more than one.
  func next() throws -> JSON {
    switch try ControlReply(JSON(parsing: try line())) {
    case .success(let result): return result
    case .failure(let reason): throw ClientError(description: reason)
    }
  }

  /// How long to wait for a reply; zero for ever.
  func setPatience(seconds: Int) {
    var wait = timeval(tv_sec: seconds, tv_usec: 0)
    unsafe _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
  }

  private func send(_ octets: [UInt8]) throws {
    var rest = octets[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      // The daemon may have hung up with a reason that waits to be read.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private func line() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while received.count <= Self.longestReply {
      if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(received[..<end])
        received.removeFirst(end + 1)
        searched = 0
        return line
      }
      searched = received.count
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else {
        let isLate = count < 0 && errno == EAGAIN
        throw ClientError(
          description: count == 0
            ? "the daemon closed the connection" : isLate ? "the daemon does not answer" : Self.reason("read"))
      }
      received += buffer[..<count]
    }
    throw ClientError(description: "the reply is longer than \(Self.longestReply) octets")
  }

  private static func reason(_ what: String) -> String {
    let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    return "\(what): \(text)"
  }
}
