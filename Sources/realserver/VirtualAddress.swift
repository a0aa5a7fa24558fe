import ArgumentParser
import Wire

/// An address that a service is reached by.
struct VirtualAddress: Hashable, CustomStringConvertible, ExpressibleByArgument {
  let address: IPAddress

  /// The address; nil for one that no service can have.
  init?(_ address: IPAddress) {
    switch address {
    case .v4(let address):
      // 0.0.0.0/8, 127.0.0.0/8, 224.0.0.0/4 and 240.0.0.0/4 with the broadcast address.
      guard address.rawValue >> 24 != 0, address.rawValue >> 24 != 127, address.rawValue >> 29 != 7 else { return nil }
    case .v6(let address):
      guard address != .any, address != .loopback, !address.isMulticast, !address.isLinkLocal else { return nil }
    }
    self.address = address
  }

  init?(argument: String) {
    guard let address = IPAddress(argument) else { return nil }
    self.init(address)
  }

  /// The address alone, /32 or /128.
  var prefix: AddressPrefix { AddressPrefix(host: address) }

  var description: String { prefix.description }
}
