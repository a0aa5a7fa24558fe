import Machines
import Testing
import VirtualServices
import Wire

/// A kind of check, and how it is told.
private struct Row: CustomTestStringConvertible, Sendable {
  var kind: ProbeKind
  /// How logs name the check.
  var name: String
  /// The bodies of the mails after a success and after a failure.
  var good: String
  var bad: String
  var testDescription: String { name }
}

private let page = [HTTPCheckURL(path: "/")]

private let rows = [
  Row(
    kind: .tcp, name: "TCP_CHECK 192.0.2.1:80", good: "TCP CHECK succeed on service",
    bad: "TCP CHECK failed on service"),
  Row(
    kind: .http(HTTPCheck(urls: page)), name: "HTTP_GET 192.0.2.1:80", good: "CHECK succeed on service",
    bad: "CHECK failed on service : HTTP/SSL request failed"),
  Row(
    kind: .http(HTTPCheck(urls: page, tls: CheckTLS())), name: "SSL_GET 192.0.2.1:80", good: "CHECK succeed on service",
    bad: "CHECK failed on service : HTTP/SSL request failed"),
  Row(
    kind: .smtp(heloName: "h"), name: "SMTP_CHECK 192.0.2.1:80", good: "CHECK succeed on service",
    bad: "CHECK failed on service"),
  Row(
    kind: .dns(DNSCheck()), name: "DNS_CHECK 192.0.2.1:80", good: "DNS_CHECK: succeed on service",
    bad: "DNS_CHECK: failed on service"),
  Row(
    kind: .udp(UDPCheck()), name: "UDP_CHECK 192.0.2.1:80", good: "UDP CHECK succeed on service",
    bad: "UDP CHECK failed on service"),
  Row(
    kind: .ping, name: "PING_CHECK 192.0.2.1", good: "ICMP CHECK succeed on service",
    bad: "ICMP CHECK failed on service"),
  Row(
    kind: .misc(MiscCheck(NotifyCommand(arguments: ["/bin/check", "-v"]), timeout: .seconds(1))),
    name: "MISC_CHECK /bin/check", good: "MISC CHECK succeeded on service", bad: "MISC CHECK failed on service"),
  Row(
    kind: .file(FileCheck(file: "load")), name: "FILE_CHECK load", good: "FILE CHECK load succeeded on service",
    bad: "FILE CHECK load failed on service"),
  Row(
    kind: .bfd(name: "peer"), name: "BFD_CHECK peer", good: "BFD CHECK peer succeeded on service",
    bad: "BFD CHECK peer failed on service"),
  Row(
    kind: .agent(AgentCheck()), name: "AGENT_CHECK 192.0.2.1:80", good: "AGENT CHECK succeeded on service",
    bad: "AGENT CHECK failed on service"),
]

/// A service with one server, one check of this kind, and mails.
private func machine(_ kind: ProbeKind, policy: ReportPolicy = ReportPolicy()) -> ServiceMachine {
  var server = Sample.server(1)
  server.checks = [CheckSettings(ProbeSettings(kind, of: Sample.address(1)))]
  server.notify.sendsMail = true
  return Sample.machine(Sample.service([server]), policy: policy)
}

@Suite struct `What is told of a server` {
  @Test(arguments: rows)
  private func `names the check in the log, and mails keepalived's words`(row: Row) {
    var machine = machine(row.kind)
    let down = machine.reports(.checkChanged(server: 0, check: 0, Sample.failed))
    let up = machine.reports(.checkChanged(server: 0, check: 0, Sample.good))
    #expect(
      down.prefix(2).map(\.logLine) == [
        "\(row.name) of [192.0.2.1]:tcp:80 in VS [198.51.100.10]:tcp:80 failed: connection refused",
        "[192.0.2.1]:tcp:80 of VS [198.51.100.10]:tcp:80 is DOWN: \(row.name): connection refused",
      ])
    #expect(down.prefix(2).map(\.isBad) == [true, true] && up.prefix(2).map(\.isBad) == [false, false])
    #expect(down.first?.mail?.body == "=> \(row.bad) <=")
    #expect(up.first?.mail?.body == "=> \(row.good) <=")
    #expect(up.first?.mail?.subject.hasSuffix(" - UP") == true)
  }

  @Test func `says when it was not asked, and when a program took too long`() {
    let misc = ProbeKind.misc(MiscCheck(NotifyCommand(arguments: ["/bin/check"]), timeout: .seconds(1)))
    var machine = machine(misc)
    let late = CheckState(.failed(CheckFailure(.timedOut, "no exit within 1 s")), since: Sample.start)
    let mail = machine.reports(.checkChanged(server: 0, check: 0, late)).first?.mail
    #expect(mail?.body == "=> MISC CHECK timed out on service <=")
    let unable = CheckState(.failed(CheckFailure(.couldNotCheck, "no such program")), since: Sample.start)
    #expect(unable.reason == "could not be checked: no such program")
  }

  @Test func `at its start is told only where that is wanted`() {
    let settings = Sample.service([Sample.server(1), Sample.server(2, alpha: true)])
    for isWanted in [true, false] {
      let policy = ReportPolicy(notifiesInitialServers: isWanted)
      var machine = ServiceMachine(settings, verdicts: [], policy: policy, at: Sample.start)
      let reports = machine.reports(.started).filter { if case .serverChanged = $0 { true } else { false } }
      #expect(
        reports.map(\.logLine)
          == (isWanted
            ? ["[192.0.2.1]:tcp:80 of VS [198.51.100.10]:tcp:80 is UP: counted as up until a check fails"] : []))
      #expect(reports.compactMap(\.command?.arguments) == (isWanted ? [["/up"]] : []))
      #expect(reports.compactMap(\.mail).isEmpty)
      // A server that a reload adds starts, too.
      let more = Sample.service([Sample.server(1), Sample.server(2, alpha: true), Sample.server(3)])
      let added = machine.reports(.settingsChanged(more, verdicts: [], policy)).map(\.logLine)
      #expect(
        added
          == (isWanted
            ? ["[192.0.2.3]:tcp:80 of VS [198.51.100.10]:tcp:80 is UP: counted as up until a check fails"] : []))
    }
  }

  @Test func `by a reload that takes its bad check away is that the configuration did it`() {
    var machine = machine(.tcp)
    _ = machine.reports(.checkChanged(server: 0, check: 0, Sample.failed))
    var server = Sample.server(1)
    server.checks = []
    let reports = machine.reports(.settingsChanged(Sample.service([server]), verdicts: [], ReportPolicy()))
    #expect(
      reports.first?.logLine
        == "[192.0.2.1]:tcp:80 of VS [198.51.100.10]:tcp:80 is UP: its checks changed with the configuration")
    #expect(reports.first?.command?.arguments == ["/up"])
  }

  @Test func `whose check only weighs it is the weight, to nobody but the log`() {
    var machine = machine(.agent(AgentCheck()))
    let half = CheckState(.good, influence: .absolute(40), since: Sample.start)
    let reports = machine.reports(.checkChanged(server: 0, check: 0, half))
    #expect(reports.map(\.logLine) == ["Weight of [192.0.2.1]:tcp:80 in VS [198.51.100.10]:tcp:80: 1 -> 40"])
    #expect(!reports.contains { $0.isBad || $0.mail != nil || $0.fifoLine != nil || $0.command != nil })
  }
}

@Suite struct `The settings of a virtual service` {
  @Test func `name the addresses it answers at`() {
    var settings = Sample.service([])
    settings.keys = [
      .endpoint(.tcp, Sample.virtual), .firewallMark(7, .ipv4), .endpoint(.udp, Sample.address(3)),
    ]
    #expect(settings.addresses == [Sample.virtual.address, Sample.address(3).address])
    #expect(settings.keys.map(\.family) == [.ipv4, .ipv4, .ipv4])
  }

  @Test func `of a check are keepalived's defaults where nothing is said`() {
    let dns = DNSCheck()
    #expect(dns.type == 6 && dns.name.isEmpty)
    let udp = UDPCheck()
    #expect(udp.payload == nil && !udp.requiresReply && udp.expected.isEmpty && udp.replyLength == 0...255)
    let tls = CheckTLS()
    #expect(!tls.sendsServerName && !tls.verifies && tls.serverName == nil && tls.oldestVersion == nil)
    let url = HTTPCheckURL(path: "/", pattern: BodyPattern("up"))
    #expect(url.statusCodes.isEmpty && url.digest == nil && url.virtualHost == nil)
    #expect(url.pattern.map { !$0.inverts && $0.options.isEmpty && $0.beginnings == 0 ... .max } == true)
    let file = FileCheck(file: "load")
    #expect(file.weight == 1 && !file.reverses)
    #expect(HTTPCheck(urls: [url]).version == .http10 && AgentCheck().greeting.isEmpty)
    #expect(UDPCheck.Expectation(value: 0x0F, mask: 0xF0) != UDPCheck.Expectation(value: 0x0F, mask: 0xFF))
  }
}
