import Balancing
import Machines
import Testing
import VirtualServices
import Wire
import World

private let noMemory = TestTable.failure(12, "Cannot allocate memory")

@Suite struct `A command that the kernel refuses` {
  private func isAddition(_ operation: TableOperation) -> Bool {
    if case .addDestination(_, Sample.one, _) = operation { true } else { false }
  }

  @Test func `is repeated soon, then less and less often, and told once`() {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2)))
    bench.table.refuses = { isAddition($0) ? noMemory : nil }
    bench.start()
    func attempts() -> Int { bench.table.operations.filter(isAddition).count }
    #expect(attempts() == 1)
    // 0.1 s, then twice as long each time, at most 5 s.
    for (pause, count) in zip([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000], 2...) {
      bench.loop.pass(.milliseconds(pause - 1))
      #expect(attempts() == count - 1)
      bench.loop.pass(.milliseconds(1))
      #expect(attempts() == count)
    }
    bench.loop.pass(.seconds(60))
    #expect(bench.reports.lines.filter { $0.contains("failed: IPVS: Cannot allocate memory") }.count == 1)
    #expect(bench.snapshot.failures.count == 1)
    bench.table.refuses = { _ in nil }
    bench.loop.pass(.seconds(5))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
    #expect(bench.snapshot.failures.isEmpty && !bench.reports.lines.contains { $0.contains("somebody else") })
    // The next failure is a new one: it is told, and repeated soon.
    bench.table.refuses = { _ in noMemory }
    bench.connector.behaviours[Sample.one] = .refuses
    bench.loop.pass(.seconds(8))
    bench.table.refuses = { _ in nil }
    bench.loop.pass(.seconds(5))
    #expect(bench.table.weights() == [Sample.two: 1])
    #expect(bench.reports.lines.filter { $0.contains("failed: IPVS: Cannot allocate memory") }.count == 2)
  }

  /// What happens to the table of servers one and two while it is full.
  enum Change: CaseIterable {
    case edit, removal, addition, servicesAttributes, newService, serviceGoes
  }

  private func settings(after change: Change) -> [VirtualServiceSettings] {
    var service = Sample.service(Sample.server(1), Sample.server(2))
    switch change {
    case .edit: service.servers[0].weight = 9
    case .removal: service.servers.removeLast()
    case .addition: service.servers.append(Sample.server(3))
    case .servicesAttributes: service.attributes.scheduler = "lc"
    case .newService: return [service, Sample.service(Sample.server(1), port: 443)]
    case .serviceGoes: return []
    }
    return [service]
  }

  @Test(arguments: Change.allCases)
  func `has its effect as soon as it is possible, whatever it was`(change: Change) {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2)))
    bench.start()
    bench.loop.pass(.seconds(1))
    let wanted = settings(after: change)
    let reference = Bench(DirectorSettings(services: wanted))
    reference.start()
    bench.table.refuses = { _ in noMemory }
    bench.deliver(.settingsChanged(DirectorSettings(services: wanted)))
    bench.loop.pass(.milliseconds(500))
    #expect(bench.table.services != reference.table.services)
    bench.table.refuses = { _ in nil }
    bench.loop.pass(.milliseconds(400))
    #expect(bench.table.services == reference.table.services)
    let written = bench.table.operations.count
    bench.loop.pass(.seconds(60))
    #expect(bench.table.operations.count == written)
    #expect(!bench.reports.lines.contains { $0.contains("somebody else") })
  }

  @Test func `is forgotten for what is wanted by then`() {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2)))
    bench.start()
    bench.table.refuses = { _ in noMemory }
    let changes: [Change] = [.edit, .serviceGoes, .newService, .addition, .removal]
    for change in changes {
      bench.deliver(.settingsChanged(DirectorSettings(services: settings(after: change))))
      bench.loop.pass(.milliseconds(30))
    }
    bench.table.refuses = { _ in nil }
    // What a service that was to go still holds is only known after a reading.
    bench.loop.pass(.seconds(2))
    #expect(bench.table.weights() == [Sample.one: 1])
    #expect(bench.table.services.count == 1)
  }

  @Test func `and thousands like it are repeated in batches between which the loop turns`() {
    var settings = Sample.service()
    settings.servers = (1...2_000).map { RealServerSettings(Sample.address($0), forwarding: .masquerade) }
    let bench = Bench(settings)
    bench.table.refuses = { operation in
      if case .addDestination = operation { noMemory } else { nil }
    }
    bench.start()
    bench.table.refuses = { _ in nil }
    bench.table.forgetOperations()
    bench.loop.pass(.milliseconds(100))
    #expect(bench.table.weights()?.count == 2_000)
    #expect(bench.table.operations.count == 2_000 && bench.table.batches.allSatisfy { $0 <= 512 })
  }
}
