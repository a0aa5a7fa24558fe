/// Lets tasks that belong to no actor run on a reactor.
///
/// An object of its own, because an executor that is both serial and for tasks has to enqueue every call between actors
/// of the loop, which takes ten times as long as calling through.
final class ReactorTaskExecutor: TaskExecutor {
  private unowned let reactor: Reactor

  init(_ reactor: Reactor) {
    self.reactor = reactor
  }

  func enqueue(_ job: consuming ExecutorJob) {
    reactor.add(.free(UnownedJob(job)))
  }
}
