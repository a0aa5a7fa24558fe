import CLinux
import LinuxWorld
import Logging
import World

/// The actor that does a role's work, and its talk with the supervisor.
protocol RoleActor: Actor {
  static var role: Role { get }

  nonisolated var reactor: Reactor { get }
  nonisolated var log: Logger { get }
  var link: RoleLink? { get set }
  var isStopping: Bool { get }

  /// Takes hold of what the role works with.
  init(_ reactor: Reactor, _ options: RoleOptions, _ log: Logger) throws(SystemFailure)
  /// The link to the supervisor stands; nothing has come over it yet.
  func linked()
  /// Takes a message of the supervisor or another role.
  func receive(_ message: RoleMessage, _ descriptors: [Descriptor])
  /// Leaves in order.
  func stop()
  /// The supervisor is gone.
  func abandoned(_ reason: String)
}

extension RoleActor {
  /// A role at work: it talks to the supervisor over `descriptor` from now on.
  static func begin(
    _ reactor: Reactor, _ options: RoleOptions, _ log: Logger, _ descriptor: Descriptor
  ) throws(SystemFailure) {
    let work = try Self(reactor, options, log)
    if let failure = work.assumeIsolated({ $0.connect(descriptor) }) { throw failure }
  }

  private func connect(_ descriptor: Descriptor) -> SystemFailure? {
    do throws(SystemFailure) {
      link = try RoleLink(
        reactor, descriptor,
        receive: { message, descriptors in
          self.assumeIsolated { $0.receive(message, descriptors) }
          // Reading the first one took more memory than having it does. After a reload the same is needed again soon.
          if case .configuration(generation: ...1) = message { linux_trim_memory() }
        },
        closed: { reason in self.assumeIsolated { $0.abandoned(reason) } }, role: Self.role)
      linked()
      return nil
    } catch {
      return error
    }
  }

  func linked() {}

  func abandoned(_ reason: String) {
    guard !isStopping else { return }
    log.error("the supervisor is gone (\(reason)); leaving")
    stop()
  }

  /// Sends a message to another role by way of the supervisor.
  func send(_ destination: Role, _ message: RoleMessage) {
    link?.send(RoleFrame(to: destination, message))
  }
}
