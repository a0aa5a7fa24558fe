package import Machines
import Wire

/// Fetches a page for the MD5 digest of its body, whatever the status is: what `genhash` does.
package struct PageDigest: Dialogue {
  private var inquiry: HTTPInquiry
  private var digest = MD5()
  private var octets = 0

  /// What was received, for people.
  package private(set) var answer: [UInt8] = []
  /// How much of the answer is kept for people.
  package static let mostAnswer = 65_536

  /// Asks as the settings say, and judges nothing.
  package init(_ settings: HTTPExchange.Settings, timeout: Duration, from now: Moment) {
    inquiry = HTTPInquiry(settings.request, Patience(step: timeout, steps: 4, from: now))
  }

  package var nextDeadline: Moment? { inquiry.nextDeadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    if case .received(let piece) = event { answer += piece.prefix(Self.mostAnswer - answer.count) }
    switch inquiry.handle(event, at: now) {
    case .effects(let effects): return effects
    case .failed(let reason): return finish(.failure(reason: reason))
    case .parts(let parts):
      for part in parts {
        if let effects = take(part) { return effects }
      }
      return []
    }
  }

  private mutating func take(_ part: HTTPResponse.Part) -> [DialogueEffect]? {
    switch part {
    case .status: return nil
    case .body(let piece):
      octets += piece.count
      guard octets <= HTTPExchange.mostBody else {
        return finish(.failure(reason: "the body is longer than \(HTTPExchange.mostBody) octets"))
      }
      digest.add(piece)
      return nil
    case .complete: return finish(.success(detail: digest.hexadecimal))
    case .malformed(let reason): return finish(.failure(reason: "the answer is not HTTP: \(reason)"))
    }
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    inquiry.finish()
    return [.finish(verdict)]
  }
}
