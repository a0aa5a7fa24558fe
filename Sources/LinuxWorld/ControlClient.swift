import CLinux
import Glibc
import Machines
import World

/// A local client that sends lines and gets answers.
package final class ControlClient: ListenersClient, @unchecked Sendable {
  /// The longest line taken.
  package static let longestLine = 65_536
  /// How much may wait for a client that does not read.
  package static let mostOutgoing = 32 << 20
  /// A client that so much waits for is not listened to until it has read it.
  package static let enoughOutgoing = 1 << 20
  private static let readsInTurn = 4

  /// Who it is.
  package let credentials: PeerCredentials
  private let received: @Sendable (ControlClient, [UInt8]) -> Void
  private let ended: @Sendable (ControlClient) -> Void
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var incoming: [UInt8] = []
  private var outgoing = OutgoingOctets()
  /// Lines that have not been answered.
  private var unanswered = 0
  /// The client has finished sending: it goes when it has its answers.
  private var hasFinished = false
  /// It was told goodbye: it goes when it has got what waits for it.
  private var isLeaving = false
  private var isTakingLines = false
  private let reactor: Reactor
  private let refusals: UnixListener.Refusals
  private var patience: Duration?
  private var alarm: (any Alarm)?

  init(
    _ reactor: Reactor, _ descriptor: Descriptor, _ credentials: PeerCredentials, patience: Duration? = nil,
    refusals: UnixListener.Refusals = UnixListener.Refusals(),
    received: @escaping @Sendable (ControlClient, [UInt8]) -> Void, ended: @escaping @Sendable (ControlClient) -> Void
  ) throws(SystemFailure) {
    self.credentials = credentials
    self.received = received
    self.ended = ended
    self.descriptor = descriptor
    self.reactor = reactor
    self.refusals = refusals
    self.patience = patience
    watch = try reactor.watch(descriptor.number, .readable) { [weak self] ready in self?.proceed(ready) }
    if patience != nil { alarm = reactor.alarm { [weak self] in self?.waitedInVain() } }
    wait()
  }

  /// Whether it can still be answered.
  package var isConnected: Bool { descriptor != nil }

  /// Whether its process is, or was when it connected, a member of a group.
  package func isMember(of group: UInt32) -> Bool {
    guard let descriptor else { return false }
    return credentials.group == group || linux_peer_has_group(descriptor.number, group) == 1
  }

  /// It need not say anything more.
  package func keepListening() {
    patience = nil
    wait()
  }

  private func wait() { alarm?.set(patience.map { reactor.now + $0 }) }

  private func waitedInVain() {
    // Who has asked is waiting for us; who does not read what we said has had time enough.
    guard unanswered == 0 || !outgoing.isEmpty else { return wait() }
    refuse(refusals.tooSlow)
    hangUp()
  }

  /// Says why, and hangs up when that has been sent.
  private func refuse(_ reason: [UInt8]) {
    outgoing.append(reason)
    close()
  }

  /// Answers a line. A client that does not read what waits for it is hung up on.
  package func send(_ octets: [UInt8]) {
    guard descriptor != nil else { return }
    unanswered = max(0, unanswered - 1)
    guard outgoing.count + octets.count <= Self.mostOutgoing else { return hangUp() }
    outgoing.append(octets)
    flush()
  }

  /// Hears nothing more from the client, and hangs up when it has got what was sent.
  package func close() {
    isLeaving = true
    flush()
  }

  /// Hangs up at once.
  func hangUp() {
    guard descriptor != nil else { return }
    watch?.cancel()
    watch = nil
    descriptor = nil
    alarm?.set(nil)
    ended(self)
  }

  /// How many octets wait for it to read them.
  package var outgoingCount: Int { outgoing.count }

  private var listens: Bool { !isLeaving && !hasFinished && outgoing.count < Self.enoughOutgoing }

  private func proceed(_ ready: Readiness) {
    if ready.contains(.writable) { flush() }
    if ready.contains(.readable) { read() }
    // Nobody is there to be answered; a side that is only half closed is not told so.
    if !ready.isDisjoint(with: [.hangUp, .error]) { hangUp() }
  }

  private func read() {
    for _ in 0..<Self.readsInTurn {
      guard let descriptor, listens else { return }
      let count = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { room in
        let count = unsafe linux_receive(descriptor.number, room.baseAddress, room.count)
        if count > 0 { unsafe incoming.append(contentsOf: room[..<count]) }
        return count
      }
      if count == -Int(EAGAIN) { return }
      guard count >= 0 else { return hangUp() }
      guard count > 0 else {
        // A client may send its question, shut down its side and wait for the answer.
        hasFinished = true
        return flush()
      }
      takeLines()
      guard incoming.count <= Self.longestLine else { return refuse(refusals.tooLong) }
    }
  }

  private func takeLines() {
    // An answer may come at once and make room for the next line; that is taken here, not by a call within this one.
    guard !isTakingLines else { return }
    isTakingLines = true
    defer { isTakingLines = false }
    while outgoing.count < Self.enoughOutgoing, let end = incoming.firstIndex(of: UInt8(ascii: "\n")) {
      var line = Array(incoming[..<end])
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      incoming.removeFirst(end + 1)
      guard line.count <= Self.longestLine else { return refuse(refusals.tooLong) }
      unanswered += 1
      wait()
      received(self, line)
      guard descriptor != nil, !isLeaving else { return }
    }
  }

  private func flush() {
    guard let descriptor else { return }
    while let octets = outgoing.next(65_536) {
      let sent = unsafe octets.withUnsafeBytes { unsafe linux_send(descriptor.number, $0.baseAddress, $0.count) }
      if sent == -Int(EAGAIN) { break }
      guard sent > 0 else { return hangUp() }
      outgoing.remove(sent)
    }
    if !isLeaving { takeLines() }
    guard self.descriptor != nil else { return }
    if outgoing.isEmpty, isLeaving || (hasFinished && unanswered == 0) { return hangUp() }
    change()
  }

  private func change() {
    // Urgent data never comes over a Unix socket: this asks for nothing but to be told when the client is gone.
    var interest: Readiness = listens ? .readable : .urgent
    if !outgoing.isEmpty { interest.insert(.writable) }
    do throws(SystemFailure) {
      try watch?.change(interest)
    } catch {
      hangUp()
    }
  }
}
