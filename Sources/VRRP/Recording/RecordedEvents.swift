import Machines
import Wire

/// A packet is recorded as it came; whoever records it has taken care that it holds no secret (see StandIns.swift).
extension ReceivedPacket: Recorded {
  func write(to writer: inout RecordWriter) {
    source.write(to: &writer)
    destination.write(to: &writer)
    timeToLive.write(to: &writer)
    writer.add(block: header)
    writer.add(block: payload)
  }

  init(_ reader: inout RecordReader) {
    self.init(
      source: IPAddress(&reader), destination: IPAddress(&reader), timeToLive: UInt8?(&reader),
      header: reader.block(), payload: reader.block())
  }
}

extension RouterMemory: RecordedByFields {
  static var blank: RouterMemory {
    RouterMemory(
      name: "", wasMaster: false, effectivePriority: 0, lastAdvert: nil, peersWaitUntil: nil, masterInterval: .zero)
  }
  mutating func visitFields(_ visitor: inout some FieldVisitor) {
    visitor.visit(&name)
    visitor.visit(&wasMaster)
    visitor.visit(&effectivePriority)
    visitor.visit(&lastAdvert)
    visitor.visit(&peersWaitUntil)
    visitor.visit(&masterInterval)
  }
}

extension GroupEvent: Recorded {
  func write(to writer: inout RecordWriter) {
    switch self {
    case .started(let inputs, let memories):
      writer.add(0)
      inputs.write(to: &writer)
      memories.write(to: &writer)
    case .deadlineReached: writer.add(1)
    case .awake(let since):
      writer.add(2)
      since.write(to: &writer)
    case .packetReceived(let packet, let router):
      writer.add(3)
      packet.write(to: &writer)
      writer.add(text: router)
    case .inputsChanged(let inputs):
      writer.add(4)
      inputs.write(to: &writer)
    case .settingsChanged(let settings, let inputs, let memories):
      writer.add(5)
      settings.write(to: &writer)
      inputs.write(to: &writer)
      memories.write(to: &writer)
    case .servicesInstalled(let router):
      writer.add(6)
      writer.add(text: router)
    case .holdingLost(let router):
      writer.add(7)
      writer.add(text: router)
    case .countersReset: writer.add(8)
    case .stepDownRequested: writer.add(9)
    case .handoverRequested: writer.add(10)
    case .handoverEnded: writer.add(11)
    case .handoverReceived(let packet, let router):
      writer.add(12)
      packet.write(to: &writer)
      writer.add(text: router)
    case .stopped(let releases):
      writer.add(13)
      releases.write(to: &writer)
    }
  }

  init(_ reader: inout RecordReader) {
    switch reader.octet() {
    case 0: self = .started(inputs: [String: RouterInputs](&reader), memories: [RouterMemory](&reader))
    case 1: self = .deadlineReached
    case 2: self = .awake(since: Moment(&reader))
    case 3: self = .packetReceived(ReceivedPacket(&reader), router: reader.text())
    case 4: self = .inputsChanged([String: RouterInputs](&reader))
    case 5:
      self = .settingsChanged(
        SyncGroupSettings(&reader), inputs: [String: RouterInputs](&reader), memories: [RouterMemory](&reader))
    case 6: self = .servicesInstalled(router: reader.text())
    case 7: self = .holdingLost(router: reader.text())
    case 8: self = .countersReset
    case 9: self = .stepDownRequested
    case 10: self = .handoverRequested
    case 11: self = .handoverEnded
    case 12: self = .handoverReceived(ReceivedPacket(&reader), router: reader.text())
    case 13: self = .stopped(releases: Bool(&reader))
    default:
      reader.refuse()
      self = .countersReset
    }
  }
}
