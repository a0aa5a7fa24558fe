import Machines
import Testing
import VirtualServices
import Wire

@Suite struct `A slow start` {
  private func machine(_ weights: [UInt32]) -> ServiceMachine {
    var settings = Sample.service(weights.enumerated().map { Sample.server($0 + 1, weight: $1) })
    settings.servers[0].slowStart = .seconds(20)
    return Sample.machine(settings)
  }

  private func recover(_ machine: inout ServiceMachine) {
    _ = machine.handle(.checkChanged(server: 0, check: 0, Sample.failed), at: .seconds(1))
    _ = machine.handle(.checkChanged(server: 0, check: 0, Sample.good), at: .seconds(10))
  }

  @Test func `raises the weight step by step, and ends at the configured one`() {
    var machine = machine([100, 1])
    recover(&machine)
    var course = [machine.weights[Sample.address(1)] ?? 0]
    var last = Moment.origin
    while let deadline = machine.nextDeadline, course.count < 100 {
      last = deadline
      #expect(machine.handle(.deadlineReached, at: deadline) == [.reconcileServer(0)])
      course.append(machine.weights[Sample.address(1)] ?? 0)
    }
    #expect(course.first == 5 && course.last == 100 && course == course.sorted())
    #expect(Set(course).count == 20 && last == .seconds(30))
  }

  @Test func `does not touch the quorum`() {
    var machine = machine([100, 1])
    recover(&machine)
    #expect(machine.liveWeight == 101)
  }

  @Test func `is skipped when it is the only server that works, now or later`() {
    var machine = machine([100, 1])
    recover(&machine)
    #expect(machine.weights[Sample.address(1)] == 5)
    let effects = machine.handle(.checkChanged(server: 1, check: 0, Sample.failed), at: .seconds(11))
    #expect(effects.contains(.reconcileServer(0)))
    #expect(machine.weights == [Sample.address(1): 100])
  }

  @Test func `is not for the first success`() {
    var settings = Sample.service([Sample.server(1, weight: 100, alpha: true), Sample.server(2)])
    settings.servers[0].slowStart = .seconds(20)
    var machine = Sample.machine(settings)
    _ = machine.handle(.checkChanged(server: 0, check: 0, Sample.good), at: .seconds(1))
    #expect(machine.weights[Sample.address(1)] == 100 && machine.nextDeadline == nil)
  }

  @Test func `is over when the server fails again, and goes on over a reload`() {
    var machine = machine([100, 1])
    recover(&machine)
    var settings = machine.settings
    settings.servers.swapAt(0, 1)
    let verdicts = [[Sample.good], [Sample.good]]
    _ = machine.handle(.settingsChanged(settings, verdicts: verdicts, ReportPolicy()), at: .seconds(11))
    #expect(machine.weights[Sample.address(1)] == 5)
    _ = machine.handle(.checkChanged(server: 1, check: 0, Sample.failed), at: .seconds(12))
    #expect(machine.nextDeadline == nil)
  }
}

@Suite struct `A removed server` {
  private func removed(from drainTimeout: Duration?, own: Duration? = nil) -> ServiceMachine {
    var settings = Sample.service([Sample.server(1), Sample.server(2, weight: 5), Sample.server(3)])
    settings.drainTimeout = drainTimeout
    settings.servers[1].drainTimeout = own
    var machine = Sample.machine(settings)
    _ = machine.handle(.checkChanged(server: 2, check: 0, Sample.failed), at: .seconds(1))
    settings.servers = [settings.servers[0]]
    _ = machine.handle(.settingsChanged(settings, verdicts: [[Sample.good]], ReportPolicy()), at: .seconds(10))
    return machine
  }

  @Test func `goes at once when nothing is said`() {
    #expect(removed(from: nil).weights == [Sample.address(1): 1])
  }

  @Test func `that was in use keeps its connections until the time is up`() {
    var machine = removed(from: .seconds(30))
    #expect(machine.weights == [Sample.address(1): 1, Sample.address(2): 0])
    #expect(machine.nextDeadline == .seconds(40) && machine.liveWeight == 1)
    #expect(machine.handle(.deadlineReached, at: .seconds(40)) == [.reconcile])
    #expect(machine.weights == [Sample.address(1): 1])
  }

  @Test(arguments: [(nil, 5, 15), (30, 5, 15), (30, nil, 40)] as [(Int?, Int?, Double)])
  func `has the time that is its own, else that of its service`(service: Int?, own: Int?, end: Double) {
    let machine = removed(from: service.map { .seconds($0) }, own: own.map { .seconds($0) })
    #expect(machine.nextDeadline == .seconds(end))
  }

  @Test func `goes at once when its own time is none`() {
    #expect(removed(from: .seconds(30), own: .zero).weights == [Sample.address(1): 1])
  }

  @Test func `goes when it has no connections any more`() {
    var machine = removed(from: .seconds(30))
    #expect(machine.handle(.drained(Sample.address(2)), at: .seconds(11)) == [.reconcile])
    #expect(machine.weights == [Sample.address(1): 1] && machine.nextDeadline == nil)
    #expect(machine.handle(.drained(Sample.address(2)), at: .seconds(11)) == [])
  }

  @Test func `that returns is drained no more`() {
    var machine = removed(from: .seconds(30))
    var settings = machine.settings
    settings.servers.append(Sample.server(2, weight: 5))
    let verdicts = [[Sample.good], [Sample.good]]
    _ = machine.handle(.settingsChanged(settings, verdicts: verdicts, ReportPolicy()), at: .seconds(12))
    #expect(machine.weights == [Sample.address(1): 1, Sample.address(2): 5])
    #expect(machine.nextDeadline == nil)
  }
}
