import CLinux
import Glibc
package import World

/// Who is at the other end of a Unix socket, as the kernel says.
package struct PeerCredentials: Hashable, Sendable {
  package let process: Int32
  package let user: UInt32
  package let group: UInt32
}

/// A Unix socket that local clients send lines to.
package final class UnixListener: @unchecked Sendable {
  private let reactor: Reactor
  private let path: String
  private let limit: Int
  private let received: @Sendable (ControlClient, [UInt8]) -> Void
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var clients: [ObjectIdentifier: ControlClient] = [:]

  /// Listens at a path of the file system; a socket that nobody listens at is replaced.
  ///
  /// - Parameters:
  ///   - mode: the file's permission bits; who may not write to it cannot connect
  ///   - limit: how many clients may be connected; those beyond it are hung up on
  ///   - received: called on the loop for each line, without its line break
  /// - Throws: EADDRINUSE when another process listens there
  package init(
    _ reactor: Reactor, path: String, mode: UInt32 = 0o600, limit: Int = 64,
    received: @escaping @Sendable (ControlClient, [UInt8]) -> Void
  ) throws(SystemFailure) {
    self.reactor = reactor
    self.path = path
    self.limit = limit
    self.received = received
    let descriptor = Descriptor(try succeed("listen", about: path, unsafe linux_unix_listen(path, mode, 16)))
    self.descriptor = descriptor
    watch = try reactor.watch(descriptor.number, .readable) { [weak self] _ in self?.accept() }
  }

  deinit {
    close()
  }

  /// How many clients are connected.
  package var count: Int { clients.count }

  /// Stops listening, hangs up on all clients and removes the socket's file.
  package func close() {
    guard descriptor != nil else { return }
    watch?.cancel()
    watch = nil
    descriptor = nil
    unsafe _ = unlink(path)
    for client in clients.values { client.hangUp() }
    clients = [:]
  }

  private func accept() {
    // A bounded number in a turn: the rest is still ready in the next look.
    for _ in 0..<16 {
      guard let descriptor else { return }
      let number = linux_accept(descriptor.number)
      guard number >= 0 else { return }
      let connection = Descriptor(number)
      let peer = linux_peer_of(number)
      guard peer.error == 0, clients.count < limit else { continue }
      let credentials = PeerCredentials(process: peer.process, user: peer.user, group: peer.group)
      let client = try? ControlClient(
        reactor, connection, credentials, received: received
      ) { [weak self] client in self?.clients[ObjectIdentifier(client)] = nil }
      if let client { clients[ObjectIdentifier(client)] = client }
    }
  }
}
