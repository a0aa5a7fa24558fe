package import Wire

/// What is heard on a link, as far as a diagnosis wants to know.
package enum HeardFrame: Hashable, Sendable {
  /// Somebody says that an address is his: an ARP reply.
  case claim(IPAddress, HardwareAddress)
  /// A packet of an IP protocol.
  case packet(from: HardwareAddress, source: IPAddress, transport: UInt8, payload: ArraySlice<UInt8>)

  /// Reads an Ethernet frame; nil for everything else, and for what is cut short.
  package init?(_ frame: ArraySlice<UInt8>) {
    var reader = ByteReader(frame)
    guard reader.octets(6) != nil, let sender = reader.octets(6).flatMap({ HardwareAddress(octets: $0) }),
      let type = reader.number(UInt16.self)
    else { return nil }
    switch type {
    case 0x0806:
      guard let head = reader.octets(8), Array(head) == [0, 1, 8, 0, 6, 4, 0, 2],
        let owner = reader.octets(6).flatMap({ HardwareAddress(octets: $0) }),
        let address = reader.octets(4).flatMap({ IPAddress(octets: $0) })
      else { return nil }
      self = .claim(address, owner)
    case 0x0800:
      guard let header = IPv4Header(reader.remaining), Int(header.totalLength) >= header.headerLength else {
        return nil
      }
      // Short frames are padded behind the packet.
      let packet = reader.remaining.prefix(Int(header.totalLength))
      self = .packet(
        from: sender, source: .v4(header.source), transport: header.transport,
        payload: packet.dropFirst(header.headerLength))
    case 0x86DD:
      guard reader.octets(4) != nil, let length = reader.number(UInt16.self), let transport = reader.octet(),
        reader.octet() != nil, let source = reader.octets(16).flatMap({ IPAddress(octets: $0) }),
        reader.octets(16) != nil
      else { return nil }
      self = .packet(
        from: sender, source: source, transport: transport, payload: reader.remaining.prefix(Int(length)))
    default: return nil
    }
  }
}

/// The question who has an address, which changes nobody's memory of it (RFC 5227 §2.1.1): the sender names no address
/// of its own.
package enum AddressProbe {
  /// The frame of an ARP probe.
  package static func frame(for address: IPv4Address, from sender: HardwareAddress) -> [UInt8] {
    var frame = HardwareAddress.broadcast.octets + sender.octets
    frame += [0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1]
    frame += sender.octets
    frame += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    frame.append(number: address.rawValue)
    return frame
  }
}
