import Daemon
import Machines
import Testing
import Wire

@Suite struct `Lines about unknown virtual routers` {
  @Test func `come once a minute for each of them`() throws {
    var log = StrangersLog()
    let source = try #require(IPAddress("192.0.2.9"))
    func line(_ router: UInt8, _ seconds: Double, on interface: Int32 = 2) -> String? {
      log.line(
        virtualRouter: router, from: source, interface: interface, name: { $0 == 2 ? "eth0" : nil },
        at: .origin + .seconds(seconds))
    }
    #expect(line(77, 1) == "unknown VRID 77 from 192.0.2.9 on interface eth0, ignored")
    #expect(line(77, 2) == nil)
    #expect(line(77, 60) == nil)
    #expect(line(78, 60) != nil)
    #expect(line(77, 60, on: 3) == "unknown VRID 77 from 192.0.2.9 on interface 3, ignored")
    #expect(line(77, 61) == "unknown VRID 77 from 192.0.2.9 on interface eth0, ignored (and 2 more like it)")
  }
}
