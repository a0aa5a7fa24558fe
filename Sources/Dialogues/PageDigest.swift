package import Machines
import Wire

/// Fetches a page for the MD5 digest of its body, whatever the status is: what `genhash` does.
package struct PageDigest: Dialogue {
  private enum Stage {
    case connecting
    case reading
    case over
  }

  private let request: [UInt8]
  private var stage = Stage.connecting
  private var patience: Patience
  private var response = HTTPResponse()
  private var digest = MD5()
  private var octets = 0

  /// What was received, for people.
  package private(set) var answer: [UInt8] = []
  /// How much of the answer is kept for people.
  package static let mostAnswer = 65_536

  /// Asks as the settings say, and judges nothing.
  package init(_ settings: HTTPExchange.Settings, timeout: Duration, from now: Moment) {
    request = settings.request
    patience = Patience(step: timeout, steps: 4, from: now)
  }

  package var nextDeadline: Moment? { stage == .over ? nil : patience.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    switch (event, stage) {
    case (_, .over), (.connected, .reading): return []
    case (.failed(let reason), _): return finish(.failure(reason: reason))
    case (.deadlineReached, _):
      guard now >= patience.deadline else { return [] }
      return finish(.failure(reason: "no answer within \(patience.text)"))
    case (.connected, .connecting):
      stage = .reading
      patience.renew(at: now)
      return [.send(request)]
    case (.received(let piece), _):
      patience.renew(at: now)
      answer += piece.prefix(Self.mostAnswer - answer.count)
      for part in response.read(piece) {
        if let effects = take(part) { return effects }
      }
      return []
    case (.ended, _): return take(response.end()) ?? []
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
    stage = .over
    return [.finish(verdict)]
  }
}
