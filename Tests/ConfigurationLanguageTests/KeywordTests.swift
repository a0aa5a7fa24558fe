import ConfigurationLanguage
import Testing

/// Every word of the language: that it changes the model, and that a bad value of it is reported.
struct KeywordTests {
  /// Blocks around a keyword; `%` stands for its line.
  private static let surroundings: [String: String] = {
    let track = """
      vrrp_script s {
        script /usr/bin/true
      }
      track_file f {
        file /run/f
        weight 3
      }
      vrrp_track_process p {
        process p
      }
      bfd_instance b {
        neighbor_ip 192.0.2.2
      }
      """
    let other = "vrrp_instance W {\n interface eth1\n virtual_router_id 9\n virtual_ipaddress {\n 10.0.0.9\n }\n}\n"
    func server(_ inside: String) -> String {
      """
      \(track)
      virtual_server 10.0.0.1 80 {
        lvs_sched sh
        lvs_method NAT
        protocol UDP
        sorry_server 10.1.1.9 80
        real_server 10.1.1.2 80 {
          weight 50
        }
        real_server 10.1.1.1 80 {
          \(inside)
        }
      }
      """
    }
    func router(_ inside: String) -> String { track + "\n" + instance + "\n\(inside)\n}\n\(other)" }
    var table = [
      "": "%\n\(instance)\n}\n",
      "global_defs": "global_defs {\n%\n}\n\(instance)\n}\n" + server("TCP_CHECK {\n}"),
      "track_group": router("") + "track_group g {\n%\n}\n",
      "garp_group": "garp_group {\ngarp_interval 1\n%\n}\n",
      "vrrp_script": "vrrp_script s {\nscript /usr/bin/true\n%\n}\n",
      "track_file": "track_file f {\n%\nfile /run/f\n}\n",
      "vrrp_track_process": "vrrp_track_process p {\n%\nprocess p\n}\n",
      "bfd_instance": "bfd_instance b {\nneighbor_ip 192.0.2.2\n%\n}\n",
      "vrrp_sync_group": router("") + "vrrp_sync_group g {\n%\ngroup {\nV\nW\n}\n}\n",
      "vrrp_instance": router("%"),
      "vrrp_instance/authentication": router("authentication {\nauth_type PASS\nauth_pass x\n%\n}\n"),
      "vrrp_instance/auth_hmac": router(
        "auth_hmac {\nkey 1 0123456789012345678901234567890123456789\nactive_key 1\n%\n}\n"),
      "SSL": "SSL {\n%\n}\n",
      "virtual_server": server("TCP_CHECK {\n}").replacing("real_server 10.1.1.2", with: "%\nreal_server 10.1.1.2"),
      "virtual_server/real_server": server("TCP_CHECK {\n}\n%"),
      "virtual_server/real_server/SMTP_CHECK/host": server("SMTP_CHECK {\nhost {\n%\n}\n}"),
      "virtual_server/real_server/HTTP_GET/url": server("HTTP_GET {\nurl {\npath /\n%\n}\n}"),
      "virtual_server/real_server/SSL_GET/url": server("SSL_GET {\nurl {\npath /\n%\n}\n}"),
    ]
    let beginnings = [
      "TCP_CHECK": "", "PING_CHECK": "", "SMTP_CHECK": "", "UDP_CHECK": "require_reply", "DNS_CHECK": "",
      "HTTP_GET": "url {\npath /\n}", "SSL_GET": "url {\npath /\n}", "MISC_CHECK": "misc_path /usr/bin/true",
      "FILE_CHECK": "track_file f", "BFD_CHECK": "name b", "AGENT_CHECK": "",
    ]
    for (name, beginning) in beginnings {
      table["virtual_server/real_server/\(name)"] = server("\(name) {\n\(beginning)\n%\n}")
    }
    return table
  }()

  /// Values by the form of the arguments; one of them differs from the default.
  private static let values: [String: [String]] = [
    "": [""], "[on|off]": ["on", "off"], "NUMBER": ["7", "2", "2000", "60"], "SECONDS": ["7", "2.5", "0.5", "100"],
    "MILLISECONDS": ["1234"], "MICROSECONDS": ["1234"], "TEXT": ["text"], "PATH": ["/p/q"], "DIRECTORY": ["/p/"],
    "NAME": ["name"], "[NAME]": ["name", ""], "ADDRESS": ["192.0.2.77", "239.1.2.3", "ff02::77"], "PORT": ["77"],
    "INTERFACE": ["eth1"], "PREFIX": ["vr"], "SOCKET": ["unix:/s"], "PASSWORD": ["x"], "URL": ["http://u"],
    "GROUP": ["g"], "DOMAIN": ["d.e"],
    "MAILBOX": ["a@b"], "HOST": ["h.example"], "[HOST]": ["h.example"], "PATTERN": ["\"a b\""],
    "SCRIPT [USER [[:]GROUP]]": ["\"/usr/bin/true x\" root"], "COMMAND": ["\"/usr/bin/true z\""],
    "[SCRIPT [USER [[:]GROUP]]]": ["/usr/bin/true"], "USER [[:]GROUP]": ["root :root"],
    "PATH [USER [GROUP]]": ["/run/fifo root root"], "NUMBER [reverse]": ["17 reverse"],
    "NUMBER [reverse|noreverse]": ["17 reverse"], "[NUMBER] [overwrite]": ["5 overwrite"], "[TABLE]": ["t"],
    "NICE": ["-5"], "PRIORITY": ["33"], "[PRIORITY]": ["33"], "CPU …": ["0 1"], "2|3": ["3"],
    "{ INSTANCE … }": ["{\nV\n}"], "{ NAME [weight NUMBER [reverse]] … }": ["{\n*\n}"],
  ]

  /// Values of keywords with a form of their own.
  private static let particular: [String: [String]] = [
    "state": ["MASTER"], "interface": ["eth1"], "virtual_router_id": ["77"], "priority": ["77"],
    "vrrp_mcast_group4": ["224.0.0.77"], "vrrp_mcast_group6": ["ff02::77"], "smtp_server": ["192.0.2.1 26"],
    "notification_email": ["{\na@b.example\n}"], "dynamic_interfaces": ["allow_if_changes"],
    "lvs_timeouts": ["tcp 5 udp 6"], "lvs_flush_on_stop": ["VS"], "lvs_flush_onstop": [""],
    "lvs_sync_daemon": ["eth0 inst V id 3 maxlen 500 port 8849 ttl 2 group 224.0.0.82"],
    "vrrp_iptables": ["A B"], "vrrp_ipsets": ["a b c"], "umask": ["IRUSR|IWUSR", "027"], "reload_check_config": ["/l"],
    "reload_file": ["/f", ""], "json_version": ["2"], "vrrp_rx_bufs_policy": ["ADVERT"], "smtp_tls": ["starttls"],
    "vrrp_garp_extra_if": ["all 30"], "vrrp_vmac_garp_intvl": ["30"], "garp_extra_if": ["all 30"],
    "vmac_garp_intvl": ["30"], "auth_type": ["AH"], "auth_pass": ["secret"],
    "key": ["2 hex:" + String(repeating: "ab", count: 32)],
    "active_key": ["1"], "anti_replay": ["monotonic"], "mode": ["permissive"], "version": ["3"], "native_ipv6": [""],
    "virtual_ipaddress": ["{\n192.0.2.99/24 dev eth1\n}"], "virtual_ipaddress_excluded": ["{\n2001:db8::9\n}"],
    "virtual_routes": ["{\n10.0.0.0/8 via 192.0.2.1 dev eth0\n}"],
    "virtual_rules": ["{\nfrom 10.0.0.0/8 table 5 preference 9\n}"],
    "static_ipaddress": ["{\n192.0.2.99/24 dev eth1\n}"],
    "static_routes": ["{\n10.0.0.0/8 via 192.0.2.1 dev eth0\n}"],
    "static_rules": ["{\nto 10.0.0.0/8 blackhole preference 9\n}"],
    "authentication": ["{\nauth_type PASS\nauth_pass x\n}"],
    "auth_hmac": ["{\nkey 1 0123456789012345678901234567890123456789\nactive_key 1\n}"],
    "unicast_peer": ["{\n192.0.2.2 min_ttl 3\n}"], "unicast_src_ip": ["192.0.2.3\nunicast_peer {\n192.0.2.2\n}"],
    "unicast_ttl": ["3\nunicast_peer {\n192.0.2.2\n}"], "mcast_dst_ip": ["224.0.0.77"],
    "track_src_ip": ["\nmcast_src_ip 192.0.2.3"], "preempt": ["\nnopreempt\npreempt"],
    "old_unicast_checksum": ["never"], "use_vmac": ["name v 02:00:00:00:00:01 netlink_notify_msg group 3"],
    "use_ipvlan": ["name v 192.0.2.3/24 vepa group 3"], "accept": ["\nno_accept\naccept"],
    "owner_ignore_adverts": ["\nowner_ignore_adverts\npriority 255"], "debug": ["3"],
    "advert_int": ["3"], "vrf": ["v"], "vrrp_version": ["3"],
    "net_namespace": ["blue"], "net_namespace_ipvs": ["blue"], "global_defs": ["{\nrouter_id x\n}"],
    "interface_up_down_delays": ["{\neth0 1.5 2\n}"], "linkbeat_interfaces": ["{\neth0 MII\n}"],
    "track_group": ["g {\ngroup {\n}\n}"], "track_file": ["f {\nfile /run/f\n}"],
    "vrrp_track_file": ["f {\nfile /run/f\n}"], "vrrp_track_process": ["p {\nprocess p\n}"],
    "bfd_instance": ["b {\nneighbor_ip 192.0.2.3\n}"], "vrrp_script": ["s {\nscript /usr/bin/true\n}"],
    "garp_group": ["{\ngarp_interval 1\n}"],
    "vrrp_sync_group": [
      "\nvrrp_instance Z {\ninterface eth1\nvirtual_router_id 3\nvirtual_ipaddress {\n10.0.0.7\n}\n}\nvrrp_sync_group g {\ngroup {\nV\nZ\n}\n}"
    ],
    "vrrp_instance": ["X {\ninterface eth1\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.5\n}\n}"],
    "SSL": ["{\nca /x\n}"], "virtual_server_group": ["g {\n10.0.0.1 80\n}"],
    "virtual_server": ["10.9.9.9 53 {\nlvs_sched rr\nlvs_method NAT\nprotocol UDP\nreal_server 10.9.9.1 53 {\n}\n}"],
    "group": ["{\nW\nV\n}"], "interfaces": ["{\neth0\n}"], "file": ["/run/g"], "process": ["q r"],
    "param_match": ["partial"], "ip_family": ["inet"], "lvs_sched": ["wrr"], "lb_algo": ["wrr"],
    "lvs_method": ["TUN type gre csum"],
    "lb_kind": ["DR"], "protocol": ["TCP"], "persistence_timeout": [""], "persistence_granularity": ["255.255.0.0"],
    "sorry_server": ["10.1.1.8 80"], "sorry_server_inhibit": [""], "sorry_server_lvs_method": ["DR"],
    "lvs_on_backup": ["no"], "real_server": ["10.1.1.3 80 {\n}"], "url": ["{\npath /x\n}"],
    "http_protocol": ["1.1"], "ssl_min_version": ["TLSv1.3"], "payload": ["0a ff"], "require_reply": ["0a fx"],
    "host": ["{\nretry 9\n}"], "digest": [String(repeating: "0f", count: 16)], "status_code": ["201 300-302"],
    "regex_options": ["caseless"], "regex_stack": ["5 6"], "bindto": ["192.0.2.3"], "type": ["MX"],
    "regex_no_match": ["\nregex a\nregex_no_match"], "kernel_rx_buf_size": ["999"],
    "mh-port": ["\nlvs_sched mh\nmh-port"],
    "mh-fallback": ["\nlvs_sched mh\nmh-fallback"], "weight": ["17"], "hysteresis": ["1\nquorum 5"], "omega": [""],
    "quorum_max": ["5"], "instance": ["x"], "multihop": ["on"], "min_rx": ["20.5"], "idle_tx": ["2000"], "ttl": ["9"],
    "hoplimit": ["9"], "max_hops": ["3"], "source_ip": ["192.0.2.9"], "neighbor_ip": ["192.0.2.9"],
    "neighbour_ip": ["192.0.2.9"], "metrics_address": ["[::]:9000"], "record_election": ["4"], "json_dump_file": ["/j"],
    "smtp_connect_timeout": ["9"],
    "misc_timeout": ["9"], "child_wait_time": ["9"], "startup_script_timeout": ["9"], "shutdown_script_timeout": ["9"],
    "vrrp_script/timeout": ["9"], "garp_master_delay": ["9"], "vmac_prefix": ["vm"], "retry": ["9"],
    "nb_get_retry": ["9"],
    "AGENT_CHECK": ["{\n}"], "TCP_CHECK": ["{\n}"], "PING_CHECK": ["{\n}"], "SMTP_CHECK": ["{\n}"],
    "UDP_CHECK": ["{\n}"],
    "DNS_CHECK": ["{\n}"], "MISC_CHECK": ["{\nmisc_path /usr/bin/true\n}"], "HTTP_GET": ["{\nurl {\npath /\n}\n}"],
    "SSL_GET": ["{\nurl {\npath /\n}\n}"], "FILE_CHECK": ["{\ntrack_file f\n}"], "BFD_CHECK": ["{\nname b\n}"],
    "FILE_CHECK/track_file": ["f2"], "min_auto_priority_delay": ["5000"], "vrrp_startup_delay": ["5"],
    "track_interface": ["{\neth1 weight 5 reverse\n}"], "track_script": ["{\ns\n}"], "track_process": ["{\np\n}"],
    "track_bfd": ["{\nb weight 4\n}"], "vrrp_instance/track_file": ["{\nf weight 4 noreverse\n}"],
    "vrrp_sync_group/track_file": ["{\nf\n}"], "snmp_rs_stats_update_interval": ["9"], "time_window": ["30"],
    "regex_min_offset": ["3"], "regex_max_offset": ["3"], "vrrp": [""], "checker": [""], "dbus_service_name": ["a.b"],
  ]

  /// Words without effect on the model, or with the effect of the default.
  private static let inert: Set = [
    "include_check", "hashed", "preempt", "accept", "ip_family", "BFD_CHECK/name", "FILE_CHECK/track_file",
    "active_key", "native_ipv6", "vrf",
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    var keyword: KeywordDescription
    var testDescription: String { keyword.block.isEmpty ? keyword.name : "\(keyword.block)/\(keyword.name)" }
    var shortName: String { "\(keyword.block.split(separator: "/").last ?? "")/\(keyword.name)" }
  }

  static let cases = Configuration.keywords.map(Case.init)

  private static func read(_ subject: Case, _ line: String) -> ParsedConfiguration {
    let text = surroundings[subject.keyword.block, default: "%"].replacing("%", with: line)
    var options = ParseOptions()
    options.isTest = true
    return parse(text, environment: CanonicalTests.machine, options: options)
  }

  @Test(arguments: cases)
  func `changes what is understood`(subject: Case) throws {
    guard !Self.inert.contains(subject.shortName), !Self.inert.contains(subject.keyword.name) else { return }
    let keyword = subject.keyword
    let candidates =
      Self.particular[subject.shortName] ?? Self.particular[keyword.name] ?? Self.values[keyword.arguments] ?? []
    try #require(!candidates.isEmpty, "no value for \(keyword.arguments)")
    let before = try #require(Self.read(subject, "").configuration)
    let changes = candidates.map { value in
      let parsed = Self.read(subject, "\(keyword.name) \(value)")
      let isUnknown = parsed.diagnostics.list.contains { $0.code == .unknownKeyword }
      return !isUnknown && parsed.configuration != nil && parsed.configuration != before
    }
    #expect(changes.contains(true), "\(candidates) of \(subject.testDescription) changes nothing")
  }

  /// A value that each form of arguments refuses.
  private static let badValues: [String: String] = [
    "[on|off]": "maybe", "NUMBER": "x", "SECONDS": "5x", "MILLISECONDS": "x", "MICROSECONDS": "x", "ADDRESS": "1.2.3",
    "PORT": "70000", "NUMBER [reverse]": "x", "NICE": "x", "PRIORITY": "x", "CPU …": "x", "2|3": "4",
    "NUMBER [reverse|noreverse]": "x", "[NUMBER] [overwrite]": "x", "[PRIORITY]": "x",
    "SCRIPT [USER [[:]GROUP]]": "'x", "COMMAND": "'x", "MASK": "x", "MTU|ADVERT|BYTES": "x", "[all] SECONDS": "x",
    "[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]": "x 5", "inet|inet6": "x", "MASTER|BACKUP": "x",
    "NETMASK|PREFIX": "x", "ADDRESS [PORT]": "x", "CODE[-CODE] …": "700", "32 HEX DIGITS": "abc",
    "HEX DIGITS": "xyz", "[HEX DIGITS]": "zz", "[initial|partial]": "x", "[never]": "x", "[VS]": "x",
    "[allow_if_changes]": "x", "ID TEXT|hex:DIGITS|file:PATH": "1 short", "START MAXIMUM": "x y", "OPTION …": "x",
    "[+|-]read|match|wildcard_match|brace_match …": "x", "[SECONDS]": "x",
    "NAT|DR|TUN [type ipip|gue port PORT|gre] [nocsum|csum|remcsum]": "x", "1.0|1.0C|1.1": "2",
    "ADDRESS[-ADDRESS] [PORT]": "x",
  ]

  @Test(arguments: cases)
  func `reports a value that is of no use`(subject: Case) {
    let keyword = subject.keyword
    let isChoice = keyword.arguments.contains("|") && !keyword.arguments.contains(" ")
    guard !keyword.opensBlock, let bad = Self.badValues[keyword.arguments] ?? (isChoice ? "nonsense" : nil) else {
      return
    }
    let base = Self.read(subject, "").diagnostics.list.count { $0.severity >= .warning }
    let parsed = Self.read(subject, "\(keyword.name) \(bad)")
    let faults = parsed.diagnostics.list.filter { $0.severity >= .error }
    #expect(faults.count > 0, "\(keyword.name) \(bad) is taken")
    #expect(parsed.diagnostics.list.count { $0.severity >= .warning } > base)
  }

  @Test(arguments: cases)
  func `is missed when its value is`(subject: Case) {
    let keyword = subject.keyword
    guard !keyword.opensBlock, !keyword.arguments.isEmpty, !keyword.arguments.hasPrefix("["),
      keyword.name != "include_check"
    else { return }
    let parsed = Self.read(subject, keyword.name)
    #expect(parsed.diagnostics.list.contains { $0.code == .missingParameter })
  }

  /// The table of keepalived's keywords, where there is one (`UNDERSTUDY_KEYWORDS`).
  @Test(.enabled(if: Corpus.environment("UNDERSTUDY_KEYWORDS") != nil))
  func `every registered keyword of keepalived is known`() throws {
    let bytes = try #require(Corpus.environment("UNDERSTUDY_KEYWORDS").flatMap(Corpus.contents))
    var known = Set(Configuration.keywords.map { "\($0.block)/\($0.name)" })
    known.formUnion(["vrrp_track_file/file", "vrrp_track_file/weight", "vrrp_track_file/init_file"])
    let missing = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().filter {
      $0.contains("[registered]")
    }.map { line in
      let fields = line.split(separator: "\t")
      let block = fields[0] == "(top)" ? "" : String(fields[0]).replacing(".", with: "/")
      return "\(block)/\(fields[1])"
    }.filter { !known.contains($0) }
    #expect(missing.isEmpty)
  }
}
