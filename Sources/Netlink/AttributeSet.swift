/// The attributes of a message or of a nest, taken apart but not interpreted.
package struct AttributeSet: AttributeReadable {
  /// The bits of an attribute's type that are its number; the two above are NLA_F_NESTED and NLA_F_NET_BYTEORDER.
  package static let numberMask: UInt16 = 0x3FFF
  /// Octets in front of every attribute's value.
  package static let headerLength = 4

  private var values: [(number: UInt16, octets: ArraySlice<UInt8>)] = []

  /// No attributes.
  package init() {}

  /// Takes attributes apart. The padding of the last one may be missing; nothing else may be left over.
  package init(parsing octets: ArraySlice<UInt8>) throws(MessageFault) {
    var rest = octets
    while !rest.isEmpty {
      guard rest.count >= Self.headerLength, let length = UInt16(attribute: rest.prefix(2)),
        let type = UInt16(attribute: rest.dropFirst(2).prefix(2)),
        length >= Self.headerLength, Int(length) <= rest.count
      else { throw .badAttributeLength }
      values.append((type & Self.numberMask, rest.prefix(Int(length)).dropFirst(Self.headerLength)))
      rest = rest.dropFirst(Int(length) + MessageWriter.padding(after: Int(length)))
    }
  }

  /// The attributes of a nest; nil when one of them has an impossible length.
  package init?(attribute octets: ArraySlice<UInt8>) {
    do { try self.init(parsing: octets) } catch { return nil }
  }

  /// All attributes in order, by number; for nests whose numbers mean things rather than fields.
  package var all: [(number: UInt16, octets: ArraySlice<UInt8>)] { values }

  /// The value of an attribute; nil when it is absent. Of several with one number the last counts, as in the kernel.
  package func value<Value: AttributeReadable>(_ attribute: Attribute<Value>) throws(MessageFault) -> Value? {
    guard let found = values.last(where: { $0.number == attribute.number }) else { return nil }
    guard let value = Value(attribute: found.octets) else { throw .badAttributeValue }
    return value
  }

  /// The value of an attribute without which the message makes no sense.
  package func required<Value: AttributeReadable>(_ attribute: Attribute<Value>) throws(MessageFault) -> Value {
    guard let value = try value(attribute) else { throw .missingAttribute }
    return value
  }
}
