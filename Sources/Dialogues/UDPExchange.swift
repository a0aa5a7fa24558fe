package import Machines

/// UDP_CHECK: a datagram is sent. Silence is good news unless a reply is required; an ICMP error never is.
package struct UDPExchange: Dialogue, Equatable {
  /// What is sent, and what has to come back.
  package struct Settings: Hashable, Sendable {
    /// An octet the reply has to have: the bits that count, and their values.
    package struct Expectation: Hashable, Sendable {
      package var value: UInt8
      package var mask: UInt8

      /// An octet of which the bits in `mask` have to be those of `value`.
      package init(value: UInt8, mask: UInt8) {
        self.value = value
        self.mask = mask
      }
    }

    package var payload: [UInt8]
    package var requiresReply: Bool
    /// What the reply has to begin with, as far as it is that long.
    package var expected: [Expectation] = []
    /// The accepted lengths of a reply.
    package var length: ClosedRange<Int>

    /// A datagram that may remain unanswered; without payload it is a text.
    package init(payload: [UInt8]? = nil, requiresReply: Bool = false, length: ClosedRange<Int> = 0...255) {
      self.payload = payload ?? Array("keepalived check - understudy***".utf8)
      self.requiresReply = requiresReply
      self.length = length
    }
  }

  private let settings: Settings
  private var patience: Patience?

  /// Waits `timeout` for a reply or an error.
  package init(_ settings: Settings, timeout: Duration, from now: Moment) {
    self.settings = settings
    patience = Patience(step: timeout, steps: 1, from: now)
  }

  package var nextDeadline: Moment? { patience?.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    guard let waiting = patience else { return [] }
    switch event {
    case .connected: return [.send(settings.payload)]
    case .received(let octets): return finish(settings.requiresReply ? judge(octets) : .success(detail: "answered"))
    case .ended: return []
    case .failed(let reason): return finish(.failure(reason: reason))
    case .deadlineReached:
      guard now >= waiting.deadline else { return [] }
      return finish(
        settings.requiresReply
          ? .failure(reason: "no reply within \(waiting.text)") : .success(detail: "no error within \(waiting.text)"))
    }
  }

  private func judge(_ octets: ArraySlice<UInt8>) -> Verdict {
    guard settings.length.contains(octets.count) else {
      let (least, most) = (settings.length.lowerBound, settings.length.upperBound)
      return .failure(reason: "a reply of \(octets.count) octets instead of \(least) to \(most)")
    }
    for (place, pair) in zip(octets, settings.expected).enumerated() where (pair.0 ^ pair.1.value) & pair.1.mask != 0 {
      return .failure(reason: "octet \(place + 1) of the reply is wrong")
    }
    return .success(detail: "a reply of \(octets.count) octets")
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    patience = nil
    return [.finish(verdict)]
  }
}

/// PING_CHECK: what is sent comes back. The edge puts the ICMP header before the payload and takes it off the reply.
package struct EchoRequest: Dialogue, Equatable {
  private let payload: [UInt8]
  private var patience: Patience?

  /// Sends `nonce`, which ought to be random so that an old reply is not taken for a new one, padded to 56 octets;
  /// waits `timeout` for the reply.
  package init(nonce: UInt64, timeout: Duration, from now: Moment) {
    payload = (0..<56).map { UInt8(truncatingIfNeeded: $0 < 8 ? nonce >> UInt64(8 * $0) : UInt64($0)) }
    patience = Patience(step: timeout, steps: 1, from: now)
  }

  package var nextDeadline: Moment? { patience?.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    guard let waiting = patience else { return [] }
    switch event {
    case .connected: return [.send(payload)]
    case .received(let octets): return octets.elementsEqual(payload) ? finish(.success(detail: "echoed")) : []
    case .ended: return []
    case .failed(let reason): return finish(.failure(reason: reason))
    case .deadlineReached:
      guard now >= waiting.deadline else { return [] }
      return finish(.failure(reason: "no echo within \(waiting.text)"))
    }
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    patience = nil
    return [.finish(verdict)]
  }
}
