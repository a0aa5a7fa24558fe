import Testing
import Wire

/// Octets from hexadecimal text with blanks between them.
func octets(_ text: String) -> [UInt8] {
  text.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
}

@Suite struct `The Internet checksum` {
  /// RFC 1071 §3 sums these octets to ddf2.
  @Test func `is that of RFC 1071`() {
    #expect(InternetChecksum.of(octets("00 01 f2 03 f4 f5 f6 f7")) == ~0xDDF2)
  }

  @Test func `of nothing is all ones, and of a packet with its checksum zero`() {
    #expect(InternetChecksum.of([]) == 0xFFFF)
    #expect(InternetChecksum.of(octets("45 c0 00 28 00 01 00 00 ff 70 18 e9 c0 a8 01 01 e0 00 00 12")) == 0)
  }

  @Test func `pads an odd octet and adds words`() {
    var checksum = InternetChecksum()
    checksum.add([0x12] as [UInt8])
    checksum.add(word: 0x0034)
    #expect(checksum.value == ~0x1234)
  }

  @Test func `folds any number of carries`() {
    #expect(InternetChecksum.of([UInt8](repeating: 0xFF, count: 131_072)) == 0)
  }
}

@Suite struct `Reading and writing octets` {
  @Test func `reads numbers of every width and never beyond the end`() {
    var reader = ByteReader([1, 2, 3, 4, 5, 6, 7])
    #expect(reader.octet() == 1)
    #expect(reader.number(UInt16.self) == 0x0203)
    #expect(reader.number(UInt64.self) == nil)
    #expect(reader.number(UInt32.self) == 0x0405_0607)
    #expect(reader.octet() == nil && reader.octets(1) == nil && reader.remaining.isEmpty)
    #expect(reader.octets(0)?.isEmpty == true && reader.octets(-1) == nil)
  }

  @Test func `reads from the middle of a buffer`() {
    var reader = ByteReader([0, 0, 9, 8, 7, 0][2..<5])
    #expect(reader.number(UInt16.self) == 0x0908)
    #expect(reader.remaining == [7])
  }

  @Test func `writes most significant octets first`() {
    var bytes: [UInt8] = []
    bytes.append(number: UInt16(0x0102))
    bytes.append(number: UInt32(0x0304_0506))
    bytes.append(number: UInt8(7))
    bytes.append(number: UInt64(8))
    #expect(bytes == [1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 8])
  }
}

@Suite struct `IPv4 headers` {
  static let advert = octets("45 c0 00 28 00 01 00 00 ff 70 18 e9 c0 a8 01 01 e0 00 00 12")

  @Test func `of an advert have the bytes of the vector`() {
    let header = IPv4Header(
      source: IPv4Address(192, 168, 1, 1), destination: IPv4Address(224, 0, 0, 18), transport: 112, identification: 1,
      payloadLength: 20)
    #expect(header.encoded == Self.advert)
    #expect(IPv4Header(Self.advert[...]) == header)
  }

  @Test func `with options are read as far as they go`() {
    var packet = Self.advert + [1, 1, 1, 0] + [42]
    packet[0] = 0x46
    #expect(IPv4Header(packet[...])?.headerLength == 24)
    #expect(IPv4Header(packet.prefix(23)) == nil)
  }

  @Test func `cut short or of another version are none`() {
    for length in 0..<20 { #expect(IPv4Header(Self.advert.prefix(length)) == nil) }
    for first in [0x65, 0x44, 0x40, 0x00] as [UInt8] {
      var packet = Self.advert
      packet[0] = first
      #expect(IPv4Header(packet[...]) == nil)
    }
  }

  @Test func `of too long a payload do not overflow`() {
    let header = IPv4Header(source: .any, destination: .any, transport: 112, payloadLength: 1 << 40)
    #expect(header.totalLength == .max)
  }
}

@Suite struct `Announcements` {
  static let hardware = HardwareAddress(rawValue: 0x0200_0000_0001)

  @Test func `of an IPv4 address are gratuitous ARP requests`() {
    let frame = Announcement(address: .v4(IPv4Address(192, 0, 2, 10)), hardwareAddress: Self.hardware).frame
    #expect(
      frame
        == octets(
          """
          ff ff ff ff ff ff 02 00 00 00 00 01 08 06
          00 01 08 00 06 04 00 01 02 00 00 00 00 01 c0 00 02 0a ff ff ff ff ff ff c0 00 02 0a
          """))
  }

  @Test(arguments: [(true, "a0", "1a da"), (false, "20", "9a da")])
  func `of an IPv6 address are unsolicited neighbour advertisements`(isRouter: Bool, flags: String, checksum: String)
    throws
  {
    let address = try #require(IPv6Address("2001:db8::10"))
    let frame = Announcement(
      address: .v6(address), hardwareAddress: .virtualRouter(51, .ipv6), isRouter: isRouter
    ).frame
    #expect(
      frame
        == octets(
          """
          33 33 00 00 00 01 00 00 5e 00 02 33 86 dd 60 00 00 00 00 20 3a ff
          20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 10 ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01
          88 00 \(checksum) \(flags) 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 10
          02 01 00 00 5e 00 02 33
          """))
    #expect(frame.count == 86)
  }
}
