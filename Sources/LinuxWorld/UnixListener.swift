import CLinux
import Glibc
import Machines
package import World

/// Who is at the other end of a Unix socket, as the kernel says.
package struct PeerCredentials: Hashable, Sendable {
  package let process: Int32
  package let user: UInt32
  package let group: UInt32
}

/// A Unix socket that local clients send lines to.
package final class UnixListener: @unchecked Sendable {
  /// What clients hear before they are hung up on.
  package struct Refusals: Sendable {
    package var tooLong: [UInt8]
    package var tooSlow: [UInt8]
    package var tooMany: [UInt8]

    /// Nothing, unless something is said.
    package init(tooLong: [UInt8] = [], tooSlow: [UInt8] = [], tooMany: [UInt8] = []) {
      self.tooLong = tooLong
      self.tooSlow = tooSlow
      self.tooMany = tooMany
    }
  }

  private let path: String
  private var acceptor: Acceptor<ControlClient>?

  /// Listens at a path of the file system; a socket that nobody listens at is replaced.
  ///
  /// - Parameters:
  ///   - mode: the file's permission bits; who may not write to it cannot connect
  ///   - limit: how many clients may be connected; those beyond it are hung up on
  ///   - reserve: how many of these are root's, so that others cannot keep root out
  ///   - patience: how long a client may take for each line; nil for as long as it likes
  ///   - refusals: what is said to clients that are hung up on
  ///   - received: called on the loop for each line, without its line break
  /// - Throws: EADDRINUSE when another process listens there
  package init(
    _ reactor: Reactor, path: String, mode: UInt32 = 0o600, limit: Int = 64, reserve: Int = 0,
    patience: Duration? = nil,
    refusals: Refusals = Refusals(),
    received: @escaping @Sendable (ControlClient, [UInt8]) -> Void
  ) throws(SystemFailure) {
    self.path = path
    let descriptor = Descriptor(try succeed("listen", about: path, unsafe linux_unix_listen(path, mode, 64)))
    let refuse: @Sendable (Descriptor) -> Void = { connection in
      unsafe _ = refusals.tooMany.withUnsafeBytes {
        unsafe linux_send(connection.number, $0.baseAddress, $0.count)
      }
    }
    acceptor = try Acceptor(reactor, descriptor, path: path, limit: limit, refuse: refuse) { [weak self] connection in
      let peer = linux_peer_of(connection.number)
      guard let self, peer.error == 0 else { return nil }
      guard count < limit - (peer.user == 0 ? 0 : reserve) else {
        refuse(connection)
        return nil
      }
      let credentials = PeerCredentials(process: peer.process, user: peer.user, group: peer.group)
      return try? ControlClient(
        reactor, connection, credentials, patience: patience, refusals: refusals, received: received
      ) { [weak self] client in self?.acceptor?.ended(client) }
    }
  }

  deinit {
    close()
  }

  /// How many clients are connected.
  package var count: Int { acceptor?.count ?? 0 }

  /// Stops listening, hangs up on all clients and removes the socket's file.
  package func close() { acceptor?.close() }

  /// Lets the members of a group connect too, or with nil nobody but the owner.
  package func permit(group: UInt32?) throws(SystemFailure) {
    guard acceptor?.listening != nil else { return }
    // Never open to a group before it is the right one.
    guard unsafe chmod(path, 0o600) == 0 else { throw SystemFailure("chmod", code: errno, subject: path) }
    guard let group else { return }
    guard unsafe lchown(path, uid_t.max, group) == 0 else { throw SystemFailure("chown", code: errno, subject: path) }
    guard unsafe chmod(path, 0o660) == 0 else { throw SystemFailure("chmod", code: errno, subject: path) }
  }
}
