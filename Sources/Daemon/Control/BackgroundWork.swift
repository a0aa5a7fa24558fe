import Glibc
import LinuxWorld
import Synchronization

/// Work that waits for the world outside, such as a resolver or a directory service, in a thread of its own.
enum BackgroundWork {
  /// How many threads there may be at a time; what is more is answered with nil at once.
  private static let mostThreads = 8
  private static let threads = Atomic<Int>(0)

  private final class Job: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `work` in a thread and calls back on the loop.
  static func run<Value: Sendable>(
    on reactor: Reactor, _ work: @escaping @Sendable () -> Value?, _ completion: @escaping @Sendable (Value?) -> Void
  ) {
    let job = Job {
      let value = work()
      threads.subtract(1, ordering: .relaxed)
      reactor.later { completion(value) }
    }
    guard threads.add(1, ordering: .relaxed).newValue <= mostThreads, begin(job) else {
      threads.subtract(1, ordering: .relaxed)
      return reactor.later { completion(nil) }
    }
  }

  private static func begin(_ job: Job) -> Bool {
    let context = unsafe Unmanaged.passRetained(job).toOpaque()
    var thread = pthread_t()
    let failed = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Job>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context)
    guard failed == 0 else {
      unsafe Unmanaged<Job>.fromOpaque(context).release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
