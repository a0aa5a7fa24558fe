import Testing

/// One form of advert, as configured and as Wireshark must read it.
private struct Form: Sendable {
  let name: String
  let vrid: Int
  let configuration: String
  /// Fields of the dissector and what they say in every advert.
  let fields: [(name: String, value: String)]
  /// The announcement of the address: a filter.
  let announcement: String

  static let all = [
    Form(
      name: "version 2", vrid: 21,
      configuration: "version 2\npriority 101\nadvert_int 1\nvirtual_ipaddress { 192.0.2.121\n192.0.2.131 }",
      fields: [
        ("eth.dst", "01:00:5e:00:00:12"), ("ip.ttl", "255"), ("ip.dst", "224.0.0.18"),
        ("ip.src", "192.0.2.1"), ("vrrp.version", "2"), ("vrrp.type", "1"), ("vrrp.prio", "101"),
        ("vrrp.addr_count", "2"), ("vrrp.auth_type", "0"), ("vrrp.adver_int", "1"),
        ("vrrp.ip_addr", "192.0.2.121,192.0.2.131"),
      ],
      announcement: "arp.isgratuitous && arp.src.proto_ipv4 == 192.0.2.131 && eth.dst == ff:ff:ff:ff:ff:ff"),
    Form(
      name: "version 2 with a password", vrid: 22,
      configuration: """
        version 2
        priority 102
        advert_int 1
        authentication {
            auth_type PASS
            auth_pass secret
        }
        virtual_ipaddress { 192.0.2.122 }
        """,
      fields: [
        ("vrrp.version", "2"), ("vrrp.prio", "102"), ("vrrp.auth_type", "1"), ("vrrp.auth_string", "secret"),
        ("vrrp.ip_addr", "192.0.2.122"),
      ],
      announcement: "arp.isgratuitous && arp.src.proto_ipv4 == 192.0.2.122 && eth.dst == ff:ff:ff:ff:ff:ff"),
    Form(
      name: "version 3, IPv4", vrid: 23,
      configuration: "version 3\npriority 103\nadvert_int 0.25\nvirtual_ipaddress { 192.0.2.123 }",
      fields: [
        ("ip.ttl", "255"), ("vrrp.version", "3"), ("vrrp.type", "1"), ("vrrp.prio", "103"), ("vrrp.addr_count", "1"),
        ("vrrp.short_adver_int", "25"), ("vrrp.ip_addr", "192.0.2.123"),
      ],
      announcement: "arp.isgratuitous && arp.src.proto_ipv4 == 192.0.2.123 && eth.dst == ff:ff:ff:ff:ff:ff"),
    Form(
      name: "version 3, IPv6", vrid: 24,
      configuration: "version 3\npriority 104\nadvert_int 0.5\nvirtual_ipaddress { fe80::124\n2001:db8::124 }",
      fields: [
        ("eth.dst", "33:33:00:00:00:12"), ("ipv6.hlim", "255"), ("ipv6.dst", "ff02::12"), ("vrrp.version", "3"),
        ("vrrp.type", "1"), ("vrrp.prio", "104"), ("vrrp.addr_count", "2"), ("vrrp.short_adver_int", "50"),
        ("vrrp.ipv6_addr", "fe80::124,2001:db8::124"),
      ],
      announcement: "icmpv6.nd.na.target_address == 2001:db8::124 && icmpv6.nd.na.flag.o == 1 && ipv6.dst == ff02::1 "
        + "&& icmpv6.opt.type == 2 && icmpv6.checksum.status == 1 && ipv6.hlim == 255"),
    Form(
      name: "version 2 with an authentication header", vrid: 25,
      configuration: """
        version 2
        priority 105
        advert_int 1
        authentication {
            auth_type AH
            auth_pass secret
        }
        virtual_ipaddress { 192.0.2.125 }
        """,
      fields: [
        ("ip.proto", "51"), ("ah.length", "4"), ("vrrp.version", "2"), ("vrrp.prio", "105"), ("vrrp.auth_type", "2"),
        ("vrrp.ip_addr", "192.0.2.125"),
      ],
      announcement: "arp.isgratuitous && arp.src.proto_ipv4 == 192.0.2.125"),
    Form(
      name: "version 3, unicast", vrid: 26,
      configuration: """
        version 3
        priority 106
        advert_int 0.5
        unicast_src_ip 192.0.2.1
        unicast_peer {
            192.0.2.2
        }
        virtual_ipaddress { 192.0.2.126 }
        """,
      fields: [
        ("ip.dst", "192.0.2.2"), ("ip.src", "192.0.2.1"), ("vrrp.version", "3"), ("vrrp.prio", "106"),
        ("vrrp.ip_addr", "192.0.2.126"),
      ],
      announcement: "arp.isgratuitous && arp.src.proto_ipv4 == 192.0.2.126"),
    Form(
      name: "version 3, signed, IPv6", vrid: 27,
      configuration: """
        version 3
        priority 107
        advert_int 0.5
        auth_hmac {
            key 1 0123456789012345678901234567890123456789
            active_key 1
        }
        virtual_ipaddress { fe80::127 }
        """,
      fields: [("vrrp.version", "3"), ("vrrp.prio", "107"), ("vrrp.addr_count", "1"), ("vrrp.ipv6_addr", "fe80::127")],
      announcement: "icmpv6.nd.na.target_address == fe80::127"),
    Form(
      name: "version 3 from a virtual MAC address", vrid: 28,
      configuration: "use_vmac\nversion 3\npriority 108\nadvert_int 0.5\nvirtual_ipaddress { 192.0.2.128 }",
      fields: [
        ("eth.src", "00:00:5e:00:01:1c"), ("ip.src", "192.0.2.1"), ("vrrp.version", "3"), ("vrrp.prio", "108"),
        ("vrrp.ip_addr", "192.0.2.128"),
      ],
      announcement: "arp.isgratuitous && arp.src.hw_mac == 00:00:5e:00:01:1c && arp.src.proto_ipv4 == 192.0.2.128"),
    Form(
      name: "version 3 with a checksum of the message alone", vrid: 29,
      configuration:
        "v3_checksum_as_v2\nversion 3\npriority 109\nadvert_int 0.5\nvirtual_ipaddress { 192.0.2.129 }",
      fields: [("vrrp.version", "3"), ("vrrp.prio", "109"), ("vrrp.ip_addr", "192.0.2.129")],
      announcement: "arp.isgratuitous && arp.src.proto_ipv4 == 192.0.2.129"),
  ]
  /// The one whose checksums Wireshark has to be told to read otherwise.
  static let messageOnly = 29
}

/// A capture and what Wireshark's dissectors say about it.
private final class Capture {
  private let file: String
  private let tshark: Background

  init(_ router: Router) throws {
    file = router.directory + "/capture"
    tshark = try Background(
      ["ip", "netns", "exec", router.far, "tshark", "-q", "-i", "far0", "-w", file])
    let (running, path) = (tshark, file)
    try poll("tshark captures", within: 60) {
      running.output.contains("Capturing on") && (try? contents(of: path).isEmpty) == false
    }
  }

  func stop() { _ = tshark.stop() }

  /// The packets that a filter selects, each with the values of some fields; nothing is left unverified.
  func packets(
    _ filter: String, fields: [String] = ["frame.number"], messageOnly: Bool = false
  ) throws -> [[String]] {
    let preferences = ["ip.check_checksum:TRUE", "vrrp.v3_checksum_as_in_v2:\(messageOnly ? "TRUE" : "FALSE")"]
    let words =
      ["tshark", "-n", "-r", file, "-T", "fields", "-E", "separator=;", "-Y", filter]
      + preferences.flatMap { ["-o", $0] } + fields.flatMap { ["-e", $0] }
    return try succeed(words).split(separator: "\n").filter { !$0.hasPrefix("Running as user") }
      .map { $0.split(separator: ";", omittingEmptySubsequences: false).map(String.init) }
  }
}

@Suite(.needs(.namespaces)) struct `Wireshark` {
  @Test func `reads adverts and announcements of all forms as they are meant`() throws {
    let router = try Router(farAway: true)
    // The unicast peer.
    try router.ip("-n", router.far, "addr", "add", "192.0.2.2/24", "dev", "far0")
    let capture = try Capture(router)
    let instances = Form.all.map { form in
      "vrrp_instance VI_\(form.vrid) {\ninterface eth0\nvirtual_router_id \(form.vrid)\n\(form.configuration)\n}\n"
    }
    try router.start("global_defs {\nrouter_id form\nvrrp_garp_master_delay 1\n}\n" + instances.joined())
    try poll("all are master", within: 60) {
      try router.status().ranges(of: "\"become_master\":1").count == Form.all.count
    }
    // Some more adverts, and the announcements that are repeated.
    try hold("all stay master", for: 3) {
      try router.status().ranges(of: "\"become_master\":1").count == Form.all.count
    }
    router.stop()
    try poll("the capture has the end", within: 60) { try capture.packets("vrrp.prio == 0").count >= Form.all.count }
    capture.stop()

    #expect(
      try capture.packets("_ws.malformed || (_ws.expert.severity == error && vrrp.virt_rtr_id != \(Form.messageOnly))")
        == [], "\(router.log)")
    #expect(try capture.packets("ip.checksum.status == 0 || icmpv6.checksum.status == 0") == [])
    let unverified = "vrrp && !(vrrp.checksum.status == 1) && vrrp.virt_rtr_id"
    #expect(
      try capture.packets(unverified + " != \(Form.messageOnly)") == [], "each checksum is verified, and good")
    #expect(try capture.packets(unverified + " == \(Form.messageOnly)", messageOnly: true) == [])
    for form in Form.all {
      // A peer without VRRP answers unicast with errors, which quote us.
      let ours = "vrrp.virt_rtr_id == \(form.vrid) && !icmp"
      let adverts = try capture.packets(ours + " && vrrp.prio > 0", fields: form.fields.map(\.name))
      #expect(adverts.count >= 3, "\(form.name): \(adverts)")
      #expect(Set(adverts) == [form.fields.map(\.value)], "\(form.name)")
      #expect(try capture.packets(ours + " && vrrp.prio == 0").count == 1, "\(form.name): it resigns")
      #expect(try capture.packets(form.announcement).count >= 2, "\(form.name)")
    }
  }
}
