/// The fields of an IPv4 header (RFC 791) that this program writes or judges.
package struct IPv4Header: Hashable, Sendable {
  /// Where the packet comes from.
  package var source: IPv4Address
  /// Where it goes.
  package var destination: IPv4Address
  /// The protocol number of the payload, 112 for VRRP.
  package var transport: UInt8
  /// The time to live.
  package var timeToLive: UInt8
  /// The type of service octet.
  package var typeOfService: UInt8
  /// The identification field; zero lets the kernel choose when the packet goes through a raw socket.
  package var identification: UInt16
  /// Octets of header and payload together, as the header says.
  package var totalLength: UInt16
  /// Octets of the header, options included.
  package var headerLength: Int
  /// The fragment field: flags and offset.
  package var fragment: UInt16

  /// A header without options for a payload of `payloadLength` octets.
  package init(
    source: IPv4Address, destination: IPv4Address, transport: UInt8, timeToLive: UInt8 = 255,
    typeOfService: UInt8 = 0xC0, identification: UInt16 = 0, payloadLength: Int
  ) {
    self.source = source
    self.destination = destination
    self.transport = transport
    self.timeToLive = timeToLive
    self.typeOfService = typeOfService
    self.identification = identification
    totalLength = UInt16(clamping: 20 + payloadLength)
    headerLength = 20
    fragment = 0
  }

  /// The twenty octets of the header, checksum included.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = [0x45, typeOfService]
    bytes.reserveCapacity(20)
    bytes.append(number: totalLength)
    bytes.append(number: identification)
    bytes.append(number: fragment)
    bytes.append(timeToLive)
    bytes.append(transport)
    bytes.append(number: UInt16(0))
    bytes.append(number: source.rawValue)
    bytes.append(number: destination.rawValue)
    let checksum = InternetChecksum.of(bytes)
    bytes[10] = UInt8(truncatingIfNeeded: checksum >> 8)
    bytes[11] = UInt8(truncatingIfNeeded: checksum)
    return bytes
  }

  /// Reads the header at the start of a packet; nil when it is cut short or no IPv4 header.
  package init?(_ packet: ArraySlice<UInt8>) {
    var reader = ByteReader(packet)
    guard let first = reader.octet(), first >> 4 == 4, let typeOfService = reader.octet(),
      let totalLength = reader.number(UInt16.self), let identification = reader.number(UInt16.self),
      let fragment = reader.number(UInt16.self), let timeToLive = reader.octet(), let transport = reader.octet(),
      reader.number(UInt16.self) != nil, let source = reader.number(UInt32.self),
      let destination = reader.number(UInt32.self)
    else { return nil }
    let headerLength = Int(first & 15) * 4
    guard headerLength >= 20, packet.count >= headerLength else { return nil }
    self.source = IPv4Address(rawValue: source)
    self.destination = IPv4Address(rawValue: destination)
    self.transport = transport
    self.timeToLive = timeToLive
    self.typeOfService = typeOfService
    self.identification = identification
    self.totalLength = totalLength
    self.headerLength = headerLength
    self.fragment = fragment
  }
}
