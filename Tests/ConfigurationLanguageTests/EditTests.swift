import ConfigurationLanguage
import Testing
import Wire

private let services = """
  virtual_server 10.0.0.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    quorum 4
    hysteresis 3
    real_server 10.1.1.1 80 {
      weight 5
      snmp_name first
      TCP_CHECK {
      }
      TCP_CHECK {
        connect_port 81
      }
      TCP_CHECK {
        connect_ip 10.9.9.9
      }
    }
  }
  virtual_server 10.0.0.2 80 {
    lvs_sched wlc
    lvs_method NAT
    protocol TCP
    real_server 10.1.1.9 80 {
    }
  }
  """

@Suite struct `A configuration in force` {
  @Test func `gets a server like another, whose checks ask the new one as far as nothing else is written`() throws {
    let service = try #require(parse(services).configuration?.virtualServers.first)
    let original = try #require(service.realServers.first)
    let copy = original.copy(at: Endpoint(address("10.1.1.2"), port: 8080))
    #expect(copy.endpoint == Endpoint(address("10.1.1.2"), port: 8080) && copy.weight == 5 && copy.snmpName == nil)
    #expect(
      copy.checks.map(\.endpoint) == [
        Endpoint(address("10.1.1.2"), port: 8080), Endpoint(address("10.1.1.2"), port: 81),
        Endpoint(address("10.9.9.9"), port: 8080),
      ])
    #expect(original.snmpName == "first")
  }

  @Test(arguments: [([5, 5], 4, 3), ([2], 2, 1), ([0], 1, 0), ([], 1, 0), ([2_000_000_000, 2_000_000_000], 4, 3)])
  func `has a quorum that its servers can reach`(weights: [Int], quorum: Int, hysteresis: Int) throws {
    var service = try #require(parse(services).configuration?.virtualServers.first)
    let server = try #require(service.realServers.first)
    service.realServers = weights.map { weight in
      var server = server
      server.weight = weight
      return server
    }
    service.limitQuorum()
    #expect(service.quorum == quorum && service.hysteresis == hysteresis)
  }

  @Test func `can be written service by service, and read again`() throws {
    let all = try #require(parse(services).configuration?.virtualServers)
    let text = Configuration.canonical([all[1]])
    #expect(text.contains("10.0.0.2") && !text.contains("10.0.0.1 "))
    #expect(parse(text).configuration?.virtualServers.map(\.identity) == [all[1].identity])
    let both = Configuration.canonical(all)
    #expect(Configuration.canonical(try #require(parse(both).configuration?.virtualServers)) == both)
  }
}

@Suite struct `The listing of the keywords` {
  @Test func `has each once, under its block, with what becomes of it`() {
    let lines = Configuration.keywordListing.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "(top)" && lines.contains("vrrp_instance"))
    let words = lines.filter { $0.hasPrefix("  ") }
    #expect(words.count == Configuration.keywords.count && words.count > 400)
    #expect(
      words.allSatisfy { $0.contains(" supported") || $0.contains("accepted: ") || $0.contains("unsupported: ") })
    let place = lines.firstIndex(of: "vrrp_instance").map { lines[$0...].prefix { !$0.isEmpty } } ?? []
    #expect(place.contains { $0.hasPrefix("  virtual_router_id ") && $0.contains("supported") })
    #expect(lines.contains { $0.contains("(old, write ") })
  }
}

/// Settings that are written in one way only.
@Suite struct `A setting` {
  private static func router(_ lines: String) -> String {
    "vrrp_instance V {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.10\n }\n\(lines)\n}\n"
  }

  private static func server(_ lines: String) -> String {
    "virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 10.1.1.1 80 {\n\(lines)\n}\n}\n"
  }

  private static let rows: [(text: String, written: String)] = [
    (router("use_ipvlan ipv1 fe80::5 private group \"7\""), "use_ipvlan"),
    (router("use_ipvlan ipv1 10.0.0.5 bridge"), "use_ipvlan name ipv1 10.0.0.5"),
    (
      router("version 3\nauth_hmac {\nkey 1 hex:\(String(repeating: "0a", count: 32))\nactive_key 1\n}"),
      "key 1 hex:0a0a"
    ),
    (router("version 3\nauth_hmac {\nkey 7 file:/etc/key\nactive_key 7\n}"), "key 7 file:/etc/key"),
    (router("notify_deleted"), "notify_deleted"), (router("notify_deleted /usr/bin/true"), "notify_deleted"),
    (router("old_unicast_checksum never"), "old_unicast_checksum never"),
    (router("old_unicast_checksum"), "old_unicast_checksum"), (router("nopreempt\npreempt"), "vrrp_instance V"),
    (
      "global_defs {\nlvs_sync_daemon eth0 inst V id 7 maxlen 1400 port 8848 ttl 3 group 224.0.0.81\n}\n" + router(""),
      "lvs_sync_daemon eth0 inst V id 7 maxlen 1400 port 8848 ttl 3 group 224.0.0.81"
    ),
    ("global_defs {\nvrrp_cpu_affinity 0 1\nchecker_rlimit_rttime 500\n}\n" + router(""), "vrrp_cpu_affinity 0 1"),
    ("global_defs {\nmax_auto_priority\n}\n" + router(""), "max_auto_priority 99"),
    ("track_file f {\nfile /run/f\ninit_file 7 overwrite\n}\n" + router(""), "init_file 7 overwrite"),
    ("SSL {\npassword x\nca /etc/ca\ncertificate /etc/c\nkey /etc/k\n}\n" + router(""), "SSL {"),
    (
      "bfd_instance b {\nneighbor_ip 10.0.0.2\n}\n" + server("BFD_CHECK {\nname b\n}"), "name b"
    ),
    (
      "track_file f {\nfile /run/f\n}\n" + server("FILE_CHECK {\ntrack_file f\nweight 3 reverse\n}"),
      "weight 3 reverse"
    ),
    (
      server(
        "HTTP_GET {\nurl {\npath /\nregex \"up [a-z]+\"\nregex_min_offset 1\nregex_max_offset 9\nregex_stack 1 2\n}\n}"),
      "regex_max_offset 9"
    ),
    (
      "virtual_server_group g {\n2001:db8::1-ff 80\nfwmark 7 inet6\n}\n"
        + server("").replacing("virtual_server 10.0.0.1 80", with: "virtual_server group g")
        .replacing("10.1.1.1", with: "2001:db8:1::1"),
      "2001:db8::1-ff"
    ),
  ]

  @Test(arguments: rows)
  func `is written as it was meant`(text: String, written: String) throws {
    let result = parse(text, environment: CanonicalTests.machine)
    let configuration = try #require(result.configuration)
    #expect(
      configuration.canonical.contains(written),
      "\(result.diagnostics.rendered(color: false))\(configuration.canonical)")
    CanonicalTests.check(result, environment: CanonicalTests.machine, written)
  }
}
