import CLinux
import Glibc
import World

/// A TCP connection, with or without TLS.
final class StreamConnection: Connection, @unchecked Sendable {
  /// How often a turn reads, and how much at once: a TLS record's octets.
  static let readsInTurn = 4
  static let readSize = 16_384
  /// What may wait to be sent.
  static let mostOutgoing = 1 << 20
  /// Everything is told once (edge-triggered), so that no system call has to change what is waited for. Whoever is told
  /// goes on until nothing is left, or comes back for the rest by himself.
  private static let interest: Readiness = [.readable, .writable, .peerClosed, .edge]
  private static let arrival: Readiness = [.readable, .peerClosed, .hangUp, .error]

  private enum State {
    /// Not begun, or it could not begin and the report is on its way.
    case idle
    case connecting(Descriptor, Watch)
    case shakingHands(Descriptor, Watch, TLSSession)
    case open(Descriptor, Watch, TLSSession?)
    case closed
  }

  private let request: ConnectionRequest
  private let reactor: Reactor
  private let room: ReceiveRoom
  private let contexts: TLSContexts
  private let event: @Sendable (ConnectionEvent) -> Void
  private var state = State.idle
  private var outgoing = OutgoingOctets()
  /// Whether the other side may still send.
  private var isReading = true
  /// Whether something may wait in the kernel to be read.
  private var hasUnread = false
  /// Whether the other side has ended.
  private var hasUnreadEnd = false

  init(
    _ request: ConnectionRequest, on reactor: Reactor, room: ReceiveRoom, contexts: TLSContexts,
    event: @escaping @Sendable (ConnectionEvent) -> Void
  ) {
    self.request = request
    self.reactor = reactor
    self.room = room
    self.contexts = contexts
    self.event = event
  }

  deinit {
    close()
  }

  /// Begins to connect; the outcome comes in a later turn.
  func begin() {
    do throws(SystemFailure) {
      let descriptor = try OutgoingSocket.make(linux_stream, request)
      let error = OutgoingSocket.connect(descriptor, request)
      guard error == 0 || error == EINPROGRESS else {
        return failLater(ConnectionFailure("connect", code: error, subject: "\(request.endpoint)"))
      }
      let watch = try reactor.watch(descriptor.number, Self.interest) { [weak self] ready in self?.proceed(ready) }
      state = .connecting(descriptor, watch)
    } catch {
      failLater(.impossible(error))
    }
  }

  func send(_ octets: [UInt8]) {
    guard !octets.isEmpty else { return }
    if case .closed = state { return }
    guard outgoing.count + octets.count <= Self.mostOutgoing else {
      return failLater(.impossible(SystemFailure("send", code: ENOBUFS, subject: "\(request.endpoint)")))
    }
    outgoing.append(octets)
    if case .open = state { flush() }
  }

  func close() {
    switch state {
    case .idle: break
    case .connecting(_, let watch), .shakingHands(_, let watch, _): watch.cancelByClosing()
    case .open(let descriptor, let watch, let session):
      watch.cancelByClosing()
      session?.finish()
      if hasUnread || session != nil { linux_discard(descriptor.number, 1 << 20) }
    case .closed: return
    }
    state = .closed
  }

  private func proceed(_ ready: Readiness) {
    if !ready.isDisjoint(with: Self.arrival) { hasUnread = true }
    if !ready.isDisjoint(with: [.peerClosed, .hangUp]) { hasUnreadEnd = true }
    switch state {
    case .idle, .closed: return
    case .connecting(let descriptor, let watch): finishConnecting(ready, descriptor, watch)
    case .shakingHands(let descriptor, let watch, let session): shakeHands(descriptor, watch, session)
    case .open: talk()
    }
  }

  /// TLS may have to read before it can write, or write before it can read: both are tried whatever happened.
  private func talk() {
    flush()
    guard case .open(_, _, let session) = state, isReading, hasUnread || session != nil else { return }
    read()
    flush()
  }

  private func finishConnecting(_ ready: Readiness, _ descriptor: Descriptor, _ watch: Watch) {
    // An error is always told as one; without it there is none to ask for.
    let error = ready.isDisjoint(with: [.error, .hangUp]) ? 0 : linux_socket_error(descriptor.number)
    guard error == 0 else { return fail(ConnectionFailure("connect", code: error, subject: "\(request.endpoint)")) }
    switch request.transport {
    case .tls(let settings): secure(settings, descriptor, watch)
    case .tcp, .udp, .ping:
      stand(descriptor, watch, nil)
    }
  }

  func secure(_ settings: TLSSettings) {
    guard case .open(let descriptor, let watch, nil) = state else { return }
    secure(settings, descriptor, watch)
  }

  private func secure(_ settings: TLSSettings, _ descriptor: Descriptor, _ watch: Watch) {
    do throws(SystemFailure) {
      // What is sent after the handshake's last flight must not wait for the acknowledgement of that.
      linux_set_option(descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
      let session = try TLSSession(
        contexts.context(for: settings), settings: settings, endpoint: request.endpoint, on: descriptor.number)
      state = .shakingHands(descriptor, watch, session)
      shakeHands(descriptor, watch, session)
    } catch {
      fail(.impossible(error))
    }
  }

  private func shakeHands(_ descriptor: Descriptor, _ watch: Watch, _ session: TLSSession) {
    switch session.shakeHands() {
    case .done: stand(descriptor, watch, session)
    case .wantsRead, .wantsWrite: break
    case .closed: fail(.handshake(reason: "closed by the other side"))
    case .broken(let code): fail(.handshake(reason: SystemFailure("SSL_connect", code: code).reason))
    case .refused(let reason): fail(.handshake(reason: reason))
    }
  }

  private func stand(_ descriptor: Descriptor, _ watch: Watch, _ session: TLSSession?) {
    state = .open(descriptor, watch, session)
    event(.connected)
    // The beginning of the answer may have come together with the end of the handshake.
    talk()
  }
}

// Reading and writing
extension StreamConnection {
  private func read() {
    for _ in 0..<Self.readsInTurn {
      guard case .open(let descriptor, _, let session) = state, isReading else { return }
      switch receive(descriptor, session) {
      case .done(let count) where count > 0:
        let isAll = session == nil && count < Self.readSize
        if isAll { hasUnread = false }
        event(.received(room.taken(count)))
        if isAll && !hasUnreadEnd { return }
      case .done, .closed:
        (isReading, hasUnread) = (false, false)
        return event(.ended)
      case .wantsRead:
        hasUnread = false
        return
      case .wantsWrite: return
      case .broken(let code): return fail(ConnectionFailure("recv", code: code, subject: "\(request.endpoint)"))
      case .refused(let reason): return fail(.refused(reason: reason))
      }
    }
    // Nothing will tell of the rest again.
    reactor.later { [weak self] in self?.read() }
  }

  private func receive(_ descriptor: Descriptor, _ session: TLSSession?) -> TLSSession.Step {
    unsafe room.fill { buffer in
      let buffer = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Self.readSize))
      if let session { return unsafe session.read(buffer) }
      let count = unsafe linux_receive(descriptor.number, buffer.baseAddress, buffer.count)
      return count >= 0 ? .done(count) : count == -Int(EAGAIN) ? .wantsRead : .broken(Int32(-count))
    }
  }

  private func flush() {
    guard case .open(let descriptor, _, let session) = state else { return }
    while let octets = outgoing.next(Self.readSize) {
      switch transmit(octets, descriptor, session) {
      case .done(let count): outgoing.remove(count)
      case .wantsWrite, .wantsRead: return
      case .closed: return fail(.refused(reason: "closed by the other side"))
      case .broken(let code): return fail(ConnectionFailure("send", code: code, subject: "\(request.endpoint)"))
      case .refused(let reason): return fail(.refused(reason: reason))
      }
    }
  }

  private func transmit(
    _ octets: ArraySlice<UInt8>, _ descriptor: Descriptor, _ session: TLSSession?
  ) -> TLSSession.Step {
    if let session { return session.write(octets) }
    let count = unsafe octets.withUnsafeBytes { unsafe linux_send(descriptor.number, $0.baseAddress, $0.count) }
    return count >= 0 ? .done(count) : count == -Int(EAGAIN) ? .wantsWrite : .broken(Int32(-count))
  }

  private func fail(_ failure: ConnectionFailure) {
    if case .closed = state { return }
    close()
    event(.failed(failure))
  }

  private func failLater(_ failure: ConnectionFailure) {
    reactor.later { [weak self] in self?.fail(failure) }
  }
}
