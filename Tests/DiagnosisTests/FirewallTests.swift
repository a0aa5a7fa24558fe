import Diagnosis
import Testing
import Wire

@Suite struct `The doctor of packet filters` {
  static func nftables(policy: String, input: String = "", extra: String = "") -> String {
    """
    table inet filter {
    \tchain input {
    \t\ttype filter hook input priority filter; policy \(policy);
    \t\tct state established,related accept
    \t\tiifname "lo" accept
    \t\(input)
    \t}

    \tchain output {
    \t\ttype filter hook output priority filter; policy accept;
    \t}
    \(extra)
    }
    """
  }

  @Test(arguments: [
    ("", true), ("ip protocol vrrp accept", false), ("meta l4proto 112 accept", false),
    ("meta l4proto { icmp, vrrp } accept", false), ("ip saddr 192.0.2.0/24 accept", false),
    ("ip protocol vrrp drop", true), ("tcp dport 112 accept", true), ("tcp dport { 22, 112 } accept", true),
    ("counter packets 5 bytes 112 accept", false), ("accept", false), ("ip daddr 224.0.0.18 accept", false),
    ("ip protocol esp accept", true), ("jump vrrp_in", true), ("iifname \"eth0\" ip protocol icmp accept", true),
  ])
  func `sees an nftables chain that drops adverts`(rule: String, isFound: Bool) {
    let facts = host { $0.nftables = Self.nftables(policy: "drop", input: rule) }
    #expect(facts.checks == (isFound ? ["firewall"] : []))
    if isFound {
      #expect(facts.findings[0].fixes == ["nft insert rule inet filter input meta l4proto 112 accept"])
    }
  }

  @Test(arguments: [
    ("", false), ("ip protocol vrrp drop", true), ("counter drop", true), ("counter packets 9 bytes 8 drop", true),
    ("reject with icmpx type admin-prohibited", true), ("tcp dport 80 drop", false), ("ct state invalid drop", false),
  ])
  func `sees a rule that drops adverts`(rule: String, isFound: Bool) {
    #expect(host { $0.nftables = Self.nftables(policy: "accept", input: rule) }.checks == (isFound ? ["firewall"] : []))
  }

  @Test func `follows a jump`() {
    let allowed = "\tchain mine {\n\t\tip protocol vrrp accept\n\t}"
    let facts = host { $0.nftables = Self.nftables(policy: "drop", input: "jump mine", extra: allowed) }
    #expect(facts.checks.isEmpty)
  }

  @Test func `minds the protocol of signed adverts`() {
    let facts = host {
      $0.intent.routers[0].transport = 51
      $0.nftables = Self.nftables(policy: "drop", input: "ip protocol vrrp accept")
    }
    #expect(facts.findings.map(\.fixes) == [["nft insert rule inet filter input meta l4proto 51 accept"]])
  }

  @Test(arguments: [
    (":INPUT DROP [0:0]", "", true), (":INPUT DROP [0:0]", "-A INPUT -p vrrp -j ACCEPT", false),
    (":INPUT DROP [0:0]", "-A INPUT -p 112 -j ACCEPT", false), (":INPUT ACCEPT [0:0]", "", false),
    (":INPUT ACCEPT [0:0]", "-A INPUT -j REJECT --reject-with icmp-host-prohibited", true),
    (":INPUT ACCEPT [0:0]", "-A INPUT -p tcp -j DROP", false), (":INPUT ACCEPT [0:0]", "-A INPUT -p 112 -j DROP", true),
    (":INPUT DROP [0:0]", "-A INPUT -s 192.0.2.0/24 -j ACCEPT", false),
  ])
  func `reads iptables, too`(policy: String, rule: String, isFound: Bool) {
    let text = "*nat\n:INPUT DROP [0:0]\nCOMMIT\n*filter\n\(policy)\n:OUTPUT ACCEPT [0:0]\n\(rule)\nCOMMIT\n"
    let facts = host { $0.iptables = text }
    #expect(facts.checks == (isFound ? ["firewall"] : []))
    if isFound { #expect(facts.findings[0].fixes == ["iptables -I INPUT -p 112 -j ACCEPT"]) }
  }

  @Test(arguments: [
    "}}}}", "table", "table x\nchain", "chain c {\n}\n}", "*filter\n:INPUT\n-A", "{ { {",
    "table a b {\ntype filter hook",
  ])
  func `takes no harm from text it does not understand`(text: String) {
    #expect(
      host {
        $0.nftables = text
        $0.iptables = text
      }.checks.isEmpty)
  }
}

@Suite struct `A frame that was heard` {
  static let sender = hardware(5)
  static let arp: [UInt8] =
    HardwareAddress.broadcast.octets + sender.octets + [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + hardware(6).octets
    + [192, 0, 2, 10] + hardware(1).octets + [192, 0, 2, 1]
  static let four: [UInt8] =
    hardware(1).octets + sender.octets + [8, 0]
    + IPv4Header(
      source: IPv4Address(192, 0, 2, 2), destination: IPv4Address(224, 0, 0, 18), transport: 112, payloadLength: 3
    ).encoded + [1, 2, 3, 0, 0, 0]
  static let six: [UInt8] =
    hardware(1).octets + sender.octets + [0x86, 0xDD, 0x60, 0, 0, 0, 0, 2, 112, 255] + address("fe80::2").octets
    + address("ff02::12").octets + [7, 8, 0]

  @Test func `is a claim, or a packet without what pads it`() {
    #expect(HeardFrame(Self.arp[...]) == .claim(address("192.0.2.10"), hardware(6)))
    #expect(
      HeardFrame(Self.four[...])
        == .packet(from: Self.sender, source: address("192.0.2.2"), transport: 112, payload: [1, 2, 3]))
    #expect(
      HeardFrame(Self.six[...])
        == .packet(from: Self.sender, source: address("fe80::2"), transport: 112, payload: [7, 8]))
  }

  @Test(arguments: [arp, four, six])
  func `may be cut anywhere`(frame: [UInt8]) {
    for length in 0..<frame.count {
      let cut = HeardFrame(frame.prefix(length))
      if length < 14 { #expect(cut == nil) }
    }
    var request = frame
    request[12] = 0x12
    #expect(HeardFrame(request[...]) == nil)
  }

  @Test func `is asked for by a probe that names no sender`() {
    let frame = AddressProbe.frame(for: IPv4Address(192, 0, 2, 10), from: Self.sender)
    #expect(frame.count == 42)
    #expect(Array(frame[28..<32]) == [0, 0, 0, 0])
    #expect(Array(frame[38..<42]) == [192, 0, 2, 10])
    #expect(HeardFrame(frame[...]) == nil)
  }
}
