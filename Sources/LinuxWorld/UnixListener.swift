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

  private let reactor: Reactor
  private let path: String
  private let limit: Int
  private let reserve: Int
  private let patience: Duration?
  private let refusals: Refusals
  private let received: @Sendable (ControlClient, [UInt8]) -> Void
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var clients: [ObjectIdentifier: ControlClient] = [:]

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
    self.reactor = reactor
    self.path = path
    self.limit = limit
    self.reserve = reserve
    self.patience = patience
    self.refusals = refusals
    self.received = received
    let descriptor = Descriptor(try succeed("listen", about: path, unsafe linux_unix_listen(path, mode, 64)))
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

  /// Lets the members of a group connect too, or with nil nobody but the owner.
  package func permit(group: UInt32?) throws(SystemFailure) {
    guard descriptor != nil else { return }
    // Never open to a group before it is the right one.
    guard unsafe chmod(path, 0o600) == 0 else { throw SystemFailure("chmod", code: errno, subject: path) }
    guard let group else { return }
    guard unsafe lchown(path, uid_t.max, group) == 0 else { throw SystemFailure("chown", code: errno, subject: path) }
    guard unsafe chmod(path, 0o660) == 0 else { throw SystemFailure("chmod", code: errno, subject: path) }
  }

  private func accept() {
    // A bounded number in a turn: the rest is still ready in the next look.
    for _ in 0..<16 {
      guard let descriptor else { return }
      let number = linux_accept(descriptor.number)
      guard number >= 0 else { return }
      let connection = Descriptor(number)
      let peer = linux_peer_of(number)
      guard peer.error == 0 else { continue }
      guard clients.count < (peer.user == 0 ? limit : limit - reserve) else {
        unsafe _ = refusals.tooMany.withUnsafeBytes { unsafe linux_send(number, $0.baseAddress, $0.count) }
        continue
      }
      let credentials = PeerCredentials(process: peer.process, user: peer.user, group: peer.group)
      let client = try? ControlClient(
        reactor, connection, credentials, patience: patience, refusals: refusals, received: received
      ) { [weak self] client in self?.clients[ObjectIdentifier(client)] = nil }
      if let client { clients[ObjectIdentifier(client)] = client }
    }
  }
}
