import Glibc
import LinuxWorld
import Testing
import Wire
import World

@Suite(.enabled(if: geteuid() == 0, "network namespaces need root"))
struct KernelNetworkStateTests {
  @Test func `changes of the network reach observers on the loop, after the state has them`() throws {
    let namespace = try Namespace()
    let reactor = try Reactor()
    let state = try namespace.inside { try KernelNetworkState(on: reactor) }
    let loopback = try #require(state.link(named: "lo"))
    let prefix = AddressPrefix(host: .v4(IPv4Address(192, 0, 2, 10)))
    #expect(!state.addresses.contains { $0.prefix == prefix })
    let seen = Collected<(NetworkChange, Bool)>()
    state.observe { change in
      seen.append((change, state.addresses.contains { $0.prefix == prefix }))
    }
    try namespace.ip("addr add 192.0.2.10/32 dev lo")
    #expect(reactor.turns { seen.count == 1 })
    try namespace.ip("addr del 192.0.2.10/32 dev lo")
    #expect(reactor.turns { seen.count == 2 })
    let first = try #require(seen.all.first)
    let last = try #require(seen.all.last)
    guard case .addressAdded(let added) = first.0, case .addressRemoved(let removed) = last.0 else {
      Issue.record("not an addition and a removal: \(seen.all)")
      return
    }
    #expect(added.prefix == prefix && added.interface == loopback.index && removed == added)
    #expect(first.1 && !last.1)
    #expect(state.faults == 0)
  }

  @Test func `a route that somebody removes is told once it is watched`() throws {
    let namespace = try Namespace()
    let reactor = try Reactor()
    let state = try namespace.inside { try KernelNetworkState(on: reactor) }
    let seen = Collected<NetworkChange>()
    state.observe { seen.append($0) }
    state.watchRoutesAndRules()
    try namespace.ip("route add blackhole 198.51.100.0/24 proto 18")
    try namespace.ip("route del blackhole 198.51.100.0/24")
    #expect(reactor.turns { seen.count == 1 })
    guard case .routeRemoved(let route) = seen.all.first else {
      Issue.record("not a route: \(seen.all)")
      return
    }
    #expect(route.type == 6 && route.destination.description == "198.51.100.0/24")
  }
}
