import ControlProtocol
import Testing

@Suite struct `A table in the forms of ipvsadm` {
  private static func document(_ service: JSON) -> JSON { ["version": "IP Virtual Server", "services": [service]] }

  /// A service with what every one has, and more.
  private static func service(
    _ word: JSON, _ name: JSON, scheduler: JSON = "rr", _ more: [JSON.Member] = [], to destinations: [JSON] = []
  ) -> JSON {
    .object(
      [
        JSON.Member("protocol", word), JSON.Member("name", name), JSON.Member("scheduler", scheduler),
        JSON.Member("destinations", .array(destinations)),
      ] + more)
  }

  private static func server(_ forwarding: JSON, tunnel: JSON? = nil) -> JSON {
    var members = [
      JSON.Member("name", "192.0.2.9:80"), JSON.Member("forwarding", forwarding), JSON.Member("weight", 7),
      JSON.Member("active", 12), JSON.Member("inactive", 345),
    ]
    if let tunnel { members.append(JSON.Member("tunnel", tunnel)) }
    return .object(members)
  }

  struct Service: CustomTestStringConvertible, Sendable {
    var service: JSON
    var listed: String
    var saved: String
    var testDescription: String { listed }
  }

  static let services = [
    Service(service: service("TCP", "192.0.2.1:80"), listed: "TCP  192.0.2.1:80 rr", saved: "-A -t 192.0.2.1:80 -s rr"),
    Service(
      service: service("UDP", "192.0.2.1:53", [JSON.Member("one_packet", true)]), listed: "UDP  192.0.2.1:53 rr ops",
      saved: "-A -u 192.0.2.1:53 -s rr -o"),
    Service(
      service: service("SCTP", "192.0.2.1:9"), listed: "SCTP 192.0.2.1:9 rr",
      saved: "-A --sctp-service 192.0.2.1:9 -s rr"),
    Service(service: service("FWM", "7"), listed: "FWM  7 rr", saved: "-A -f 7 -s rr"),
    Service(
      service: service("FWM", "7", [JSON.Member("family", 6)]), listed: "FWM  7 IPv6 rr", saved: "-A -f 7 -6 -s rr"),
    Service(
      service: service(
        "TCP", "[2001:db8::1]:80", [JSON.Member("persistence", 300), JSON.Member("mask", "64")]),
      listed: "TCP  [2001:db8::1]:80 rr persistent 300 mask 64", saved: "-A -t [2001:db8::1]:80 -s rr -p 300 -M 64"),
    Service(
      service: service("UDP", "192.0.2.1:5060", [JSON.Member("persistence", 60), JSON.Member("engine", "sip")]),
      listed: "UDP  192.0.2.1:5060 rr persistent 60 pe sip", saved: "-A -u 192.0.2.1:5060 -s rr -p 60 --pe sip"),
    Service(
      service: service("TCP", "192.0.2.1:80", scheduler: "sh", [JSON.Member("scheduler_flags", 3)]),
      listed: "TCP  192.0.2.1:80 sh (sh-fallback,sh-port)", saved: "-A -t 192.0.2.1:80 -s sh -b sh-fallback,sh-port"),
    Service(
      service: service("TCP", "192.0.2.1:80", scheduler: "mh", [JSON.Member("scheduler_flags", 2)]),
      listed: "TCP  192.0.2.1:80 mh (mh-port)", saved: "-A -t 192.0.2.1:80 -s mh -b mh-port"),
    Service(
      service: service("TCP", "192.0.2.1:80", scheduler: "wlc", [JSON.Member("scheduler_flags", 5)]),
      listed: "TCP  192.0.2.1:80 wlc (flag-1,flag-3)", saved: "-A -t 192.0.2.1:80 -s wlc -b flag-1,flag-3"),
  ]

  @Test(arguments: services)
  func `name a service with all its attributes`(row: Service) {
    #expect(TableText.list(Self.document(row.service)).dropFirst(3) == [row.listed])
    #expect(TableText.save(Self.document(row.service)) == [row.saved])
  }

  struct Server: CustomTestStringConvertible, Sendable {
    var server: JSON
    var word: String
    var options: String
    var testDescription: String { "\(word), \(options)" }
  }

  static let servers = [
    Server(server: server("masquerade"), word: "Masq   ", options: "-m -w 7"),
    Server(server: server("local"), word: "Local  ", options: "-g -w 7"),
    Server(server: server("bypass"), word: "Bypass ", options: "-g -w 7"),
    Server(server: server("route"), word: "Route  ", options: "-g -w 7"),
    Server(server: server("tunnel", tunnel: ["type": 0]), word: "Tunnel ", options: "-i -w 7 --tun-type ipip"),
    Server(
      server: server("tunnel", tunnel: ["type": 1, "port": 6080]), word: "Tunnel ",
      options: "-i -w 7 --tun-type gue --tun-port 6080 --tun-nocsum"),
    Server(
      server: server("tunnel", tunnel: ["type": 1, "port": 6080, "flags": 2]), word: "Tunnel ",
      options: "-i -w 7 --tun-type gue --tun-port 6080 --tun-remcsum"),
    Server(
      server: server("tunnel", tunnel: ["type": 2, "flags": 1]), word: "Tunnel ",
      options: "-i -w 7 --tun-type gre --tun-csum"),
  ]

  @Test(arguments: servers)
  func `name a server with its way there`(row: Server) {
    let document = Self.document(Self.service("TCP", "192.0.2.1:80", to: [row.server]))
    #expect(
      TableText.list(document).last == "  -> 192.0.2.9:80                 \(row.word) 7      12         345       ")
    #expect(TableText.save(document).last == "-a -t 192.0.2.1:80 -r 192.0.2.9:80 \(row.options)")
  }

  @Test func `count without abbreviations, and let long numbers push the columns`() {
    let counters = [
      JSON.Member("connections", 1), JSON.Member("in_packets", 22), JSON.Member("out_packets", 0),
      JSON.Member("in_bytes", 12_345_678_901), JSON.Member("out_bytes", 5),
    ]
    let server: JSON = .object([JSON.Member("name", "192.0.2.9:80")] + counters)
    let document = Self.document(Self.service("TCP", "192.0.2.1:80", counters, to: [server]))
    #expect(
      TableText.statistics(document) == [
        "IP Virtual Server", "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes",
        "  -> RemoteAddress:Port",
        "TCP  192.0.2.1:80                        1       22        0 12345678901        5",
        "  -> 192.0.2.9:80                        1       22        0 12345678901        5",
      ])
  }

  @Test(arguments: [[:], ["services": 7], ["services": []]] as [JSON])
  func `are headings alone when there is nothing`(document: JSON) {
    #expect(TableText.list(document).count == 3 && TableText.statistics(document).count == 3)
    #expect(TableText.list(document).first == "IP Virtual Server version 1.2.1")
    #expect(TableText.save(document).isEmpty)
  }
}
