import Failover
import Machines
import Testing
import VRRP
import Wire
import World

@Suite struct `Living with the host` {
  func master(_ settings: RouterSettings = .sample(), host: FakeHost = FakeHost()) -> (FakeHost, FailoverGroup) {
    let group = host.group(GroupSettings(settings))
    group.start()
    host.loop.advance(.seconds(4))
    host.forget()
    return (host, group)
  }

  @Test func `an address somebody removes is back at once, announced and counted, without a transition`() {
    let (host, group) = master()
    host.removeAddress("192.0.2.10/24", on: 2)
    host.loop.settle()
    #expect(host.has("192.0.2.10/24"))
    #expect(host.announced.count == 5)
    #expect(host.states.isEmpty && host.sentPriorities.isEmpty)
    #expect(host.reports == [.router("V1", .restored)])
    #expect(group.current.routers.first?.counters.restored == 1)
  }

  @Test func `a backup that is asked beside its adverts whether it could take over offers to`() {
    let host = FakeHost()
    let (source, group) = (address("192.0.2.2"), address("224.0.0.18"))
    host.group(GroupSettings(.sample())).start()
    host.receive(advert(priority: 200))
    let ask = HandoverMessage(.ask, version: .three, virtualRouter: 51, priority: 200, ask: 7, offer: 0)
    let packet = ReceivedAdvert(
      source: source, destination: group, timeToLive: 255,
      payload: ask.encoded(source: source, authentication: .none)[...])
    host.receive(packet, transport: HandoverMessage.transport)
    host.loop.settle()
    let said = host.actions.compactMap { entry -> HandoverMessage.Kind? in
      guard case .sent(let message) = entry.action else { return nil }
      return HandoverMessage(message.payload[...], source: address("192.0.2.1"), authentication: .none)?.kind
    }
    #expect(said == [.offer])
  }

  @Test func `somebody who removes it again and again is not fought without end`() {
    let (host, group) = master()
    for _ in 0..<1000 {
      host.removeAddress("192.0.2.10/24", on: 2)
      host.loop.advance(.milliseconds(1))
    }
    #expect(group.current.routers.first?.counters.restored ?? 0 <= 7)
    host.loop.advance(.seconds(2))
    #expect(host.has("192.0.2.10/24"))
    #expect(group.current.state == .master)
  }

  @Test func `an address that is not tracked is not put back`() {
    let (host, _) = master(
      .sample {
        $0.addresses = [VirtualAddress(prefix("192.0.2.10/24"))].map { a in
          var a = a; a.isTracked = false; return a
        }
      })
    host.removeAddress("192.0.2.10/24", on: 2)
    host.loop.advance(.seconds(5))
    #expect(!host.has("192.0.2.10/24"))
  }

  @Test func `lost events are made up for by comparing`() {
    let (host, _) = master()
    host.addresses.removeAll { $0.prefix == prefix("192.0.2.10/24") }
    host.tell(.resynchronized)
    host.loop.settle()
    #expect(host.has("192.0.2.10/24"))
  }

  @Test func `carrier lost is a fault, carrier back a new election`() {
    let (host, group) = master()
    host.setRunning(2, false)
    host.loop.settle()
    #expect(host.states == [.fault])
    #expect(!host.has("192.0.2.10/24"))
    #expect(group.current.routers.first?.faults == [.interfaceDown("eth0")])
    host.setRunning(2, true)
    host.loop.advance(.seconds(4))
    #expect(host.states == [.fault, .backup, .master])
  }

  @Test func `a link that comes back hears where the addresses on it are`() {
    let (host, group) = master(
      .sample {
        $0.excludedAddresses = [VirtualAddress(prefix("203.0.113.10/24"), interface: "eth1")]
        $0.announcements.repeats = 2
      })
    host.setRunning(3, false)
    host.loop.settle()
    host.forget()
    host.setRunning(3, true)
    host.loop.settle()
    #expect(host.announced == [address("203.0.113.10"), address("203.0.113.10")])
    #expect(group.current.state == .master)
  }

  @Test func `carrier lost for less than the configured delay is no fault`() {
    let host = FakeHost()
    var settings = GroupSettings(.sample())
    settings.linkDelays["eth0"] = GroupSettings.LinkDelays(up: .seconds(2), down: .seconds(1))
    let group = host.group(settings)
    group.start()
    host.loop.advance(.seconds(4))
    host.forget()
    host.setRunning(2, false)
    host.loop.advance(.milliseconds(900))
    host.setRunning(2, true)
    host.loop.advance(.seconds(2))
    #expect(host.states.isEmpty)
    host.setRunning(2, false)
    host.loop.advance(.milliseconds(1100))
    #expect(host.states == [.fault])
    host.setRunning(2, true)
    host.loop.advance(.milliseconds(1900))
    #expect(host.states == [.fault])
    host.loop.advance(.milliseconds(200))
    #expect(host.states == [.fault, .backup])
  }

  @Test func `an interface that goes and comes back with another number is taken up again`() {
    let (host, group) = master()
    host.removeLink(2)
    host.loop.settle()
    #expect(group.current.routers.first?.faults == [.interfaceMissing("eth0")])
    #expect(host.openChannels.isEmpty)
    host.addLink("eth0", 7)
    host.addAddress("192.0.2.1/24", on: 7)
    host.loop.advance(.seconds(4))
    #expect(host.has("192.0.2.10/24", on: 7))
    #expect(host.openChannels.map(\.interface) == [7])
  }

  @Test func `without an address of its own the router waits for one, and virtual ones do not count`() {
    let host = FakeHost()
    host.removeAddress("192.0.2.1/24", on: 2)
    host.addAddress("192.0.2.99/24", on: 2)
    var settings = GroupSettings(.sample())
    settings.virtualAddressesOfHost = [address("192.0.2.99")]
    let group = host.group(settings)
    group.start()
    host.loop.advance(.seconds(10))
    #expect(group.current.routers.first?.faults == [.noSourceAddress(.ipv4)])
    host.addAddress("192.0.2.1/24", on: 2)
    host.loop.advance(.seconds(4))
    #expect(group.current.state == .master)
  }

  @Test func `the source address is near the virtual one, is kept, and may be configured`() {
    let host = FakeHost()
    host.addAddress("10.0.0.1/8", on: 2)
    let (_, group) = master(host: host)
    #expect(group.current.routers.first?.source == address("192.0.2.1"))
    host.addAddress("192.0.2.0/24", on: 2)
    host.loop.settle()
    #expect(group.current.routers.first?.source == address("192.0.2.1"))
    host.removeAddress("192.0.2.1/24", on: 2)
    host.loop.settle()
    #expect(group.current.routers.first?.source == address("192.0.2.0"))
    #expect(group.current.state == .master)

    let (other, _) = master(.sample { $0.source = address("192.0.2.5") })
    other.loop.advance(.seconds(1))
    guard case .sent(let advert) = other.actions.first?.action else {
      Issue.record("nothing sent")
      return
    }
    #expect(advert.source == address("192.0.2.5"))
  }

  @Test func `IPv6 speaks from the link-local address that is not virtual`() {
    let host = FakeHost()
    var settings = RouterSettings(name: "V6", virtualRouter: 51, interface: "eth0", version: .three, family: .ipv6)
    settings.addresses = [VirtualAddress(prefix("fe80::10")), VirtualAddress(prefix("2001:db8::10"))]
    (settings.priority, settings.startsAsMaster) = (255, true)
    host.addAddress("fe80::10/64", on: 2)
    host.group(GroupSettings(settings)).start()
    guard case .sent(let advert) = host.actions.first?.action else {
      Issue.record("nothing sent")
      return
    }
    #expect(advert.source == address("fe80::1") && advert.destination == address("ff02::12"))
    #expect(advert.timeToLive == 255)
  }

  @Test func `an owner whose address is the interface's only one uses it and never removes it`() {
    let host = FakeHost()
    host.removeAddress("192.0.2.1/24", on: 2)
    host.addAddress("192.0.2.10/24", on: 2)
    let group = host.group(GroupSettings(.owner()))
    group.start()
    #expect(group.current.state == .master)
    #expect(group.current.routers.first?.source == address("192.0.2.10"))
    group.stop {}
    #expect(host.has("192.0.2.10/24"))
  }

  @Test func `leftovers of a crash are removed by whoever begins as backup`() {
    let host = FakeHost()
    host.addAddress("192.0.2.10/24", on: 2)
    let group = host.group(GroupSettings(.sample()))
    group.start()
    #expect(!host.has("192.0.2.10/24"))
    #expect(host.has("192.0.2.1/24"))
    #expect(group.current.state == .backup)
  }

  @Test func `an address that a reload gives to a backup, and that lies there already, is taken away`() {
    let host = FakeHost()
    host.addAddress("192.0.2.11/24", on: 2)
    let group = host.group(GroupSettings(.sample()))
    group.start()
    #expect(host.has("192.0.2.11/24"), "so far it is nobody's business")
    group.apply(GroupSettings(.sample(addresses: ["192.0.2.10/24", "192.0.2.11/24"])))
    #expect(!host.has("192.0.2.11/24"))
    #expect(host.has("192.0.2.1/24"))
  }

  @Test func `a process restarted in time goes on as master and touches nothing`() {
    let (host, old) = master()
    let memory = host.memories
    _ = old
    #expect(memory.map(\.wasMaster) == [true])
    host.loop.now += .milliseconds(50)
    let group = host.group(GroupSettings(.sample()), memory: memory)
    host.forget()
    group.start()
    #expect(host.sentPriorities == [100])
    #expect(host.operations.isEmpty && host.states.isEmpty)
    #expect(host.reports == [.router("V1", .resumed(priority: 100))])
    #expect(group.current.state == .master)
  }

  @Test func `a restarted process shows the priority that it advertises, not one of trackers that have not reported`() {
    let settings = RouterSettings.sample { $0.trackers = [Tracker(.script, "check", weight: 30)] }
    let (host, old) = master(settings)
    let check = Tracker.Identity(.script, "check")
    old.set(check, to: .up)
    host.loop.advance(.seconds(1))
    #expect(host.sentPriorities.last == 130)
    let group = host.group(GroupSettings(settings), memory: host.memories)
    host.forget()
    group.start()
    #expect(host.sentPriorities == [130])
    #expect(group.current.routers.first?.priority.effective == 130)
    group.set(check, to: .down)
    #expect(group.current.routers.first?.priority.effective == 100)
  }

  @Test func `tracked interfaces and told values make the priority`() {
    let settings = RouterSettings.sample {
      $0.trackers = [Tracker(.interface, "eth1", weight: -30), Tracker(.file, "load", weight: 2)]
    }
    let (host, group) = master(settings)
    host.setRunning(3, false)
    host.loop.settle()
    #expect(group.current.routers.first?.priority.effective == 70)
    group.set(Tracker.Identity(.file, "load"), to: .number(10))
    #expect(group.current.routers.first?.priority.effective == 90)
    #expect(host.reports.count == 2)
    host.loop.advance(.seconds(1))
    #expect(host.sentPriorities == [90])
  }

  @Test func `sockets that cannot be opened are a fault, tried again every second`() {
    let host = FakeHost()
    host.openFailure = SystemFailure(call: "socket", code: 1, reason: "not permitted")
    let group = host.group(GroupSettings(.sample()))
    group.start()
    #expect(group.current.routers.first?.faults == [.transport("socket: not permitted")])
    host.loop.advance(.seconds(2))
    #expect(group.current.state == .fault)
    host.openFailure = nil
    host.loop.advance(.seconds(1))
    #expect(group.current.state == .backup)
  }

  @Test func `adverts that cannot be sent are reported once a minute and change nothing`() {
    let (host, group) = master()
    host.sendFailure = SystemFailure(call: "sendto", code: 100, reason: "network is down")
    host.loop.advance(.seconds(65))
    let failures = host.reports.filter { if case .failed = $0 { true } else { false } }
    #expect(failures.count == 2)
    #expect(group.current.state == .master)
  }
}

@Suite struct `A reload at work` {
  func master(_ addresses: [String]) -> (FakeHost, FailoverGroup) {
    let host = FakeHost()
    let group = host.group(GroupSettings(.sample(addresses: addresses)))
    group.start()
    host.loop.advance(.seconds(9))
    host.forget()
    return (host, group)
  }

  @Test func `without changes does nothing`() {
    let (host, group) = master(["192.0.2.10/24"])
    for _ in 0..<10 { group.apply(GroupSettings(.sample())) }
    #expect(host.actions.isEmpty)
  }

  @Test func `adds an address, announces it and leaves the others alone`() {
    let (host, group) = master(["192.0.2.10/24"])
    group.apply(GroupSettings(.sample(addresses: ["192.0.2.10/24", "192.0.2.11/24"])))
    #expect(host.operations == [.addAddress(AddressSpecification(interface: 2, prefix: prefix("192.0.2.11/24")))])
    #expect(host.announced == Array(repeating: address("192.0.2.11"), count: 5))
    #expect(host.states.isEmpty && host.sentPriorities.isEmpty)
  }

  @Test func `removes an address and leaves the others alone`() {
    let (host, group) = master(["192.0.2.10/24", "192.0.2.11/24"])
    group.apply(GroupSettings(.sample()))
    #expect(host.operations == [.removeAddress(AddressSpecification(interface: 2, prefix: prefix("192.0.2.11/24")))])
    #expect(host.announced.isEmpty)
  }

  @Test func `gives an address another label by removing it first`() {
    let (host, group) = master(["192.0.2.10/24"])
    group.apply(GroupSettings(.sample { $0.addresses[0].label = "eth0:1" }))
    var labelled = AddressSpecification(interface: 2, prefix: prefix("192.0.2.10/24"))
    #expect(host.operations.first == .removeAddress(labelled))
    labelled.label = "eth0:1"
    #expect(host.operations.last == .addAddress(labelled))
  }

  @Test func `ends a router that is gone and begins one that is new`() {
    let (host, group) = master(["192.0.2.10/24"])
    group.apply(
      GroupSettings(.sample("V2", virtualRouter: 52, addresses: ["192.0.2.20/24"])))
    #expect(host.sentPriorities == [0])
    #expect(!host.has("192.0.2.10/24"))
    #expect(host.states == [.deleted, .backup])
    host.loop.advance(.seconds(4))
    #expect(host.has("192.0.2.20/24"))
    #expect(group.current.routers.map(\.settings.name) == ["V2"])
  }

  @Test func `that removes a group gives up everything and says that it is deleted`() {
    let host = FakeHost()
    let settings = GroupSettings(
      name: "G", members: [.init(.sample()), .init(.sample("V2", virtualRouter: 52, addresses: ["192.0.2.20/24"]))])
    let group = host.group(settings)
    group.start()
    host.loop.advance(.seconds(4))
    host.forget()
    group.remove()
    host.loop.settle()
    #expect(host.sentPriorities == [0, 0])
    #expect(host.states == [.deleted, .deleted])
    #expect(host.reports.count == 3)
    #expect(!host.has("192.0.2.10/24") && !host.has("192.0.2.20/24"))
    #expect(host.openChannels.isEmpty)
  }

  @Test func `that puts a master into another group keeps it master without a word`() {
    let (host, alone) = master(["192.0.2.10/24"])
    let memories = alone.release(["V1"])
    alone.remove()
    let group = host.group(
      GroupSettings(name: "G", members: [.init(.sample())]), memory: memories)
    group.start()
    host.loop.settle()
    #expect(host.states.isEmpty, "nobody is told of a transition")
    #expect(host.sentPriorities == [100])
    #expect(host.operations.isEmpty)
    #expect(group.current.state == .master)
    host.loop.advance(.seconds(10))
    #expect(host.has("192.0.2.10/24"))
  }

  @Test func `that puts a master into a group of masters keeps both`() {
    let host = FakeHost()
    let second = RouterSettings.sample("V2", virtualRouter: 52, addresses: ["192.0.2.20/24"])
    let (one, two) = (host.group(GroupSettings(.sample())), host.group(GroupSettings(second)))
    one.start()
    two.start()
    host.loop.advance(.seconds(4))
    host.forget()
    let memories = two.release(["V2"])
    two.remove()
    one.apply(GroupSettings(members: [.init(.sample()), .init(second)]), memory: memories)
    host.loop.advance(.seconds(4))
    #expect(host.states.isEmpty && !host.sentPriorities.contains(0))
    #expect(one.current.state == .master && one.current.routers.count == 2)
    #expect(host.has("192.0.2.10/24") && host.has("192.0.2.20/24"))
  }

  @Test func `that moves a router to another interface says farewell on the old one`() {
    let (host, group) = master(["192.0.2.10/24"])
    group.apply(GroupSettings(.sample { $0.interface = "eth1" }))
    #expect(host.sentPriorities == [0])
    #expect(!host.has("192.0.2.10/24"))
    #expect(host.openChannels.map(\.interface) == [3])
    host.loop.advance(.seconds(4))
    #expect(host.has("192.0.2.10/24", on: 3))
  }
}

@Suite struct `The queue of announcements` {
  /// Masters of two routers, and the moments at which something was announced.
  private func announcing(_ gaps: AnnouncementGaps) -> [Duration] {
    let host = FakeHost()
    let pace = AnnouncementPace(host.loop)
    let inside = RouterSettings.sample("V2", virtualRouter: 52, addresses: ["203.0.113.10/24"]) {
      $0.interface = "eth1"
    }
    let groups = [.sample(), inside].map { router in
      var settings = GroupSettings(router)
      settings.announcementGaps = gaps
      return host.group(settings, pace: pace)
    }
    for group in groups { group.start() }
    host.loop.advance(.seconds(4))
    return host.actions.compactMap { entry -> Duration? in
      if case .announced = entry.action { entry.at - .origin - .seconds(3.609375) } else { nil }
    }
  }

  @Test func `of interfaces in one garp_group shares a pace between routers`() {
    var gaps = AnnouncementGaps()
    gaps.lanes = [.init(["eth0", "eth1"], arp: .milliseconds(10), neighbour: .zero)]
    #expect(announcing(gaps) == (0..<10).map { .milliseconds(10) * $0 })
  }

  @Test func `of interfaces without a garp_group has a pace for each`() {
    var gaps = AnnouncementGaps()
    gaps.arp = .milliseconds(10)
    #expect(announcing(gaps) == (0..<5).flatMap { [.milliseconds(10) * $0, .milliseconds(10) * $0] })
  }

  @Test func `reserves moments apart by family, and after a pause begins anew`() {
    var table = AnnouncementTimetable()
    var gaps = AnnouncementGaps()
    (gaps.arp, gaps.neighbour) = (.seconds(1), .seconds(2))
    func reserve(_ family: AddressFamily, _ seconds: Int) -> Moment {
      table.reserve(interface: "eth0", family: family, gaps: gaps, at: .origin + .seconds(seconds))
    }
    #expect(reserve(.ipv4, 0) == .origin)
    #expect(reserve(.ipv4, 0) == .origin + .seconds(1))
    #expect(reserve(.ipv6, 0) == .origin)
    #expect(reserve(.ipv6, 0) == .origin + .seconds(2))
    #expect(reserve(.ipv4, 60) == .origin + .seconds(60))
  }

  @Test func `of one router is not made longer by the same cause again`() {
    let host = FakeHost()
    var settings = GroupSettings(.sample { $0.announcements.secondBlockDelay = .zero })
    settings.announcementGaps.arp = .seconds(10)
    let group = host.group(settings)
    group.start()
    host.loop.advance(.seconds(5))
    for _ in 0..<100 {
      host.receive(advert(priority: 1))
      host.loop.advance(.milliseconds(200))
    }
    host.forget()
    host.loop.advance(.seconds(1000))
    #expect(host.announced.count <= 12)
  }
}
