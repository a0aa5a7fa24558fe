import Balancing
import ConfigurationLanguage
import Daemon
import Failover
import Machines
import Notifications
import Testing
import VRRP
import VirtualServices
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

  @Test func `are not for the state before the first`() throws {
    #expect(try messages(.initialize).isEmpty)
  }
}
