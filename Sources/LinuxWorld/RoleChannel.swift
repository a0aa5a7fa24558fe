import CLinux
import Glibc
package import World

// The channel between two roles
//
// A Unix stream socket that carries frames, and open descriptors with them. A frame is a header of eight octets and its
// content; a header is the content's length (4 octets), the number of descriptors (2) and a mark (2), most significant
// octet first. The kernel delivers descriptors no later than the first octet they were sent with, so those of a frame are
// there when the frame is.
//
// A channel never waits and never grows without end: a frame has a largest size, a side that does not read is given up
// when `mostOutgoing` octets wait for it, and what is received takes no more memory than what arrived. Whatever is wrong
// ends the channel, with the reason in words: roles that do not understand each other are restarted, not guessed at.

/// Frames and descriptors between two processes.
package final class RoleChannel: @unchecked Sendable {
  /// The largest content of a frame.
  package static let largestFrame = 16 << 20
  /// How much may wait to be sent.
  package static let mostOutgoing = 32 << 20
  /// How often a turn reads, and how much at once.
  private static let readsInTurn = 8
  private static let readSize = 65_536

  private let reactor: Reactor
  private let received: @Sendable ([UInt8], [Descriptor]) -> Void
  private let closed: @Sendable (String) -> Void
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var incoming = FrameReader()
  private var outgoing = FrameQueue()
  private var finished: (@Sendable () -> Void)?
  private var isFlushing = false

  /// A channel over a connected stream socket.
  ///
  /// - Parameters:
  ///   - received: called on the loop for each frame, with the descriptors that came along
  ///   - closed: called once on the loop when the channel broke, with the reason; not after `close`
  package init(
    _ reactor: Reactor, _ descriptor: Descriptor, received: @escaping @Sendable ([UInt8], [Descriptor]) -> Void,
    closed: @escaping @Sendable (String) -> Void
  ) throws(SystemFailure) {
    self.reactor = reactor
    self.received = received
    self.closed = closed
    self.descriptor = descriptor
    // A channel that was inherited as descriptor 3 is not for the next generation.
    guard fcntl(descriptor.number, F_SETFD, FD_CLOEXEC) == 0 else { throw SystemFailure("fcntl", code: errno) }
    watch = try reactor.watch(descriptor.number, .readable) { [weak self] ready in self?.proceed(ready) }
  }

  deinit {
    close()
  }

  /// Sends a frame with up to 16 descriptors, which are kept open until it is sent. Nothing happens on a closed channel.
  package func send(_ content: [UInt8], descriptors: [Descriptor] = []) {
    guard descriptor != nil else { return }
    guard content.count <= Self.largestFrame, descriptors.count <= Int(linux_most_descriptors) else {
      return breakLater("a frame of \(content.count) octets and \(descriptors.count) descriptors is too large")
    }
    guard outgoing.count + content.count <= Self.mostOutgoing else {
      return breakLater("the other side does not read: \(outgoing.count) octets wait for it")
    }
    outgoing.append(content, descriptors)
    guard !isFlushing else { return }
    // What is said in one turn goes out together.
    isFlushing = true
    reactor.later { [weak self] in
      self?.isFlushing = false
      self?.flush()
    }
  }

  /// Calls back in a later turn when everything sent so far has been taken over by the kernel.
  package func finish(_ completion: @escaping @Sendable () -> Void) {
    finished = completion
    if descriptor != nil { flush() }
  }

  /// Closes, after sending what the kernel takes at once; nothing is reported any more.
  package func close() {
    // Whoever leaves has often just said why.
    if isFlushing, let descriptor { _ = outgoing.send(to: descriptor) }
    isFlushing = false
    watch?.cancel()
    watch = nil
    descriptor = nil
    outgoing = FrameQueue()
    finished = nil
  }

  private func proceed(_ ready: Readiness) {
    if ready.contains(.writable) { flush() }
    if !ready.isDisjoint(with: [.readable, .hangUp, .error]) { read() }
  }

  private func read() {
    for _ in 0..<Self.readsInTurn {
      guard let descriptor else { return }
      let outcome = incoming.receive(from: descriptor, Self.readSize)
      while let frame = incoming.next() {
        received(frame.content, frame.descriptors)
        if self.descriptor == nil { return }
      }
      switch outcome {
      case .more: break
      case .wait: return
      case .broken(let reason): return breakNow(reason)
      }
      if let fault = incoming.fault { return breakNow(fault) }
    }
  }

  private func flush() {
    guard let descriptor, let watch else { return }
    switch outgoing.send(to: descriptor) {
    case .more:
      change(watch, .readable)
      guard let finished else { return }
      self.finished = nil
      reactor.later(finished)
    case .wait: change(watch, [.readable, .writable])
    case .broken(let reason): breakLater(reason)
    }
  }

  private func change(_ watch: Watch, _ interest: Readiness) {
    do throws(SystemFailure) {
      try watch.change(interest)
    } catch {
      breakLater("\(error)")
    }
  }

  private func breakNow(_ reason: String) {
    guard descriptor != nil else { return }
    close()
    closed(reason)
  }

  private func breakLater(_ reason: String) {
    reactor.later { [weak self] in self?.breakNow(reason) }
  }
}
