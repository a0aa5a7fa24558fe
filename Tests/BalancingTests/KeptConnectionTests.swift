import Balancing
import Testing
import VirtualServices
import Wire
import World

@Suite struct `A kept connection` {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private func bench(_ answer: String = answer, keeps: Bool = true, paths: [String] = ["/a", "/b"]) -> Bench {
    var check = HTTPCheck(urls: paths.map { HTTPCheckURL(path: $0, statusCodes: [200...200]) }, version: .http11)
    check.keepsConnections = keeps
    let bench = Bench(Sample.service(Sample.server(1, .http(check))))
    bench.connector.standard = .keepsAnswering(answer)
    bench.start()
    bench.loop.pass(.seconds(1))
    return bench
  }

  private func requests(_ bench: Bench) -> [[String]] {
    bench.connector.opened.map { link in
      String(decoding: link.link.sent, as: UTF8.self).split(separator: "\r\n").filter { $0.hasPrefix("GET") }
        .map { String($0.dropFirst(4).prefix(2)) }
    }
  }

  @Test func `serves all URLs and all attempts`() {
    let bench = bench()
    bench.loop.pass(.seconds(12))
    #expect(requests(bench) == [["/a", "/b", "/a", "/b", "/a", "/b"]])
    #expect(!String(decoding: bench.connector.opened[0].link.sent, as: UTF8.self).contains("Connection"))
    bench.stop()
    #expect(bench.connector.openLinks.isEmpty)
  }

  @Test func `is there only when asked for`() {
    let bench = bench(keeps: false)
    #expect(requests(bench) == [["/a"], ["/b"]])
    #expect(bench.connector.openLinks.isEmpty)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
  ])
  func `is none when the server does not want it, or says more than it announced`(answer: String) {
    let bench = bench(answer)
    #expect(requests(bench) == [["/a"], ["/b"]])
    #expect(bench.connector.openLinks.isEmpty)
  }

  @Test func `that the server closes while it rests is replaced without a failed attempt`() {
    let bench = bench(paths: ["/a"])
    bench.connector.opened[0].link.later(.ended)
    bench.loop.pass(.seconds(6))
    #expect(requests(bench) == [["/a"], ["/a"]])
    #expect(bench.connector.openLinks.count == 1)
    #expect(bench.snapshot.services[0].servers[0].checks[0].history.failures == 0)
  }

  @Test(arguments: [.ended, .failed(.refused(reason: "connection reset"))] as [ConnectionEvent])
  func `that breaks under the next request is replaced, and the new one decides`(event: ConnectionEvent) {
    let bench = bench(paths: ["/a"])
    bench.connector.standard = .isSilent
    bench.loop.pass(.milliseconds(5_500))
    #expect(requests(bench) == [["/a", "/a"]])
    bench.connector.standard = .refuses
    bench.connector.opened[0].link.later(event)
    bench.loop.turn()
    #expect(bench.connector.opened.count == 2)
    #expect(bench.snapshot.services[0].servers[0].checks[0].history.failures == 1)
    bench.loop.pass(.seconds(2))
    #expect(bench.table.weights() == [:])
  }

  @Test func `is given up after a wrong answer`() {
    let bench = bench(paths: ["/a"])
    bench.connector.standard = .keepsAnswering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
    bench.loop.pass(.milliseconds(5_500))
    #expect(requests(bench) == [["/a", "/a"]])
    #expect(bench.connector.openLinks.isEmpty)
    bench.loop.pass(.seconds(1))
    #expect(requests(bench) == [["/a", "/a"], ["/a"]])
  }

  @Test func `goes when its check goes`() {
    let bench = bench(paths: ["/a"])
    bench.deliver(.settingsChanged(DirectorSettings()))
    #expect(bench.connector.openLinks.isEmpty)
  }
}
