/// Writes netlink messages one after the other into one buffer.
package struct MessageWriter: Sendable {
  /// What has been written: whole messages, ready to be sent.
  package private(set) var octets: [UInt8] = []
  /// The sequence number of the next message.
  package var sequence: UInt32 = 0
  /// Whether an attribute was longer than its header can say; the message must not be sent.
  package private(set) var isTooLong = false

  /// A writer at the start of an empty buffer.
  package init() {}

  /// Octets of padding after so many octets (NLMSG_ALIGN, NLA_ALIGN).
  package static func padding(after length: Int) -> Int { -length & 3 }

  /// Writes a message: the header, then what `body` writes.
  package mutating func message(type: UInt16, flags: UInt16, _ body: (inout MessageWriter) -> Void) {
    let start = octets.count
    number(UInt32(0))
    number(type)
    number(flags)
    number(sequence)
    number(UInt32(0))  // the sender's port, which the kernel fills in
    body(&self)
    sequence &+= 1
    patch(UInt32(truncatingIfNeeded: octets.count - start), at: start)
    pad()
  }

  /// Appends a number of a message's fixed part, in the host's order.
  package mutating func number(_ value: some FixedWidthInteger) {
    value.append(to: &octets)
  }

  /// Appends an attribute; nothing when there is no value.
  package mutating func put<Value: AttributeWritable>(_ attribute: Attribute<Value>, _ value: Value?) {
    guard let value else { return }
    self.attribute(attribute.number) { value.append(to: &$0.octets) }
  }

  /// Appends an attribute that holds what `body` writes: attributes, or an array of the kernel's.
  package mutating func nest(_ attribute: Attribute<AttributeSet>, _ body: (inout MessageWriter) -> Void) {
    self.attribute(attribute.number | 0x8000, body)  // NLA_F_NESTED
  }

  /// Appends a structure whose first two octets are its own length, as struct rtnexthop.
  package mutating func counted(_ body: (inout MessageWriter) -> Void) {
    let start = octets.count
    number(UInt16(0))
    body(&self)
    close(from: start)
  }

  /// Sets flags of the message that begins at an offset.
  package mutating func setFlags(_ flags: UInt16, ofMessageAt start: Int) {
    guard octets.count >= start + 8, let old = UInt16(attribute: octets[(start + 6)..<(start + 8)]) else { return }
    patch(old | flags, at: start + 6)
  }

  /// Drops all from an offset on, and with it the reason for `isTooLong`.
  package mutating func cut(to length: Int) {
    octets.removeLast(max(0, octets.count - length))
    isTooLong = false
  }

  private mutating func attribute(_ type: UInt16, _ body: (inout MessageWriter) -> Void) {
    let start = octets.count
    number(UInt16(0))
    number(type)
    body(&self)
    close(from: start)
  }

  private mutating func close(from start: Int) {
    if let length = UInt16(exactly: octets.count - start) { patch(length, at: start) } else { isTooLong = true }
    pad()
  }

  private mutating func pad() {
    for _ in 0..<Self.padding(after: octets.count) { octets.append(0) }
  }

  private mutating func patch(_ value: some FixedWidthInteger, at offset: Int) {
    var field: [UInt8] = []
    value.append(to: &field)
    guard offset + field.count <= octets.count else { return }
    octets.replaceSubrange(offset..<(offset + field.count), with: field)
  }
}
