import Machines
import Testing
import VirtualServices

private let failure = CheckFailure(.answer, "connection refused")
private let impossible = CheckFailure(.couldNotCheck, "no such address")

private func schedule(retry: UInt32 = 0, warmup: Duration? = .zero) -> CheckSchedule {
  CheckSchedule(delayLoop: .seconds(6), retry: retry, delayBeforeRetry: .seconds(3), warmup: warmup)
}

/// A check together with the clock of its test.
private struct Run {
  var machine: CheckMachine
  var now = Moment.origin

  init(_ schedule: CheckSchedule) {
    machine = CheckMachine(schedule, seed: 1, at: now)
    _ = machine.handle(.started, at: now)
  }

  /// Waits for the next attempt, lets it end so, and returns how long it waited.
  mutating func attempt(_ result: CheckResult) -> Duration {
    guard let deadline = machine.nextDeadline else { return .seconds(-1) }
    let waited = deadline - now
    now = deadline
    guard machine.handle(.deadlineReached, at: now) == [.probe] else { return .seconds(-2) }
    _ = machine.handle(.finished(result), at: now)
    return waited
  }
}

@Suite struct `A check` {
  @Test func `is good after one success`() {
    var run = Run(schedule(retry: 3))
    _ = run.attempt(.success(detail: "ok"))
    #expect(run.machine.state == CheckState(.good, detail: "ok", since: .origin))
  }

  @Test func `fails with its first answer, whatever the retries`() {
    var run = Run(schedule(retry: 3))
    _ = run.attempt(.failure(failure))
    #expect(run.machine.state.standing == .failed(failure))
  }

  @Test(arguments: [0, 1, 3] as [UInt32])
  func `that was good fails after the retries, with the pause between them`(retry: UInt32) {
    var run = Run(schedule(retry: retry))
    _ = run.attempt(.success(detail: ""))
    #expect(run.attempt(.failure(failure)) == .seconds(6))
    for _ in 0..<retry {
      #expect(run.machine.state.standing == .good)
      #expect(run.attempt(.failure(failure)) == .seconds(3))
    }
    #expect(run.machine.state.standing == .failed(failure))
    #expect(run.attempt(.failure(failure)) == .seconds(6))
  }

  @Test func `starts its retries anew after a success`() {
    var run = Run(schedule(retry: 1))
    for result in [.success(detail: ""), .failure(failure), .success(detail: ""), .failure(failure)] as [CheckResult] {
      _ = run.attempt(result)
    }
    #expect(run.machine.state.standing == .good)
  }

  @Test func `recovers with one success and remembers since when`() {
    var run = Run(schedule())
    _ = run.attempt(.failure(failure))
    #expect(run.attempt(.success(detail: "")) == .seconds(6))
    #expect(run.machine.state == CheckState(.good, since: .seconds(6)))
  }

  @Test func `believes a server at once that says itself it is not to be used`() {
    var run = Run(schedule(retry: 3))
    _ = run.attempt(.success(detail: ""))
    let declared = CheckFailure(.declared, "in maintenance")
    _ = run.attempt(.failure(declared))
    #expect(run.machine.state.standing == .failed(declared))
  }

  @Test(arguments: [true, false])
  func `that cannot be carried out fails after its retries and says so`(wasGood: Bool) {
    var run = Run(schedule(retry: 2))
    if wasGood { _ = run.attempt(.success(detail: "")) }
    let before = run.machine.state.standing
    for _ in 0..<2 {
      _ = run.attempt(.failure(impossible))
      #expect(run.machine.state.standing == before)
    }
    _ = run.attempt(.failure(impossible))
    #expect(run.machine.state.standing == .failed(impossible))
    #expect(run.machine.state.detail == "could not be checked: no such address")
  }

  @Test func `spreads its first attempt over the warm-up by its seed`() {
    let delays = (1...200 as ClosedRange<UInt64>).map { seed in
      var machine = CheckMachine(schedule(warmup: .seconds(4)), seed: seed, at: .origin)
      _ = machine.handle(.started, at: .origin)
      return machine.nextDeadline.map { ($0 - .origin).inSeconds } ?? -1
    }
    #expect(delays.allSatisfy { (0...4).contains($0) })
    #expect(delays.min() ?? 9 < 0.3 && delays.max() ?? 0 > 3.7)
  }

  @Test func `warms up for its period when nothing is said`() {
    let delays = (1...50 as ClosedRange<UInt64>).map { seed in
      var machine = CheckMachine(schedule(warmup: nil), seed: seed, at: .origin)
      _ = machine.handle(.started, at: .origin)
      return machine.nextDeadline.map { ($0 - .origin).inSeconds } ?? -1
    }
    #expect(delays.max() ?? 0 > 4 && delays.max() ?? 9 <= 6)
  }

  @Test func `rests while suspended and keeps its verdict`() {
    var run = Run(schedule())
    _ = run.attempt(.success(detail: ""))
    _ = run.machine.handle(.suspended, at: run.now)
    #expect(run.machine.nextDeadline == nil && run.machine.state.standing == .good)
    _ = run.machine.handle(.started, at: run.now)
    #expect(run.machine.nextDeadline != nil)
  }

  @Test func `gives up the attempt under way when suspended, and does not mind its late result`() {
    var run = Run(schedule())
    _ = run.machine.handle(.deadlineReached, at: run.now)
    #expect(run.machine.handle(.suspended, at: run.now) == [.cancel])
    #expect(run.machine.handle(.finished(.failure(failure)), at: run.now) == [])
    #expect(run.machine.state.standing == .notYet)
  }
}
