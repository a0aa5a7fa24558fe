import Failover
import Machines
import Testing
import VRRP
import Wire
import World

/// Static items on a host, with what they told.
private final class Standing: @unchecked Sendable {
  let host = FakeHost()
  private(set) var values: [TrackerValue] = []
  private(set) var reports: [StaticItems.Report] = []
  private(set) var items: StaticItems?

  init(_ list: [StaticSettings.Item]) {
    let new = StaticItems(
      loop: host.loop, state: host, control: host, judged: { [unowned self] in values.append($1) },
      report: { [unowned self] in reports.append($0) })
    items = new
    new.apply(StaticSettings(list))
    host.loop.settle()
  }

  static func address(
    _ text: String, on interface: String = "eth0", group: String? = nil
  ) -> StaticSettings.Item {
    StaticSettings.Item(.address(VirtualAddress(prefix(text), interface: interface)), trackGroup: group)
  }

  static func route(_ text: String, interface: String, group: String? = nil) -> StaticSettings.Item {
    var route = Route(family: .ipv4, destination: prefix(text))
    route.nextHops = [Route.NextHop(gateway: nil, interface: nil)]
    return StaticSettings.Item(.route(VirtualRoute(route, interfaces: [interface])), trackGroup: group)
  }
}

@Suite struct `Static items` {
  @Test func `are put in place, and a reload acts on the difference only`() {
    let standing = Standing([Standing.address("10.0.0.1/24"), Standing.address("10.0.0.2/24", on: "eth1")])
    #expect(standing.host.has("10.0.0.1/24") && standing.host.has("10.0.0.2/24", on: 3))
    standing.host.forget()
    standing.items?.apply(StaticSettings([Standing.address("10.0.0.1/24"), Standing.address("10.0.0.3/24")]))
    #expect(
      standing.host.operations == [
        .removeAddress(AddressSpecification(interface: 3, prefix: prefix("10.0.0.2/24"))),
        .addAddress(AddressSpecification(interface: 2, prefix: prefix("10.0.0.3/24"))),
      ])
    standing.items?.removeAll()
    #expect(!standing.host.has("10.0.0.1/24") && !standing.host.has("10.0.0.3/24"))
  }

  @Test func `that somebody removes are back at once, and their group never notices`() {
    let standing = Standing([Standing.address("10.0.0.1/24", group: "G")])
    #expect(standing.values == [.up])
    standing.host.removeAddress("10.0.0.1/24", on: 2)
    standing.host.loop.settle()
    #expect(standing.host.has("10.0.0.1/24"))
    #expect(standing.values == [.up])
    #expect(standing.reports == [.restored])
  }

  @Test func `that somebody removes again and again are not fought over without end`() {
    let standing = Standing([Standing.address("10.0.0.1/24")])
    for _ in 0..<1000 {
      standing.host.removeAddress("10.0.0.1/24", on: 2)
      standing.host.loop.advance(.milliseconds(1))
    }
    #expect(standing.reports.count <= 7)
    standing.host.loop.advance(.seconds(2))
    #expect(standing.host.has("10.0.0.1/24"))
  }

  @Test func `go with their interface and come back with it, and tell their group`() {
    let standing = Standing([Standing.address("10.0.0.1/24", on: "eth1", group: "G"), Standing.address("10.0.0.9/24")])
    standing.host.removeLink(3)
    standing.host.loop.settle()
    #expect(standing.values == [.up, .down])
    standing.host.addLink("eth1", 7)
    standing.host.loop.settle()
    #expect(standing.host.has("10.0.0.1/24", on: 7))
    #expect(standing.values == [.up, .down, .up])
  }

  @Test func `that are routes are made anew when their interface was down`() {
    let standing = Standing([Standing.route("10.9.0.0/16", interface: "eth1", group: "G")])
    #expect(standing.host.operations.count == 1 && standing.values == [.up])
    standing.host.setUp(3, false)
    standing.host.loop.settle()
    #expect(standing.values == [.up, .down])
    standing.host.setUp(3, true)
    standing.host.loop.settle()
    #expect(standing.host.operations.count == 2, "the kernel dropped it without a word")
    #expect(standing.values == [.up, .down, .up])
  }

  @Test func `that the kernel refuses are tried again every second, and told once a minute`() {
    let host = FakeHost()
    let wanted = NetworkOperation.addAddress(AddressSpecification(interface: 2, prefix: prefix("10.0.0.1/24")))
    host.refusals[wanted] = SystemFailure(call: "RTM_NEWADDR", code: 13, reason: "not permitted")
    nonisolated(unsafe) var told: [TrackerValue] = []
    nonisolated(unsafe) var failures = 0
    let items = StaticItems(
      loop: host.loop, state: host, control: host, judged: { unsafe told.append($1) },
      report: { _ in unsafe failures += 1 })
    items.apply(StaticSettings([Standing.address("10.0.0.1/24", group: "G")]))
    host.loop.advance(.seconds(30))
    #expect(unsafe told == [.down] && failures == 1)
    host.refusals = [:]
    host.loop.advance(.seconds(1))
    #expect(host.has("10.0.0.1/24"))
    #expect(unsafe told == [.down, .up])
  }

  @Test func `in a VRF go into its table, which may come later`() {
    let host = FakeHost()
    var route = Route(family: .ipv4, destination: prefix("10.9.0.0/16"))
    route.type = 6
    var virtual = VirtualRoute(route)
    virtual.vrf = "blue"
    let items = StaticItems(loop: host.loop, state: host, control: host, judged: { _, _ in }, report: { _ in })
    items.apply(StaticSettings([StaticSettings.Item(.route(virtual))]))
    #expect(host.operations.isEmpty)
    host.addLink("blue", 9, table: 100)
    host.loop.settle()
    route.table = 100
    #expect(host.operations == [.addRoute(route)])
  }
}

@Suite struct `A router that a track_group names` {
  @Test func `is at fault while a static item is not there`() {
    let host = FakeHost()
    let tracker = Tracker(.trackGroup, "G")
    let group = host.group(GroupSettings(.sample { $0.trackers = [tracker] }))
    group.set(tracker.identity, to: .up)
    group.start()
    host.loop.advance(.seconds(4))
    #expect(group.current.state == .master)
    group.set(tracker.identity, to: .down)
    #expect(group.current.routers.first?.faults == [.tracker(tracker.identity)])
    #expect(host.sentPriorities.last == 0)
    group.set(tracker.identity, to: .up)
    #expect(group.current.state == .backup)
  }
}
