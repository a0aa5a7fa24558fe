import Wire

extension SyncGroupSettings: RecordedByFields {
  static var blank: SyncGroupSettings { SyncGroupSettings(name: nil, routers: []) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&name)
    visitor.visit(&routers)
    visitor.visit(&trackers)
    visitor.visit(&appliesWeights)
  }
}

extension RouterSettings: RecordedByFields {
  static var blank: RouterSettings { RouterSettings(name: "", virtualRouter: 1, interface: nil) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&name)
    visitor.visit(&virtualRouter)
    visitor.visit(&version)
    visitor.visit(&family)
    visitor.visit(&interface)
    visitor.visit(&priority)
    visitor.visit(&interval)
    visitor.visit(&startsAsMaster)
    visitor.visit(&preempts)
    visitor.visit(&preemptDelay)
    visitor.visit(&downTimerAdverts)
    // The machines multiply by it.
    downTimerAdverts = max(0, min(255, downTimerAdverts))
    visitor.visit(&authentication)
    visitor.visit(&delivery)
    visitor.visit(&source)
    visitor.visit(&tracksSource)
    visitor.visit(&tracksInterface)
    visitor.visit(&addresses)
    visitor.visit(&excludedAddresses)
    visitor.visit(&announcements)
    visitor.visit(&trackers)
    visitFlags(&visitor)
  }

  private mutating func visitFlags(_ visitor: inout some FieldVisitor) {
    visitor.visit(&answersLowerPriority)
    visitor.visit(&advertisesWhenYielding)
    visitor.visit(&startupDelay)
    visitor.visit(&checksumForm)
    visitor.visit(&stallPriority)
    visitor.visit(&checksEveryAddressList)
    visitor.visit(&checksUnicastSource)
    visitor.visit(&needsPeers)
    visitor.visit(&ownerIgnoresAdverts)
    visitor.visit(&announcesAfterServices)
    visitor.visit(&configurationFault)
  }
}

extension RouterSettings.Version: RecordedByNumber {
  static var recordedCases: [RouterSettings.Version] { [.two, .three] }
}

extension RouterSettings.ChecksumForm: RecordedByNumber {
  static var recordedCases: [RouterSettings.ChecksumForm] { [.pseudoHeader, .messageOnly, .groupHeader] }
}

extension RouterSettings.Delivery: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .multicast(let group):
      writer.add(0)
      group.write(to: &writer)
    case .unicast(let peers, let timeToLive):
      writer.add(1)
      peers.write(to: &writer)
      writer.add(timeToLive)
    }
  }

  init(_ reader: inout RecordReader) {
    self =
      Bool(&reader)
      ? .unicast(peers: [RouterSettings.Peer](&reader), timeToLive: UInt8(&reader))
      : .multicast(group: IPAddress(&reader))
  }
}

extension RouterSettings.Peer: Recorded {
  func write(to writer: inout RecordWriter) {
    address.write(to: &writer)
    writer.add(timeToLive.lowerBound)
    writer.add(timeToLive.upperBound)
  }

  init(_ reader: inout RecordReader) {
    let address = IPAddress(&reader)
    let (low, high) = (reader.octet(), reader.octet())
    if low > high { reader.refuse() }
    self.init(address, timeToLive: min(low, high)...max(low, high))
  }
}

extension Authentication: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .none: writer.add(0)
    case .password(let secret):
      writer.add(1)
      writer.add(block: secret[...])
    case .header(let key):
      writer.add(2)
      writer.add(block: key[...])
    case .trailer(let settings):
      writer.add(3)
      settings.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .none
    case 1: self = .password(Array(reader.block()))
    case 2: self = .header(key: Array(reader.block()))
    case 3: self = .trailer(TrailerSettings(&reader))
    default:
      reader.refuse()
      self = .none
    }
  }
}

extension TrailerSettings: RecordedByFields {
  static var blank: TrailerSettings { TrailerSettings(keys: [:], activeKey: 0) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&keys)
    visitor.visit(&activeKey)
    visitor.visit(&mode)
    visitor.visit(&replayProtection)
    visitor.visit(&window)
  }
}

extension TrailerSettings.Mode: RecordedByNumber {
  static var recordedCases: [TrailerSettings.Mode] { [.enforce, .permissive, .receiveOnly] }
}

extension TrailerSettings.ReplayProtection: RecordedByNumber {
  static var recordedCases: [TrailerSettings.ReplayProtection] { [.time, .monotonic] }
}

extension AnnouncementSettings: RecordedByFields {
  static var blank: AnnouncementSettings { AnnouncementSettings() }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&secondBlockDelay)
    visitor.visit(&repeats)
    visitor.visit(&refreshPeriod)
    visitor.visit(&refreshRepeats)
    visitor.visit(&lowerPriorityDelay)
    visitor.visit(&lowerPriorityRepeats)
    visitor.visit(&otherInterfaces)
  }
}

extension AnnouncementSettings.OtherInterfaces: RecordedByFields {
  static var blank: AnnouncementSettings.OtherInterfaces {
    AnnouncementSettings.OtherInterfaces(period: .zero, includesAll: false)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&period)
    visitor.visit(&includesAll)
  }
}

extension Tracker: RecordedByFields {
  static var blank: Tracker { Tracker(.script, "") }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&identity)
    visitor.visit(&weight)
    // Sums are made of it.
    weight = max(-254, min(254, weight))
    visitor.visit(&isReversed)
  }
}

extension Tracker.Identity: RecordedByFields {
  static var blank: Tracker.Identity { Tracker.Identity(.script, "") }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&kind)
    visitor.visit(&name)
  }
}

extension Tracker.Kind: RecordedByNumber {
  static var recordedCases: [Tracker.Kind] { [.script, .interface, .file, .process, .bfd, .trackGroup] }
}

extension TrackerValue: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .unknown: writer.add(0)
    case .up: writer.add(1)
    case .down: writer.add(2)
    case .number(let number):
      writer.add(3)
      number.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .unknown
    case 1: self = .up
    case 2: self = .down
    case 3: self = .number(Int(&reader))
    default:
      reader.refuse()
      self = .unknown
    }
  }
}
