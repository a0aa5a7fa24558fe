import Failover
import Machines
import Testing
import VRRP
import Wire
import World

@Suite struct `Becoming and ceasing to be master` {
  @Test func `goes in the order advert, addresses, announcements, report`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.owner()))
    group.start()
    #expect(host.actions.count == 8)
    guard case .sent(let advert) = host.actions[0].action, case .applied(let operations) = host.actions[1].action
    else {
      Issue.record("\(host.actions)")
      return
    }
    #expect(advert.source == address("192.0.2.1") && advert.destination == address("224.0.0.18"))
    #expect(operations == [.addAddress(AddressSpecification(interface: 2, prefix: prefix("192.0.2.10/24")))])
    #expect(host.announced == Array(repeating: address("192.0.2.10"), count: 5))
    #expect(host.states == [.master])
    #expect(host.actions.allSatisfy { $0.turn == host.actions[0].turn }, "everything in the first turn")
  }

  @Test func `happens at the end of the master-down interval and keeps the pace`() {
    let host = FakeHost()
    host.group(GroupSettings(.sample())).start()
    host.loop.advance(.seconds(3.6))
    #expect(host.sentPriorities.isEmpty && host.states == [.backup])
    host.loop.advance(.seconds(10))
    #expect(host.sentPriorities.count == 10)
    #expect(host.has("192.0.2.10/24"))
  }

  @Test func `ends with an advert of priority 0, then the addresses, then the report, then the completion`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.owner()))
    group.start()
    host.forget()
    group.stop { host.complete() }
    #expect(host.sentPriorities == [0])
    #expect(host.operations == [.removeAddress(AddressSpecification(interface: 2, prefix: prefix("192.0.2.10/24")))])
    #expect(host.states == [.stopped])
    #expect(host.actions.last?.action == .completed)
    host.loop.advance(.seconds(60))
    #expect(host.sentPriorities == [0])
    #expect(host.openChannels.isEmpty)
  }

  @Test func `without release leaves the address`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.owner()))
    group.start()
    host.forget()
    group.stop(releasing: false) { host.complete() }
    #expect(host.sentPriorities.isEmpty && host.operations.isEmpty && host.has("192.0.2.10/24"))
    #expect(host.actions.last?.action == .completed)
  }

  @Test func `for a better router takes the address away without a word`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.sample()))
    group.start()
    host.loop.advance(.seconds(4))
    host.forget()
    host.receive(advert(priority: 200))
    #expect(host.sentPriorities.isEmpty)
    #expect(!host.has("192.0.2.10/24"))
    #expect(host.states == [.backup])
    #expect(group.current.routers.first?.master == address("192.0.2.2"))
  }

  @Test func `of a virtual router of another VRID is nobody's business`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.sample()))
    group.start()
    host.loop.advance(.seconds(4))
    host.forget()
    for _ in 0..<1000 { host.receive(advert(priority: 254, virtualRouter: 52)) }
    #expect(host.actions.isEmpty)
    #expect(group.current.state == .master)
  }

  @Test func `of a thousand addresses goes in slices between which adverts go on`() {
    let host = FakeHost()
    let addresses = (0..<1000).map { "10.1.\($0 / 250).\($0 % 250 + 1)/32" }
    let group = host.group(
      GroupSettings(
        .sample(addresses: Array(addresses.prefix(255))) {
          $0.priority = 255
          $0.startsAsMaster = true
          $0.excludedAddresses = addresses.dropFirst(255).map { VirtualAddress(prefix($0)) }
        }))
    group.start()
    #expect(host.sentPriorities == [255])
    #expect(host.operations.count == 128)
    #expect(host.announced.isEmpty && host.states.isEmpty)
    host.loop.settle()
    #expect(host.operations.count == 1000)
    #expect(host.announced.count == 5000)
    #expect(Set(host.announced.prefix(1000)).count == 1000, "every address once before any twice")
    #expect(host.states == [.master])
    let perTurn = Dictionary(grouping: host.actions.filter { if case .announced = $0.action { true } else { false } }) {
      $0.turn
    }
    #expect(perTurn.values.allSatisfy { $0.count <= 64 })
  }

  @Test func `waits for the services before it announces, when told to`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.owner { $0.announcesAfterServices = .seconds(1) }))
    group.start()
    #expect(host.states == [.master] && host.announced.isEmpty)
    group.servicesInstalled(for: "V1")
    host.loop.turn()
    #expect(host.announced.count == 5)
  }

  @Test func `announces nothing when an advert that lay unread beside the news of its services takes the address`() {
    let host = FakeHost()
    let group = host.group(GroupSettings(.sample { $0.announcesAfterServices = .seconds(1) }))
    group.start()
    host.loop.advance(.seconds(4))
    #expect(host.states.last == .master && host.announced.isEmpty)
    group.servicesInstalled(for: "V1")
    host.receive(advert(priority: 200))
    host.loop.settle()
    #expect(host.states.last == .backup && host.announced.isEmpty)
  }

  @Test func `announces in both families, and not where there are no neighbours`() {
    let host = FakeHost()
    host.links[9] = Link(
      index: 9, name: "lo", hardwareAddress: HardwareAddress(rawValue: 0), flags: 0x10049, mtu: 65536)
    let group = host.group(
      GroupSettings(
        .owner {
          $0.announcements.repeats = 1
          $0.excludedAddresses = [
            VirtualAddress(prefix("2001:db8::10")), VirtualAddress(prefix("10.0.0.1"), interface: "lo"),
            VirtualAddress(prefix("203.0.113.9"), interface: "eth1"),
          ]
        }))
    group.start()
    #expect(host.announced == ["192.0.2.10", "2001:db8::10", "203.0.113.9"].map(address))
    #expect(host.has("10.0.0.1", on: 9))
  }

  @Test func `paces announcements by the configured gap`() {
    let host = FakeHost()
    var settings = GroupSettings(.owner { $0.announcements.repeats = 3 })
    settings.announcementGaps.arp = .milliseconds(10)
    let group = host.group(settings)
    group.start()
    #expect(host.announced.count == 1)
    host.loop.advance(.milliseconds(10))
    #expect(host.announced.count == 2)
    host.loop.advance(.milliseconds(10))
    #expect(host.announced.count == 3)
  }

  @Test func `does not announce an address that the kernel refused`() {
    let host = FakeHost()
    let specification = AddressSpecification(interface: 2, prefix: prefix("192.0.2.10/24"))
    host.refusals[.addAddress(specification)] = SystemFailure(call: "RTM_NEWADDR", code: 1, reason: "not permitted")
    let group = host.group(GroupSettings(.owner()))
    group.start()
    host.loop.settle()
    #expect(host.announced.isEmpty)
    #expect(host.operations.count == 1, "it is not tried again and again")
    #expect(host.reports.contains { if case .failed = $0 { true } else { false } })
  }

  @Test func `of a sync group sends all adverts before it touches any address`() {
    let host = FakeHost()
    let inside = RouterSettings.sample("V2", virtualRouter: 52, addresses: ["203.0.113.10/24"]) {
      $0.interface = "eth1"
    }
    let group = host.group(GroupSettings(name: "G", members: [.init(.sample()), .init(inside)]))
    group.start()
    host.loop.advance(.seconds(3.609375))
    let kinds = host.actions.suffix(from: 3).prefix(3).map { entry -> String in
      switch entry.action {
      case .sent: "sent"
      case .applied: "applied"
      case .announced, .reported, .completed: "other"
      }
    }
    #expect(kinds == ["sent", "sent", "applied"])
    #expect(host.reports.map(\.text).suffix(3).first?.hasPrefix("(V1) Entering MASTER STATE") == true)
    guard case .group("G", let transition) = host.reports.last else {
      Issue.record("\(host.reports)")
      return
    }
    #expect(transition.to == .master)
  }
}

@Suite struct `What the kernel is told` {
  func specification(_ change: (inout VirtualAddress) -> Void, _ text: String) -> AddressSpecification? {
    let host = FakeHost()
    var virtual = VirtualAddress(prefix(text))
    change(&virtual)
    host.group(GroupSettings(.owner { $0.excludedAddresses = [virtual] })).start()
    guard case .addAddress(let specification) = host.operations.last else { return nil }
    return specification
  }

  @Test func `of an IPv4 address: scope, label and broadcast`() {
    let full = specification(
      {
        $0.scope = 253
        $0.label = "eth0:ha"
        $0.broadcast = .hostBitsSet
      }, "192.0.2.77/25")
    #expect(full?.broadcast == IPv4Address(192, 0, 2, 127))
    #expect(full?.label == "eth0:ha" && full?.scope == 253 && full?.flags == 0 && full?.preferredLifetime == nil)
    #expect(specification({ $0.broadcast = .hostBitsCleared }, "192.0.2.77/25")?.broadcast == IPv4Address(192, 0, 2, 0))
    #expect(specification({ _ in }, "192.0.2.77")?.broadcast == nil)
    #expect(specification({ $0.interface = "eth1" }, "192.0.2.77")?.interface == 3)
  }

  @Test func `of an IPv6 address: no duplicate detection, and a host address is no source`() {
    let host = specification({ _ in }, "2001:db8::10")
    #expect(host?.flags == 0x02 && host?.preferredLifetime == 0)
    let network = specification({ _ in }, "2001:db8::10/64")
    #expect(network?.flags == 0x02 && network?.preferredLifetime == nil)
    #expect(specification({ $0.detectsDuplicates = true }, "2001:db8::10")?.flags == 0)
    #expect(specification({ $0.preferredLifetime = .forever }, "2001:db8::10")?.preferredLifetime == nil)
    #expect(specification({ $0.preferredLifetime = .seconds(30) }, "2001:db8::10/64")?.preferredLifetime == 30)
  }

  static var withRoutes: GroupSettings {
    var route = Route(family: .ipv4, destination: prefix("198.51.100.0/24"))
    route.nextHops = [Route.NextHop(gateway: address("192.0.2.254"), interface: nil)]
    var rule = Rule(family: .ipv4, table: 100)
    rule.priority = 1000
    return GroupSettings(members: [
      GroupSettings.Member(
        .sample(), routes: [VirtualRoute(route, interfaces: ["eth0"])], rules: [VirtualRule(rule)])
    ])
  }

  @Test func `of routes and rules: after the addresses, and before them when they go`() {
    let host = FakeHost()
    let group = host.group(Self.withRoutes)
    group.start()
    host.loop.advance(.seconds(4))
    func kinds() -> [String] {
      host.operations.map { operation in
        switch operation {
        case .addAddress, .removeAddress: "address"
        case .addRoute(let route), .removeRoute(let route): "route \(route.nextHops.first?.interface ?? 0)"
        case .addRule, .removeRule: "rule"
        }
      }
    }
    #expect(kinds() == ["address", "route 2", "rule"])
    host.forget()
    group.stop {}
    #expect(kinds() == ["rule", "route 2", "address"])
  }

  @Test func `of routes that went with their link: they come back with it`() {
    let host = FakeHost()
    var settings = Self.withRoutes
    settings.members[0].router.tracksInterface = false
    let group = host.group(settings)
    group.start()
    host.loop.advance(.seconds(4))
    host.forget()
    host.setRunning(2, false)
    host.loop.settle()
    #expect(host.operations.isEmpty)
    host.setRunning(2, true)
    host.loop.settle()
    #expect(host.operations.count == 1)
    guard case .addRoute = host.operations.first else {
      Issue.record("\(host.operations)")
      return
    }
    #expect(group.current.state == .master)
  }
}
