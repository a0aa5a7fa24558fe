/// The two families of Internet addresses.
package enum AddressFamily: String, Hashable, Sendable, Codable, CaseIterable {
  case ipv4
  case ipv6

  /// Bits of an address of this family.
  package var bitWidth: Int {
    switch self {
    case .ipv4: 32
    case .ipv6: 128
    }
  }
}

/// An IPv4 or IPv6 address.
package enum IPAddress: Hashable, Comparable, Sendable, Codable {
  case v4(IPv4Address)
  case v6(IPv6Address)

  /// The family of the address.
  package var family: AddressFamily {
    switch self {
    case .v4: .ipv4
    case .v6: .ipv6
    }
  }

  /// The four or sixteen octets in network order.
  package var octets: [UInt8] {
    switch self {
    case .v4(let address): address.octets
    case .v6(let address): address.octets
    }
  }

  /// The address of four or sixteen octets in network order; nil for any other number.
  package init?(octets: some Collection<UInt8>) {
    switch octets.count {
    case 4: self = .v4(IPv4Address(rawValue: octets.reduce(0) { $0 << 8 | UInt32($1) }))
    case 16:
      guard let address = IPv6Address(octets: octets) else { return nil }
      self = .v6(address)
    default: return nil
    }
  }

  /// Whether it is a multicast address.
  package var isMulticast: Bool {
    switch self {
    case .v4(let address): address.isMulticast
    case .v6(let address): address.isMulticast
    }
  }

  /// Whether it is a link-local IPv6 address, which means something only together with an interface.
  package var isLinkLocalIPv6: Bool {
    switch self {
    case .v4: false
    case .v6(let address): address.isLinkLocal
    }
  }
}

extension IPAddress: LosslessStringConvertible {
  package var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }

  /// Reads an address of either family: text with a colon is IPv6, any other IPv4.
  package init?(_ text: some StringProtocol) {
    if text.utf8.contains(UInt8(ascii: ":")) {
      guard let address = IPv6Address(text) else { return nil }
      self = .v6(address)
    } else {
      guard let address = IPv4Address(text) else { return nil }
      self = .v4(address)
    }
  }
}

/// An address with the length of its network's prefix, as on an interface: 192.0.2.1/24.
package struct AddressPrefix: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The address, host bits included.
  package var address: IPAddress
  /// Length of the prefix in bits, 0 to 32 or 128.
  package var length: UInt8

  /// An address with a prefix length.
  package init(_ address: IPAddress, length: UInt8) {
    self.address = address
    self.length = length
  }

  /// An address by itself: /32 or /128.
  package init(host address: IPAddress) {
    self.init(address, length: UInt8(address.family.bitWidth))
  }

  package var description: String { "\(address)/\(length)" }
}

/// An address and a transport port.
package struct Endpoint: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The address.
  package var address: IPAddress
  /// The port; 0 where the field's usage says "any".
  package var port: UInt16

  /// An address and a port.
  package init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// "192.0.2.1:80" or "[2001:db8::1]:80".
  package var description: String {
    switch address {
    case .v4(let address): "\(address):\(port)"
    case .v6(let address): "[\(address)]:\(port)"
    }
  }

  package static func < (left: Endpoint, right: Endpoint) -> Bool {
    left.address == right.address ? left.port < right.port : left.address < right.address
  }
}
