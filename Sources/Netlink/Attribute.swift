package import Wire

/// An attribute of a netlink message: its number and, as a type, the form of its value. Each is declared once and
/// serves for writing and for reading.
package struct Attribute<Value>: Sendable {
  /// The number, without flags.
  package let number: UInt16

  /// The attribute with a number from a kernel header.
  package init(_ number: Int) {
    self.number = UInt16(truncatingIfNeeded: number) & AttributeSet.numberMask
  }

  /// The attribute with a number from a kernel header whose enumeration has a name.
  package init(_ number: some RawRepresentable<UInt32>) {
    self.init(Int(number.rawValue))
  }
}

/// A value that can be read from an attribute.
package protocol AttributeReadable {
  /// The value of an attribute's octets; nil when they do not have its form.
  init?(attribute octets: ArraySlice<UInt8>)
}

/// A value that can be written into an attribute.
package protocol AttributeWritable {
  /// Appends the octets of the value.
  func append(to octets: inout [UInt8])
}

extension UInt8: AttributeReadable, AttributeWritable {}
extension UInt16: AttributeReadable, AttributeWritable {}
extension UInt32: AttributeReadable, AttributeWritable {}
extension UInt64: AttributeReadable, AttributeWritable {}
extension Int32: AttributeReadable, AttributeWritable {}

extension FixedWidthInteger {
  /// A number in the host's order, of exactly its width.
  package init?(attribute octets: ArraySlice<UInt8>) {
    guard octets.count == Self.bitWidth / 8 else { return nil }
    var value: Self = 0
    for octet in octets.reversed() { value = value << 8 | Self(truncatingIfNeeded: octet) }
    self.init(littleEndian: value)
    // `value` holds the octets as a little-endian host reads them; on a big-endian one the line above turns them.
  }

  /// Appends the number in the host's order.
  package func append(to octets: inout [UInt8]) {
    let value = littleEndian
    for shift in stride(from: 0, to: Self.bitWidth, by: 8) {
      octets.append(UInt8(truncatingIfNeeded: value >> Self(shift)))
    }
  }
}

/// A number in network order, as in ports.
package struct NetworkOrder<Number: FixedWidthInteger & UnsignedInteger>: AttributeReadable, AttributeWritable {
  /// The number itself.
  package let number: Number

  /// A number to be written.
  package init(_ number: Number) {
    self.number = number
  }

  /// A number of exactly its width.
  package init?(attribute octets: ArraySlice<UInt8>) {
    guard octets.count == Number.bitWidth / 8 else { return nil }
    number = octets.reduce(0) { $0 << 8 | Number($1) }
  }

  /// Appends the number, most significant octet first.
  package func append(to octets: inout [UInt8]) {
    octets.append(number: number)
  }
}

/// Text that ends with a zero octet.
extension String: AttributeReadable, AttributeWritable {
  /// The text before the first zero octet, or all when there is none; not empty octets.
  package init?(attribute octets: ArraySlice<UInt8>) {
    guard !octets.isEmpty else { return nil }
    self.init(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Appends the text and a zero octet.
  package func append(to octets: inout [UInt8]) {
    octets.append(contentsOf: utf8)
    octets.append(0)
  }
}

extension IPAddress: AttributeReadable, AttributeWritable {
  /// The address of four or sixteen octets.
  package init?(attribute octets: ArraySlice<UInt8>) {
    self.init(octets: octets)
  }

  /// Appends the four or sixteen octets.
  package func append(to octets: inout [UInt8]) {
    octets.append(contentsOf: self.octets)
  }
}

/// Octets whose form depends on something else.
package struct RawOctets: AttributeReadable, AttributeWritable {
  /// The octets.
  package let octets: ArraySlice<UInt8>

  /// Octets to be written.
  package init(_ octets: some Collection<UInt8>) {
    self.octets = ArraySlice(octets)
  }

  /// The octets, whatever they are.
  package init?(attribute octets: ArraySlice<UInt8>) {
    self.octets = octets
  }

  /// Appends the octets.
  package func append(to message: inout [UInt8]) {
    message.append(contentsOf: octets)
  }
}
