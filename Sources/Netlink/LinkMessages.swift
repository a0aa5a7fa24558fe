import CNetlink
import Wire
package import World

/// Links in messages of rtnetlink.
package enum LinkMessages {
  /// Asks for all links (RTM_GETLINK), without their counters.
  package static func writeDump(_ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_GETLINK), flags: UInt16(NLM_F_REQUEST)) { message in
      for _ in 0..<16 { message.number(UInt8(0)) }  // struct ifinfomsg
      message.put(LinkAttribute.filter, 8)  // RTEXT_FILTER_SKIP_STATS
    }
  }

  /// Reads a message of type RTM_NEWLINK or RTM_DELLINK. Nil for what a bridge says about its ports, which comes with
  /// the same types but another family.
  package static func read(_ message: Message) throws(MessageFault) -> Link? {
    var reader = HostReader(message.payload)
    let family: UInt8 = try reader.field()
    _ = try reader.octets(3)  // padding, ARPHRD_*
    let index: Int32 = try reader.field()
    let flags: UInt32 = try reader.field()
    _ = try reader.octets(4)  // which flags changed
    guard family == 0 else { return nil }
    let attributes = try AttributeSet(parsing: reader.rest)
    var link = Link(
      index: index, name: try attributes.required(LinkAttribute.name),
      hardwareAddress: HardwareAddress(octets: try attributes.value(LinkAttribute.hardwareAddress)?.octets ?? []),
      flags: flags, mtu: Int(try attributes.value(LinkAttribute.mtu) ?? 0),
      lower: try attributes.value(LinkAttribute.lower))
    if let information = try attributes.value(LinkAttribute.information),
      try information.value(LinkAttribute.kind) == "vrf"
    {
      link.routingTable = try information.value(LinkAttribute.data)?.value(LinkAttribute.routingTable)
    }
    return link
  }
}
