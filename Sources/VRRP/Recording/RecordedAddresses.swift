import Wire

extension VirtualAddress: RecordedByFields {
  static var blank: VirtualAddress { VirtualAddress(.blank) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&prefix)
    visitor.visit(&interface)
    visitor.visit(&broadcast)
    visitor.visit(&peer)
    visitor.visit(&scope)
    visitor.visit(&label)
    visitor.visit(&flags)
    visitor.visit(&detectsDuplicates)
    visitor.visit(&preferredLifetime)
    visitor.visit(&isTracked)
  }
}

extension VirtualAddress.Broadcast: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .none: writer.add(0)
    case .hostBitsSet: writer.add(1)
    case .hostBitsCleared: writer.add(2)
    case .address(let address):
      writer.add(3)
      address.rawValue.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .none
    case 1: self = .hostBitsSet
    case 2: self = .hostBitsCleared
    case 3: self = .address(IPv4Address(rawValue: UInt32(&reader)))
    default:
      reader.refuse()
      self = .none
    }
  }
}

extension VirtualAddress.PreferredLifetime: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .byPrefix: writer.add(0)
    case .forever: writer.add(1)
    case .seconds(let seconds):
      writer.add(2)
      seconds.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .byPrefix
    case 1: self = .forever
    case 2: self = .seconds(UInt32(&reader))
    default:
      reader.refuse()
      self = .byPrefix
    }
  }
}
