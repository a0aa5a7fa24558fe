import CLinux
import Glibc
import World

/// A listening socket whose clients, up to so many, are kept until they hang up or are hung up on.
final class Acceptor<Client: ListenersClient>: @unchecked Sendable {
  private let path: String?
  private let limit: Int
  private let makeClient: (Descriptor) -> Client?
  private let refuse: (Descriptor) -> Void
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var clients: [ObjectIdentifier: Client] = [:]

  /// Accepts from now on.
  ///
  /// - Parameters:
  ///   - path: the file of a Unix socket, which is removed at the end
  ///   - refuse: is told of a connection beyond the limit, before it is closed
  ///   - client: takes a connection; with nil it is closed
  init(
    _ reactor: Reactor, _ descriptor: Descriptor, path: String?, limit: Int,
    refuse: @escaping (Descriptor) -> Void = { _ in }, client: @escaping (Descriptor) -> Client?
  ) throws(SystemFailure) {
    self.path = path
    self.limit = limit
    self.refuse = refuse
    makeClient = client
    self.descriptor = descriptor
    watch = try reactor.watch(descriptor.number, .readable) { [weak self] _ in self?.accept() }
  }

  deinit {
    close()
  }

  /// Where it listens; nil when it does not any more.
  var listening: Descriptor? { descriptor }

  /// How many clients are connected.
  var count: Int { clients.count }

  /// A client has hung up.
  func ended(_ client: Client) { clients[ObjectIdentifier(client)] = nil }

  /// Stops listening, hangs up on all clients and removes the socket's file.
  func close() {
    guard descriptor != nil else { return }
    watch?.cancel()
    watch = nil
    descriptor = nil
    if let path { unsafe _ = unlink(path) }
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
      guard clients.count < limit else {
        refuse(connection)
        continue
      }
      if let client = makeClient(connection) { clients[ObjectIdentifier(client)] = client }
    }
  }
}

/// Somebody who is connected to a listener.
protocol ListenersClient: AnyObject, Sendable {
  /// Ends the connection.
  func hangUp()
}
