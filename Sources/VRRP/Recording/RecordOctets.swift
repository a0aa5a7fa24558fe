import Wire

/// Why a recording cannot be read.
package enum RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It does not begin as a recording does.
  case noRecording
  /// It was made by a program whose recordings have another form.
  case otherVersion(UInt8)
  /// It ends in the middle of something.
  case cutShort(offset: Int)
  /// What stands there means nothing.
  case badField(offset: Int)
  /// An event of a group whose state has not been told.
  case unknownGroup(offset: Int)

  package var description: String {
    switch self {
    case .noRecording: "this is no recording of an election"
    case .otherVersion(let version):
      "a recording of form \(version); this program reads form \(RecordingHeader.version)"
    case .cutShort(let offset): "octet \(offset): the recording ends in the middle of something"
    case .badField(let offset): "octet \(offset): what stands there means nothing"
    case .unknownGroup(let offset): "octet \(offset): an event of a group whose state is not known"
    }
  }
}

/// Writes what is recorded: numbers in as few octets as they need (LEB128), texts with their length in front.
struct RecordWriter {
  var octets: [UInt8] = []

  mutating func add(_ octet: UInt8) { octets.append(octet) }

  mutating func add(number: UInt64) { LEB128.append(number, to: &octets) }

  /// A number that may be negative: the sign goes into the lowest bit, so that small ones stay short.
  mutating func add(signed number: Int64) { add(number: UInt64(bitPattern: number << 1 ^ number >> 63)) }

  mutating func add(text: String) {
    add(number: UInt64(text.utf8.count))
    octets += text.utf8
  }

  mutating func add(block: ArraySlice<UInt8>) {
    add(number: UInt64(block.count))
    octets += block
  }
}

/// Reads what was recorded. After the first thing that is wrong everything reads as zero; `failure` says what it was.
struct RecordReader {
  private let octets: [UInt8]
  /// Where the next octet is.
  private(set) var offset: Int
  /// The first thing that was wrong.
  private(set) var failure: RecordingError?

  init(_ octets: [UInt8], at offset: Int = 0) {
    self.octets = octets
    self.offset = offset
  }

  var isAtEnd: Bool { offset >= octets.count }

  mutating func fail(_ error: RecordingError) {
    if failure == nil { failure = error }
  }

  /// What stood before here means nothing.
  mutating func refuse() { fail(.badField(offset: offset)) }

  mutating func octet() -> UInt8 {
    guard failure == nil else { return 0 }
    guard offset < octets.count else {
      fail(.cutShort(offset: offset))
      return 0
    }
    defer { offset += 1 }
    return octets[offset]
  }

  mutating func number() -> UInt64 {
    if let value = LEB128.read({ octet() }) { return value }
    refuse()
    return 0
  }

  mutating func signed() -> Int64 {
    let raw = number()
    // The one number that has no opposite is nobody's.
    return max(-Int64.max, Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
  }

  /// A number of things of which each takes an octet at least: never more than are left.
  mutating func count() -> Int {
    let value = number()
    guard failure == nil else { return 0 }
    guard value <= UInt64(octets.count - offset) else {
      fail(.cutShort(offset: offset))
      return 0
    }
    return Int(value)
  }

  mutating func block() -> ArraySlice<UInt8> {
    let length = count()
    defer { offset += length }
    return octets[offset..<offset + length]
  }

  mutating func text() -> String { String(decoding: block(), as: UTF8.self) }
}

/// What can stand in a recording.
protocol Recorded {
  func write(to writer: inout RecordWriter)
  init(_ reader: inout RecordReader)
}

/// Visits fields, to write them or to read them.
protocol FieldVisitor {
  mutating func visit<Value: Recorded>(_ value: inout Value)
}

extension RecordWriter: FieldVisitor {
  mutating func visit<Value: Recorded>(_ value: inout Value) { value.write(to: &self) }
}

extension RecordReader: FieldVisitor {
  mutating func visit<Value: Recorded>(_ value: inout Value) { value = Value(&self) }
}

/// A value that is the sum of its fields, which are listed once for both directions.
protocol RecordedByFields: Recorded {
  /// Any value; all its fields are read over it.
  static var blank: Self { get }
  mutating func visitFields(_ visitor: inout some FieldVisitor)
}

extension RecordedByFields {
  func write(to writer: inout RecordWriter) {
    var copy = self
    copy.visitFields(&writer)
  }

  init(_ reader: inout RecordReader) {
    self = .blank
    self.visitFields(&reader)
  }
}

/// A value out of a few, recorded as its number.
protocol RecordedByNumber: Recorded, Equatable {
  /// All values, in an order that stays as it is; new ones come last.
  static var recordedCases: [Self] { get }
}

extension RecordedByNumber {
  func write(to writer: inout RecordWriter) {
    writer.add(UInt8(truncatingIfNeeded: Self.recordedCases.firstIndex(of: self) ?? 0))
  }

  init(_ reader: inout RecordReader) {
    let number = Int(reader.octet())
    let cases = Self.recordedCases
    if number < cases.count {
      self = cases[number]
    } else {
      reader.refuse()
      self = cases[0]
    }
  }
}
