package import World

/// What a descriptor is ready for: the bits of epoll_ctl(2).
package struct Readiness: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// There is something to read, or the end.
  package static let readable = Readiness(rawValue: 0x1)
  /// Something exceptional can be read (EPOLLPRI).
  package static let urgent = Readiness(rawValue: 0x2)
  /// There is room for writing, or the connection stands.
  package static let writable = Readiness(rawValue: 0x4)
  /// An error is pending; reported without asking.
  package static let error = Readiness(rawValue: 0x8)
  /// Both directions are closed; reported without asking.
  package static let hangUp = Readiness(rawValue: 0x10)
  /// The other side has finished sending.
  package static let peerClosed = Readiness(rawValue: 0x2000)
  /// Edge-triggered.
  static let edge = Readiness(rawValue: 0x8000_0000)
}

/// A descriptor that a reactor watches. Everything here is called on the reactor's thread.
package final class Watch: @unchecked Sendable {
  private enum State {
    case watching
    case over
  }

  let token: UInt64
  let descriptor: Int32
  let ready: @Sendable (Readiness) -> Void
  private let reactor: Reactor
  private var interest: Readiness
  private var state = State.watching

  init(
    _ reactor: Reactor, token: UInt64, descriptor: Int32, interest: Readiness,
    ready: @escaping @Sendable (Readiness) -> Void
  ) {
    self.reactor = reactor
    self.token = token
    self.descriptor = descriptor
    self.interest = interest
    self.ready = ready
  }

  /// Changes what is waited for. With an empty interest nothing is reported, errors neither.
  package func change(_ interest: Readiness) throws(SystemFailure) {
    guard state == .watching, interest != self.interest else { return }
    let control: Reactor.Control = interest.isEmpty ? .remove : self.interest.isEmpty ? .add : .change
    try reactor.control(control, descriptor, interest, token: token)
    self.interest = interest
  }

  /// Ends the watch: `ready` is not called any more, not even for what was reported in this turn already.
  package func cancel() {
    guard state == .watching else { return }
    state = .over
    if !interest.isEmpty { try? reactor.control(.remove, descriptor, [], token: token) }
    reactor.forget(self)
  }

  /// Ends the watch of a descriptor that is closed next, with which the kernel forgets it.
  func cancelByClosing() {
    guard state == .watching else { return }
    state = .over
    reactor.forget(self)
  }

  /// Ends the watch without touching the descriptor, whose number belongs to another file now.
  func lose() {
    state = .over
  }
}
