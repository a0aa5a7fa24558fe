import Wire

/// Writes the fields of a message: numbers in network order, texts with their length in front.
struct FieldWriter {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ number: some FixedWidthInteger & UnsignedInteger) { bytes.append(number: number) }

  mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func add(_ text: String) {
    bytes.append(number: UInt32(text.utf8.count))
    bytes += text.utf8
  }

  mutating func add<Element>(_ list: [Element], _ write: (inout FieldWriter, Element) -> Void) {
    bytes.append(number: UInt32(list.count))
    for element in list { write(&self, element) }
  }

  mutating func add<Value>(_ value: Value?, _ write: (inout FieldWriter, Value) -> Void) {
    add(value != nil)
    if let value { write(&self, value) }
  }
}

/// Why a frame is no message of ours.
package enum FrameError: Error, Hashable, Sendable {
  case cutShort
  case unknownVersion(UInt8)
  case unknownKind(UInt8)
  case unknownRole(UInt8)
  case badField
}

/// Reads the fields of a message; never beyond the frame, and never more elements than the frame has octets.
struct FieldReader {
  private var reader: ByteReader

  init(_ bytes: ArraySlice<UInt8>) { reader = ByteReader(bytes) }

  /// What has not been read yet.
  var remaining: ArraySlice<UInt8> { reader.remaining }

  mutating func number<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type = Value.self
  ) throws(FrameError) -> Value {
    guard let value: Value = reader.number() else { throw .cutShort }
    return value
  }

  mutating func flag() throws(FrameError) -> Bool { try number(UInt8.self) != 0 }

  mutating func text() throws(FrameError) -> String {
    let length = try number(UInt32.self)
    guard let octets = reader.octets(Int(length)) else { throw .cutShort }
    return String(decoding: octets, as: UTF8.self)
  }

  mutating func list<Element>(
    _ read: (inout FieldReader) throws(FrameError) -> Element
  ) throws(FrameError) -> [Element] {
    let count = Int(try number(UInt32.self))
    guard count <= reader.remaining.count else { throw .cutShort }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }

  mutating func optional<Value>(
    _ read: (inout FieldReader) throws(FrameError) -> Value
  ) throws(FrameError) -> Value? {
    try flag() ? try read(&self) : nil
  }
}
