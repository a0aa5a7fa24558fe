package import Machines

/// TCP_CHECK: that the connection stands is all that is asked.
package struct TCPProbe: Dialogue, Equatable {
  private var patience: Patience?

  /// Waits `timeout` for the connection, which is being opened.
  package init(timeout: Duration, from now: Moment) {
    patience = Patience(step: timeout, steps: 1, from: now)
  }

  package var nextDeadline: Moment? { patience?.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    guard let waiting = patience else { return [] }
    switch event {
    case .connected, .received: return finish(.success(detail: "connected"))
    case .ended: return finish(.failure(reason: "the server closed the connection"))
    case .failed(let reason): return finish(.failure(reason: reason))
    case .deadlineReached:
      guard now >= waiting.deadline else { return [] }
      return finish(.failure(reason: "no connection within \(waiting.text)"))
    }
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    patience = nil
    return [.finish(verdict)]
  }
}
