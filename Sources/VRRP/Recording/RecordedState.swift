import Machines
import Wire

extension GroupMachine: RecordedByFields {
  static var blank: GroupMachine { GroupMachine(settings: .blank) }

  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&settings)
    visitor.visit(&routers)
    // They are made from the same list, and some rules look at both.
    if settings.routers.count != routers.count { routers = settings.routers.map(RouterMachine.init) }
    visitor.visit(&reportedGroupState)
    visitor.visit(&hasStarted)
    noteDeadline()
  }
}

/// Without `believed` and `prepared`, which only save work.
extension RouterMachine: RecordedByFields {
  static var blank: RouterMachine { RouterMachine(settings: .blank) }

  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&settings)
    visitor.visit(&inputs)
    visitor.visit(&state)
    visitor.visit(&since)
    visitor.visit(&cause)
    visitor.visit(&counters)
    visitor.visit(&foreignSpeakers)
    visitor.visit(&group)
    visitor.visit(&reportedState)
    visitor.visit(&authentication)
    visitor.visit(&limits)
    visitor.visit(&lastAdvert)
    visitor.visit(&awakeSince)
    visitor.visit(&peersWaitUntil)
    visitor.visit(&rememberedPriority)
    visitor.visit(&knownPriority)
  }
}

extension RouterInputs: RecordedByFields {
  static var blank: RouterInputs { RouterInputs(interface: .missing) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&interface)
    visitor.visit(&source)
    visitor.visit(&hasConfiguredSource)
    visitor.visit(&transportFault)
    visitor.visit(&trackers)
    visitor.visit(&wallClockOffset)
  }
}

extension RouterInputs.Interface: RecordedByNumber {
  static var recordedCases: [RouterInputs.Interface] { [.missing, .down, .running] }
}

extension RouterStateName: RecordedByNumber {
  static var recordedCases: [RouterStateName] { [.initialize, .backup, .master, .fault, .deleted, .stopped] }
}

extension RouterState: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .initialize(.start): writer.add(0)
    case .initialize(.delay(let until)):
      writer.add(1)
      until.write(to: &writer)
    case .initialize(.scripts): writer.add(2)
    case .initialize(.nothing): writer.add(3)
    case .fault(let causes):
      writer.add(4)
      causes.write(to: &writer)
    case .backup(let backup):
      writer.add(5)
      backup.write(to: &writer)
    case .master(let master):
      writer.add(6)
      master.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .initialize(.start)
    case 1: self = .initialize(.delay(until: Moment(&reader)))
    case 2: self = .initialize(.scripts)
    case 3: self = .initialize(.nothing)
    case 4: self = .fault([FaultCause](&reader))
    case 5: self = .backup(Backup(&reader))
    case 6: self = .master(Master(&reader))
    default:
      reader.refuse()
      self = .initialize(.nothing)
    }
  }
}

extension RouterState.Backup: RecordedByFields {
  static var blank: RouterState.Backup {
    RouterState.Backup(
      downDeadline: .origin, masterInterval: .zero, silentSince: .origin, claims: false, hasListenedAfterStall: false)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&downDeadline)
    visitor.visit(&wait)
    visitor.visit(&masterInterval)
    visitor.visit(&silentSince)
    visitor.visit(&master)
    visitor.visit(&ignored)
    visitor.visit(&releasedBy)
    visitor.visit(&preemptionAllowedAt)
    visitor.visit(&claims)
    visitor.visit(&hasListenedAfterStall)
    visitor.visit(&hasSteppedDown)
    visitor.visit(&standingOffer)
    visitor.visit(&handedOverBy)
  }
}

extension RouterState.Master: RecordedByFields {
  static var blank: RouterState.Master {
    RouterState.Master(
      since: .origin, nextAdvert: .origin, announcements: AnnouncementSchedule(), restorations: 0, hasLoss: false)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&since)
    visitor.visit(&nextAdvert)
    visitor.visit(&silentUntil)
    visitor.visit(&announcements)
    visitor.visit(&lastAnswer)
    visitor.visit(&lastContest)
    visitor.visit(&restorations)
    // It is counted up and down.
    restorations = max(0, min(255, restorations))
    visitor.visit(&restorationDue)
    visitor.visit(&hasLoss)
    visitor.visit(&handover)
  }
}

extension RouterState.Wait: RecordedByNumber {
  static var recordedCases: [RouterState.Wait] { [.masterDown, .skew, .listening] }
}

extension RouterState.Speaker: RecordedByFields {
  static var blank: RouterState.Speaker { RouterState.Speaker(address: AddressPrefix.blank.address, priority: 0) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&address)
    visitor.visit(&priority)
  }
}

extension RouterState.StandingOffer: RecordedByFields {
  static var blank: RouterState.StandingOffer {
    RouterState.StandingOffer(number: 0, to: AddressPrefix.blank.address, until: .origin)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&number)
    visitor.visit(&to)
    visitor.visit(&until)
  }
}

extension RouterState.Handover: RecordedByFields {
  static var blank: RouterState.Handover { RouterState.Handover(ask: 0, deadline: .origin) }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&ask)
    visitor.visit(&deadline)
    visitor.visit(&best)
  }
}

extension RouterState.Offer: RecordedByFields {
  static var blank: RouterState.Offer {
    RouterState.Offer(number: 0, address: AddressPrefix.blank.address, priority: 0)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&number)
    visitor.visit(&address)
    visitor.visit(&priority)
  }
}

extension AnnouncementSchedule: RecordedByFields {
  static var blank: AnnouncementSchedule { AnnouncementSchedule() }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&servicesDeadline)
    visitor.visit(&secondBlock)
    visitor.visit(&lowerPriorityBlock)
    visitor.visit(&lastWord)
    visitor.visit(&refresh)
    visitor.visit(&otherInterfaces)
  }
}

extension GroupPosition: RecordedByFields {
  static var blank: GroupPosition { GroupPosition() }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&failed)
    visitor.visit(&isUnresolved)
  }
}
