import ControlProtocol
import Daemon
import Testing
import VirtualServices
import Wire

/// A table with everything that ipvsadm prints in a way of its own, and what ipvsadm 1.31 printed of it.
private enum Reference {
  static let list = [
    #"IP Virtual Server version 1.2.1 (size=4096)"#,
    #"Prot LocalAddress:Port Scheduler Flags"#,
    #"  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn"#,
    #"TCP  192.0.2.10:80 wlc"#,
    #"  -> 127.0.0.1:80                 Route   3      0          0         "#,
    #"  -> 192.0.2.11:80                Route   1      0          0         "#,
    #"  -> 192.0.2.12:80                Tunnel  0      0          0         "#,
    #"  -> 192.0.2.13:8080              Masq    100    0          0         "#,
    #"TCP  192.0.2.10:443 mh (mh-port) persistent 300 mask 255.255.255.0"#,
    #"  -> 192.0.2.20:443               Tunnel  1      0          0         "#,
    #"  -> 192.0.2.21:443               Tunnel  1      0          0         "#,
    #"  -> 192.0.2.22:443               Tunnel  1      0          0         "#,
    #"  -> 192.0.2.23:443               Tunnel  1      0          0         "#,
    #"TCP  192.0.2.10:444 rr (flag-1,flag-3) persistent 360"#,
    #"UDP  192.0.2.10:53 sh (sh-fallback,sh-port) ops"#,
    #"UDP  192.0.2.10:5060 rr persistent 60 pe sip"#,
    #"SCTP 192.0.2.10:99 rr"#,
    #"TCP  [2001:db8::10]:80 wrr"#,
    #"  -> [2001:db8::11]:80            Route   1      0          0         "#,
    #"  -> [2001:db8:1234:5678:9abc:def0:1234:5678]:80 Masq    1      0          0         "#,
    #"FWM  7 rr persistent 300"#,
    #"  -> 192.0.2.11:0                 Route   1      0          0         "#,
    #"FWM  8 IPv6 rr persistent 20 mask 64"#,
    #"  -> [2001:db8::11]:0             Route   1      0          0         "#,
  ]

  static let save = [
    #"-A -t 192.0.2.10:80 -s wlc"#,
    #"-a -t 192.0.2.10:80 -r 127.0.0.1:80 -g -w 3"#,
    #"-a -t 192.0.2.10:80 -r 192.0.2.11:80 -g -w 1"#,
    #"-a -t 192.0.2.10:80 -r 192.0.2.12:80 -i -w 0 --tun-type ipip"#,
    #"-a -t 192.0.2.10:80 -r 192.0.2.13:8080 -m -w 100"#,
    #"-A -t 192.0.2.10:443 -s mh -p 300 -M 255.255.255.0 -b mh-port"#,
    #"-a -t 192.0.2.10:443 -r 192.0.2.20:443 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum"#,
    #"-a -t 192.0.2.10:443 -r 192.0.2.21:443 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum"#,
    #"-a -t 192.0.2.10:443 -r 192.0.2.22:443 -i -w 1 --tun-type gre --tun-nocsum"#,
    #"-a -t 192.0.2.10:443 -r 192.0.2.23:443 -i -w 1 --tun-type gre --tun-csum"#,
    #"-A -t 192.0.2.10:444 -s rr -p 360 -b flag-1,flag-3"#,
    #"-A -u 192.0.2.10:53 -s sh -o -b sh-fallback,sh-port"#,
    #"-A -u 192.0.2.10:5060 -s rr -p 60 --pe sip"#,
    #"-A --sctp-service 192.0.2.10:99 -s rr"#,
    #"-A -t [2001:db8::10]:80 -s wrr"#,
    #"-a -t [2001:db8::10]:80 -r [2001:db8::11]:80 -g -w 1"#,
    #"-a -t [2001:db8::10]:80 -r [2001:db8:1234:5678:9abc:def0:1234:5678]:80 -m -w 1"#,
    #"-A -f 7 -s rr -p 300"#,
    #"-a -f 7 -r 192.0.2.11:0 -g -w 1"#,
    #"-A -f 8 -6 -s rr -p 20 -M 64"#,
    #"-a -f 8 -6 -r [2001:db8::11]:0 -g -w 1"#,
  ]

  static let statistics = [
    #"IP Virtual Server version 1.2.1 (size=4096)"#,
    #"Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes"#,
    #"  -> RemoteAddress:Port"#,
    #"TCP  192.0.2.10:80                       0        0        0        0        0"#,
    #"  -> 127.0.0.1:80                        0        0        0        0        0"#,
    #"  -> 192.0.2.11:80                       0        0        0        0        0"#,
    #"  -> 192.0.2.12:80                       0        0        0        0        0"#,
    #"  -> 192.0.2.13:8080                     0        0        0        0        0"#,
    #"TCP  192.0.2.10:443                      0        0        0        0        0"#,
    #"  -> 192.0.2.20:443                      0        0        0        0        0"#,
    #"  -> 192.0.2.21:443                      0        0        0        0        0"#,
    #"  -> 192.0.2.22:443                      0        0        0        0        0"#,
    #"  -> 192.0.2.23:443                      0        0        0        0        0"#,
    #"TCP  192.0.2.10:444                      0        0        0        0        0"#,
    #"UDP  192.0.2.10:53                       0        0        0        0        0"#,
    #"UDP  192.0.2.10:5060                     0        0        0        0        0"#,
    #"SCTP 192.0.2.10:99                       0        0        0        0        0"#,
    #"TCP  [2001:db8::10]:80                   0        0        0        0        0"#,
    #"  -> [2001:db8::11]:80                   0        0        0        0        0"#,
    #"  -> [2001:db8:1234:5678:9abc:def0:1234:5678]:80        0        0        0        0        0"#,
    #"FWM  7                                   0        0        0        0        0"#,
    #"  -> 192.0.2.11:0                        0        0        0        0        0"#,
    #"FWM  8 IPv6                              0        0        0        0        0"#,
    #"  -> [2001:db8::11]:0                    0        0        0        0        0"#,
  ]

  static func endpoint(_ text: String, _ port: UInt16) -> Endpoint {
    Endpoint(IPAddress(text) ?? .v4(.any), port: port)
  }

  static func service(
    _ scheduler: String, flags: UInt32 = 0, timeout: UInt32 = 0, mask: UInt32 = .max, engine: String? = nil,
    _ destinations: [Endpoint: DestinationAttributes] = [:]
  ) -> TableService {
    var attributes = ServiceAttributes(
      scheduler: scheduler, flags: flags, persistenceTimeout: timeout, persistenceMask: mask)
    attributes.persistenceEngine = engine
    var service = TableService(attributes: attributes)
    service.destinations = destinations.mapValues { TableDestination(attributes: $0) }
    return service
  }

  static func tunnel(_ type: UInt8, _ port: UInt16, _ flags: UInt16) -> DestinationAttributes {
    DestinationAttributes(forwarding: .tunnel(Tunnel(type: type, port: port, flags: flags)), weight: 1)
  }

  static let direct = DestinationAttributes(forwarding: .directRouting, weight: 1)

  static let table: [ServiceKey: TableService] = [
    .endpoint(.tcp, endpoint("192.0.2.10", 80)): service(
      "wlc",
      [
        endpoint("127.0.0.1", 80): DestinationAttributes(forwarding: .directRouting, weight: 3),
        endpoint("192.0.2.11", 80): direct,
        endpoint("192.0.2.12", 80): DestinationAttributes(forwarding: .tunnel(Tunnel()), weight: 0),
        endpoint("192.0.2.13", 8080): DestinationAttributes(
          forwarding: .masquerade, weight: 100, upperThreshold: 50, lowerThreshold: 10),
      ]),
    .endpoint(.tcp, endpoint("192.0.2.10", 443)): service(
      "mh", flags: 0x13, timeout: 300, mask: 0xFFFF_FF00,
      [
        endpoint("192.0.2.20", 443): tunnel(1, 6080, 0), endpoint("192.0.2.21", 443): tunnel(1, 6080, 1),
        endpoint("192.0.2.22", 443): tunnel(2, 0, 0), endpoint("192.0.2.23", 443): tunnel(2, 0, 1),
      ]),
    .endpoint(.tcp, endpoint("192.0.2.10", 444)): service("rr", flags: 0x2B, timeout: 360),
    .endpoint(.udp, endpoint("192.0.2.10", 53)): service("sh", flags: 0x1E),
    .endpoint(.udp, endpoint("192.0.2.10", 5060)): service("rr", flags: 0x3, timeout: 60, engine: "sip"),
    .endpoint(.sctp, endpoint("192.0.2.10", 99)): service("rr", flags: 0x2),
    .endpoint(.tcp, endpoint("2001:db8::10", 80)): service(
      "wrr", mask: 128,
      [
        endpoint("2001:db8::11", 80): direct,
        endpoint("2001:db8:1234:5678:9abc:def0:1234:5678", 80): DestinationAttributes(
          forwarding: .masquerade, weight: 1),
      ]),
    .firewallMark(7, .ipv4): service("rr", flags: 0x3, timeout: 300, [endpoint("192.0.2.11", 0): direct]),
    .firewallMark(8, .ipv6): service(
      "rr", flags: 0x3, timeout: 20, mask: 64, [endpoint("2001:db8::11", 0): direct]),
  ]
}

@Suite struct `The kernel's table is printed` {
  let document = TableDocument.document(Reference.table, version: "IP Virtual Server version 1.2.1 (size=4096)")

  @Test func `as ipvsadm lists it`() {
    #expect(TableText.list(document) == Reference.list)
  }

  @Test func `as ipvsadm saves it`() {
    #expect(TableText.save(document) == Reference.save)
  }

  @Test func `as ipvsadm counts it`() {
    #expect(TableText.statistics(document) == Reference.statistics)
  }

  @Test func `after a journey as text`() throws {
    #expect(try JSON(parsing: document.description.utf8) == document)
  }

  @Test func `without services and without a readable version`() {
    let document = TableDocument.document([:], version: nil)
    #expect(TableText.list(document).count == 3)
    #expect(TableText.save(document).isEmpty)
  }
}
