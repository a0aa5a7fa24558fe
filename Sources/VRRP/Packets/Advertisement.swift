package import Wire

/// The one message of VRRP, versions 2 (RFC 3768 §5.1) and 3 (RFC 9568 §5.1).
package struct Advertisement: Hashable, Sendable {
  /// The version, in the upper half of the first octet.
  package var version: RouterSettings.Version
  /// The VRID.
  package var virtualRouter: UInt8
  /// The priority; 0 when the master resigns.
  package var priority: UInt8
  /// From advert to advert: seconds (8 bits) in version 2, hundredths of a second (12 bits) in version 3.
  package var intervalField: UInt16
  /// The virtual addresses, all of one family.
  package var addresses: [IPAddress]
  /// The authentication type of version 2: 0 none, 1 password, 2 authentication header.
  package var authenticationType: UInt8
  /// The eight octets that end a message of version 2.
  package var authenticationData: [UInt8]

  /// The octets before the addresses.
  static let headerLength = 8
  /// The octets after the addresses in version 2.
  static let authenticationLength = 8

  /// A message without authentication.
  package init(
    version: RouterSettings.Version, virtualRouter: UInt8, priority: UInt8, intervalField: UInt16,
    addresses: [IPAddress], authenticationType: UInt8 = 0, authenticationData: [UInt8] = []
  ) {
    self.version = version
    self.virtualRouter = virtualRouter
    self.priority = priority
    self.intervalField = intervalField
    self.addresses = addresses
    self.authenticationType = authenticationType
    self.authenticationData = authenticationData
  }

  /// The interval as a duration.
  package var interval: Duration {
    switch version {
    case .two: .seconds(Int64(intervalField))
    case .three: .milliseconds(Int64(intervalField) * 10)
    }
  }

  /// The field for an interval, held to the range of the version.
  package static func intervalField(_ interval: Duration, version: RouterSettings.Version) -> UInt16 {
    let (seconds, attoseconds) = interval.components
    switch version {
    case .two: return UInt16(max(1, min(255, seconds)))
    case .three:
      let (hundredths, overflow) = seconds.multipliedReportingOverflow(by: 100)
      guard !overflow else { return seconds < 0 ? 1 : 4095 }
      return UInt16(
        max(1, min(4095, hundredths.addingReportingOverflow(attoseconds / 10_000_000_000_000_000).partialValue)))
    }
  }

  /// The message with its checksum. More than 255 addresses cannot be told; those beyond are left out.
  ///
  /// - Parameters:
  ///   - form: For version 3 over IPv4; version 2 never has a pseudo header, IPv6 always.
  ///   - trailer: What follows the message. Over IPv6 the checksum covers it, because there it is the kernel's.
  package func encoded(
    source: IPAddress, destination: IPAddress, form: RouterSettings.ChecksumForm = .pseudoHeader,
    trailer: [UInt8] = []
  ) -> [UInt8] {
    let told = addresses.prefix(255)
    var bytes: [UInt8] = [version.rawValue << 4 | 1, virtualRouter, priority, UInt8(told.count)]
    switch version {
    case .two: bytes += [authenticationType, UInt8(truncatingIfNeeded: intervalField)]
    case .three: bytes.append(number: intervalField & 0x0FFF)
    }
    bytes += [0, 0]
    for address in told { bytes += address.octets }
    if version == .two {
      bytes += authenticationData.prefix(Self.authenticationLength)
      bytes += [UInt8](repeating: 0, count: max(0, Self.authenticationLength - authenticationData.count))
    }
    let length = bytes.count
    bytes += trailer
    let sum = Self.checksum(
      of: source.family == .ipv6 ? bytes[...] : bytes[..<length], version: version, source: source,
      destination: destination, form: form)
    bytes[6] = UInt8(truncatingIfNeeded: sum >> 8)
    bytes[7] = UInt8(truncatingIfNeeded: sum)
    return bytes
  }

  /// The checksum over a message as it is: the field's value when the field is zero, zero when the message is intact.
  package static func checksum(
    of message: ArraySlice<UInt8>, version: RouterSettings.Version, source: IPAddress, destination: IPAddress,
    form: RouterSettings.ChecksumForm
  ) -> UInt16 {
    var checksum = InternetChecksum()
    checksum.add(message)
    let hasPseudoHeader =
      switch (version, source.family, form) {
      case (_, .ipv6, _): true
      case (.two, .ipv4, _): false
      case (.three, .ipv4, .pseudoHeader): true
      case (.three, .ipv4, .messageOnly): false
      case (.three, .ipv4, .groupHeader): true
      }
    if hasPseudoHeader {
      // RFC 8200 §8.1; for IPv4 the same fields in shorter form, whose sum is the same.
      checksum.add(source.octets)
      let named = form == .groupHeader ? RouterSettings.standardGroup(source.family) : destination
      checksum.add(source.family == .ipv4 ? named.octets : destination.octets)
      checksum.add(word: UInt16(truncatingIfNeeded: message.count))
      checksum.add(word: 112)
    }
    return checksum.value
  }
}

extension Advertisement {
  /// Octets of a message with so many addresses.
  package static func length(
    version: RouterSettings.Version, family: AddressFamily, addressCount: Int
  ) -> Int {
    headerLength + addressCount * family.bitWidth / 8 + (version == .two ? authenticationLength : 0)
  }

  /// Reads a message whose length has been checked with `length(version:family:addressCount:)`; nil when it has another
  /// length or no known version after all. Type and checksum are not looked at.
  package init?(_ message: ArraySlice<UInt8>, family: AddressFamily) {
    var reader = ByteReader(message)
    guard let first = reader.octet(), let version = RouterSettings.Version(rawValue: first >> 4),
      let virtualRouter = reader.octet(), let priority = reader.octet(), let count = reader.octet(),
      let field = reader.number(UInt16.self), reader.number(UInt16.self) != nil
    else { return nil }
    var addresses: [IPAddress] = []
    addresses.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let octets = reader.octets(family.bitWidth / 8), let address = IPAddress(octets: octets) else { return nil }
      addresses.append(address)
    }
    var data: [UInt8] = []
    if version == .two {
      guard let octets = reader.octets(Self.authenticationLength) else { return nil }
      data = Array(octets)
    }
    guard reader.remaining.isEmpty else { return nil }
    self.init(
      version: version, virtualRouter: virtualRouter, priority: priority,
      intervalField: version == .two ? field & 0xFF : field & 0x0FFF, addresses: addresses,
      authenticationType: version == .two ? UInt8(field >> 8) : 0, authenticationData: data)
  }
}
