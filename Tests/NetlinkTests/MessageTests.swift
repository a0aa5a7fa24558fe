import Netlink
import Testing
import Wire
import World

@Suite struct `Messages of netlink` {
  private static let name = Attribute<String>(3)
  private static let number = Attribute<UInt32>(4)
  private static let port = Attribute<NetworkOrder<UInt16>>(5)
  private static let nest = Attribute<AttributeSet>(6)

  private static func sample() -> [UInt8] {
    var writer = MessageWriter()
    writer.sequence = 7
    for type: UInt16 in [20, 21] {
      writer.message(type: type, flags: 1) { message in
        message.number(UInt32(0xAABB_CCDD))
        message.put(name, "lo:0")
        message.put(number, type == 20 ? 5 : nil)
        message.nest(nest) { $0.put(port, NetworkOrder(8898)) }
      }
    }
    return writer.octets
  }

  @Test func `what is written is read again`() throws {
    var reader = DatagramReader(Self.sample()[...])
    let first = try #require(try reader.next())
    let second = try #require(try reader.next())
    #expect(try reader.next() == nil)
    #expect((first.type, first.flags, first.sequence) == (20, 1, 7))
    #expect((second.type, second.sequence) == (21, 8))
    let attributes = try AttributeSet(parsing: first.payload.dropFirst(4))
    #expect(try attributes.value(Self.name) == "lo:0")
    #expect(try attributes.value(Self.number) == 5)
    #expect(try attributes.required(Self.nest).required(Self.port).number == 8898)
    let others = try AttributeSet(parsing: second.payload.dropFirst(4))
    #expect(try others.value(Self.number) == nil)
    #expect(throws: MessageFault.missingAttribute) { try others.required(Self.number) }
  }

  @Test func `an attribute's octets are those of the kernel's headers`() {
    var writer = MessageWriter()
    writer.message(type: 20, flags: 0x605) { message in
      message.number(UInt32(0))
      message.put(Self.name, "eth0")
      message.nest(Self.nest) { $0.put(Self.port, NetworkOrder(80)) }
    }
    #expect(
      writer.octets == [
        44, 0, 0, 0, 20, 0, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // header and fixed part
        9, 0, 3, 0, 0x65, 0x74, 0x68, 0x30, 0, 0, 0, 0,  // "eth0" with its end, and padding
        12, 0, 6, 0x80, 6, 0, 5, 0, 0, 80, 0, 0,  // a nest with the port in network order
      ])
  }

  @Test func `every cut of a datagram is an end or a fault, never a trap`() {
    let datagram = Self.sample()
    for length in 0..<datagram.count {
      var reader = DatagramReader(datagram.prefix(length))
      var whole = 0
      do {
        while try reader.next() != nil { whole += 1 }
        #expect(length == 0 || whole == 1, "a cut at \(length) leaves whole messages only at their borders")
      } catch {
        #expect(error == .badMessageLength)
      }
    }
  }

  @Test(arguments: [
    ([3, 0, 1, 0], MessageFault.badAttributeLength), ([5, 0, 1, 0], .badAttributeLength),
    ([0, 0], .badAttributeLength), ([255, 255, 1, 0, 0, 0, 0, 0], .badAttributeLength),
  ])
  func `an attribute of an impossible length is refused`(octets: [UInt8], fault: MessageFault) {
    #expect(throws: fault) { try AttributeSet(parsing: octets[...]) }
  }

  @Test func `a number must have exactly its width`() throws {
    let attributes = try AttributeSet(parsing: [6, 0, 4, 0, 1, 2, 0, 0])
    #expect(throws: MessageFault.badAttributeValue) { try attributes.value(Self.number) }
  }

  @Test func `an attribute longer than its header can say marks the message`() {
    var writer = MessageWriter()
    writer.message(type: 20, flags: 0) {
      $0.put(Attribute<RawOctets>(1), RawOctets([UInt8](repeating: 1, count: 70_000)))
    }
    #expect(writer.isTooLong)
    writer.cut(to: 0)
    #expect(!writer.isTooLong && writer.octets.isEmpty)
  }

  @Test(arguments: [Int32(-17), -1, -22])
  func `an error carries its number and the kernel's words`(code: Int32) throws {
    var writer = MessageWriter()
    writer.message(type: 2, flags: 0x300) { message in  // NLM_F_CAPPED, NLM_F_ACK_TLVS
      message.number(code)
      message.number(UInt32(40))
      message.number(UInt16(20))
      message.number(UInt16(5))
      message.number(UInt64(0))
      message.put(Attribute<String>(1), "Nexthop has invalid gateway")
    }
    var reader = DatagramReader(writer.octets[...])
    let message = try #require(try reader.next())
    #expect(try Verdict(error: message) == .refused(Refusal(code: -code, explanation: "Nexthop has invalid gateway")))
  }

  @Test(arguments: [(Int32(0), true), (5, false), (.min, false)])
  func `an error number that no kernel sends is a fault`(code: Int32, isSuccess: Bool) throws {
    var writer = MessageWriter()
    writer.message(type: 2, flags: 0) { $0.number(code) }
    var reader = DatagramReader(writer.octets[...])
    let message = try #require(try reader.next())
    if isSuccess {
      #expect(try Verdict(error: message) == .success)
    } else {
      #expect(throws: MessageFault.badAttributeValue) { try Verdict(error: message) }
    }
  }
}
