import ConfigurationLanguage
import Testing
import Wire

/// What a configuration means, beyond single keywords.
struct ModelTests {
  @Test func `the two-director case is understood as it was meant`() throws {
    let parsed = parse(Samples.twoDirectors)
    let configuration = try #require(parsed.configuration)
    let mail = configuration.globals.mail
    #expect(mail.recipients == ["ops@pos.example", "failover@pos.example"])
    #expect(mail.server?.host == "192.0.2.25")
    #expect(mail.connectTimeout == .seconds(30))
    let router = try #require(configuration.vrrpInstances.first)
    #expect(router.state == .master)
    #expect(router.priority == 100)
    #expect(router.version == .v2)
    #expect(router.authentication?.password == Array("1111".utf8))
    #expect(router.addresses.map(\.prefix) == [AddressPrefix(host: address("192.168.0.239"))])
    let service = try #require(configuration.virtualServers.first)
    #expect(service.identity == .endpoint(Endpoint(address("192.168.0.239"), port: 8898)))
    #expect(service.scheduler == "rr")
    #expect(service.forwarding == .directRouting)
    #expect(service.persistenceTimeout == .seconds(50))
    #expect(service.onBackup == .auto)
    #expect(service.realServers.count == 2)
    for server in service.realServers {
      #expect(server.weight == 1)
      let check = try #require(server.checks.first)
      #expect(server.checks.count == 1)
      #expect(check.kind == .tcp)
      #expect(check.connectTimeout == .seconds(10))
      #expect(check.retry == 3)
      #expect(check.delayBeforeRetry == .seconds(3))
      #expect(check.endpoint == Endpoint(server.endpoint.address, port: 8898))
      #expect(check.delayLoop == .seconds(6))
    }
    // Only the word that keepalived does not know in this place, and the notes about keywords that share a line.
    #expect(codes(parsed) == [.deprecated])
    #expect(parsed.diagnostics.list.count { $0.code == .severalKeywords } == 4)
  }

  @Test func `keywords that share a line all count`() throws {
    let text = "global_defs { router_id a vrrp_version 3 enable_script_security smtp_alert script_user root }"
    let globals = try #require(parse(text).configuration?.globals)
    #expect(globals.routerID == "a")
    #expect(globals.vrrp.version == .v3)
    #expect(globals.scripts.isSecure)
    #expect(globals.mail.alerts == true)
    #expect(globals.scripts.user?.user == "root")
  }

  @Test func `words that are no keywords are surplus`() {
    let parsed = parse(instance + "\npriority 100 200\n}\n")
    #expect(parsed.configuration?.vrrpInstances.first?.priority == 100)
    #expect(codes(parsed) == [.surplusWords])
    #expect(parsed.diagnostics.exitStatus == 0)
  }

  @Test func `checks take what is missing from server, service and their own defaults`() throws {
    let text = """
      virtual_server 10.0.0.1 80 {
        lvs_sched rr
        lvs_method NAT
        protocol TCP
        retry 5
        real_server 10.1.0.1 { delay_loop 3
          HTTP_GET { url { path / } }
          TCP_CHECK { retry 0 connect_port 81 }
        }
        real_server 10.1.0.2 8080 {
          weight 4
          MISC_CHECK { misc_path /usr/bin/true }
          DNS_CHECK { delay_loop 9 }
        }
        delay_loop 7
        weight 9
        warmup 0
        virtualhost example.org
      }
      """
    let service = try #require(parse(text).configuration?.virtualServers.first)
    let checks = service.realServers.flatMap(\.checks)
    #expect(service.realServers.map(\.weight) == [9, 4])
    #expect(service.realServers.map(\.endpoint.port) == [80, 8080])
    #expect(checks.map(\.delayLoop) == [.seconds(3), .seconds(3), .seconds(7), .seconds(9)])
    #expect(checks.map(\.retry) == [5, 0, 5, 5])
    #expect(checks.map(\.delayBeforeRetry) == [.seconds(3), .seconds(1), .seconds(1), .seconds(9)])
    #expect(checks.map(\.endpoint.port) == [80, 81, 8080, 8080])
    #expect(checks.allSatisfy { $0.warmup == .zero && $0.connectTimeout == .seconds(5) })
    guard case .http(let http) = checks[0].kind, case .misc(let misc) = checks[2].kind else {
      Issue.record("other checks")
      return
    }
    #expect(http.urls.first?.virtualHost == "example.org")
    #expect(http.urls.first?.statusCodes == [200...299])
    #expect(misc.timeout == .seconds(7))
  }

  @Test func `instances take what is missing from global_defs, wherever it stands`() throws {
    let globals = """
      global_defs {
        vrrp_garp_master_delay 1
        vrrp_garp_master_repeat 2
        vrrp_version 3
        smtp_alert_vrrp on
        vrrp_mcast_group4 224.0.0.99
        vrrp_higher_prio_send_advert
      }

      """
    for text in [
      globals + instance + "\ngarp_master_repeat 9\n}\n", instance + "\ngarp_master_repeat 9\n}\n" + globals,
    ] {
      let router = try #require(parse(text).configuration?.vrrpInstances.first)
      #expect(router.version == .v3)
      #expect(router.announcements.masterDelay == .seconds(1))
      #expect(router.announcements.masterRepeat == 9)
      #expect(router.announcements.lowerPriorityRepeat == 9)
      #expect(router.mailsAlerts)
      #expect(router.transport.multicastGroup == address("224.0.0.99"))
      #expect(router.behaviour.higherPrioritySendAdvert)
    }
  }

  @Test(
    arguments: [
      ("", VRRPInstance.State.backup, 100), ("state MASTER", .master, 255), ("priority 255", .master, 255),
      ("state MASTER\npriority 7", .master, 7), ("priority 7", .backup, 7),
      ("state BACKUP\npriority 255", .backup, 255),
      ("priority 0", .backup, 100),
    ] as [(String, VRRPInstance.State, UInt8)])
  func `state and priority decide each other`(lines: String, state: VRRPInstance.State, priority: UInt8) {
    let router = parse(instance + "\n\(lines)\n}\n").configuration?.vrrpInstances.first
    #expect(router?.state == state)
    #expect(router?.priority == priority)
  }

  @Test(arguments: [
    ("virtual_ipaddress {\nfe80::1\n}", AddressFamily.ipv6), ("mcast_src_ip 2001:db8::1", .ipv6),
    ("unicast_peer {\n192.0.2.2\n}", .ipv4), ("native_ipv6", .ipv6),
  ])
  func `the first address decides the family`(lines: String, family: AddressFamily) {
    let text =
      "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nno_virtual_ipaddress\n\(lines)\nvirtual_ipaddress {\n10.0.0.1\n2001:db8::9\n}\n}\n"
    let router = parse(text).configuration?.vrrpInstances.first
    #expect(router?.family == family)
    #expect(router?.version == (family == .ipv6 ? .v3 : .v2))
    #expect(router?.addresses.allSatisfy { $0.prefix.address.family == family } == true)
  }

  @Test func `the sync daemon follows the first instance with its old word, unless global_defs has it`() throws {
    let old = instance + "\nlvs_sync_daemon_interface eth1\n}\n"
    let followed = try #require(parse(old).configuration?.syncDaemon)
    #expect(followed.interface == "eth1" && followed.instance == "V" && !followed.$identifier.isWritten)
    let both = "global_defs {\nlvs_sync_daemon eth0 id 9\n}\n" + old
    let written = try #require(parse(both).configuration?.syncDaemon)
    #expect(written.interface == "eth0" && written.instance == nil && written.identifier == 9)
    #expect(parse(instance + "\n}\n").configuration?.syncDaemon == nil)
  }

  @Test func `an address has all its options`() throws {
    let entry =
      "192.0.2.9/24 dev eth1 label eth1:9 brd 192.0.2.255 scope link home -nodad no_track preferred_lft forever"
    let text = instance.replacing("192.0.2.10", with: entry) + "\n}\n"
    let found = try #require(parse(text).configuration?.vrrpInstances.first?.addresses.first)
    #expect(found.prefix == AddressPrefix(address("192.0.2.9"), length: 24))
    #expect(found.interface == "eth1")
    #expect(found.label == "eth1:9")
    #expect(found.scope == 253)
    #expect(found.broadcast == .address(IPv4Address(192, 0, 2, 255)))
    #expect(found.isHome && found.skipsDuplicateDetection && found.isUntracked)
  }

  @Test(arguments: [
    ("10.0.0.10-12", "10.0.0.10", "10.0.0.12"), ("10.0.0.250-10.0.1.5", "10.0.0.250", "10.0.1.5"),
    ("10.0.0.8/29", "10.0.0.8", "10.0.0.15"), ("2001:db8::10-ff", "2001:db8::10", "2001:db8::ff"),
    ("2001:db8::/120", "2001:db8::", "2001:db8::ff"), ("10.0.0.1", "10.0.0.1", "10.0.0.1"),
  ])
  func `a group holds addresses, ranges and networks`(entry: String, first: String, last: String) {
    let text = "virtual_server_group g {\n\(entry) 80\n}\n"
    #expect(
      parse(text).configuration?.virtualServerGroups.first?.entries
        == [.addresses(first: address(first), last: address(last), port: 80)])
  }

  @Test(arguments: [
    "10.0.0.10-9", "10.0.0.10-300", "10.0.0.9/29", "10.0.0.1-2001:db8::1", "2001:db8::10-fffff", "x-y", "10.0.0.0/0",
  ])
  func `an entry that is no range is dropped alone`(entry: String) {
    let parsed = parse("virtual_server_group g {\n\(entry)\n10.0.0.1 80\n}\n")
    #expect(parsed.configuration?.virtualServerGroups.first?.entries.count == 1)
    #expect(parsed.diagnostics.exitStatus == 5)
  }

  @Test func `numbers with units count in a run and not in a test`() {
    let text = instance + "\npreempt_delay 5s\n}\n"
    #expect(parse(text).configuration?.vrrpInstances.first?.preemptDelay == .seconds(5))
    var options = ParseOptions()
    options.isTest = true
    #expect(parse(text, options: options).configuration?.vrrpInstances.first?.preemptDelay == .zero)
    #expect(parse(text).diagnostics.exitStatus == 5)
  }

  @Test(arguments: [
    (".5", Duration.milliseconds(500)), ("1.", .seconds(1)), ("0.000001", .microseconds(1)), ("+2", .seconds(2)),
    ("1.0000005", .microseconds(1_000_001)),
  ])
  func `times have up to six decimals`(text: String, expected: Duration) {
    let parsed = parse(instance + "\npreempt_delay \(text)\n}\n")
    #expect(parsed.configuration?.vrrpInstances.first?.preemptDelay == expected)
  }

  @Test func `an unknown block is skipped with what is in it`() {
    let parsed = parse(instance + "\nfoo {\n bar {\n priority 3\n }\n}\npriority 7\n}\n")
    #expect(parsed.configuration?.vrrpInstances.first?.priority == 7)
    #expect(codes(parsed) == [.unknownKeyword])
  }

  @Test func `an instance that cannot be is dropped, and its group goes on without it`() {
    let text = instance + "\n}\nvrrp_instance X {\ninterface eth1\n}\nvrrp_sync_group g {\ngroup {\nV\nX\n}\n}\n"
    let configuration = parse(text).configuration
    #expect(configuration?.vrrpInstances.map(\.name) == ["V"])
    #expect(configuration?.syncGroups.first?.members == ["V"])
  }

  @Test func `trackers take the weight of what they track`() throws {
    let parsed = parse(Samples.routers, environment: CanonicalTests.machine)
    let router = try #require(parsed.configuration?.vrrpInstances.first)
    #expect(router.tracking.scripts.map(\.weight) == [-30])
    #expect(router.tracking.files.map(\.weight) == [5])
    #expect(router.tracking.files.map(\.reverse) == [true])
    #expect(router.tracking.processes.map(\.weight) == [-20])
    #expect(router.vmac?.hardwareAddress?.description == "02:00:5e:01:02:0a")
  }
}
