import Dialogues
import Machines
import Testing

private func load(_ perProcessor: Double, _ connections: Int = 0) -> ServerLoad {
  ServerLoad(perProcessor: perProcessor, connections: connections)
}

@Suite struct `What a real server asks for` {
  @Test(arguments: [(0, 100), (1, 100), (1.5, 55), (2, 10), (50, 10)] as [(Double, Int)])
  func `falls with the load from half of the limit on`(load: Double, percentage: Int) {
    var gauge = AgentGauge()
    gauge.observe(ServerLoad(perProcessor: load, connections: 0), at: .origin)
    #expect(gauge.percentage == percentage)
  }

  @Test(arguments: [(0, 0, 100), (0, 750, 60), (0, 5_000, 20), (2.0, 0, 20), (1.5, 600, 60)] as [(Double, Int, Int)])
  func `depends on what matters most`(perProcessor: Double, connections: Int, percentage: Int) {
    var gauge = AgentGauge(AgentGauge.Settings(connectionLimit: 1_000, least: 20))
    gauge.observe(load(perProcessor, connections), at: .origin)
    #expect(gauge.percentage == percentage)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -1])
  func `stays within its bounds whatever is measured`(value: Double) {
    var gauge = AgentGauge(AgentGauge.Settings(least: 30))
    gauge.observe(load(value), at: .origin)
    #expect((30...100).contains(gauge.percentage))
    gauge.observe(load(1, .max), at: Moment(nanoseconds: .max))
    gauge.observe(load(1, .min), at: Moment(nanoseconds: .min))
    #expect((30...100).contains(gauge.percentage))
  }

  @Test func `follows a change without a jump, and arrives`() {
    var gauge = AgentGauge()
    gauge.observe(load(0), at: .origin)
    var said = [gauge.percentage]
    for second in 1...120 {
      gauge.observe(load(5), at: Moment(nanoseconds: Int64(second) * 1_000_000_000))
      said.append(gauge.percentage)
    }
    #expect(zip(said, said.dropFirst()).allSatisfy { $0 >= $1 && $0 - $1 <= 10 })
    #expect(said[10] > 35 && said[10] < 65 && said.last == 10)
  }

  @Test func `does not change for trifles`() {
    var gauge = AgentGauge()
    gauge.observe(load(1.5), at: .origin)
    let before = gauge.percentage
    for second in 1...50 {
      gauge.observe(
        load(second.isMultiple(of: 2) ? 1.49 : 1.51), at: Moment(nanoseconds: Int64(second) * 1_000_000_000))
      #expect(gauge.percentage == before)
    }
  }

  @Test(arguments: [(AgentReply.Administration.ready, 75), (.drain, 10), (.maintenance, 100)])
  func `is understood by directors`(state: AgentReply.Administration, percentage: Int) throws {
    let reply = try #require(AgentReply(line: Array(state.line(percentage: percentage).utf8)))
    #expect(reply.administration == state)
    #expect(reply.weight == (state == .maintenance ? nil : .percentage(UInt32(percentage))))
  }
}
