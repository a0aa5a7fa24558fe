import Balancing
import ConfigurationLanguage
import Daemon
import Testing
import VirtualServices
import Wire

private func settings(_ text: String) throws -> DirectorSettings {
  DirectorSettings(try configuration(of: text))
}

/// A service with these words, and one real server with these.
private func service(
  _ words: String, server: String = "", global: String = "", address: String = "192.0.2.1 80",
  real: String = "198.51.100.1 80"
) throws -> VirtualServiceSettings {
  let text = """
    global_defs {
    \(global)
    }
    virtual_server \(address) {
      lvs_sched rr
      lvs_method NAT
      protocol TCP
      \(words)
      real_server \(real) {
        \(server)
      }
    }
    """
  return try #require(settings(text).services.first)
}

private func check(_ words: String, in service: String = "", server: String = "", global: String = "") throws
  -> CheckSettings
{
  let made = try DaemonTests.service(service, server: "\(server)\n\(words)", global: global)
  return try #require(made.servers.first?.checks.first)
}

@Suite struct `Words about services` {
  @Test func `give removed and recovered servers their time, each its own where it has one`() throws {
    let one = try service("drain_timeout 30\nslow_start 20", server: "drain_timeout 5\nslow_start 0.5")
    #expect(one.drainTimeout == .seconds(30))
    #expect(one.servers[0].drainTimeout == .seconds(5) && one.servers[0].slowStart == .milliseconds(500))
    let other = try service("drain_timeout 30\nslow_start 20")
    #expect(other.servers[0].drainTimeout == .seconds(30) && other.servers[0].slowStart == .seconds(20))
    let none = try service("")
    #expect(none.drainTimeout == nil && none.servers[0].drainTimeout == nil && none.servers[0].slowStart == nil)
  }

  @Test(
    arguments: [
      ("", 0, 0, 0xFFFF_FFFF), ("persistence_timeout", 1, 360, 0xFFFF_FFFF),
      ("persistence_timeout 50", 1, 50, 0xFFFF_FFFF),
      ("persistence_granularity 255.255.255.0", 1, 360, 0xFFFF_FF00),
      ("persistence_granularity 255.0.255.0", 1, 360, 0xFF00_FF00),
    ] as [(String, UInt32, UInt32, UInt32)])
  func `make clients persist`(words: String, flags: UInt32, seconds: UInt32, mask: UInt32) throws {
    let attributes = try service(words).attributes
    #expect(attributes.flags == flags && attributes.persistenceTimeout == seconds)
    #expect(attributes.persistenceMask == mask)
  }

  @Test func `group clients of IPv6 by a prefix`() throws {
    let made = try service("persistence_granularity 56", address: "2001:db8::1 80", real: "2001:db8::2 80")
    #expect(made.attributes.persistenceMask == 56 && made.attributes.persistenceTimeout == 360)
  }

  @Test func `say how packets reach each server and the sorry server`() throws {
    let made = try service(
      "sorry_server 198.51.100.9 8080\nsorry_server_inhibit\nsorry_server_lvs_method DR",
      server: "lvs_method TUN type gue port 6080 csum")
    #expect(made.servers[0].forwarding == .tunnel(Tunnel(type: 1, port: 6080, flags: 1)))
    // Direct routing does not change the port.
    #expect(made.sorryServer?.endpoint == Endpoint(.v4(IPv4Address(198, 51, 100, 9)), port: 80))
    #expect(made.sorryServer?.forwarding == .directRouting && made.sorryServer?.inhibits == true)
    #expect(try service("sorry_server 198.51.100.9 8080").sorryServer?.forwarding == .masquerade)
  }

  @Test func `make one key of each address of a range, of either family`() throws {
    let made = try settings(
      """
      virtual_server_group web {
        2001:db8::fe-101 443
        192.0.2.7-9 80
      }
      virtual_server group web {
        protocol TCP
        lvs_sched rr
        lvs_method TUN
        persistence_granularity 255.255.255.0
        real_server 198.51.100.1 {
        }
      }
      """)
    let group = try #require(made.services.first)
    let texts = group.keys.map(\.text)
    #expect(texts.first == "tcp [2001:db8::fe]:443" && texts.contains("tcp [2001:db8::101]:443"))
    #expect(texts.count == 4 + 3 && texts.last == "tcp 192.0.2.9:80")
  }

  @Test func `let checks rest without the address, tell at the end, and count servers as down at first`() throws {
    let made = try service("ha_suspend\nomega\nalpha", server: "TCP_CHECK {\n}")
    #expect(made.haSuspend && made.omega && made.servers[0].checks[0].alpha)
    let plain = try service("", server: "TCP_CHECK {\n}")
    #expect(!plain.haSuspend && !plain.omega && !plain.servers[0].checks[0].alpha)
  }
}

@Suite struct `Words about checks` {
  @Test(arguments: [
    ("alpha", "", "", true), ("", "alpha", "", true), ("", "", "alpha", true), ("alpha", "alpha off", "", false),
    ("alpha", "alpha", "alpha off", false), ("", "", "", false),
  ])
  func `inherit alpha from server and service`(service: String, server: String, own: String, alpha: Bool) throws {
    #expect(try check("TCP_CHECK {\n\(own)\n}", in: service, server: server).alpha == alpha)
  }

  @Test func `describe the expression of a body`() throws {
    let url = """
      HTTP_GET {
        url {
          path /
          regex "up since [0-9]+ days"
          regex_no_match
          regex_options caseless dotall
          regex_min_offset 10
          regex_max_offset 20
        }
      }
      """
    guard case .http(let http) = try check(url).probe.kind, let pattern = http.urls.first?.pattern else {
      Issue.record("no pattern")
      return
    }
    #expect(pattern.expression == "up since [0-9]+ days" && pattern.inverts)
    #expect(pattern.options == ["caseless", "dotall"] && pattern.beginnings == 10...20)
  }

  @Test(
    arguments: [
      ("", 0 ... .max), ("regex_min_offset 7", 7 ... .max), ("regex_max_offset 3", 0...3),
      ("regex_min_offset 9\nregex_max_offset 3", 9...9),
    ] as [(String, ClosedRange<Int>)])
  func `limit where a match may begin`(words: String, beginnings: ClosedRange<Int>) throws {
    let kind = try check("HTTP_GET {\nurl {\npath /\nregex x\n\(words)\n}\n}").probe.kind
    guard case .http(let http) = kind else {
      Issue.record("\(kind)")
      return
    }
    #expect(http.urls.first?.pattern?.beginnings == beginnings)
  }

  @Test func `describe TLS`() throws {
    let words = """
      SSL_GET {
        ssl_verify on
        ssl_ca_file /etc/ca.pem
        ssl_min_version TLSv1.3
        sni_name www.example.net
        url {
          path /
        }
      }
      """
    guard case .http(let http) = try check(words).probe.kind, let tls = http.tls else {
      Issue.record("no TLS")
      return
    }
    #expect(tls.verifies && tls.authorityFile == "/etc/ca.pem" && tls.oldestVersion == .tls13)
    #expect(tls.sendsServerName && tls.serverName == "www.example.net")
  }

  @Test func `are counted when they accept any certificate`() throws {
    let url = "url {\npath /\n}"
    let text = ["ssl_verify on", "", "ssl_verify off"].enumerated().map { number, word in
      "real_server 198.51.100.\(number + 1) 443 {\nSSL_GET {\n\(word)\n\(url)\n}\n}"
    }.joined(separator: "\n")
    let plain = "real_server 198.51.100.9 80 {\nHTTP_GET {\n\(url)\n}\n}"
    let made = try settings(
      "virtual_server 192.0.2.1 443 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n\(text)\n\(plain)\n}")
    #expect(made.serversWithUnverifiedCertificates == 2)
  }

  @Test func `name the account of a program`() throws {
    let words = "MISC_CHECK {\nmisc_path \"/bin/check a b\"\nuser nobody nogroup\nmisc_dynamic\n}"
    guard case .misc(let misc) = try check(words, in: "delay_loop 7").probe.kind else {
      Issue.record("no MISC")
      return
    }
    #expect(misc.command.arguments == ["/bin/check", "a", "b"] && misc.isDynamic && misc.timeout == .seconds(7))
    #expect(misc.command.user == "nobody" && misc.command.group == "nogroup")
  }
}

@Suite struct `Words about the table` {
  @Test(arguments: [
    ("", StopPolicy.removeOurs, false), ("lvs_flush_on_stop VS", .removeOurs, false),
    ("lvs_flush_on_stop", .flush, false),
    ("lvs_flush", .removeOurs, true),
  ])
  func `say what becomes of it`(words: String, stop: StopPolicy, flushes: Bool) throws {
    let made = try settings("global_defs {\n\(words)\n}")
    #expect(made.stopPolicy == stop && made.flushesAtStart == flushes)
  }

  @Test(
    arguments: [
      ("", nil), ("lvs_timeouts tcp 7200 tcpfin 60 udp 30", ConnectionTimeouts(tcp: 7200, tcpFin: 60, udp: 30)),
      ("lvs_timeouts udp 5", ConnectionTimeouts(udp: 5)),
    ] as [(String, ConnectionTimeouts?)])
  func `set time-outs of connections`(words: String, timeouts: ConnectionTimeouts?) throws {
    #expect(try settings("global_defs {\n\(words)\n}").timeouts == timeouts)
  }
}
