package import CLinux
package import Wire

extension linux_endpoint {
  /// An address as CLinux wants it. `scope` is the interface, which only link-local and multicast IPv6 addresses need.
  package init(_ address: IPAddress, port: UInt16 = 0, scope: Int32 = 0) {
    self.init()
    self.port = port
    switch address {
    case .v4(let address):
      family = 4
      low = UInt64(address.rawValue)
    case .v6(let address):
      family = 6
      high = UInt64(truncatingIfNeeded: address.rawValue >> 64)
      low = UInt64(truncatingIfNeeded: address.rawValue)
      if address.isLinkLocal || address.isMulticast { self.scope = UInt32(bitPattern: scope) }
    }
  }

  /// The address; nil where there is none.
  package var address: IPAddress? {
    switch family {
    case 4: .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)))
    case 6: .v6(IPv6Address(rawValue: UInt128(high) << 64 | UInt128(low)))
    default: nil
    }
  }
}

extension AddressFamily {
  /// 4 or 6, as CLinux wants it.
  var number: Int32 {
    switch self {
    case .ipv4: 4
    case .ipv6: 6
    }
  }
}
