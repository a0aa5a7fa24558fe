/// Why something received was not understood; each is counted.
package enum MessageFault: Error, Hashable, Sendable, CaseIterable {
  /// A datagram too short for the header of a message, or for the length the header says.
  case badMessageLength
  /// A message too short for the fixed part of its family.
  case shortMessage
  /// An attribute shorter than its header or longer than what is left.
  case badAttributeLength
  /// An attribute whose octets do not have the form of its value.
  case badAttributeValue
  /// An attribute without which the message makes no sense is absent.
  case missingAttribute
  /// A datagram from somebody other than the kernel.
  case foreignSender
  /// A datagram longer than our buffer.
  case truncated
}

/// A netlink message (struct nlmsghdr).
package struct Message: Sendable {
  /// Octets of the header.
  package static let headerLength = 16

  /// What the message is about, for instance RTM_NEWADDR; below 16 it is about netlink itself.
  package var type: UInt16
  /// NLM_F_*
  package var flags: UInt16
  /// The number of the request it answers; zero for events.
  package var sequence: UInt32
  /// The port of the request's sender.
  package var port: UInt32
  /// What follows the header.
  package var payload: ArraySlice<UInt8>

  /// Whether the flag is set.
  package func has(_ flag: Int32) -> Bool { Int32(flags) & flag != 0 }
}

/// Takes messages off the front of a datagram.
package struct DatagramReader: Sendable {
  private var rest: ArraySlice<UInt8>

  /// A reader at the start of a datagram.
  package init(_ datagram: ArraySlice<UInt8>) {
    rest = datagram
  }

  /// The next message; nil at the end. After a fault there is nothing more to read.
  package mutating func next() throws(MessageFault) -> Message? {
    guard !rest.isEmpty else { return nil }
    var header = HostReader(rest)
    guard let length: UInt32 = header.number(), let type: UInt16 = header.number(),
      let flags: UInt16 = header.number(), let sequence: UInt32 = header.number(), let port: UInt32 = header.number(),
      length >= Message.headerLength, Int(length) <= rest.count
    else {
      rest = []
      throw .badMessageLength
    }
    let payload = rest.prefix(Int(length)).dropFirst(Message.headerLength)
    rest = rest.dropFirst(Int(length) + MessageWriter.padding(after: Int(length)))
    return Message(type: type, flags: flags, sequence: sequence, port: port, payload: payload)
  }
}

/// Reads numbers of the host's order from the front of octets; never beyond their end.
package struct HostReader: Sendable {
  /// What has not been read yet.
  package private(set) var rest: ArraySlice<UInt8>

  /// A reader at the start of `octets`.
  package init(_ octets: ArraySlice<UInt8>) {
    rest = octets
  }

  /// The next number; nil, and nothing consumed, when too little is left.
  package mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
    let width = Number.bitWidth / 8
    guard let value = Number(attribute: rest.prefix(width)) else { return nil }
    rest = rest.dropFirst(width)
    return value
  }

  /// The next number of a message's fixed part.
  package mutating func field<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(MessageFault) -> Number {
    guard let value: Number = number() else { throw .shortMessage }
    return value
  }

  /// The next so many octets.
  package mutating func octets(_ count: Int) throws(MessageFault) -> ArraySlice<UInt8> {
    guard count >= 0, rest.count >= count else { throw .shortMessage }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
