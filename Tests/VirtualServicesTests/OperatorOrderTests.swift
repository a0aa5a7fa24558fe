import Machines
import Testing
import VirtualServices
import Wire

@Suite struct `An operator's order` {
  private func machine(
    _ change: (inout VirtualServiceSettings) -> Void = { _ in }
  ) -> ServiceMachine {
    var settings = Sample.service([Sample.server(1, weight: 5), Sample.server(2, weight: 5)])
    change(&settings)
    return Sample.machine(settings)
  }

  @Test func `to drain leaves the server in the table with weight 0, and taking it back restores it`() {
    var machine = machine()
    let reports = machine.reports(.ordered(Sample.address(1), .weight(0)))
    #expect(machine.weights == [Sample.address(1): 0, Sample.address(2): 5])
    #expect(machine.servers[0].isUp)
    #expect(machine.liveWeight == 5)
    #expect(reports.count == 1)
    _ = machine.handle(.ordered(Sample.address(1), nil), at: Sample.start)
    #expect(machine.weights == [Sample.address(1): 5, Sample.address(2): 5])
  }

  @Test func `of a weight wins over checks that speak of weights`() {
    var machine = machine()
    _ = machine.handle(.ordered(Sample.address(1), .weight(9)), at: Sample.start)
    let state = CheckState(.good, influence: .absolute(2), since: Sample.start)
    _ = machine.handle(.checkChanged(server: 0, check: 0, state), at: Sample.start)
    #expect(machine.weights[Sample.address(1)] == 9)
    _ = machine.handle(.ordered(Sample.address(1), nil), at: Sample.start)
    #expect(machine.weights[Sample.address(1)] == 2)
  }

  @Test func `of a weight does not bring back a server that failed`() {
    var machine = machine()
    _ = machine.handle(.checkChanged(server: 0, check: 0, Sample.failed), at: Sample.start)
    _ = machine.handle(.ordered(Sample.address(1), .weight(9)), at: Sample.start)
    #expect(machine.weights == [Sample.address(2): 5])
  }

  @Test func `to disable takes the server out like a failure, and says whose idea it was`() {
    var machine = machine { $0.quorum = 6 }
    let reports = machine.reports(.ordered(Sample.address(1), .disabled))
    #expect(machine.weights == [Sample.address(2): 5])
    #expect(!machine.quorumIsUp)
    guard case .serverChanged(let change) = reports.first else {
      Issue.record("the server's change comes first")
      return
    }
    #expect(change.cause == .order && !change.isUp && change.command?.arguments == ["/down"])
    // Whatever the checks say meanwhile.
    #expect(machine.reports(.checkChanged(server: 0, check: 0, Sample.good)).isEmpty)
    #expect(machine.weights == [Sample.address(2): 5])
    #expect(machine.reports(.ordered(Sample.address(1), nil)).count == 2)
    #expect(machine.quorumIsUp)
  }

  @Test func `survives a reload for as long as the server is configured`() {
    var machine = machine()
    _ = machine.handle(.ordered(Sample.address(1), .weight(0)), at: Sample.start)
    let more = Sample.service([Sample.server(3), Sample.server(1, weight: 7), Sample.server(2)])
    _ = machine.handle(.settingsChanged(more, verdicts: [], ReportPolicy()), at: Sample.start)
    #expect(machine.weights[Sample.address(1)] == 0)
    let without = Sample.service([Sample.server(2)])
    _ = machine.handle(.settingsChanged(without, verdicts: [], ReportPolicy()), at: Sample.start)
    _ = machine.handle(.settingsChanged(more, verdicts: [], ReportPolicy()), at: Sample.start)
    #expect(machine.weights[Sample.address(1)] == 7)
  }

  @Test func `about an unknown server does nothing`() {
    var machine = machine()
    let before = machine
    #expect(machine.handle(.ordered(Sample.address(9), .disabled), at: Sample.start).isEmpty)
    #expect(machine == before)
  }
}
