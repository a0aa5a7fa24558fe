import Glibc
import Wire

/// A TCP socket that closes with its last reference.
final class Socket {
  private let descriptor: Int32

  private init(
    _ endpoint: Endpoint, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = endpoint.port.bigEndian
    guard case .v4(let host) = endpoint.address else { throw NamespaceFailure(step: "IPv4 only") }
    address.sin_addr.s_addr = host.rawValue.bigEndian
    let result = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw NamespaceFailure(step: "socket for \(endpoint)") }
  }

  deinit { close(descriptor) }

  static func listening(at endpoint: Endpoint) throws -> Socket {
    let socket = unsafe try Socket(endpoint) { unsafe bind($0, $1, $2) }
    guard listen(socket.descriptor, 8) == 0 else { throw NamespaceFailure(step: "listen") }
    return socket
  }

  static func connected(to endpoint: Endpoint) throws -> Socket {
    unsafe try Socket(endpoint) { unsafe connect($0, $1, $2) }
  }
}
