import Balancing
import Machines
import Testing
import VirtualServices
import Wire
import World

@Suite struct `A director` {
  @Test func `installs its services at once, before any check`() {
    let bench = Bench(Sample.service(Sample.server(1, weight: 3), Sample.server(2)))
    bench.start()
    #expect(bench.table.weights() == [Sample.one: 3, Sample.two: 1])
    #expect(bench.reports.fifo == ["VS [198.51.100.10]:tcp:80 UP"])
  }

  @Test func `takes a failed server out and puts it back`() {
    let bench = Bench(Sample.service(Sample.server(1), Sample.server(2)))
    bench.start()
    bench.loop.pass(.seconds(1))
    bench.connector.behaviours[Sample.one] = .refuses
    bench.loop.pass(.milliseconds(5_500))
    #expect(bench.table.weights()?.count == 2)  // one attempt more
    bench.loop.pass(.milliseconds(1_500))
    #expect(bench.table.weights() == [Sample.two: 1])
    bench.connector.behaviours[Sample.one] = .accepts
    bench.loop.pass(.seconds(6))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
    #expect(
      bench.reports.fifo.dropFirst() == [
        "RS [192.0.2.1]:tcp:80 [198.51.100.10]:tcp:80 DOWN", "RS [192.0.2.1]:tcp:80 [198.51.100.10]:tcp:80 UP",
      ])
  }

  @Test func `waits for a silent server no longer than it is told`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.connector.standard = .isSilent
    bench.start()
    bench.loop.pass(.milliseconds(1_999))
    #expect(bench.table.weights() == [Sample.one: 1])
    bench.loop.pass(.milliseconds(1))
    #expect(bench.table.weights() == [:])
    #expect(bench.connector.openLinks.isEmpty)
  }

  @Test func `checks a healthy server once per delay_loop`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.start()
    bench.loop.pass(.seconds(31))
    #expect(bench.connector.attempts(to: Sample.one).map { ($0 - .origin).inSeconds } == [0, 6, 12, 18, 24, 30])
  }

  @Test func `fails a server it cannot even ask, and says so`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.start()
    bench.loop.pass(.seconds(1))
    bench.connector.standard = .cannotBeTried
    bench.loop.pass(.seconds(7))
    #expect(bench.table.weights() == [:])
    #expect(bench.reports.lines.contains { $0.contains("could not be checked: bind 192.0.2.77: no such address") })
  }

  @Test func `makes equal probes once and tells all who share them`() {
    let services = (0..<200).map { Sample.service(Sample.server(1), Sample.server(2), port: UInt16(1_000 + $0)) }
    let bench = Bench(DirectorSettings(services: services))
    bench.start()
    bench.loop.pass(.seconds(5))
    #expect(bench.connector.opened.count == 2)
    bench.connector.behaviours[Sample.one] = .refuses
    bench.loop.pass(.seconds(7))
    #expect(services.allSatisfy { bench.table.weights($0.keys[0]) == [Sample.two: 1] })
    #expect(bench.snapshot.probes == 2)
  }

  @Test func `asks all URLs one after another and names the one that fails`() {
    let urls = ["/a", "/b"].map { HTTPCheckURL(path: $0, statusCodes: [200...200]) }
    let bench = Bench(Sample.service(Sample.server(1, .http(HTTPCheck(urls: urls)))))
    bench.connector.standard = .answers("HTTP/1.0 200 OK\r\n\r\n")
    bench.start()
    bench.loop.pass(.seconds(1))
    let requests = bench.connector.opened.map { String(decoding: $0.link.sent, as: UTF8.self) }
    #expect(requests.count == 2)
    #expect(requests[0].hasPrefix("GET /a HTTP/1.0\r\n") && requests[0].contains("\r\nHost: 192.0.2.1:80\r\n"))
    #expect(requests[1].hasPrefix("GET /b HTTP/1.0\r\n"))
    bench.connector.standard = .answers("HTTP/1.0 503 No\r\n\r\n")
    bench.loop.pass(.seconds(7))
    #expect(bench.table.weights() == [:])
    #expect(bench.reports.lines.contains { $0.contains("/a: HTTP status 503 instead of 200") })
  }

  @Test func `searches bodies, and says when an expression cannot be searched for`() {
    func service(_ expression: String) -> VirtualServiceSettings {
      let url = HTTPCheckURL(path: "/", pattern: BodyPattern(expression))
      return Sample.service(Sample.server(1, .http(HTTPCheck(urls: [url]))))
    }
    let bench = Bench(service("up since [0-9]+ days"))
    bench.connector.standard = .answers("HTTP/1.0 200 OK\r\n\r\nup since 3 days")
    bench.start()
    bench.loop.pass(.seconds(1))
    #expect(bench.table.weights() == [Sample.one: 1])
    bench.connector.standard = .answers("HTTP/1.0 200 OK\r\n\r\nup since yesterday")
    bench.loop.pass(.seconds(7))
    #expect(bench.table.weights() == [:])
    let wrong = Bench(service("(?=up)"))
    wrong.start()
    wrong.loop.pass(.seconds(7))
    #expect(wrong.table.weights() == [:])
    #expect(wrong.reports.lines.contains { $0.contains("could not be checked") && $0.contains("look-around") })
  }

  @Test func `speaks TLS with the server name it is told`() {
    var tls = CheckTLS(sendsServerName: true)
    let url = HTTPCheckURL(path: "/", virtualHost: "www.example.net")
    let first = Bench(Sample.service(Sample.server(1, .http(HTTPCheck(urls: [url], tls: tls)))))
    first.start()
    #expect(first.connector.opened[0].link.request.transport == .tls(TLSSettings(serverName: "www.example.net")))
    tls.serverName = "other.example.net"
    let second = Bench(Sample.service(Sample.server(1, .http(HTTPCheck(urls: [url], tls: tls)))))
    second.start()
    #expect(second.connector.opened[0].link.request.transport == .tls(TLSSettings(serverName: "other.example.net")))
  }

  @Test func `does not take its own stall for silence of the servers`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.connector.standard = .isSilent
    bench.start()
    // The answer arrives while the program stands still, and long after the deadline it is read first.
    bench.loop.stall(.seconds(30))
    bench.connector.openLinks.first?.later(.connected)
    bench.connector.standard = .accepts
    bench.loop.turn()
    #expect(bench.table.weights() == [Sample.one: 1])
    #expect(bench.reports.fifo == ["VS [198.51.100.10]:tcp:80 UP"])
  }

  @Test func `holds no more probes at a time than it may, and makes them all`() {
    var settings = DirectorSettings(
      services: (0..<50).map { Sample.service(Sample.server($0 + 1), port: UInt16(1_000 + $0)) })
    settings.concurrentProbes = 8
    let bench = Bench(settings)
    bench.connector.standard = .isSilent
    bench.start()
    bench.loop.pass(.milliseconds(100))
    #expect(bench.connector.openLinks.count == 8)
    bench.connector.standard = .accepts
    bench.loop.pass(.seconds(3))
    #expect(Set(bench.connector.opened.map(\.link.request.endpoint)).count == 50)
    #expect(bench.snapshot.probing == 0)
  }

  @Test func `rests the checks of a suspended service`() {
    var service = Sample.service(Sample.server(1))
    service.haSuspend = true
    let bench = Bench(service)
    bench.start()
    bench.loop.pass(.seconds(20))
    #expect(bench.connector.opened.isEmpty)
    bench.deliver(.localAddressesChanged([Sample.virtual.address]))
    bench.loop.pass(.seconds(1))
    #expect(bench.connector.opened.count == 1)
    bench.deliver(.localAddressesChanged([]))
    bench.loop.pass(.seconds(20))
    #expect(bench.connector.opened.count == 1)
  }

  @Test func `closes everything when it stops`() {
    let bench = Bench(Sample.service(Sample.server(1)))
    bench.connector.standard = .isSilent
    bench.start()
    bench.stop()
    bench.loop.pass(.seconds(100))
    #expect(bench.connector.openLinks.isEmpty && bench.connector.opened.count == 1)
    #expect(bench.table.services.isEmpty)
  }
}

@Suite struct `Other people's verdicts` {
  private func misc(isDynamic: Bool) -> ProbeKind {
    .misc(MiscCheck(NotifyCommand(arguments: ["/check"]), timeout: .seconds(3), isDynamic: isDynamic))
  }

  private func answer(_ bench: Bench, _ outcome: ScriptOutcome) {
    bench.loop.pass(.seconds(6))
    if let run = bench.reports.runs.last { bench.deliver(.checkRan(run, outcome)) }
  }

  @Test func `come from programs, with weights`() {
    let bench = Bench(Sample.service(Sample.server(1, weight: 7, misc(isDynamic: true))))
    bench.start()
    for (status, weight) in [(0, 7), (22, 20), (102, 100), (255, 253), (2, 0), (0, 7)] as [(Int32, UInt32)] {
      answer(bench, .exited(status))
      #expect(bench.table.weights() == [Sample.one: weight])
    }
  }

  @Test(
    arguments: [
      .exited(1), .timedOut, .killed(signal: 11), .notStarted(reason: "no such file"),
    ] as [ScriptOutcome])
  func `come from programs that fail`(outcome: ScriptOutcome) {
    let bench = Bench(Sample.service(Sample.server(1, misc(isDynamic: false))))
    bench.start()
    answer(bench, .exited(0))
    for _ in 0..<2 { answer(bench, outcome) }
    #expect(bench.table.weights() == [:])
  }

  @Test func `do not come at all from a program nobody hears of`() {
    let bench = Bench(Sample.service(Sample.server(1, misc(isDynamic: false))))
    bench.start()
    bench.loop.pass(.seconds(40))
    #expect(bench.table.weights() == [:])
    #expect(bench.reports.runs.count >= 2)
  }

  @Test func `of an earlier run are not taken for this one's`() {
    let bench = Bench(Sample.service(Sample.server(1, misc(isDynamic: false))))
    bench.start()
    bench.loop.pass(.seconds(1))
    guard let run = bench.reports.runs.first else {
      Issue.record("no run")
      return
    }
    for _ in 0..<2 { bench.deliver(.checkRan(run, .exited(0))) }
    bench.deliver(.checkRan(run, .exited(1)))
    #expect(bench.table.weights() == [Sample.one: 1])
  }

  @Test func `come from files`() {
    let bench = Bench(Sample.service(Sample.server(1, weight: 10, .file(FileCheck(file: "load")))))
    bench.start()
    #expect(bench.table.weights() == [Sample.one: 10])
    for (value, weight) in [(0, 10), (5, 15), (-3, 7), (-30, 0), (nil, 10)] as [(Int64?, UInt32)] {
      bench.deliver(.fileChanged(name: "load", value: value))
      #expect(bench.table.weights() == [Sample.one: weight])
    }
    bench.deliver(.fileChanged(name: "load", value: .min))
    #expect(bench.table.weights() == [:])
  }

  @Test func `come from BFD sessions`() {
    let bench = Bench(Sample.service(Sample.server(1, .bfd(name: "peer"))))
    bench.start()
    bench.deliver(.sessionChanged(name: "peer", isUp: false))
    #expect(bench.table.weights() == [:])
    bench.deliver(.sessionChanged(name: "peer", isUp: true))
    #expect(bench.table.weights() == [Sample.one: 1])
  }

  @Test(arguments: [
    ("up 50%", [Sample.one: 5]), ("drain", [Sample.one: 0]), ("down # disk", [:]), ("maint", [:]),
    ("weight:3", [Sample.one: 3]),
  ])
  func `come from agents`(line: String, weights: [Endpoint: UInt32]) {
    let agent = ProbeKind.agent(AgentCheck(greeting: "state?\n"))
    let bench = Bench(Sample.service(Sample.server(1, weight: 10, agent)))
    bench.connector.standard = .answers("\(line)\n")
    bench.start()
    bench.loop.pass(.seconds(1))
    #expect(bench.table.weights() == weights)
  }

  @Test(arguments: ["maint", "down # disk"])
  func `that a server declares of itself need no second attempt, either way`(line: String) {
    let bench = Bench(Sample.service(Sample.server(1, .agent(AgentCheck(greeting: "state?\n"))), Sample.server(2)))
    bench.connector.behaviours[Sample.one] = .answers("up 100%\n")
    bench.start()
    bench.loop.pass(.seconds(1))
    bench.connector.behaviours[Sample.one] = .answers("\(line)\n")
    bench.loop.pass(.seconds(6))
    #expect(bench.table.weights() == [Sample.two: 1])
    #expect(bench.connector.attempts(to: Sample.one).count == 2)
    bench.connector.behaviours[Sample.one] = .answers("ready up\n")
    bench.loop.pass(.seconds(6))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
  }

  @Test func `that nobody declared need all attempts`() {
    let bench = Bench(Sample.service(Sample.server(1, .agent(AgentCheck(greeting: "state?\n"))), Sample.server(2)))
    bench.connector.behaviours[Sample.one] = .answers("up 100%\n")
    bench.start()
    bench.loop.pass(.seconds(1))
    bench.connector.behaviours[Sample.one] = .answers("gibberish\n")
    bench.loop.pass(.milliseconds(5_500))
    #expect(bench.table.weights() == [Sample.one: 1, Sample.two: 1])
    bench.loop.pass(.seconds(1))
    #expect(bench.table.weights() == [Sample.two: 1])
  }
}
