import CNetlink
package import Wire
package import World

/// Addresses in messages of rtnetlink.
package enum AddressMessages {
  /// An address together with its peer, by which the kernel tells two like it apart.
  package struct Report: Hashable, Sendable {
    /// The address.
    package var address: InterfaceAddress
    /// The other end of a point-to-point address.
    package var peer: IPAddress?
  }

  /// Asks for all addresses of both families (RTM_GETADDR).
  package static func writeDump(_ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_GETADDR), flags: UInt16(NLM_F_REQUEST)) { message in
      for _ in 0..<8 { message.number(UInt8(0)) }  // struct ifaddrmsg
    }
  }

  /// Adds an address. Without NLM_F_REPLACE: one that is there keeps its lifetimes and answers EEXIST.
  package static func writeAddition(_ address: AddressSpecification, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_NEWADDR), flags: UInt16(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL)) { message in
      writeKey(address, &message)
      if address.prefix.address.family == .ipv4 {
        message.put(AddressAttribute.broadcast, address.broadcast.map(IPAddress.v4))
        message.put(AddressAttribute.label, address.label)
      }
      if let preferred = address.preferredLifetime {
        message.put(AddressAttribute.lifetimes, RawOctets(lifetimes(preferred: preferred)))
      }
      message.put(AddressAttribute.flags, address.flags == 0 ? nil : address.flags)
      message.put(AddressAttribute.origin, address.origin)
    }
  }

  /// Removes an address. Its label is not named: the kernel would spare one whose label somebody has changed.
  package static func writeRemoval(_ address: AddressSpecification, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_DELADDR), flags: UInt16(NLM_F_REQUEST)) { writeKey(address, &$0) }
  }

  private static func writeKey(_ address: AddressSpecification, _ message: inout MessageWriter) {
    message.number(address.prefix.address.family.number)
    message.number(address.peer?.length ?? address.prefix.length)
    message.number(UInt8(truncatingIfNeeded: address.flags))
    message.number(address.scope)
    message.number(address.interface)
    message.put(AddressAttribute.local, address.prefix.address)
    message.put(AddressAttribute.address, address.peer?.address ?? address.prefix.address)
  }

  /// struct ifa_cacheinfo: preferred for so long, valid for ever.
  private static func lifetimes(preferred: UInt32) -> [UInt8] {
    var octets: [UInt8] = []
    for field in [preferred, UInt32.max, 0, 0] { field.append(to: &octets) }
    return octets
  }

  /// Reads a message of type RTM_NEWADDR or RTM_DELADDR; nil for families other than IPv4 and IPv6.
  package static func read(_ message: Message) throws(MessageFault) -> Report? {
    var reader = HostReader(message.payload)
    let family: UInt8 = try reader.field()
    let length: UInt8 = try reader.field()
    let flags: UInt8 = try reader.field()
    _ = try reader.octets(1)  // the scope
    let index: Int32 = try reader.field()
    guard let family = AddressFamily(number: family) else { return nil }
    let attributes = try AttributeSet(parsing: reader.rest)
    let network = try attributes.value(AddressAttribute.address)
    guard let own = try attributes.value(AddressAttribute.local) ?? network else { throw .missingAttribute }
    var address = InterfaceAddress(
      interface: index, prefix: try family.prefix(own, length: length),
      flags: try attributes.value(AddressAttribute.flags) ?? UInt32(flags),
      origin: try attributes.value(AddressAttribute.origin) ?? 0)
    address.label = try attributes.value(AddressAttribute.label)
    return Report(address: address, peer: network == own ? nil : network)
  }
}
