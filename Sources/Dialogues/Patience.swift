package import Machines

/// How long a dialogue waits: for each step, and for everything after the connection stands, so that a server which
/// drips octets cannot hold it for ever.
package struct Patience: Hashable, Sendable {
  /// The time each step may take.
  package let step: Duration
  /// When the current step is over.
  package private(set) var deadline: Moment
  /// When everything is over, however much progress there is.
  private var end: Moment?
  private let steps: Int

  /// Waits `step` from `now` for the connection, and then at most `steps` times as long altogether.
  package init(step: Duration, steps: Int, from now: Moment) {
    self.step = step
    self.steps = steps
    deadline = now + step
  }

  /// There was progress: the next step begins.
  package mutating func renew(at now: Moment) {
    let end = self.end ?? now + step * steps
    self.end = end
    deadline = min(now + step, end)
  }

  /// The time of a step in words: "5 s".
  package var text: String { step.text }
}

extension Duration {
  /// The duration for people, in seconds with at most one decimal: "5 s", "0.5 s".
  var text: String {
    let tenths = wholeNanoseconds / 100_000_000
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}
