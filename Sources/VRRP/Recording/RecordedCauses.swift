import Machines
import Wire

extension TransitionCause: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .started: writer.add(0)
    case .owner: writer.add(1)
    case .masterDown(let silence): write(2, silence, &writer)
    case .preemption(let address, let priority):
      write(3, address, &writer)
      writer.add(priority)
    case .masterReleased(let address): write(4, address, &writer)
    case .higherPriority(let address, let priority):
      write(5, address, &writer)
      writer.add(priority)
    case .higherAddress(let address): write(6, address, &writer)
    case .faults(let causes): write(7, causes, &writer)
    case .recovered: writer.add(8)
    case .groupMember(let name): write(9, name, &writer)
    case .resumed: writer.add(10)
    case .stalled(let duration): write(11, duration, &writer)
    case .steppedDown(let address): write(12, address, &writer)
    case .handedOver(let address): write(13, address, &writer)
    case .stopped: writer.add(14)
    case .deleted: writer.add(15)
    }
  }

  private func write(_ number: UInt8, _ value: some Recorded, _ writer: inout RecordWriter) {
    writer.add(number)
    value.write(to: &writer)
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .started
    case 1: self = .owner
    case 2: self = .masterDown(silence: Duration(&reader))
    case 3: self = .preemption(of: IPAddress(&reader), priority: reader.octet())
    case 4: self = .masterReleased(by: IPAddress(&reader))
    case 5: self = .higherPriority(from: IPAddress(&reader), priority: reader.octet())
    case 6: self = .higherAddress(from: IPAddress(&reader))
    case 7: self = .faults([FaultCause](&reader))
    case 8: self = .recovered
    case 9: self = .groupMember(reader.text())
    case 10: self = .resumed
    case 11: self = .stalled(Duration(&reader))
    case 12: self = .steppedDown(to: IPAddress?(&reader))
    case 13: self = .handedOver(by: IPAddress(&reader))
    case 14: self = .stopped
    case 15: self = .deleted
    default:
      reader.refuse()
      self = .started
    }
  }
}

extension FaultCause: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .configuration(let text): write(0, text, &writer)
    case .noPeer: writer.add(1)
    case .interfaceMissing(let name): write(2, name, &writer)
    case .interfaceDown(let name): write(3, name, &writer)
    case .noSourceAddress(let family): write(4, family, &writer)
    case .sourceAddressMissing(let address): write(5, address, &writer)
    case .transport(let text): write(6, text, &writer)
    case .tracker(let identity): write(7, identity, &writer)
    case .groupMember(let name): write(8, name, &writer)
    }
  }

  private func write(_ number: UInt8, _ value: some Recorded, _ writer: inout RecordWriter) {
    writer.add(number)
    value.write(to: &writer)
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .configuration(reader.text())
    case 1: self = .noPeer
    case 2: self = .interfaceMissing(reader.text())
    case 3: self = .interfaceDown(reader.text())
    case 4: self = .noSourceAddress(AddressFamily(&reader))
    case 5: self = .sourceAddressMissing(IPAddress(&reader))
    case 6: self = .transport(reader.text())
    case 7: self = .tracker(Tracker.Identity(&reader))
    case 8: self = .groupMember(reader.text())
    default:
      reader.refuse()
      self = .noPeer
    }
  }
}

extension RejectReason: RecordedByNumber {
  static var recordedCases: [RejectReason] { allCases }
}

extension RouterCounters: RecordedByFields {
  static var blank: RouterCounters { RouterCounters() }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&advertsReceived)
    visitor.visit(&advertsSent)
    visitor.visit(&becameMaster)
    visitor.visit(&releasedMaster)
    visitor.visit(&packetLengthErrors)
    visitor.visit(&advertIntervalErrors)
    visitor.visit(&timeToLiveErrors)
    visitor.visit(&invalidTypes)
    visitor.visit(&addressListErrors)
    visitor.visit(&invalidAuthenticationTypes)
    visitor.visit(&authenticationTypeMismatches)
    visitor.visit(&authenticationFailures)
    visitor.visit(&trailersMissing)
    visitor.visit(&trailersMalformed)
    visitor.visit(&trailersOfUnknownKey)
    visitor.visit(&trailersInvalid)
    visitor.visit(&trailersStale)
    visitor.visit(&trailersReplayed)
    visitor.visit(&priorityZeroReceived)
    visitor.visit(&priorityZeroSent)
    visitor.visit(&versionErrors)
    visitor.visit(&checksumErrors)
    visitor.visit(&virtualRouterErrors)
    visitor.visit(&otherChecksumForms)
    visitor.visit(&restored)
    visitor.visit(&contests)
    visitor.visit(&stalls)
  }
}

extension ForeignSpeaker: RecordedByFields {
  static var blank: ForeignSpeaker {
    ForeignSpeaker(
      address: AddressPrefix.blank.address, difference: .addresses([]), lastHeard: .origin, count: 0)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&address)
    visitor.visit(&difference)
    visitor.visit(&lastHeard)
    visitor.visit(&count)
  }
}

extension ForeignSpeaker.Difference: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .refused(let reason):
      writer.add(0)
      reason.write(to: &writer)
    case .addresses(let addresses):
      writer.add(1)
      addresses.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    self = Bool(&reader) ? .addresses([IPAddress](&reader)) : .refused(RejectReason(&reader))
  }
}

extension AuthenticationState: RecordedByFields {
  static var blank: AuthenticationState { AuthenticationState() }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&marks)
    visitor.visit(&lastSent)
  }
}

extension AuthenticationState.Mark: RecordedByFields {
  static var blank: AuthenticationState.Mark {
    AuthenticationState.Mark(source: AddressPrefix.blank.address, sequence: 0)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&source)
    visitor.visit(&sequence)
  }
}

extension ReportLimits: RecordedByFields {
  static var blank: ReportLimits { ReportLimits() }
  mutating func visitFields(_ visitor: inout some FieldVisitor) { visitor.visit(&entries) }
}

extension ReportLimits.Kind: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .rejected(let reason):
      writer.add(0)
      reason.write(to: &writer)
    case .addressList: writer.add(1)
    case .interval: writer.add(2)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .rejected(RejectReason(&reader))
    case 1: self = .addressList
    case 2: self = .interval
    default:
      reader.refuse()
      self = .interval
    }
  }
}

extension ReportLimits.Entry: RecordedByFields {
  static var blank: ReportLimits.Entry { ReportLimits.Entry(reportedAt: .origin, suppressed: 0) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&reportedAt)
    visitor.visit(&suppressed)
  }
}
