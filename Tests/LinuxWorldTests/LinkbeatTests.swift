import Glibc
import LinuxWorld
import Testing
import Wire
import World

private func link(_ name: String, running: Bool = true) -> Link {
  Link(index: 2, name: name, hardwareAddress: nil, flags: running ? 0x11043 : 0x1003, mtu: 1500)
}

@Suite struct `The beat of a link` {
  @Test func `is what the driver says, not what the kernel says`() {
    var beat = Linkbeat(["eth0": nil])
    #expect(beat.corrected(link("eth0")).isRunning, "nothing was asked yet")
    let down = beat.poll([link("eth0")]) { _, _ in false }
    #expect(down.map(\.isRunning) == [false])
    #expect(!beat.corrected(link("eth0")).isRunning)
    #expect(beat.poll([link("eth0")]) { _, _ in false }.isEmpty, "told once")
    #expect(beat.poll([link("eth0")]) { _, _ in true }.map(\.isRunning) == [true])
  }

  @Test func `is asked for in the one way that is configured, or in the first that works`() {
    var asked: [Linkbeat.Method] = []
    var beat = Linkbeat(["eth0": .ethtool, "eth1": nil])
    _ = beat.poll([link("eth0")]) { _, method in
      asked.append(method)
      return true
    }
    #expect(asked == [.ethtool])
    asked = []
    _ = beat.poll([link("eth1"), link("eth2")]) { _, method in
      asked.append(method)
      return method == .mii ? nil : true
    }
    #expect(asked == [.mii, .ethtool], "and of others nothing is asked")
  }

  @Test func `is the kernel's word when no driver answers`() {
    var beat = Linkbeat(["eth0": nil])
    _ = beat.poll([link("eth0")]) { _, _ in false }
    #expect(beat.poll([link("eth0")]) { _, _ in nil }.map(\.isRunning) == [true])
  }

  @Test func `does not make a link run that is down`() {
    var beat = Linkbeat(["eth0": nil])
    var down = link("eth0")
    down.flags = 0x1042
    _ = beat.poll([down]) { _, _ in true }
    #expect(!beat.corrected(down).isRunning)
  }

  @Test(.enabled(if: geteuid() == 0, "network namespaces need root"))
  func `of a veth is that of its other end`() throws {
    let wired = try Wired()
    let reactor = try Reactor()
    let state = try wired.left.inside { try KernelNetworkState(on: reactor) }
    let name = try #require(state.links[wired.leftIndex]?.name)
    try wired.left.inside { state.poll([name: .ethtool]) }
    #expect(state.links[wired.leftIndex]?.isRunning == true)
    #expect(try wired.left.inside { Linkbeat.ask("nothing0", .flags) } == nil)
    #expect(try wired.left.inside { Linkbeat.ask(name, .ethtool) } == true)
    #expect(try wired.left.inside { Linkbeat.ask(name, .flags) } == true)
    #expect(try wired.left.inside { Linkbeat.ask(name, .mii) } == nil, "it has no PHY")
  }
}
