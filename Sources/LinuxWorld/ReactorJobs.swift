import CLinux
import Synchronization

// Jobs of actors and tasks, and what was put off.
extension Reactor {
  /// Runs something in the next turn, after the descriptors that are ready then; from any thread.
  package nonisolated func later(_ job: @escaping @Sendable () -> Void) {
    add(.deferred(job))
  }

  /// Runs a job of an actor of the loop; from any thread.
  package nonisolated func enqueue(_ job: consuming ExecutorJob) {
    add(.isolated(UnownedJob(job)))
  }

  /// The reactor as actors refer to it.
  package nonisolated func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// Ends the program when an actor of the loop is entered from another thread (SE-0424).
  package nonisolated func checkIsolated() {
    precondition(isCurrent, "not on the reactor's thread")
  }

  /// Whether an actor of the loop may be entered here (SE-0471).
  package nonisolated func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Begins a task whose every step runs on the loop. The one place of the program where tasks begin.
  @discardableResult
  package nonisolated func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    Task(executorPreference: taskExecutor, operation: body)
  }

  nonisolated func add(_ work: Work) {
    if isCurrent { return place(work) }
    let wasEmpty = inbox.withLock { inbox in
      inbox.append(work)
      return inbox.count == 1
    }
    if wasEmpty { linux_wakeup_raise(wakeup.number) }
  }

  private func place(_ work: Work) {
    switch work {
    case .isolated, .free: jobs.append(work)
    case .deferred(let job): deferred.append(job)
    }
  }

  func takeInbox() {
    let arrived = inbox.withLock { inbox in
      defer { inbox = [] }
      return inbox
    }
    for work in arrived { place(work) }
  }

  func runJobs() {
    takeInbox()
    var count = 0
    while !jobs.isEmpty, count < Self.jobs {
      let batch = jobs
      jobs = []
      count += batch.count
      for job in batch { run(job) }
    }
  }

  private func run(_ work: Work) {
    switch work {
    case .isolated(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    case .free(let job): unsafe job.runSynchronously(on: taskExecutor.asUnownedTaskExecutor())
    case .deferred(let job): job()
    }
  }
}
