import Daemon
import LinuxWorld
import Testing
import Wire

@Suite struct `metrics_address` {
  @Test(arguments: [
    ("127.0.0.1:9650", HTTPListener.Place.tcp(Endpoint(.v4(.loopback), port: 9650))),
    ("[::1]:9650", .tcp(Endpoint(.v6(IPv6Address(rawValue: 1)), port: 9650))),
    ("unix:/run/x.sock", .unix("/run/x.sock")),
  ])
  func `is understood`(text: String, place: HTTPListener.Place) {
    #expect(HTTPListener.Place(metricsAddress: text) == place)
  }

  @Test(arguments: [
    "", ":", "9650", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "localhost:1", "unix:x",
  ])
  func `is refused`(text: String) {
    #expect(HTTPListener.Place(metricsAddress: text) == nil)
  }
}
