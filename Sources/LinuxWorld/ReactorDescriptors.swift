import CLinux
package import World

// Descriptors and signals.
extension Reactor {
  /// Watches a descriptor and calls `ready` on the loop, in every turn as long as it is ready (level-triggered).
  ///
  /// Cancel the watch before closing the descriptor. The reactor keeps the watch alive.
  package func watch(
    _ descriptor: Int32, _ interest: Readiness, ready: @escaping @Sendable (Readiness) -> Void
  ) throws(SystemFailure) -> Watch {
    precondition(isCurrent, "descriptors are watched on the reactor's thread")
    lastToken += 1
    let token = lastToken
    if !interest.isEmpty { try control(.add, descriptor, interest, token: token) }
    // A watch that still has the number belongs to a file that was closed without cancelling: it must not touch ours.
    if let stale = tokens[descriptor] { watches.removeValue(forKey: stale)?.lose() }
    let watch = Watch(self, token: token, descriptor: descriptor, interest: interest, ready: ready)
    watches[token] = watch
    tokens[descriptor] = token
    return watch
  }

  /// Watches for signals, which are blocked in this thread from now on; children started here have them unblocked.
  package func watchSignals(
    _ signals: [Int32], arrived: @escaping @Sendable (Int32) -> Void
  ) throws(SystemFailure) -> Watch {
    let mask = signals.filter { (1...64).contains($0) }.reduce(UInt64(0)) { $0 | 1 << UInt64($1 - 1) }
    let descriptor = Descriptor(try succeed("signalfd", linux_signals_open(mask)))
    return try watch(descriptor.number, .readable) { _ in
      while true {
        let signal = linux_signals_next(descriptor.number)
        guard signal > 0 else { return }
        arrived(signal)
      }
    }
  }

  enum Control: Int32 {
    case add = 1
    case remove = 2
    case change = 3
  }

  func control(_ control: Control, _ descriptor: Int32, _ interest: Readiness, token: UInt64) throws(SystemFailure) {
    let result = linux_epoll_control(epoll.number, control.rawValue, descriptor, interest.rawValue, token)
    try succeed("epoll_ctl", about: "descriptor \(descriptor)", result)
  }

  func forget(_ watch: Watch) {
    watches[watch.token] = nil
    if tokens[watch.descriptor] == watch.token { tokens[watch.descriptor] = nil }
  }

  /// Calls the watchers of what is ready and returns how much was, the timer not counted.
  @discardableResult
  func look(waits: Bool) -> Int {
    let count = unsafe events.withUnsafeMutableBufferPointer { buffer in
      unsafe linux_epoll_wait(epoll.number, buffer.baseAddress, Int32(buffer.count), waits ? -1 : 0)
    }
    guard count > 0 else { return 0 }
    var others = 0
    for index in 0..<Int(count) {
      let event = events[index]
      if event.token == Self.timerToken {
        (expired, armed) = (armed, nil)
      } else {
        others += 1
        // By token and not by descriptor: one that was closed and opened anew in this very round has another token.
        watches[event.token]?.ready(Readiness(rawValue: event.events))
      }
    }
    return others
  }
}
