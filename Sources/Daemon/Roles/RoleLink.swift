import LinuxWorld
import World

/// A role's end of the channel to the supervisor, or the supervisor's end of one to a role.
final class RoleLink: Sendable {
  private let channel: RoleChannel

  /// Talks over a connected descriptor.
  ///
  /// - Parameters:
  ///   - receive: each message for this process, with the descriptors that came along
  ///   - forward: each frame for another role, unread; only the supervisor gets any
  ///   - closed: the other side is gone, or sent rubbish; the text says which
  init(
    _ reactor: Reactor, _ descriptor: Descriptor,
    receive: @escaping @Sendable (RoleMessage, [Descriptor]) -> Void,
    forward: @escaping @Sendable (Role, [UInt8]) -> Void = { _, _ in },
    closed: @escaping @Sendable (String) -> Void, role: Role
  ) throws(SystemFailure) {
    channel = try RoleChannel(
      reactor, descriptor,
      received: { frame, descriptors in
        guard let destination = RoleFrame.destination(of: frame[...]) else { return closed("a frame of unknown form") }
        guard destination == role else { return forward(destination, frame) }
        do {
          receive(try RoleFrame(frame[...]).message, descriptors)
        } catch {
          closed("a frame that is no message: \(error)")
        }
      },
      closed: { reason in closed(reason) })
  }

  /// Sends a message; a channel that is broken says so through `closed`.
  func send(_ frame: RoleFrame, descriptors: [Descriptor] = []) {
    channel.send(frame.encoded, descriptors: descriptors)
  }

  /// Passes a frame on, unread.
  func forward(_ frame: [UInt8]) {
    channel.send(frame, descriptors: [])
  }

  /// Calls back when everything has been sent.
  func finish(_ completion: @escaping @Sendable () -> Void) { channel.finish(completion) }

  /// Ends the talk.
  func close() { channel.close() }
}
