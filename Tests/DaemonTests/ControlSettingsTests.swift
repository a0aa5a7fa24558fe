import ConfigurationLanguage
import Daemon
import Dialogues
import Notifications
import Testing

@Suite struct `What the control role is told of a configuration` {
  static let full = """
    net_namespace red
    instance two
    global_defs {
      router_id LB1
      notification_email {
        root@example.org
        ops@example.org
      }
      notification_email_from lb@example.org
      smtp_server 192.0.2.25 2525
      smtp_connect_timeout 7
      smtp_tls on
      smtp_user lb
      smtp_password s3cret
      notify_webhook http://127.0.0.1:9/x
      metrics_address 127.0.0.1:9165
      control_group wheel
      state_dump_file /tmp/d/
      data_use_instance
    }
    vrrp_instance V1 {
      interface eth0
      virtual_router_id 7
      authentication {
        auth_type PASS
        auth_pass hunter2
      }
      virtual_ipaddress {
        192.0.2.1
      }
    }
    """

  static func settings(_ text: String) throws -> ControlSettings {
    ControlSettings(try configuration(of: text))
  }

  @Test(arguments: ["", full])
  func `arrives as it was sent, and cut short or with more behind it is refused`(text: String) throws {
    let settings = try Self.settings(text)
    let encoded = settings.encoded
    #expect(try ControlSettings(encoded: encoded) == settings)
    for length in 0..<encoded.count {
      #expect(throws: FrameError.self) { try ControlSettings(encoded: Array(encoded[..<length])) }
    }
    #expect(throws: FrameError.badField) { try ControlSettings(encoded: encoded + [0]) }
  }

  @Test func `names everything that it works by, and none of the secrets of others`() throws {
    let settings = try Self.settings(Self.full)
    #expect(settings.mail.recipients.count == 2)
    #expect(settings.mail.security.credentials?.password == "s3cret")
    #expect(settings.mail.port == 2525)
    #expect(settings.routerIdentifier == "LB1")
    #expect(settings.hasRouters)
    #expect(!settings.hasServices)
    #expect([settings.namespace, settings.instance] == ["red", "two"])
    #expect(
      [settings.webhook, settings.metricsAddress, settings.group] == [
        "http://127.0.0.1:9/x", "127.0.0.1:9165", "wheel",
      ])
    #expect(!String(decoding: settings.encoded, as: UTF8.self).contains("hunter2"))
  }
}
