import Machines
import Wire

extension Bool: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(self ? 1 : 0) }
  init(_ reader: inout RecordReader) {
    let octet = reader.octet()
    if octet > 1 { reader.refuse() }
    self = octet == 1
  }
}

extension UInt8: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(self) }
  init(_ reader: inout RecordReader) { self = reader.octet() }
}

extension UInt16: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(number: UInt64(self)) }
  init(_ reader: inout RecordReader) {
    let number = reader.number()
    if number > UInt64(UInt16.max) { reader.refuse() }
    self = UInt16(truncatingIfNeeded: number)
  }
}

extension UInt32: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(number: UInt64(self)) }
  init(_ reader: inout RecordReader) {
    let number = reader.number()
    if number > UInt64(UInt32.max) { reader.refuse() }
    self = UInt32(truncatingIfNeeded: number)
  }
}

extension UInt64: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(number: self) }
  init(_ reader: inout RecordReader) { self = reader.number() }
}

extension Int64: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(signed: self) }
  init(_ reader: inout RecordReader) { self = reader.signed() }
}

extension Int: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(signed: Int64(self)) }
  init(_ reader: inout RecordReader) { self = Int(truncatingIfNeeded: reader.signed()) }
}

extension String: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(text: self) }
  init(_ reader: inout RecordReader) { self = reader.text() }
}

extension Optional: Recorded where Wrapped: Recorded {
  func write(to writer: inout RecordWriter) {
    guard let self else { return writer.add(0) }
    writer.add(1)
    self.write(to: &writer)
  }

  init(_ reader: inout RecordReader) { self = Bool(&reader) ? Wrapped(&reader) : nil }
}

extension Array: Recorded where Element: Recorded {
  func write(to writer: inout RecordWriter) {
    writer.add(number: UInt64(count))
    for element in self { element.write(to: &writer) }
  }

  init(_ reader: inout RecordReader) {
    self = []
    for _ in 0..<reader.count() {
      append(Element(&reader))
      if reader.failure != nil { break }
    }
  }
}

/// In the order of the keys' octets, so that equal values have equal recordings.
extension Dictionary: Recorded where Key: Recorded, Value: Recorded {
  func write(to writer: inout RecordWriter) {
    let entries = map { key, value in
      var writer = RecordWriter()
      key.write(to: &writer)
      return (key: writer.octets, value: value)
    }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    writer.add(number: UInt64(entries.count))
    for entry in entries {
      writer.octets += entry.key
      entry.value.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    self = [:]
    for _ in 0..<reader.count() {
      let key = Key(&reader)
      let value = Value(&reader)
      if reader.failure != nil { break }
      self[key] = value
    }
  }
}

extension Moment: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(signed: nanoseconds) }
  init(_ reader: inout RecordReader) { self = Moment(nanoseconds: reader.signed()).possible }

  /// The nearest moment that a host can live to see: none before its boot, and none in a hundred years, so that
  /// arithmetic with what a recording claims stays within the numbers.
  var possible: Moment { Moment(nanoseconds: max(0, min(3_000_000_000_000_000_000, nanoseconds))) }
}

/// Whole nanoseconds: no duration of ours is finer.
extension Duration: Recorded {
  /// A hundred years.
  private static var longest: Int64 { 3_000_000_000_000_000_000 }

  func write(to writer: inout RecordWriter) { writer.add(signed: wholeNanoseconds) }
  init(_ reader: inout RecordReader) { self = .nanoseconds(max(-Self.longest, min(Self.longest, reader.signed()))) }
}

extension AddressFamily: RecordedByNumber {
  static var recordedCases: [AddressFamily] { [.ipv4, .ipv6] }
}

extension IPAddress: Recorded {
  func write(to writer: inout RecordWriter) { writer.add(block: octets[...]) }
  init(_ reader: inout RecordReader) {
    let octets = reader.block()
    if let address = IPAddress(octets: octets) {
      self = address
    } else {
      reader.refuse()
      self = .v4(IPv4Address(0, 0, 0, 0))
    }
  }
}

extension AddressPrefix: RecordedByFields {
  static var blank: AddressPrefix { AddressPrefix(.v4(IPv4Address(0, 0, 0, 0)), length: 0) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&address)
    visitor.visit(&length)
  }
}
