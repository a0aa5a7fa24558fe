import Testing
import Wire

@Suite struct `IPv4 addresses` {
  @Test(arguments: [
    ("0.0.0.0", UInt32(0)), ("192.0.2.1", 0xC000_0201), ("255.255.255.255", .max), ("10.20.30.40", 0x0A14_1E28),
  ])
  func `are read from dotted decimal and written back`(text: String, value: UInt32) {
    #expect(IPv4Address(text)?.rawValue == value)
    #expect(IPv4Address(rawValue: value).description == text)
    #expect(IPv4Address(rawValue: value).octets.reduce(0) { $0 << 8 | UInt32($1) } == value)
  }

  @Test(arguments: [
    "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.999", "01.2.3.4", "1.2.3.04",
    "1.2.3.4 ", " 1.2.3.4", "0x1.2.3.4", "1.2.3.4/24", "-1.2.3.4", "+1.2.3.4", "1.2.3.4\0", "１.2.3.4", "a.b.c.d",
    "99999999999999999999.1.1.1",
  ])
  func `are not read from anything else`(text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test(arguments: [
    (0, "0.0.0.0"), (1, "128.0.0.0"), (24, "255.255.255.0"), (32, "255.255.255.255"), (99, "255.255.255.255"),
    (-1, "0.0.0.0"),
  ])
  func `have masks for every length`(length: Int, mask: String) {
    #expect(IPv4Address.mask(length: length).description == mask)
  }

  @Test func `know multicast`() {
    #expect(IPv4Address(224, 0, 0, 18).isMulticast && IPv4Address(239, 255, 255, 255).isMulticast)
    #expect(!IPv4Address(223, 255, 255, 255).isMulticast && !IPv4Address(240, 0, 0, 0).isMulticast)
  }
}

@Suite struct `IPv6 addresses` {
  /// RFC 5952 §2 and §4: many forms, one canonical text.
  @Test(arguments: [
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
    ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("fe80::1:2:3:4", "fe80::1:2:3:4"), ("::ffff:192.0.2.1", "::ffff:c000:201"), ("::192.0.2.1", "::c000:201"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("ABCD:EF01:2345:6789:abcd:ef01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"),
  ])
  func `are read from every form and written in the canonical one`(text: String, canonical: String) {
    let address = IPv6Address(text)
    #expect(address?.description == canonical)
    #expect(address.flatMap { IPv6Address($0.description) } == address)
    #expect(address.flatMap { IPv6Address(octets: $0.octets) } == address)
    #expect(address.map { IPv6Address(groups: $0.groups) } == address)
    #expect(address.map { IPv6Address(rawValue: $0.rawValue) } == address)
  }

  @Test(arguments: [
    "", ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::1::", "12345::", "g::",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "::1.2.3.4.5", "fe80::1%eth0", "::1/128", " ::1",
    "::+1",
    "::-1", "1:2:3:4:5:6:7:1.2.3.4", "[::1]", "::1 ", "::\0",
  ])
  func `are not read from anything else`(text: String) {
    #expect(IPv6Address(text) == nil)
  }

  @Test func `know multicast and link-local`() {
    #expect(IPv6Address("ff02::12")?.isMulticast == true && IPv6Address("fe80::1")?.isMulticast == false)
    #expect(IPv6Address("fe80::1")?.isLinkLocal == true && IPv6Address("febf:ffff::1")?.isLinkLocal == true)
    #expect(IPv6Address("fec0::1")?.isLinkLocal == false && IPv6Address("2001:db8::1")?.isLinkLocal == false)
  }

  @Test func `are ordered as numbers`() throws {
    let texts = ["::", "::1", "::ffff:ffff:ffff:ffff", "0:0:0:1::", "2001:db8::1", "fe80::1", "ff02::12"]
    let addresses = texts.compactMap { IPv6Address($0) }
    #expect(addresses.shuffled().sorted() == addresses)
    #expect(addresses.map(\.rawValue) == addresses.map(\.rawValue).sorted())
  }
}

@Suite struct `Addresses of either family` {
  @Test func `are told apart by the colon`() {
    #expect(IPAddress("192.0.2.1")?.family == .ipv4)
    #expect(IPAddress("::1")?.family == .ipv6)
    #expect(IPAddress("localhost") == nil && IPAddress("") == nil)
  }

  @Test func `come from four or sixteen octets and no other number`() {
    for count in 0...20 {
      #expect((IPAddress(octets: [UInt8](repeating: 1, count: count)) != nil) == (count == 4 || count == 16))
    }
  }

  @Test func `are written with their port, IPv6 in brackets`() throws {
    #expect(Endpoint(try #require(IPAddress("192.0.2.1")), port: 80).description == "192.0.2.1:80")
    #expect(Endpoint(try #require(IPAddress("2001:db8::1")), port: 443).description == "[2001:db8::1]:443")
  }

  @Test func `as prefixes of hosts have the full length`() throws {
    #expect(AddressPrefix(host: try #require(IPAddress("192.0.2.1"))).description == "192.0.2.1/32")
    #expect(AddressPrefix(host: try #require(IPAddress("::1"))).description == "::1/128")
  }
}

@Suite struct `Hardware addresses` {
  @Test func `are read and written`() {
    #expect(HardwareAddress("00:00:5e:00:01:33") == .virtualRouter(51, .ipv4))
    #expect(HardwareAddress("0:0:5e:0:2:33") == .virtualRouter(51, .ipv6))
    #expect(HardwareAddress.virtualRouter(51, .ipv6).description == "00:00:5e:00:02:33")
    #expect(HardwareAddress.broadcast.octets == [UInt8](repeating: 255, count: 6))
  }

  @Test(arguments: [
    "", "00:00:5e:00:01", "00:00:5e:00:01:33:44", "00:00:5e:00:01:", "00:00:5e:00:01:333", "00-00-5e-00-01-33",
    "00:00:5e:00:01:+3", "00:00:5e:00:01:xy",
  ])
  func `are not read from anything else`(text: String) {
    #expect(HardwareAddress(text) == nil)
  }

  @Test func `of multicast groups follow RFC 1112 and RFC 2464`() throws {
    #expect(HardwareAddress.multicast(try #require(IPAddress("224.0.0.18"))).description == "01:00:5e:00:00:12")
    #expect(HardwareAddress.multicast(try #require(IPAddress("239.129.1.2"))).description == "01:00:5e:01:01:02")
    #expect(HardwareAddress.multicast(try #require(IPAddress("ff02::12"))).description == "33:33:00:00:00:12")
  }
}
