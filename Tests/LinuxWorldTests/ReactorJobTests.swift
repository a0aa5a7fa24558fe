import CLinux
import Glibc
import LinuxWorld
import Machines
import Synchronization
import Testing
import World

/// An actor on a loop, which notes the threads it runs on.
private actor Counter {
  private let loop: any Loop
  private var count = 0

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.executor.asUnownedSerialExecutor() }

  init(_ loop: any Loop) {
    self.loop = loop
  }

  func increment() -> (count: Int, thread: UInt64) {
    count += 1
    return (count, linux_thread_identity())
  }

  nonisolated func incrementAtOnce() -> Int {
    assumeIsolated { $0.increment().count }
  }
}

private func nowhere() async -> UInt64 { linux_thread_identity() }

@Suite struct ReactorJobTests {
  @Test func `what is put off runs in the next turn`() throws {
    let reactor = try Reactor()
    let seen = Collected<String>()
    reactor.later {
      seen.append("first")
      reactor.later { seen.append("second") }
    }
    reactor.turn(until: nil)
    #expect(seen.all == ["first"])
    reactor.turn(until: nil)
    #expect(seen.all == ["first", "second"])
  }

  @Test func `work from another thread wakes the loop`() throws {
    let reactor = try Reactor()
    let seen = Collected<Bool>()
    let thread = OtherThread {
      for _ in 0..<1000 { reactor.later { seen.append(reactor.isCurrent) } }
    }
    #expect(reactor.turns { seen.count == 1000 })
    #expect(!seen.all.contains(false))
    thread.join()
  }

  @Test func `an actor of the loop can be entered from a callback`() throws {
    let reactor = try Reactor()
    let counter = Counter(reactor)
    let seen = Collected<Int>()
    let alarm = reactor.alarm { seen.append(counter.incrementAtOnce()) }
    alarm.set(.origin)
    #expect(reactor.turns { seen.count == 1 })
  }

  @Test func `every step of a task runs on the loop's thread`() throws {
    let reactor = try Reactor()
    let counter = Counter(reactor)
    let threads = Collected<UInt64>()
    let isOver = Atomic<Bool>(false)
    reactor.start {
      threads.append(await counter.increment().thread)
      threads.append(await nowhere())
      await withCheckedContinuation { continuation in
        reactor.later { continuation.resume() }
      }
      threads.append(linux_thread_identity())
      async let one = nowhere()
      async let two = counter.increment().thread
      for thread in await [one, two] { threads.append(thread) }
      isOver.store(true, ordering: .relaxed)
    }
    #expect(reactor.turns { isOver.load(ordering: .relaxed) })
    #expect(threads.count == 5)
    #expect(Set(threads.all) == [linux_thread_identity()])
  }

  @Test func `stopping ends the loop, from another thread too`() throws {
    let reactor = try Reactor()
    let thread = OtherThread { reactor.stop() }
    reactor.runForever()
    thread.join()
  }
}
