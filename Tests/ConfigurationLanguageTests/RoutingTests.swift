import ConfigurationLanguage
import Testing

private let machine: MemoryEnvironment = {
  var machine = MemoryEnvironment()
  machine.names = ["backup": 200, "office": 7]
  return machine
}()

private func parsed(_ block: String, _ line: String) -> ParsedConfiguration {
  parse("\(instance)\n}\ntrack_group up {\ngroup {\nV\n}\n}\n\(block) {\n  \(line)\n}\n", environment: machine)
}

/// A line, and what it says in the order of the canonical form; nil where that is the line itself.
private typealias Row = (line: String, canonical: String?)

@Suite struct `A route` {
  private static let rows: [Row] = [
    ("10.0.0.0/8 via 192.0.2.1 dev eth0", nil), ("default via 192.0.2.1 dev eth0", "0.0.0.0/0 via 192.0.2.1 dev eth0"),
    ("0/0 via 192.0.2.1 no_track", "0.0.0.0/0 via 192.0.2.1 no_track"), ("default inet6 dev eth0", "::/0 dev eth0"),
    ("2001:db8::/32 via fe80::1 dev eth0", nil),
    ("2001:db8::/32 via inet6 fe80::1 dev eth0", "2001:db8::/32 via fe80::1 dev eth0"),
    ("blackhole 10.0.0.0/8 no_track", nil), ("unreachable 2001:db8::/32 no_track", nil),
    ("throw 10.0.0.0/8 table backup no_track", "throw 10.0.0.0/8 table 200 no_track"),
    ("10.0.0.0/8 dev eth0 src 10.0.0.1 scope link table 100", "10.0.0.0/8 src 10.0.0.1 dev eth0 table 100 scope 253"),
    ("2001:db8::/32 from 2001:db8:1::/48 dev eth0", nil),
    ("10.0.0.0/8 dev eth0 tos AF41", "10.0.0.0/8 dev eth0 tos 136"),
    ("10.0.0.0/8 dev eth0 dsfield lowdelay", "10.0.0.0/8 dev eth0 tos 16"),
    ("10.0.0.0/8 dev eth0 metric 0x20 onlink", "10.0.0.0/8 dev eth0 metric 32 onlink"),
    ("10.0.0.0/8 dev eth0 realms office", "10.0.0.0/8 dev eth0 realms 7"),
    ("10.0.0.0/8 dev eth0 realms 3/cosmos", "10.0.0.0/8 dev eth0 realms 3/0"),
    ("10.0.0.0/8 dev eth0 realms 3/office", "10.0.0.0/8 dev eth0 realms 3/7"),
    (
      "10.0.0.0/8 dev eth0 mtu lock 1400 window 10 hoplimit 64 features ecn",
      "10.0.0.0/8 dev eth0 mtu lock 1400 window 10 hoplimit 64 features ecn"
    ),
    ("10.0.0.0/8 dev eth0 rtt 5ms", "10.0.0.0/8 dev eth0 rtt 40"),
    ("10.0.0.0/8 dev eth0 rttvar 1s", "10.0.0.0/8 dev eth0 rttvar 4000"),
    ("10.0.0.0/8 dev eth0 rto_min lock 7", nil), ("10.0.0.0/8 dev eth0 congctl lock cubic", nil),
    ("10.0.0.0/8 dev eth0 congctl reno", nil), ("2001:db8::/32 dev eth0 pref high", "2001:db8::/32 dev eth0 pref 1"),
    ("2001:db8::/32 dev eth0 expires 60", nil), ("10.0.0.0/8 dev eth0 ttl-propagate disabled", nil),
    ("10.0.0.0/8 dev eth0 no_track", nil), ("10.0.0.0/8 dev eth0 append", nil),
    ("10.0.0.0/8 dev eth0 track_group up", nil),
    ("10.0.0.0/8 dev eth0 encap ip id 7 dst 192.0.2.9 src 192.0.2.1 tos 16 ttl 64 flags 1", nil),
    (
      "10.0.0.0/8 dev eth0 encap ip6 dst 2001:db8::9 tc CS1 hoplimit 9",
      "10.0.0.0/8 dev eth0 encap ip6 dst 2001:db8::9 tc 32 hoplimit 9"
    ),
    ("10.0.0.0/8 dev eth0 encap mpls 100/200", nil), ("2001:db8::/32 dev eth0 encap ila 1:22:333:4444", nil),
    (
      "10.0.0.0/8 nexthop via 192.0.2.1 weight 2 nexthop via 192.0.2.2 dev eth1 onlink",
      "10.0.0.0/8 nexthop via 192.0.2.1 weight 2 nexthop via 192.0.2.2 dev eth1 onlink"
    ),
    ("10.0.0.0/8 nexthop dev eth0 realms 1/2 encap mpls 16", nil),
  ]

  @Test(arguments: rows)
  private func `is read, and written as it was meant`(row: Row) throws {
    let result = parsed("static_routes", row.line)
    #expect(codes(result) == [], "\(result.diagnostics.rendered(color: false))")
    let route = try #require(result.configuration?.staticRoutes.first)
    #expect(route.text == row.canonical ?? row.line)
    CanonicalTests.check(result, environment: machine, row.line)
  }

  @Test(arguments: [
    ("10.0.0.0/8 gw 192.0.2.1 dev eth0", "10.0.0.0/8 via 192.0.2.1 dev eth0"), ("default6 dev eth0", "::/0 dev eth0"),
    ("10.0.0.0/8 via 192.0.2.1 or 192.0.2.2", "10.0.0.0/8 nexthop via 192.0.2.1 nexthop via 192.0.2.2"),
  ])
  func `in an old spelling is understood`(line: String, meant: String) {
    let result = parsed("static_routes", line)
    #expect(codes(result) == [.deprecated])
    #expect(result.configuration?.staticRoutes.map(\.text) == [meant])
  }

  @Test(arguments: [
    ("10.0.0.0/8 via 2001:db8::1 dev eth0", "2001:db8::1 is not IPv4 like the words before it"),
    ("10.0.0.0/8 via nowhere", "'nowhere' is not an address"), ("10.0.0.0/8 via", "via has no value"),
    ("10.0.0.0/8 from here dev eth0", "'here' is not a prefix"), ("10.0.0.0/8 dew eth0", "'dew' is neither"),
    ("10.0.0.0/8 dev eth0 mtu", "mtu has no value"), ("10.0.0.0/8 dev eth0 rtt x", "'x' is not a time"),
    ("10.0.0.0/8 dev eth0 rtt 5h", "'h' is no unit of time"),
    ("10.0.0.0/8 dev eth0 realms 70000", "'70000' is no realm"),
    ("10.0.0.0/8 dev eth0 realms nobody", "'nobody' is no realm"),
    ("10.0.0.0/8 dev eth0 tos 256", "256"),
    ("10.0.0.0/8 dev eth0 hoplimit 256", "256"), ("10.0.0.0/8 dev eth0 features all", "features"),
    ("10.0.0.0/8 dev eth0 encap mpls 1048576", "'1048576' is no stack of MPLS labels"),
    ("10.0.0.0/8 dev eth0 encap mpls 1/x", "'1/x' is no stack of MPLS labels"),
    ("2001:db8::/32 dev eth0 encap ila 1:2:3", "'1:2:3' is no ILA locator"),
    ("10.0.0.0/8 dev eth0 encap vxlan", "'vxlan' is no encapsulation"),
    ("10.0.0.0/8 dev eth0 encap ip tos 1", "the encapsulation needs id or dst"),
    ("10.0.0.0/8 dev eth0 encap mpls", "mpls has no value"), ("10.0.0.0/8 nexthop via 192.0.2.1 speed 3", "speed"),
    ("10.0.0.0/8 nexthop via 192.0.2.1 as 10.0.0.1", "as is not supported"),
    ("10.0.0.0/8 nexthop via", "via has no value"),
  ])
  func `that cannot be meant is dropped with a reason`(line: String, reason: String) {
    let result = parsed("static_routes", line)
    #expect(
      result.configuration?.staticRoutes.isEmpty ?? true, "\(result.configuration?.staticRoutes.map(\.text) ?? [])")
    #expect(
      result.diagnostics.list.contains { $0.message.contains(reason) }, "\(result.diagnostics.rendered(color: false))")
  }

  @Test(arguments: [
    ("10.0.0.0/8 dev eth0 as 10.0.0.1", "as is not supported in a route"),
    ("10.0.0.0/8 dev eth0 ttl-propagate perhaps", "ttl-propagate"),
    ("10.0.0.0/8 dev eth0 track_group down", "track_group"),
  ])
  func `is kept without a word that it cannot have`(line: String, reason: String) {
    let result = parsed("static_routes", line)
    #expect(result.configuration?.staticRoutes.map(\.text) == ["10.0.0.0/8 dev eth0"])
    #expect(
      result.diagnostics.list.contains { $0.message.contains(reason) }, "\(result.diagnostics.rendered(color: false))")
  }
}

@Suite struct `A rule` {
  private static let rows: [Row] = [
    ("from 10.0.0.0/8 preference 100 table backup", "from 10.0.0.0/8 preference 100 table 200"),
    ("not from all to 10.0.0.0/8 preference 100 table 254", nil),
    ("from all preference 100 tos AF11 table 7", "from all preference 100 tos 40 table 7"),
    ("from all preference 100 fwmark 0x10/0xff table 7", "from all preference 100 fwmark 16/255 table 7"),
    ("from all preference 100 iif eth0 oif eth1 table 7", nil),
    ("from all preference 100 uidrange 1000-2000 table 7", nil),
    ("from all preference 100 ipproto 6 sport 1024-65535 dport 80-80 table 7", nil),
    ("from all preference 100 ipproto udp dport 53 table 7", "from all preference 100 ipproto 17 dport 53-53 table 7"),
    ("from all preference 100 suppress_prefixlength 0 table 7", nil),
    ("from all preference 100 realms 3/4 table 7", nil),
    ("from all preference 100 realms office table 7", "from all preference 100 realms 7 table 7"),
    ("from all preference 100 no_track protocol 99 table 7", nil),
    ("from all preference 100 track_group up table 7", nil),
    ("from all preference 100 l3mdev", nil), ("from all preference 100 goto 200", nil),
    ("from all preference 100 nop", nil),
    ("from all preference 100 blackhole", nil), ("from all preference 100 unreachable", nil),
    ("from all preference 100 prohibit", nil),
    ("from 2001:db8::/32 preference 100 table 7", "from 2001:db8::/32 preference 100 table 7 inet6"),
    ("from all preference 100 table 7 inet6", nil),
  ]

  @Test(arguments: rows)
  private func `is read, and written as it was meant`(row: Row) throws {
    let result = parsed("static_rules", row.line)
    #expect(codes(result) == [], "\(result.diagnostics.rendered(color: false))")
    let rule = try #require(result.configuration?.staticRules.first)
    #expect(rule.text == row.canonical ?? row.line)
    CanonicalTests.check(result, environment: machine, row.line)
  }

  @Test(arguments: [
    ("from all preference 100", "the rule does nothing"), ("from all table", "table has no value"),
    ("from all blackhole nop", "the rule has an action already"), ("from here table 7", "'here' is not a prefix"),
    ("from 10.0.0.0/8 to 2001:db8::/32 table 7", "is not IPv4 like the words before it"),
    ("from all fwmark x table 7", "'x' is no mark"), ("from all uidrange 5-3 table 7", "'5-3' is no range"),
    ("from all sport 1-2-3 table 7", "'1-2-3' is no range"), ("from all dport 65536 table 7", "'65536' is no range"),
    ("from all tabel 7", "tabel"),
  ])
  func `that cannot be meant is dropped with a reason`(line: String, reason: String) {
    let result = parsed("static_rules", line)
    #expect(result.configuration?.staticRules.isEmpty ?? true, "\(result.configuration?.staticRules.map(\.text) ?? [])")
    #expect(
      result.diagnostics.list.contains { $0.message.contains(reason) }, "\(result.diagnostics.rendered(color: false))")
  }

  @Test(arguments: [
    ("from all preference 100 protocol 99 table 7", DiagnosticCode.trackingIgnored),
    ("from all preference 100 track_group down table 7", .unknownReference),
  ])
  func `is kept without a word that it cannot have`(line: String, code: DiagnosticCode) {
    let result = parsed("static_rules", line)
    #expect(result.configuration?.staticRules.map(\.text) == ["from all preference 100 table 7"])
    #expect(codes(result).contains(code))
  }
}
