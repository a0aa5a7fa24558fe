import Failover
import Machines
import Testing
import VRRP
import Wire
import World

@Suite struct `A router with a virtual interface` {
  static func settings(onBase: Bool = false, change: (inout RouterSettings) -> Void = { _ in }) -> GroupSettings {
    var member = GroupSettings.Member(.owner(change: change))
    member.virtualLink = VirtualLinkSpecification(
      .numbered(prefix: "vrrp", virtualRouter: 51, family: .ipv4), on: "eth0", kind: .macvlan(.virtualRouter(51, .ipv4))
    )
    member.transmitsOnBase = onBase
    return GroupSettings(members: [member])
  }

  @Test func `has its addresses, adverts and announcements there, but the source of the base`() {
    let host = FakeHost()
    let group = host.group(Self.settings())
    group.start()
    #expect(host.established.map(\.name) == ["vrrp.51"])
    #expect(host.openChannels.map(\.interface) == [100])
    #expect(host.has("192.0.2.10/24", on: 100) && !host.has("192.0.2.10/24", on: 2))
    #expect(host.announced.count == 5)
    guard case .sent(let advert) = host.actions.first?.action else {
      Issue.record("nothing sent")
      return
    }
    #expect(advert.source == address("192.0.2.1"))
    #expect(group.current.routers.first?.virtualInterface == "vrrp.51")
    host.loop.advance(.seconds(3))
    #expect(host.established.count == 1)
    #expect(host.states == [.master])
  }

  @Test func `may send adverts by the base, and hears those of macvlans like its own`() {
    let host = FakeHost()
    host.group(Self.settings(onBase: true)).start()
    #expect(Set(host.openChannels.map(\.interface)) == [2, 100])
    #expect(host.has("192.0.2.10/24", on: 100))
    #expect(host.sentPriorities == [255])
  }

  @Test func `removes it last when it ends`() {
    let host = FakeHost()
    let group = host.group(Self.settings())
    group.start()
    host.loop.settle()
    group.stop { host.complete() }
    #expect(host.removedLinks == ["vrrp.51"])
    #expect(!host.has("192.0.2.10/24", on: 100))
    #expect(host.sentPriorities.last == 0)
  }

  @Test func `leaves it when it must not release`() {
    let host = FakeHost()
    let group = host.group(Self.settings())
    group.start()
    group.stop(releasing: false) {}
    #expect(host.removedLinks.isEmpty)
  }

  @Test func `makes it anew when somebody removes it`() {
    let host = FakeHost()
    let group = host.group(Self.settings())
    group.start()
    host.loop.settle()
    host.removeLink(100)
    host.loop.settle()
    #expect(host.established.map(\.index) == [100, 101])
    #expect(host.has("192.0.2.10/24", on: 101))
    #expect(host.openChannels.map(\.interface) == [101])
    #expect(group.current.state == .master)
  }

  @Test func `has a fault while it cannot be made, and tries again`() {
    let host = FakeHost()
    host.linkFailure = SystemFailure(call: "RTM_NEWLINK", code: 16, subject: "vrrp.51", reason: "busy")
    let group = host.group(Self.settings())
    group.start()
    #expect(
      group.current.routers.first?.faults == [.transport("virtual interface: RTM_NEWLINK vrrp.51: busy")])
    host.linkFailure = nil
    host.loop.advance(.seconds(1.5))
    #expect(group.current.state == .master)
  }

  @Test func `waits for its base`() {
    let host = FakeHost()
    host.removeLink(2)
    host.loop.settle()
    let group = host.group(Self.settings())
    group.start()
    #expect(host.established.isEmpty)
    #expect(group.current.routers.first?.faults == [.interfaceMissing("eth0")])
    host.addLink("eth0", 2)
    host.addAddress("192.0.2.1/24", on: 2)
    host.loop.advance(.seconds(1))
    #expect(group.current.state == .master)
  }

  @Test func `that a reload removes says farewell there and removes it`() {
    let host = FakeHost()
    let group = host.group(Self.settings())
    group.start()
    host.loop.settle()
    host.forget()
    group.remove()
    host.loop.settle()
    #expect(host.sentPriorities == [0])
    #expect(host.removedLinks == ["vrrp.51"])
    #expect(host.states == [.deleted])
  }

  @Test func `that a reload takes it from moves its addresses to the base`() {
    let host = FakeHost()
    let group = host.group(Self.settings())
    group.start()
    host.loop.settle()
    var settings = Self.settings()
    settings.members[0].virtualLink = nil
    group.apply(settings)
    host.loop.settle()
    #expect(host.has("192.0.2.10/24", on: 2))
    #expect(host.removedLinks == ["vrrp.51"])
    #expect(host.states == [.master], "no transition")
    #expect(host.openChannels.map(\.interface) == [2])
  }

  @Test func `may have others for single addresses, which are announced for themselves`() {
    let host = FakeHost()
    host.addLink("eth7", 7)
    var settings = Self.settings {
      $0.excludedAddresses = [VirtualAddress(prefix("198.51.100.10/24"), interface: "eth7")]
      $0.announcements.otherInterfaces = .init(period: .seconds(10), includesAll: false)
    }
    settings.members[0].addressLinks[address("198.51.100.10")] = VirtualLinkSpecification(
      .numbered(prefix: "vip", virtualRouter: 51, family: .ipv4), on: "eth7", kind: .macvlan(.virtualRouter(51, .ipv4)))
    let group = host.group(settings)
    group.start()
    host.loop.settle()
    #expect(host.established.map(\.name) == ["vrrp.51", "vip.51"])
    #expect(host.has("192.0.2.10/24", on: 100) && host.has("198.51.100.10/24", on: 101))
    #expect(host.openChannels.map(\.interface) == [100])
    host.loop.advance(.seconds(8))
    host.forget()
    host.loop.advance(.seconds(4))
    #expect(host.announced == [address("198.51.100.10")])
    group.stop {}
    #expect(Set(host.removedLinks) == ["vrrp.51", "vip.51"])
  }
}
