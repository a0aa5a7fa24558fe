import Balancing
import ConfigurationLanguage
import Daemon
import Failover
import Machines
import Notifications
import Testing
import VRRP
import VirtualServices
import World
import Wire

private let blades = """
  vrrp_instance VI_1 {
      state MASTER
      interface eth0
      virtual_router_id 51
      priority 100
      advert_int 1
      authentication { auth_type PASS
          auth_pass 1111 }
      virtual_ipaddress { 192.168.0.239 }
  }
  virtual_server 192.168.0.239 8898 {
      delay_loop 6
      lb_algo rr
      lb_kind DR
      persistence_timeout 50
      protocol TCP
      real_server 192.168.0.236 8898 { weight 1
          TCP_CHECK { connect_timeout 10
              retry 3
              delay_before_retry 3
              connect_port 8898 } }
  }
  virtual_server 192.168.0.1 80 {
      lvs_on_backup yes
      real_server 192.168.0.236 80 { weight 1 }
  }
  """

@Suite struct `From configuration to settings` {
  @Test func `an instance keeps what was written`() throws {
    let settings = ElectionSettings(try configuration(of: blades))
    #expect(settings.order == ["instance VI_1"])
    let router = try #require(settings.groups["instance VI_1"]?.members.first?.router)
    #expect(router.virtualRouter == 51 && router.priority == 100 && router.interval == .seconds(1))
    #expect(router.interface == "eth0" && router.version == .two && router.startsAsMaster)
    #expect(router.authentication == .password(Array("1111".utf8)))
    #expect(router.addresses.map(\.prefix.description) == ["192.168.0.239/32"])
    #expect(router.delivery == .multicast(group: .v4(IPv4Address(224, 0, 0, 18))))
  }

  @Test func `an instance waits for the services of its address only`() throws {
    let with = ElectionSettings(try configuration(of: blades))
    #expect(with.groups["instance VI_1"]?.members.first?.router.announcesAfterServices != nil)
    let without = ElectionSettings(
      try configuration(of: blades.replacing("192.168.0.239 8898", with: "192.168.0.240 8898")))
    #expect(without.groups["instance VI_1"]?.members.first?.router.announcesAfterServices == nil)
  }

  @Test func `a service keeps what was written and knows its instance`() throws {
    let services = try configuration(of: blades).services
    let service = try #require(services.first)
    #expect(service.identity.description == "[192.168.0.239]:tcp:8898")
    #expect(service.router == "VI_1" && service.lvsOnBackup == .auto)
    #expect(service.attributes.scheduler == "rr")
    #expect(service.attributes.flags == 1 && service.attributes.persistenceTimeout == 50)
    #expect(service.attributes.persistenceMask == 0xFFFF_FFFF)
    let server = try #require(service.servers.first)
    #expect(server.forwarding == .directRouting && server.weight == 1)
    let probe = try #require(server.checks.first?.probe)
    #expect(probe.kind == .tcp && probe.endpoint.port == 8898)
    #expect(probe.schedule.delayLoop == .seconds(6) && probe.schedule.retry == 3)
    #expect(probe.schedule.delayBeforeRetry == .seconds(3) && probe.schedule.connectTimeout == .seconds(10))
    #expect(services.last?.lvsOnBackup == .yes && services.last?.router == nil)
  }

  @Test func `a group is one group, and routers that stand alone are groups of their own`() throws {
    let text = ["A", "B", "C"].enumerated().map { number, name in
      "vrrp_instance \(name) {\n interface eth0\n virtual_router_id \(number + 1)\n virtual_ipaddress {\n 10.0.0.\(number + 1)\n }\n}"
    }.joined(separator: "\n")
    let settings = ElectionSettings(try configuration(of: "vrrp_sync_group G {\n group {\n A\n C\n }\n}\n" + text))
    #expect(settings.order == ["group G", "instance B"])
    #expect(settings.groups["group G"]?.members.map(\.router.name) == ["A", "C"])
    #expect(settings.groups["instance B"]?.virtualAddressesOfHost.count == 3)
  }

  @Test func `ranges of a group become one key each`() throws {
    let text = """
      virtual_server_group web {
        198.51.100.20-22 8080
        fwmark 9
      }
      virtual_server group web {
        protocol TCP
        lb_kind DR
        real_server 192.0.2.1 80 {
        }
      }
      """
    let keys = try #require(configuration(of: text).services.first?.keys)
    #expect(keys.count == 4)
    #expect(keys.last == .firewallMark(9, .ipv4))
  }
}

@Suite struct `Notices of a transition` {
  private let text = """
    global_defs {
      notification_email {
        a@example.net
      }
      smtp_server 192.0.2.25
    }
    vrrp_instance A {
      interface eth0
      virtual_router_id 1
      smtp_alert
      notify_master "/bin/m now"
      notify "/bin/any own"
      virtual_ipaddress {
        10.0.0.1
      }
    }
    """

  private func messages(_ to: RouterStateName) throws -> [RoleMessage] {
    let notices = FailoverNotices(try configuration(of: text))
    let transition = Transition(from: .backup, to: to, effectivePriority: 77, cause: .started)
    return notices.messages(for: .router("A", .transition(transition))).map(\.message)
  }

  @Test func `are scripts, then the FIFO's line, then the mail`() throws {
    let messages = try messages(.master)
    #expect(messages.count == 3)
    guard case .notice(let notice) = messages.first else {
      Issue.record("the scripts come first")
      return
    }
    #expect(notice.subject == "instance A" && notice.state == "MASTER")
    #expect(
      notice.commands.map(\.arguments)
        == [["/bin/m", "now"], ["/bin/any", "own", "INSTANCE", "A", "MASTER", "77"]])
    #expect(messages[1] == .fifo(.vrrp, line: "INSTANCE \"A\" MASTER 77\n"))
    #expect(
      messages[2]
        == .mail(
          subject: "VRRP Instance A - Entering MASTER state", body: "=> VRRP Instance is now owning VRRP VIPs <="))
  }

  @Test func `call an instance that was removed a fault, as keepalived does`() throws {
    #expect(try messages(.deleted)[1] == .fifo(.vrrp, line: "INSTANCE \"A\" FAULT 77\n"))
  }

  @Test func `that an instance was removed go to those whom the configuration before named`() throws {
    let old = FailoverNotices(
      try configuration(of: text.replacing("smtp_alert", with: "smtp_alert\n  notify_deleted \"/bin/gone\"")))
    let notices = FailoverNotices(Configuration(), after: old)
    let transition = Transition(from: .master, to: .deleted, effectivePriority: 77, cause: .deleted)
    let messages = notices.messages(for: .router("A", .transition(transition))).map(\.message)
    guard case .notice(let notice) = messages.first else {
      Issue.record("\(messages)")
      return
    }
    #expect(
      notice.commands.map(\.arguments) == [["/bin/gone"], ["/bin/any", "own", "INSTANCE", "A", "DELETED", "77"]])
    #expect(messages[1] == .fifo(.vrrp, line: "INSTANCE \"A\" DELETED 77\n"))
    // One reload later it is forgotten.
    let later = FailoverNotices(Configuration(), after: notices)
    #expect(later.messages(for: .router("A", .transition(transition))).count == 1)
  }

  @Test func `of a contest are a script of its own and a mail`() throws {
    let notices = FailoverNotices(
      try configuration(of: text.replacing("smtp_alert", with: "smtp_alert\n  notify_contested \"/bin/second\"")))
    let other = try #require(IPAddress("192.0.2.66"))
    let messages = notices.messages(for: .router("A", .contested(by: other, priority: 50))).map(\.message)
    guard messages.count == 2, case .notice(let notice) = messages[0], case .mail(let subject, let body) = messages[1]
    else {
      Issue.record("\(messages)")
      return
    }
    #expect(notice.commands.map(\.arguments) == [["/bin/second", "INSTANCE", "A", "CONTESTED", "192.0.2.66", "50"]])
    #expect(subject == "VRRP Instance A - Contested" && body.contains("192.0.2.66"))
  }

  @Test func `are not for the state before the first`() throws {
    #expect(try messages(.initialize).isEmpty)
  }
}

@Suite struct `Settings of the election` {
  private let instances = """
    vrrp_instance A {
      interface eth0
      virtual_router_id 1
      nopreempt
      timer_expired_backup 150
      virtual_ipaddress {
        10.0.0.1
      }
    }
    vrrp_instance B {
      interface eth0
      virtual_router_id 2
      promote_secondaries
      virtual_ipaddress {
        10.0.0.2
      }
    }
    """

  @Test func `know who moves to another group, and who becomes another router`() throws {
    let apart = ElectionSettings(try configuration(of: instances))
    let group = "\nvrrp_sync_group G {\n  group {\n    A\n    B\n  }\n}\n"
    let together = ElectionSettings(try configuration(of: instances + group))
    #expect(apart.routersThatMove(to: together) == ["instance A": ["A"], "instance B": ["B"]])
    #expect(together.routersThatMove(to: apart) == ["group G": ["A", "B"]])
    #expect(apart.routersThatMove(to: apart).isEmpty)
    let other = instances.replacing("virtual_router_id 2", with: "virtual_router_id 3") + group
    #expect(apart.routersThatMove(to: ElectionSettings(try configuration(of: other))) == ["instance A": ["A"]])
  }

  @Test func `take over stalls and promotion`() throws {
    let settings = ElectionSettings(try configuration(of: instances))
    #expect(settings.promotingInterfaces == ["eth0"])
    #expect(settings.groups["instance A"]?.members.first?.router.stallPriority == 150)
    #expect(settings.groups["instance B"]?.members.first?.router.stallPriority == nil)
  }

  @Test func `give each garp_group a lane`() throws {
    let settings = ElectionSettings(
      try configuration(
        of:
          """
          global_defs {
            vrrp_garp_interval 0.5
          }
          garp_group {
            garp_interval 0.1
            interfaces {
              eth0
              eth1
            }
          }
          \(instances)
          """))
    let gaps = try #require(settings.groups["instance A"]?.announcementGaps)
    #expect(gaps.arp == .milliseconds(500))
    #expect(gaps.lanes == [.init(["eth0", "eth1"], arp: .milliseconds(100), neighbour: .zero)])
  }

  @Test func `have static items and who tracks them`() throws {
    let text = """
      track_group T {
        group {
          A
        }
      }
      static_ipaddress {
        10.1.0.1/24 dev eth0 track_group T
      }
      static_routes {
        10.2.0.0/16 via 10.1.0.2 dev eth0 encap ip id 5 dst 10.9.9.9
      }
      """
    // A track_group names instances of before.
    let whole = try configuration(of: instances + "\n" + text)
    let statics = StaticSettings(whole)
    #expect(statics.items.count == 2 && statics.trackGroups == ["T"])
    guard case .route(let route) = statics.items[1].content else {
      Issue.record("\(statics)")
      return
    }
    #expect(
      route.route.nextHops.first?.encapsulation
        == .tunnel(
          .ipv4, identifier: 5, destination: IPAddress("10.9.9.9"), source: nil, typeOfService: nil, timeToLive: nil,
          flags: nil))
    let settings = ElectionSettings(whole)
    #expect(settings.groups["instance A"]?.members.first?.router.trackers == [Tracker(.trackGroup, "T")])
    #expect(settings.groups["instance B"]?.members.first?.router.trackers == [])
  }
}
