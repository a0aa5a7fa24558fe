import Wire

extension GroupEvent: CustomStringConvertible {
  /// The event in words, for whoever reads a recording.
  package var description: String {
    switch self {
    case .started(_, let memories):
      "the daemon begins" + (memories.isEmpty ? "" : ", with memories of the process before")
    case .deadlineReached: "a deadline has come"
    case .awake: "the process slept and is awake again"
    case .packetReceived(let packet, let router): "(\(router)) hears \(packet.words)"
    case .inputsChanged(let inputs):
      "facts change: "
        + inputs.sorted { $0.key < $1.key }.map { "(\($0.key)) \($0.value.words)" }.joined(separator: "; ")
    case .settingsChanged(let settings, _, _):
      "a configuration with " + settings.routers.map { "\($0.name) of priority \($0.priority)" }.joined(separator: ", ")
    case .servicesInstalled(let router): "(\(router)) its virtual services are in the kernel"
    case .holdingLost(let router): "(\(router)) another program removed something"
    case .countersReset: "the counters are set to zero"
    case .stepDownRequested: "another router is to take over"
    case .handoverRequested: "the operator wants a handover"
    case .handoverEnded: "the operator ends the handover"
    case .handoverReceived(let packet, let router):
      "(\(router)) hears a message of a handover, kind \((packet.payload.first ?? 0) & 15), from \(packet.source)"
    case .stopped(let releases): "the daemon ends" + (releases ? "" : " and keeps what it holds")
    }
  }
}

extension ReceivedPacket {
  fileprivate var words: String {
    let front = payload.first == 112 ? AuthenticationHeader.length : 0
    let message = Array(payload.dropFirst(front).prefix(Advertisement.headerLength))
    guard message.count == Advertisement.headerLength, front > 0 || message[0] & 15 == 1 else {
      return "\(payload.count) octets from \(source) that are no advert"
    }
    return "an advert of version \(message[0] >> 4), VRID \(message[1]), priority \(message[2]) from \(source)"
  }
}

extension RouterInputs {
  fileprivate var words: String {
    let state =
      switch interface {
      case .missing: "interface missing"
      case .down: "interface down"
      case .running: "interface running"
      }
    let tracked = trackers.map { "\($0.key) \($0.value)" }.sorted()
    return
      ([state, "source \(source.map(\.description) ?? "none")"] + tracked
      + (transportFault.map { ["sockets: \($0)"] } ?? [])).joined(separator: ", ")
  }
}
