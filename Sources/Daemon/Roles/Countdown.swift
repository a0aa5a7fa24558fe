import Synchronization

/// Calls a closure once a number of things has happened, and `start` has been called.
final class Countdown: Sendable {
  private let remaining: Mutex<Int>
  private let completion: @Sendable () -> Void

  /// Waits for so many things, and for `start`.
  init(_ count: Int, _ completion: @escaping @Sendable () -> Void) {
    remaining = Mutex(count + 1)
    self.completion = completion
  }

  /// One of them has happened.
  func count() {
    let isDone = remaining.withLock { remaining in
      remaining -= 1
      return remaining == 0
    }
    if isDone { completion() }
  }

  /// All of them have been set going.
  func start() { count() }
}
