import Machines
import Testing
import VirtualServices
import Wire

@Suite struct `A virtual service` {
  @Test func `tells of the quorum it starts with`() {
    var machine = ServiceMachine(Sample.service([Sample.server(1)]), verdicts: [], at: Sample.start)
    let reports = machine.reports(.started)
    #expect(reports.map(\.logLine) == ["Starting with quorum up 1+0=1 <= 1 for VS [198.51.100.10]:tcp:80"])
    #expect(reports.map(\.fifoLine) == ["VS [198.51.100.10]:tcp:80 UP"])
  }

  @Test(arguments: [true, false])
  func `of pessimists starts with the quorum down, and tells it when there is a sorry server`(sorry: Bool) {
    let settings = Sample.service([Sample.server(1, alpha: true)], sorry: sorry)
    var machine = ServiceMachine(settings, verdicts: [], at: Sample.start)
    let lines = machine.reports(.started).map(\.logLine)
    #expect(lines == (sorry ? ["Starting with quorum down 1-0=1 > 0 for VS [198.51.100.10]:tcp:80"] : []))
  }

  @Test func `loses a server and its quorum with scripts, mails and FIFO lines`() {
    var settings = Sample.service([Sample.server(1)])
    settings.notify = NotifySettings(down: NotifyCommand(arguments: ["/lost"]), sendsMail: true)
    var machine = Sample.machine(settings)
    let reports = machine.reports(.checkChanged(server: 0, check: 0, Sample.failed))
    #expect(
      reports.compactMap(\.mail) == [
        MailText(
          subject: "Realserver [192.0.2.1]:tcp:80 of virtual server [198.51.100.10]:tcp:80 - DOWN",
          body: "=> TCP CHECK failed on service <="),
        MailText(subject: "Virtualserver [198.51.100.10]:tcp:80 - DOWN", body: "=> Lost quorum 1-0=1 > 0 <="),
      ])
    #expect(
      reports.compactMap(\.fifoLine) == [
        "RS [192.0.2.1]:tcp:80 [198.51.100.10]:tcp:80 DOWN", "VS [198.51.100.10]:tcp:80 DOWN",
      ])
    #expect(reports.compactMap(\.command?.arguments) == [["/down"], ["/lost"]])
  }

  @Test func `gains its quorum with keepalived's arithmetic`() {
    var settings = Sample.service([Sample.server(1, alpha: true), Sample.server(2, weight: 4, alpha: true)])
    settings.notify.sendsMail = true
    (settings.quorum, settings.hysteresis) = (3, 1)
    var machine = Sample.machine(settings)
    _ = machine.reports(.checkChanged(server: 0, check: 0, Sample.good))
    #expect(!machine.quorumIsUp)
    let reports = machine.reports(.checkChanged(server: 1, check: 0, Sample.good))
    #expect(reports.last?.mail?.body == "=> Gained quorum 3+1=4 <= 5 <=")
  }

  @Test func `mails the other checks of a server only when asked to`() {
    var server = Sample.server(1)
    server.checks.append(Sample.check(2))
    for mailsEveryCheck in [true, false] {
      var machine = Sample.machine(Sample.service([server]), policy: ReportPolicy(mailsEveryCheck: mailsEveryCheck))
      _ = machine.reports(.checkChanged(server: 0, check: 0, Sample.failed))
      let second = machine.reports(.checkChanged(server: 0, check: 1, Sample.failed))
      #expect(second.compactMap(\.mail).count == (mailsEveryCheck ? 1 : 0))
      #expect(second.compactMap(\.fifoLine).isEmpty)
      // One check is good again, but the server is still down, and the mail says so.
      let third = machine.reports(.checkChanged(server: 0, check: 0, Sample.good))
      #expect(third.compactMap(\.mail).allSatisfy { $0.subject.hasSuffix("DOWN") })
      #expect(machine.servers[0].isUp == false)
    }
  }

  @Test func `does not tell of a first success that was presumed`() {
    var machine = Sample.machine(Sample.service([Sample.server(1)]))
    #expect(machine.reports(.checkChanged(server: 0, check: 0, Sample.good)).isEmpty)
  }

  @Test func `tells of removed servers that were up`() {
    var machine = Sample.machine(Sample.service([Sample.server(1), Sample.server(2), Sample.server(3)]))
    _ = machine.reports(.checkChanged(server: 2, check: 0, Sample.failed))
    let settings = Sample.service([Sample.server(1)])
    let reports = machine.reports(.settingsChanged(settings, verdicts: [], ReportPolicy()))
    #expect(reports.compactMap(\.mail?.body) == ["=> Removing <="])
    #expect(reports.compactMap(\.fifoLine) == ["RS [192.0.2.2]:tcp:80 [198.51.100.10]:tcp:80 DOWN"])
    #expect(machine.weights == [Sample.address(1): 1])
  }

  @Test func `follows a changed weight and keeps a failed server out over a reload`() {
    var machine = Sample.machine(Sample.service([Sample.server(1), Sample.server(2)]))
    _ = machine.reports(.checkChanged(server: 1, check: 0, Sample.failed))
    let settings = Sample.service([Sample.server(2), Sample.server(1, weight: 9)])
    let verdicts = [[Sample.failed], [Sample.good]]
    let reports = machine.reports(.settingsChanged(settings, verdicts: verdicts, ReportPolicy()))
    #expect(
      reports.map(\.logLine) == ["Weight of [192.0.2.1]:tcp:80 in VS [198.51.100.10]:tcp:80: 1 -> 9"])
    #expect(machine.weights == [Sample.address(1): 9])
  }

  @Test(arguments: [true, false])
  func `tells of an orderly stop only with omega`(omega: Bool) {
    var settings = Sample.service([Sample.server(1), Sample.server(2)])
    settings.omega = omega
    settings.notify.sendsMail = true
    var machine = Sample.machine(settings)
    _ = machine.reports(.checkChanged(server: 1, check: 0, Sample.failed))
    let bodies = machine.reports(.stopping).compactMap(\.mail?.body)
    #expect(bodies == (omega ? ["=> Shutting down <=", "=> Shutting down <="] : []))
  }

  @Test func `adopts a kernel in which a server is missing or inhibited, and changes nothing`() {
    let settings = Sample.service([Sample.server(1), Sample.server(2), Sample.server(3, inhibits: true)])
    let works = DestinationAttributes(forwarding: .masquerade, weight: 1)
    let image = ServiceImage(
      attributes: Sample.attributes,
      destinations: [
        Sample.address(1): works, Sample.address(3): DestinationAttributes(forwarding: .masquerade, weight: 0),
      ])
    var machine = ServiceMachine(settings, verdicts: [], adopted: [Sample.key: image], at: Sample.start)
    _ = machine.handle(.presenceChanged(.present(.noRouter)), at: Sample.start)
    _ = machine.handle(.started, at: Sample.start)
    #expect(plan(Sample.key, actual: image, desired: machine.desired(Sample.key)).isEmpty)
    _ = machine.handle(.checkChanged(server: 1, check: 0, Sample.good), at: Sample.start)
    #expect(machine.weights == [Sample.address(1): 1, Sample.address(2): 1, Sample.address(3): 0])
  }

  @Test func `adopts a sorry server at work`() {
    let settings = Sample.service([Sample.server(1)], sorry: true)
    let sorry = DestinationAttributes(forwarding: .masquerade, weight: 1)
    let image = ServiceImage(attributes: Sample.attributes, destinations: [Sample.sorry: sorry])
    var machine = ServiceMachine(settings, verdicts: [], adopted: [Sample.key: image], at: Sample.start)
    _ = machine.handle(.presenceChanged(.present(.noRouter)), at: Sample.start)
    _ = machine.handle(.started, at: Sample.start)
    #expect(plan(Sample.key, actual: image, desired: machine.desired(Sample.key)).isEmpty)
  }

  @Test func `gives DR servers its own port, and port 0 under a firewall mark`() {
    var server = RealServerSettings(Sample.address(1, port: 8080), forwarding: .directRouting)
    server.checks = []
    var settings = Sample.service([server])
    let mark = ServiceKey.firewallMark(7, .ipv4)
    settings.keys.append(mark)
    let machine = Sample.machine(settings)
    #expect(machine.desired(Sample.key)?.destinations.keys.first == Sample.address(1, port: 80))
    #expect(machine.desired(mark)?.destinations.keys.first == Sample.address(1, port: 0))
  }

  @Test func `ignores verdicts about servers and checks it does not have`() {
    var machine = Sample.machine(Sample.service([Sample.server(1)]))
    let before = machine
    #expect(machine.handle(.checkChanged(server: 7, check: 0, Sample.failed), at: Sample.start) == [])
    #expect(machine.handle(.checkChanged(server: 0, check: -1, Sample.failed), at: Sample.start) == [])
    #expect(machine == before)
  }
}

@Suite struct `The weight of a server` {
  @Test(
    arguments: [
      ([.none], 10),
      ([.absolute(100)], 100),
      ([.absolute(100), .absolute(20)], 110),
      ([.added(5)], 15),
      ([.added(-30)], 0),
      ([.added(.min)], 0),
      ([.added(.max)], 2_147_483_647),
      ([.absolute(.max), .absolute(.max)], 2_147_483_647),
      ([.percentage(50)], 5),
      ([.percentage(1)], 1),
      ([.percentage(0)], 0),
      ([.percentage(.max)], 10_000),
      ([.added(10), .percentage(50)], 10),
    ] as [([WeightInfluence], UInt32)])
  func `is computed anew from all its checks`(influences: [WeightInfluence], expected: UInt32) {
    #expect(effectiveWeight(configured: 10, influences: influences) == expected)
  }
}
