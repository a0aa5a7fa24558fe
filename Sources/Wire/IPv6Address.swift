/// An IPv6 address without zone.
package struct IPv6Address: Hashable, Comparable, Sendable, Codable {
  // Two halves instead of one UInt128: Swift 6.3 places values that contain a UInt128 on stack slots of eight octets'
  // alignment in places, and the processor traps on the aligned move it then uses.
  private var high: UInt64
  private var low: UInt64

  /// The address as a number, most significant octet first.
  package var rawValue: UInt128 {
    get { UInt128(high) << 64 | UInt128(low) }
    set { (high, low) = (UInt64(truncatingIfNeeded: newValue >> 64), UInt64(truncatingIfNeeded: newValue)) }
  }

  /// The address with this number.
  package init(rawValue: UInt128) {
    (high, low) = (UInt64(truncatingIfNeeded: rawValue >> 64), UInt64(truncatingIfNeeded: rawValue))
  }

  /// The address of eight groups of sixteen bits; missing groups are zero, surplus ones are ignored.
  package init(groups: [UInt16]) {
    (high, low) = (0, 0)
    for index in 0..<8 {
      let group = UInt64(index < groups.count ? groups[index] : 0)
      if index < 4 { high = high << 16 | group } else { low = low << 16 | group }
    }
  }

  /// The address of sixteen octets in network order; nil for any other number of them.
  package init?(octets: some Collection<UInt8>) {
    guard octets.count == 16 else { return nil }
    high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = octets.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// ::
  package static let any = IPv6Address(rawValue: 0)
  /// ::1
  package static let loopback = IPv6Address(rawValue: 1)

  /// The sixteen octets in network order.
  package var octets: [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(16)
    octets.append(number: high)
    octets.append(number: low)
    return octets
  }

  /// The eight groups of sixteen bits.
  package var groups: [UInt16] {
    (0..<8).map { index in
      UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
    }
  }

  /// Whether the address is in fe80::/10.
  package var isLinkLocal: Bool { high >> 54 == 0x3FA }
  /// Whether the address is in ff00::/8.
  package var isMulticast: Bool { high >> 56 == 0xFF }

  package static func < (left: IPv6Address, right: IPv6Address) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension IPv6Address: LosslessStringConvertible {
  /// The canonical text of RFC 5952: lower case, the longest run of at least two zero groups written as "::".
  package var description: String {
    let groups = self.groups
    var best = 0..<0
    var start = 0
    while start < 8 {
      guard groups[start] == 0 else {
        start += 1
        continue
      }
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(best.count, 1) { best = start..<end }
      start = end
    }
    func text(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !best.isEmpty else { return text(groups[...]) }
    return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
  }

  /// Reads the forms of RFC 4291 §2.2, including an IPv4 address in the last 32 bits.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 45, text.utf8.contains(UInt8(ascii: ":")) else { return nil }
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count <= 9 else { return nil }
    var head: [UInt16] = []
    var tail: [UInt16]?
    for (index, field) in fields.enumerated() {
      let last = index == fields.count - 1
      if field.isEmpty {
        // Empty fields stand for "::"; at either end of the text it makes two of them.
        if index == 0 {
          guard fields.count > 2, fields[1].isEmpty else { return nil }
        } else if last {
          guard fields[index - 1].isEmpty else { return nil }
        } else {
          guard tail == nil else { return nil }
          tail = []
        }
        continue
      }
      guard let values = Self.groups(of: field, mayBeIPv4: last) else { return nil }
      if tail != nil { tail?.append(contentsOf: values) } else { head.append(contentsOf: values) }
    }
    guard let tail else {
      guard head.count == 8 else { return nil }
      self.init(groups: head)
      return
    }
    let zeros = 8 - head.count - tail.count
    guard zeros >= 1 else { return nil }
    self.init(groups: head + Array(repeating: 0, count: zeros) + tail)
  }

  private static func groups(of field: some StringProtocol, mayBeIPv4: Bool) -> [UInt16]? {
    if mayBeIPv4, field.utf8.contains(UInt8(ascii: ".")) {
      return IPv4Address(field).map {
        [UInt16(truncatingIfNeeded: $0.rawValue >> 16), UInt16(truncatingIfNeeded: $0.rawValue)]
      }
    }
    guard field.utf8.count <= 4, field.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
    else { return nil }
    return UInt16(field, radix: 16).map { [$0] }
  }
}
