/// All log text of the VRRP library, one line per report.
extension RouterReport {
  /// The line for the router `name`. Lines about states keep the shape that log scrapers of keepalived look for:
  /// "(VI_1) Entering MASTER STATE".
  package func text(router name: String) -> String {
    switch self {
    case .transition(let transition): transition.text(subject: "(\(name))")
    case .resumed(let priority): "(\(name)) Resumed MASTER STATE, priority \(priority)"
    case .priorityChanged(let old, let new, let state):
      "(\(name)) Effective priority changed from \(old) to \(new) in \(state.rawValue) state"
    case .lowerPriorityHeard(let source, let priority):
      "(\(name)) Heard lower priority \(priority) from \(source), announcing again"
    case .contested(let source, let priority):
      "(\(name)) Contested: \(source) with priority \(priority) was master too; this router stays"
    case .faultsChanged(let causes):
      "(\(name)) Still in FAULT state: \(causes.map(\.description).joined(separator: ", "))"
    case .rejected(let reason, let source, let suppressed):
      "(\(name)) FOREIGN VRID: ignored a packet from \(source): \(reason.text)"
        + (suppressed > 0 ? " (and \(suppressed) more like it)" : "")
    case .addressListDiffers(let source):
      "(\(name)) \(source) advertises other addresses than are configured here"
    case .intervalDiffers(let source, let theirs):
      "(\(name)) \(source) advertises an interval of \(VRRP.text(ofSeconds: theirs)) s, which is not ours"
    case .restored: "(\(name)) Something of ours was removed by another program, putting it back"
    case .stalled(let duration):
      "(\(name)) Slept for \(VRRP.text(ofSeconds: duration)) s; listening before speaking"
    }
  }
}

extension Transition {
  /// The line for "(VI_1)" or "VRRP Group G1".
  package func text(subject: String) -> String {
    switch to {
    case .stopped: "\(subject) Stopped"
    case .deleted: "\(subject) Removed from the configuration"
    case .initialize, .backup, .master, .fault: "\(subject) Entering \(to.rawValue) STATE (\(cause))"
    }
  }
}

extension RouterMachine {
  /// What waits for what, in words; empty when nothing does.
  package var pending: [String] {
    switch state {
    case .initialize(.start): ["the start"]
    case .initialize(.delay): ["the end of vrrp_startup_delay"]
    case .initialize(.scripts):
      unresolvedTrackers.map { "\($0) to report for the first time" }
        + (group.isUnresolved ? ["scripts of other members of the sync group"] : [])
    case .initialize(.nothing), .fault: []
    case .backup(let backup):
      (backup.claims ? ["the other members of the sync group"] : [])
        + (backup.preemptionAllowedAt != nil ? ["the end of preempt_delay"] : [])
        + (backup.hasSteppedDown
          ? ["the silence of the master, since the operator handed over; `failover --end` ends that"] : [])
        + (backup.hasListenedAfterStall ? ["adverts of others, after a stall"] : [])
    case .master(let master):
      (master.silentUntil != nil ? ["adverts of others, after a stall"] : [])
        + (master.handover != nil ? ["offers of others to take over, as the operator wants"] : [])
        + (master.announcements.servicesDeadline != nil ? ["virtual services, before announcing"] : [])
        + (master.hasLoss ? ["a second's pause, before putting back what was removed again and again"] : [])
    }
  }
}

extension RejectReason {
  /// The reason in words.
  package var text: String {
    switch self {
    case .incomplete: "its header is cut short"
    case .unknownVirtualRouter: "unknown virtual router ID"
    case .ownAddress: "it carries our own address; is the virtual router ID used twice?"
    case .wrongChannel, .delivery: "multicast and unicast are mixed"
    case .headerMismatch: "authentication header present or absent against the configuration"
    case .length: "its length does not fit its address count"
    case .timeToLive: "its TTL is not 255"
    case .version: "another protocol version"
    case .trailerMissing: "it is not signed"
    case .trailerMalformed: "its signature has an unknown form"
    case .trailerStale: "its signature is too old or of the future; are the clocks right?"
    case .trailerUnknownKey: "signed with an unknown key"
    case .trailerInvalid: "its signature is wrong"
    case .trailerReplayed: "its signature was seen before"
    case .authenticationType: "unknown authentication type"
    case .authenticationMismatch: "another authentication type"
    case .authenticationFailure: "wrong password or authentication header"
    case .interval: "another advert interval"
    case .type: "not an advertisement"
    case .totalLength: "its IP header names another length"
    case .checksum: "wrong checksum"
    case .ignoredByOwner: "the owner ignores adverts"
    case .unknownPeer: "not a configured peer"
    case .peerTimeToLive: "its TTL is outside of the peer's range"
    }
  }
}
