import ArgumentParser
import ControlProtocol
import Glibc

/// Why the daemon could not be asked.
struct ClientError: Error, CustomStringConvertible {
  let description: String
}

/// A conversation of one request and one reply with the daemon.
enum Client {
  /// The longest reply that is read: status of tens of thousands of servers.
  private static let longestReply = 256 << 20

  /// Asks and returns the result.
  static func ask(_ request: ControlRequest, socket path: String) throws -> JSON {
    let descriptor = try connect(path)
    defer { close(descriptor) }
    try send(request.line, descriptor)
    let line = try receive(descriptor)
    switch try ControlReply(JSON(parsing: line)) {
    case .success(let result): return result
    case .failure(let reason): throw ClientError(description: "the daemon refuses: \(reason)")
    }
  }

  private static func connect(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw ClientError(description: reason("socket")) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { space in
      guard octets.count < space.count else { return false }
      unsafe space.copyBytes(from: octets)
      return true
    }
    guard fits else { throw ClientError(description: "the path \(path) is too long for a socket") }
    var wait = timeval(tv_sec: 5, tv_usec: 0)
    unsafe _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let text = reason(path)
      close(descriptor)
      throw ClientError(description: "\(text); is the daemon running, and are you root?")
    }
    return descriptor
  }

  private static func send(_ octets: [UInt8], _ descriptor: Int32) throws {
    var rest = octets[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw ClientError(description: reason("write")) }
      rest = rest.dropFirst(count)
    }
  }

  private static func receive(_ descriptor: Int32) throws -> ArraySlice<UInt8> {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while received.count <= longestReply {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else {
        throw ClientError(description: count == 0 ? "the daemon closed the connection" : reason("read"))
      }
      received += buffer[..<count]
      if received.last == UInt8(ascii: "\n") { return received.dropLast() }
    }
    throw ClientError(description: "the reply is longer than \(longestReply) octets")
  }

  private static func reason(_ what: String) -> String {
    let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    return "\(what): \(text)"
  }
}
