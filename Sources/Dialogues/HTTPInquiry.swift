import Machines

/// One request, and an answer that comes in parts, within time limits: what every dialogue over HTTP begins with.
struct HTTPInquiry: Sendable {
  /// What follows from an event.
  enum Step {
    /// To be done; often nothing.
    case effects([DialogueEffect])
    /// Heard: to be judged one after the other, until one of them decides.
    case parts([HTTPResponse.Part])
    /// There will be no answer.
    case failed(reason: String)
  }

  private enum Stage {
    case connecting
    case reading
    case over
  }

  private let request: [UInt8]
  private var stage = Stage.connecting
  private var patience: Patience
  private(set) var response = HTTPResponse()

  /// Asks; waits as long as `patience` says.
  init(_ request: [UInt8], _ patience: Patience) {
    self.request = request
    self.patience = patience
  }

  var nextDeadline: Moment? { stage == .over ? nil : patience.deadline }

  mutating func handle(_ event: DialogueEvent, at now: Moment) -> Step {
    switch (event, stage) {
    case (_, .over), (.connected, .reading): return .effects([])
    case (.failed(let reason), _): return .failed(reason: reason)
    case (.deadlineReached, _): return now >= patience.deadline ? .failed(reason: timeoutText) : .effects([])
    case (.connected, .connecting):
      stage = .reading
      patience.renew(at: now)
      return .effects([.send(request)])
    case (.received(let octets), _):
      patience.renew(at: now)
      return .parts(response.read(octets))
    case (.ended, _): return .parts([response.end()])
    }
  }

  /// It is decided; nothing follows any more.
  mutating func finish() { stage = .over }

  private var timeoutText: String {
    switch stage {
    case .connecting, .over: "no connection within \(patience.text)"
    case .reading: response.hasBegun ? "the answer was not complete in time" : "no answer within \(patience.text)"
    }
  }
}
