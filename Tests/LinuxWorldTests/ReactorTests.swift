import CLinux
import Glibc
import LinuxWorld
import Machines
import Synchronization
import Testing
import World

@Suite struct ReactorAlarmTests {
  @Test func `alarms ring in the order of their moments and not before them`() throws {
    let reactor = try Reactor()
    let rung = Collected<(Int, Bool)>()
    let start = reactor.now
    let alarms = [30, 10, 20, 10, 0].enumerated().map { index, milliseconds in
      let due = start + .milliseconds(milliseconds)
      let alarm = reactor.alarm { rung.append((index, reactor.now >= due)) }
      alarm.set(due)
      return alarm
    }
    #expect(reactor.turns { rung.count == alarms.count })
    #expect(rung.all.map(\.0) == [4, 1, 3, 2, 0])
    #expect(!rung.all.contains { !$0.1 })
  }

  @Test func `setting an alarm again replaces the earlier moment, and nil silences it`() throws {
    let reactor = try Reactor()
    let rung = Collected<String>()
    let moved = reactor.alarm { rung.append("moved") }
    let silenced = reactor.alarm { rung.append("silenced") }
    let last = reactor.alarm { rung.append("last") }
    let start = reactor.now
    moved.set(start + .seconds(3600))
    moved.set(start + .milliseconds(5))
    silenced.set(start + .milliseconds(1))
    silenced.set(nil)
    last.set(start + .milliseconds(10))
    #expect(reactor.turns { rung.all.contains("last") })
    #expect(rung.all == ["moved", "last"])
  }

  @Test func `alarms that are put off again and again ring in the order of where they end up`() throws {
    let reactor = try Reactor()
    let rung = Collected<Int>()
    let start = reactor.now
    let alarms = (0..<40).map { index in reactor.alarm { rung.append(index) } }
    for alarm in alarms { alarm.set(start) }
    for round in 1...3 {
      // From the last to the first, so that each round turns the order of the others around.
      for (index, alarm) in alarms.enumerated().reversed() {
        alarm.set(start + .microseconds(round * 1000 + (index * 7 % 40) * 100))
      }
    }
    alarms[3].set(nil)
    alarms[5].set(start)
    #expect(reactor.turns { rung.count == 39 })
    let expected = alarms.indices.filter { $0 != 3 && $0 != 5 }.sorted { $0 * 7 % 40 < $1 * 7 % 40 }
    #expect(rung.all == [5] + expected)
  }

  @Test func `a loop knows since when it has not been stopped`() throws {
    let reactor = try Reactor()
    let first = try #require(reactor.awakeSince)
    let rung = Collected<Moment?>()
    let alarm = reactor.alarm {
      rung.append(reactor.awakeSince)
      // As if it had been stopped here.
      usleep(30_000)
    }
    let next = reactor.alarm { rung.append(reactor.awakeSince) }
    let due = reactor.now
    alarm.set(due)
    next.set(due)
    #expect(reactor.turns { rung.count == 2 })
    #expect((rung.all[0] ?? .origin) >= first)
    #expect((rung.all[1] ?? .origin) >= due + .milliseconds(30), "the second rings after the pause")
  }

  @Test func `what came during a pause is read before the next alarm rings`() throws {
    let reactor = try Reactor()
    let pipe = try Ends.pipe()
    let story = Collected<String>()
    let watch = try reactor.watch(pipe.first.number, .readable) { _ in
      if pipe.first.take(1) != nil { story.append("read") }
    }
    let first = reactor.alarm {
      story.append("first")
      usleep(30_000)
      pipe.second.put([1])
    }
    let second = reactor.alarm { story.append("second") }
    let due = reactor.now
    first.set(due)
    second.set(due)
    #expect(reactor.turns { story.count == 3 })
    #expect(story.all == ["first", "read", "second"])
    watch.cancel()
  }

  @Test func `what came during a pause after the last look is read before an alarm rings`() throws {
    let reactor = try Reactor()
    let pipe = try Ends.pipe()
    let story = Collected<String>()
    let watch = try reactor.watch(pipe.first.number, .readable) { _ in
      if pipe.first.take(1) != nil { story.append("read") }
    }
    let alarm = reactor.alarm { story.append("rung") }
    alarm.set(reactor.now)
    reactor.later {
      usleep(30_000)
      pipe.second.put([1])
    }
    #expect(reactor.turns { story.count == 2 })
    #expect(story.all == ["read", "rung"])
    watch.cancel()
  }

  @Test func `a loop all of whose turns are slow rings its alarms`() throws {
    let reactor = try Reactor()
    let rung = Collected<Int>()
    let alarm = reactor.alarm { rung.append(1) }
    alarm.set(reactor.now)
    let again = Cell<(@Sendable () -> Void)?>(nil)
    again.value = {
      usleep(25_000)
      if rung.count == 0 { again.value.map { reactor.later($0) } }
    }
    again.value.map { reactor.later($0) }
    #expect(reactor.turns { rung.count == 1 })
  }

  @Test func `an alarm that is due does not ring when one before it silences it`() throws {
    let reactor = try Reactor()
    let rung = Collected<String>()
    let second = reactor.alarm { rung.append("second") }
    let first = reactor.alarm {
      rung.append("first")
      second.set(nil)
    }
    first.set(.origin)
    second.set(.origin)
    reactor.turns(for: .milliseconds(5))
    #expect(rung.all == ["first"])
  }

  @Test func `an alarm that sets itself into the past rings once in every turn`() throws {
    let reactor = try Reactor()
    let rung = Collected<Int>()
    let again = Cell<(any Alarm)?>(nil)
    let alarm = reactor.alarm {
      rung.append(rung.count)
      again.value?.set(.origin)
    }
    again.value = alarm
    alarm.set(.origin)
    for expected in 1...3 {
      reactor.turn(until: nil)
      #expect(rung.count == expected)
    }
    alarm.set(nil)
    again.value = nil
  }

  @Test func `thousands of alarms, moved about, ring in order`() throws {
    let reactor = try Reactor()
    var generator = SeededGenerator(seed: 7)
    let rung = Collected<Int64>()
    let moments = (0..<2000).map { _ in Cell<Int64>(0) }
    let alarms = moments.map { moment in reactor.alarm { rung.append(moment.value) } }
    for _ in 0..<3 {
      for (alarm, moment) in zip(alarms, moments) {
        moment.value = Int64.random(in: 1...1_000_000, using: &generator)
        alarm.set(Moment(nanoseconds: moment.value))
      }
    }
    for alarm in alarms.prefix(500) { alarm.set(nil) }
    #expect(reactor.turns { rung.count == 1500 })
    #expect(rung.all == rung.all.sorted())
  }
}

@Suite struct ReactorDescriptorTests {
  @Test func `after a stall everything that waits in descriptors is handled before any alarm rings`() throws {
    let reactor = try Reactor()
    let pipe = try Ends.pipe()
    let seen = Collected<String>()
    let alarm = reactor.alarm { seen.append("alarm") }
    pipe.second.put([UInt8](repeating: 1, count: 40))
    let due = reactor.now + .milliseconds(2)
    alarm.set(due)
    let watch = try reactor.watch(pipe.first.number, .readable) { _ in
      // The process stands still in the middle of its backlog, until long after the alarm was due.
      if seen.count == 20 { while reactor.now < due + .milliseconds(30) {} }
      if pipe.first.take(1) != nil { seen.append("packet") }
    }
    #expect(reactor.turns { seen.all.contains("alarm") })
    #expect(seen.all == [String](repeating: "packet", count: 40) + ["alarm"])
    watch.cancel()
  }

  @Test func `a descriptor that is always ready does not keep alarms from ringing`() throws {
    let reactor = try Reactor()
    let pipe = try Ends.pipe()
    let rung = Collected<Int>()
    pipe.second.put([1])
    let watch = try reactor.watch(pipe.first.number, .readable) { _ in }
    let alarm = reactor.alarm { rung.append(1) }
    alarm.set(reactor.now + .milliseconds(1))
    #expect(reactor.turns(within: .seconds(2)) { rung.count == 1 })
    watch.cancel()
  }

  @Test func `a watch cancelled during dispatch is not called for what was already reported`() throws {
    let reactor = try Reactor()
    let pipes = try (0..<2).map { _ in try Ends.pipe() }
    let called = Collected<Int>()
    let watches = Mutex<[Watch]>([])
    for (index, pipe) in pipes.enumerated() {
      pipe.second.put([1])
      let watch = try reactor.watch(pipe.first.number, .readable) { _ in
        called.append(index)
        for watch in watches.withLock({ $0 }) { watch.cancel() }
      }
      watches.withLock { $0.append(watch) }
    }
    reactor.turns(for: .milliseconds(5))
    #expect(called.count == 1)
  }

  @Test func `a descriptor closed and opened anew during dispatch is not mistaken for the old one`() throws {
    let reactor = try Reactor()
    let seen = Collected<String>()
    struct Old {
      var ends: Ends?
      var watch: Watch?
    }
    let others = Mutex<[Old]>([])
    let replacement = Mutex<(Ends, Watch)?>(nil)
    for _ in 0..<2 {
      let ends = try Ends.pipe()
      ends.second.put([1])
      let watch = try reactor.watch(ends.first.number, .readable) { _ in
        seen.append("old")
        others.withLock { old in
          for index in old.indices { old[index].watch?.cancel() }
          old = []
        }
        // The lowest numbers are given out again: these two.
        guard let ends = try? Ends.pipe(),
          let watch = try? reactor.watch(ends.first.number, .readable, ready: { _ in seen.append("new") })
        else { return seen.append("no replacement") }
        replacement.withLock { $0 = (ends, watch) }
      }
      others.withLock { $0.append(Old(ends: ends, watch: watch)) }
    }
    reactor.turns(for: .milliseconds(5))
    #expect(seen.all == ["old"])
    replacement.withLock { $0?.0.second.put([1]) }
    #expect(reactor.turns { seen.all.contains("new") })
    replacement.withLock { $0?.1.cancel() }
  }

  @Test func `a watch whose descriptor was closed without cancelling cannot harm the next with its number`() throws {
    let reactor = try Reactor()
    let seen = Collected<String>()
    var old: Ends? = try Ends.pipe()
    let number = try #require(old?.first.number)
    let stale = try reactor.watch(number, .readable) { _ in seen.append("stale") }
    old = nil
    let ends = try Ends.pipe()
    try #require(dup2(ends.first.number, number) == number)
    let duplicate = Descriptor(number)
    let watch = try reactor.watch(number, .readable) { _ in
      seen.append("fresh")
      _ = duplicate.take(1)
    }
    stale.cancel()
    ends.second.put([1])
    #expect(reactor.turns(within: .seconds(2)) { !seen.all.isEmpty })
    #expect(seen.all == ["fresh"])
    watch.cancel()
  }

  @Test func `a watch without interest is silent until it has one again`() throws {
    let reactor = try Reactor()
    let pipe = try Ends.pipe()
    let seen = Collected<Readiness>()
    pipe.second.put([1])
    let watch = try reactor.watch(pipe.first.number, .readable) { ready in
      seen.append(ready)
      _ = pipe.first.take(1)
    }
    try watch.change([])
    reactor.turns(for: .milliseconds(5))
    #expect(seen.count == 0)
    try watch.change(.readable)
    #expect(reactor.turns { seen.count == 1 })
    watch.cancel()
  }

  @Test func `a signal arrives as an event`() throws {
    let reactor = try Reactor()
    let arrived = Collected<Int32>()
    let watch = try reactor.watchSignals([SIGUSR2]) { arrived.append($0) }
    pthread_kill(pthread_self(), SIGUSR2)
    #expect(reactor.turns { arrived.count > 0 })
    #expect(arrived.all == [SIGUSR2])
    watch.cancel()
    linux_signals_unblock(1 << UInt64(SIGUSR2 - 1))
  }
}
