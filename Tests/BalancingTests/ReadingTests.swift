import Balancing
import Machines
import Testing
import VirtualServices
import Wire
import World

@Suite struct `A reading of a large table` {
  /// Services at ports from 1001 on, all with servers one and two.
  private func bench(_ count: Int) -> Bench {
    let bench = Bench(DirectorSettings(services: services(count)))
    bench.start()
    bench.loop.pass(.seconds(29))
    return bench
  }

  private func services(_ count: Int) -> [VirtualServiceSettings] {
    (1...count).map { Sample.service(Sample.server(1), Sample.server(2), port: UInt16(1_000 + $0)) }
  }

  private func key(_ number: Int) -> ServiceKey {
    .endpoint(.tcp, Endpoint(Sample.virtual.address, port: UInt16(1_000 + number)))
  }

  @Test func `is made in slices between which the loop turns`() {
    let bench = bench(500)
    var turns: [Int: Int] = [:]
    bench.table.willRead = { _ in turns[bench.loop.turns, default: 0] += 1 }
    bench.loop.pass(.seconds(2))
    #expect(turns.values.reduce(0, +) == 500 && turns.count >= 5 && turns.values.allSatisfy { $0 <= 64 })
  }

  @Test func `does not take back what a check changed meanwhile`() {
    let bench = bench(500)
    let reads = bench.table.reads
    var isDown = false
    bench.table.willRead = { key in
      // In the middle of the reading all services lose a server, those that are read and those that are not.
      guard key == self.key(250), !isDown else { return }
      isDown = true
      bench.loop.later {
        let order = OperatorOrder.disabled
        for service in services(500) {
          bench.director.assumeIsolated { $0.deliver(.serverOrdered(service.identity, Sample.one, order)) }
        }
      }
    }
    bench.loop.pass(.seconds(3))
    #expect(isDown && bench.table.reads == reads + 1)
    #expect((1...500).allSatisfy { bench.table.weights(key($0)) == [Sample.two: 1] })
    #expect(!bench.reports.lines.contains { $0.contains("somebody else") })
  }

  @Test func `puts right what others do while it goes on, at the next one at the latest`() {
    let bench = bench(500)
    let wanted = bench.table.services
    bench.table.willRead = { key in
      guard key == self.key(250) else { return }
      bench.table.services[self.key(7)] = nil
      bench.table.services[self.key(400)] = nil
      bench.table.services[self.key(401)]?.destinations = [:]
    }
    bench.loop.pass(.seconds(3))
    bench.table.willRead = { _ in }
    #expect(bench.table.services[key(401)] == wanted[key(401)])
    bench.loop.pass(.seconds(31))
    #expect(bench.table.services == wanted)
  }

  @Test func `begins anew when the configuration changes under it`() {
    let bench = bench(500)
    let reads = bench.table.reads
    var isChanged = false
    bench.table.willRead = { key in
      guard key == self.key(250), !isChanged else { return }
      isChanged = true
      bench.table.services[self.key(100)] = nil
      bench.loop.later {
        let fewer = DirectorSettings(services: Array(services(500).dropFirst(10)))
        bench.director.assumeIsolated { $0.deliver(.settingsChanged(fewer)) }
      }
    }
    bench.loop.pass(.seconds(3))
    #expect(isChanged && bench.table.reads == reads + 2)
    #expect(bench.table.services.count == 490 && bench.table.weights(key(100))?.count == 2)
  }

  @Test func `that fails half-way loses nothing`() {
    let bench = bench(500)
    let wanted = bench.table.services
    for number in 1...500 { bench.table.services[key(number)]?.destinations[Sample.one]?.attributes.weight = 9 }
    bench.table.willRead = { key in
      if key == self.key(250) { bench.table.readFailure = TestTable.failure(12, "Cannot allocate memory") }
    }
    bench.loop.pass(.seconds(2))
    #expect(bench.reports.lines.filter { $0.contains("cannot be read") }.count == 1)
    bench.table.willRead = { _ in }
    bench.table.readFailure = nil
    bench.loop.pass(.seconds(3))
    #expect(bench.table.services == wanted)
  }
}
