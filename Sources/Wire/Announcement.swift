/// A frame that tells the neighbours which hardware address an Internet address has now.
package struct Announcement: Hashable, Sendable {
  /// The address announced.
  package var address: IPAddress
  /// The hardware address of the interface that carries it.
  package var hardwareAddress: HardwareAddress
  /// For IPv6: whether this host forwards, which sets the router flag (RFC 4861 §4.4).
  package var isRouter: Bool

  /// An announcement of an address on a link.
  package init(address: IPAddress, hardwareAddress: HardwareAddress, isRouter: Bool = false) {
    self.address = address
    self.hardwareAddress = hardwareAddress
    self.isRouter = isRouter
  }

  /// The Ethernet frame: a gratuitous ARP request or an unsolicited neighbour advertisement.
  package var frame: [UInt8] {
    switch address {
    case .v4(let address): arp(address)
    case .v6(let address): neighbourAdvertisement(address)
    }
  }

  /// A gratuitous ARP request (RFC 5227 §3): sender and target protocol address are the address itself. The target
  /// hardware address, which receivers ignore, is all ones, as keepalived sends it.
  private func arp(_ address: IPv4Address) -> [UInt8] {
    var bytes = ethernet(to: .broadcast, type: 0x0806)
    bytes.append(contentsOf: [0, 1, 8, 0, 6, 4, 0, 1])  // Ethernet, IPv4, lengths, request
    bytes.append(contentsOf: hardwareAddress.octets)
    bytes.append(number: address.rawValue)
    bytes.append(contentsOf: HardwareAddress.broadcast.octets)
    bytes.append(number: address.rawValue)
    return bytes
  }

  /// An unsolicited neighbour advertisement (RFC 4861 §7.2.6): to all nodes, override flag set, hop limit 255, with
  /// the target link-layer address option.
  private func neighbourAdvertisement(_ address: IPv6Address) -> [UInt8] {
    let allNodes = IPv6Address(groups: [0xFF02, 0, 0, 0, 0, 0, 0, 1])
    var message: [UInt8] = [136, 0, 0, 0, isRouter ? 0xA0 : 0x20, 0, 0, 0]
    message.append(contentsOf: address.octets)
    message.append(contentsOf: [2, 1])
    message.append(contentsOf: hardwareAddress.octets)
    var checksum = InternetChecksum()
    checksum.add(address.octets)
    checksum.add(allNodes.octets)
    checksum.add(word: UInt16(message.count))
    checksum.add(word: 58)
    checksum.add(message)
    message[2] = UInt8(truncatingIfNeeded: checksum.value >> 8)
    message[3] = UInt8(truncatingIfNeeded: checksum.value)

    var bytes = ethernet(to: .multicast(.v6(allNodes)), type: 0x86DD)
    bytes.append(contentsOf: [0x60, 0, 0, 0])
    bytes.append(number: UInt16(message.count))
    bytes.append(contentsOf: [58, 255])
    bytes.append(contentsOf: address.octets)
    bytes.append(contentsOf: allNodes.octets)
    return bytes + message
  }

  private func ethernet(to destination: HardwareAddress, type: UInt16) -> [UInt8] {
    var bytes = destination.octets
    bytes.append(contentsOf: hardwareAddress.octets)
    bytes.append(number: type)
    return bytes
  }
}
