import ConfigurationLanguage
import Testing

/// What `-t` says to small configurations: keepalived 2.2.7 says the same.
struct VerdictTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var status: Int32
    var text: String
    var testDescription: String { name }

    init(_ name: String, _ status: Int32, _ text: String) {
      self.name = name
      self.status = status
      self.text = text
    }
  }

  private static let secure = "global_defs {\nenable_script_security\nscript_user root\n}\n"

  private static func router(
    _ body: String = "", name: String = "V", id: Int = 5, addresses: String = "virtual_ipaddress {\n10.0.0.1\n}",
    interface: String = "interface eth0"
  ) -> String {
    "vrrp_instance \(name) {\n\(interface)\nvirtual_router_id \(id)\n\(addresses)\n\(body)\n}\n"
  }

  private static let script = "vrrp_script s {\nscript /usr/bin/true\n}\n"

  private static func service(
    _ body: String = "", head: String = "10.0.0.1 80",
    servers: String = "real_server 10.1.1.1 80 {\nweight 1\nTCP_CHECK {\nconnect_timeout 3\n}\n}\n"
  ) -> String {
    "virtual_server \(head) {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n\(body)\n\(servers)}\n"
  }

  private static func pair(_ rest: String) -> String { router() + router(name: "W", id: 7) + rest }

  private static let routers: [Case] = [
    Case("a plain instance", 0, router()),
    Case("an unused script", 0, secure + script + router()),
    Case("a script defined too late", 5, secure + router("track_script {\ns\n}") + script),
    Case("a group of one", 5, router() + "vrrp_sync_group g {\ngroup {\nV\n}\n}\n"),
    Case("a group of none", 5, router() + "vrrp_sync_group g {\ngroup {\nX\n}\n}\n"),
    Case("a group with a stranger", 5, pair("vrrp_sync_group g {\ngroup {\nV\nW\nX\n}\n}\n")),
    Case(
      "a member of two groups", 5,
      pair("vrrp_sync_group g {\ngroup {\nV\nW\n}\n}\nvrrp_sync_group h {\ngroup {\nV\nW\n}\n}\n")),
    Case("nopreempt and MASTER", 5, router("state MASTER\nnopreempt")),
    Case("nopreempt", 0, router("nopreempt")),
    Case("MASTER with priority 100", 0, router("state MASTER\npriority 100")),
    Case("preempt_delay and MASTER", 5, router("state MASTER\npreempt_delay 3")),
    Case("preempt_delay and nopreempt", 5, router("nopreempt\npreempt_delay 3")),
    Case("authentication in version 3", 5, router("version 3\nauthentication {\nauth_type PASS\nauth_pass a\n}")),
    Case("authentication without password", 5, router("authentication {\nauth_type PASS\n}")),
    Case("authentication without type", 0, router("authentication {\nauth_pass abc\n}")),
    Case("an unknown type of authentication", 5, router("authentication {\nauth_type pass\nauth_pass abc\n}")),
    Case("AH and MASTER", 5, router("state MASTER\npriority 100\nauthentication {\nauth_type AH\nauth_pass abc\n}")),
    Case("a password of nine octets", 5, router("authentication {\nauth_type PASS\nauth_pass 123456789\n}")),
    Case("a VRID twice", 5, router() + router(name: "W")),
    Case("a name twice", 5, router() + router(id: 6)),
    Case("a VRID for both families", 0, router() + router(name: "W", addresses: "virtual_ipaddress {\nfe80::1\n}")),
    Case("no address", 5, router(addresses: "")),
    Case("no address in version 3", 5, router("version 3", addresses: "")),
    Case("two families", 5, router(addresses: "virtual_ipaddress {\n10.0.0.1\n2001:db8::1\n}")),
    Case("another family excluded", 0, router("virtual_ipaddress_excluded {\n2001:db8::1\n}")),
    Case("an address twice", 0, router(addresses: "virtual_ipaddress {\n10.0.0.1\n10.0.0.1\n}")),
    Case("half seconds in version 2", 5, router("advert_int 1.5")),
    Case("half seconds in version 3", 0, router("version 3\nadvert_int 0.5")),
    Case("fifty seconds in version 3", 5, router("version 3\nadvert_int 50")),
    Case("an interval of 0", 5, router("advert_int 0")),
    Case("surplus words", 0, router("priority 100 foo")),
    Case("an interface tracked twice", 5, router("track_interface {\neth1\neth1\n}")),
    Case("the own interface tracked", 5, router("track_interface {\neth0\n}")),
    Case("a missing interface tracked", 5, router("track_interface {\nnosuch\n}")),
    Case("a missing interface", 5, router(interface: "interface nosuch")),
    Case(
      "a missing interface that may come", 0,
      "global_defs {\ndynamic_interfaces\n}\n" + router(interface: "interface nosuch")),
    Case("the loopback interface", 5, router(interface: "interface lo")),
    Case("no interface", 5, router(interface: "")),
    Case("an address on a missing interface", 5, router(addresses: "virtual_ipaddress {\n10.0.0.1 dev nosuch\n}")),
    Case("an unknown state", 5, router("state FOO")),
    Case("a bad switch", 5, router("smtp_alert maybe")),
    Case("no addresses in their block", 5, router(addresses: "virtual_ipaddress {\n}")),
    Case("two addresses in a line", 5, router(addresses: "virtual_ipaddress {\n10.0.0.1 10.0.0.2\n}")),
    Case("a prefix of 33", 5, router(addresses: "virtual_ipaddress {\n10.0.0.1/33\n}")),
    Case("a prefix of 0", 0, router(addresses: "virtual_ipaddress {\n10.0.0.1/0\n}")),
    Case("unicast without peers", 5, router("unicast_src_ip 10.0.0.3")),
    Case("a peer of another family", 5, router("unicast_peer {\n2001:db8::2\n}")),
    Case("a MAC VLAN with unicast", 5, router("use_vmac\nunicast_peer {\n10.0.0.2\n}")),
    Case(
      "a weight in a group", 5,
      pair("").replacing("virtual_router_id 7", with: "virtual_router_id 7\ntrack_interface {\neth1 weight 5\n}")
        + "vrrp_sync_group g {\ngroup {\nV\nW\n}\n}\n"),
    Case("strict with priority 100", 5, "global_defs {\nvrrp_strict\n}\n" + router("state MASTER\npriority 100")),
    Case("strict", 0, "global_defs {\nvrrp_strict\n}\n" + router("state MASTER")),
    Case("a VRID of 0", 5, router(id: 0)),
    Case("a version too low for IPv6", 5, router("version 2", addresses: "virtual_ipaddress {\nfe80::1\n}")),
    Case("a route", 0, router("virtual_routes {\n10.9.0.0/24 via 10.0.0.7 dev eth0\n}")),
    Case("a route without interface", 5, router("virtual_routes {\n10.9.0.0/24 via 10.0.0.7\n}")),
    Case("a route of another protocol", 5, router("virtual_routes {\n10.9.0.0/24 dev eth0 protocol static\n}")),
    Case("a rule without preference", 5, router("virtual_rules {\nfrom 10.0.0.0/8 table 5\n}")),
    Case("an unknown word in a rule", 5, router("virtual_rules {\nfrom 10.0.0.0/8 foo\n}")),
    Case("a delay of a missing interface", 4, "interface_up_down_delays {\nnosuch 1\n}\n"),
    Case("a session with a prefix", 0, "bfd_instance b {\nneighbor_ip 10.0.0.3/30\n}\n" + router()),
    Case(
      "a garp_group twice", 5,
      "garp_group {\ngarp_interval 1\ninterface eth0\n}\ngarp_group {\ngna_interval 1\ninterface eth0\n}\n"),
  ]

  private static let services: [Case] = [
    Case("a plain service", 0, service()),
    Case("a server without check", 0, service(servers: "real_server 10.1.1.1 80 {\n}\n")),
    Case(
      "a word of HTTP_GET in TCP_CHECK", 5,
      service(servers: "real_server 10.1.1.1 80 {\nTCP_CHECK {\nnb_get_retry 3\n}\n}\n")),
    Case("a quorum too large", 5, service("quorum 5")),
    Case("a hysteresis too large", 5, service("hysteresis 1")),
    Case("a server twice", 5, service(servers: "real_server 10.1.1.1 80 {\n}\nreal_server 10.1.1.1 80 {\n}\n")),
    Case("no server", 5, service(servers: "")),
    Case("another port with DR", 5, service("lvs_method DR", servers: "real_server 10.1.1.1 81 {\n}\n")),
    Case("a check without program", 5, secure + service(servers: "real_server 10.1.1.1 80 {\nMISC_CHECK {\n}\n}\n")),
    Case(
      "a check with a missing program", 0,
      secure + service(servers: "real_server 10.1.1.1 80 {\nMISC_CHECK {\nmisc_path /x\n}\n}\n")),
    Case(
      "a check of an unknown user", 5,
      secure + service(servers: "real_server 10.1.1.1 80 {\nMISC_CHECK {\nmisc_path /usr/bin/true\nuser nouser\n}\n}\n")
    ),
    Case("an interval of 0", 5, service("delay_loop 0")),
    Case("a port with a colon", 5, service(head: "10.0.0.1:80")),
    Case("an unknown group", 0, service(head: "group nosuch")),
    Case("an address with a prefix", 0, service(head: "10.0.0.1/32 80")),
    Case("port 70000", 5, service(head: "10.0.0.1 70000")),
    Case("a port by name", 5, service(head: "10.0.0.1 http")),
    Case("every port", 5, service(head: "10.0.0.1")),
    Case("a server of another family", 5, service(servers: "real_server 2001:db8::1 80 {\n}\n")),
    Case("a protocol in lower case", 0, service("protocol tcp")),
    Case("a method in lower case", 5, service("lvs_method nat")),
    Case("persistence without time", 0, service("persistence_timeout")),
    Case("an unknown scheduler", 5, service("lvs_sched foo")),
    Case("a protocol for a mark", 5, service(head: "fwmark 5")),
    Case("one packet scheduling of TCP", 5, service("ops")),
    Case("a sorry server of another family", 5, service("sorry_server 2001:db8::1 80")),
    Case(
      "a group of two families", 0,
      "virtual_server_group g {\n10.0.0.1 80\n2001:db8::1 80\n}\n" + service(head: "group g")),
    Case("a group without ports", 5, "virtual_server_group g {\n10.0.0.1\n}\n" + service(head: "group g")),
    Case(
      "a bad status code", 5,
      service(servers: "real_server 10.1.1.1 80 {\nHTTP_GET {\nurl {\npath /\nstatus_code 700\n}\n}\n}\n")),
    Case("no scheduler, method, protocol", 5, "virtual_server 10.0.0.1 80 {\nreal_server 10.1.1.1 80 {\n}\n}\n"),
  ]

  private static let texts: [Case] = [
    Case("nothing", 0, ""),
    Case("an unknown block", 5, "foo {\nbar 1\n}\n" + router()),
    Case("an unknown word", 5, router("foo bar")),
    Case("a brace too many", 5, "}\n" + router()),
    Case("a brace too few", 5, String(router().dropLast(3))),
    Case("an instance without name", 5, "vrrp_instance {\ninterface eth0\n}\n"),
    Case("an instance with two names", 5, "vrrp_instance a b {\ninterface eth0\n}\n"),
    Case("a script block without name", 2, "vrrp_script {\n}\n"),
    Case("a missing value", 2, router("priority")),
    Case("a missing value that only costs itself", 5, "global_defs {\nrouter_id\n}\n"),
    Case("an open quote", 5, router("smtp_alert \"on")),
    Case("no recipients", 5, "global_defs {\nnotification_email {\n}\n}\n"),
    Case("a mail server nobody knows", 5, "global_defs {\nsmtp_server nosuch.example\n}\n"),
    Case("a namespace nobody knows", 0, "net_namespace nosuch\n" + router()),
    Case("a script without security", 6, script + router()),
    Case("a notify script without security", 6, router("notify_master /usr/bin/true")),
    Case("a missing notify script", 0, router("notify_master /nosuch")),
    Case("a notify script of an unknown user", 0, secure + router("notify_master /usr/bin/true nouser")),
    Case("a missing script", 5, "vrrp_script s {\nscript /nosuch\n}\n" + router()),
    Case("a test for a file", 0, "vrrp_script s {\nscript \"</etc/passwd\"\n}\n" + router("track_script {\ns\n}")),
    Case(
      "security without a user", 5,
      "global_defs {\nenable_script_security\n}\n" + script + router("track_script {\ns\n}")),
    Case("an unknown script_user", 5, "global_defs {\nscript_user nouser\n}\n" + router()),
  ]

  static let all = routers + services + texts

  @Test(arguments: all)
  func `the status of a configuration test is that of keepalived`(subject: Case) {
    var options = ParseOptions()
    options.isTest = true
    let parsed = parse(subject.text, options: options)
    #expect(
      parsed.diagnostics.exitStatus == subject.status, "\(parsed.diagnostics.list.map(\.line).joined(separator: "\n"))")
  }

  @Test(arguments: all)
  func `a configuration that only has faults is used all the same`(subject: Case) {
    let parsed = parse(subject.text)
    let isFatal = parsed.diagnostics.list.contains { $0.severity == .fatal }
    #expect((parsed.configuration == nil) == isFatal)
    CanonicalTests.check(parsed, environment: MemoryEnvironment(), subject.name)
  }
}
