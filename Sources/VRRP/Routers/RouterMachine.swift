package import Machines
import Wire

/// One virtual router (RFC 9568 §6.4).
///
/// It never makes itself master: it claims (`claimsMastership`), and its group promotes it. What it does in each state
/// is in BackupRole.swift and MasterRole.swift.
package struct RouterMachine: Machine, Hashable {
  /// The settings in force, with the trackers of the group.
  package internal(set) var settings: RouterSettings { didSet { forgetPackets() } }
  /// The facts outside as they were last told.
  package internal(set) var inputs = RouterInputs(interface: .missing) { didSet { forgetPackets() } }
  /// The state.
  package internal(set) var state: RouterState = .initialize(.start)
  /// When the state was entered.
  package internal(set) var since: Moment = .origin
  /// Why the state was entered.
  package internal(set) var cause: TransitionCause = .started
  /// What was counted.
  package internal(set) var counters = RouterCounters()
  /// Others that speak for this virtual router and are refused.
  package internal(set) var foreignSpeakers: [ForeignSpeaker] = []

  var group = GroupPosition()
  /// The state of which its group told last.
  var reportedState = RouterStateName.initialize
  var authentication = AuthenticationState()
  var limits = ReportLimits()
  /// The packet that was believed last, under the present settings and facts.
  var believed: PacketJudge.Memory?
  /// The adverts that were sent last, under the present settings and facts.
  var prepared: PreparedAdverts?
  var lastAdvert: Moment?
  /// Since when nothing can have been missed, as far as that is known.
  var awakeSince: Moment?
  /// From this moment on a peer may have taken over, for it has heard nothing since the last advert.
  var peersWaitUntil: Moment?
  /// The priority before a restart of the process, for as long as the trackers have not all reported again.
  var rememberedPriority: UInt8?
  /// The effective priority when it was last looked at.
  var knownPriority: UInt8
  /// Collected while an event is handled, empty between events.
  var effects: [RouterEffect] = []

  /// A router that has not started.
  package init(settings: RouterSettings) {
    self.settings = settings
    knownPriority = settings.priority
  }

  package mutating func handle(_ event: RouterEvent, at now: Moment) -> [RouterEffect] {
    switch event {
    case .started(let inputs, let memory, let delays): start(inputs, memory: memory, delays: delays, at: now)
    case .deadlineReached: deadlineReached(at: now)
    case .awake(let moment): awakeSince = moment
    case .packetReceived(let packet): packetReceived(packet, at: now)
    case .inputsChanged(let inputs):
      self.inputs = inputs
      evaluate(at: now)
    case .settingsChanged(let settings): change(to: settings, at: now)
    case .groupChanged(let position):
      group = position
      evaluate(at: now)
    case .promoted(let member): promoted(by: member, at: now)
    case .demoted(let member): demoted(by: member, at: now)
    case .memberHeardLowerPriority: memberHeardLowerPriority(at: now)
    case .servicesInstalled: servicesInstalled(at: now)
    case .holdingLost: holdingLost(at: now)
    case .countersReset: counters = RouterCounters()
    case .stepDownRequested: stepDown(to: nil, at: now)
    case .handoverRequested: requestHandover(at: now)
    case .handoverEnded: endHandover()
    case .handoverReceived(let packet): handoverReceived(packet, at: now)
    case .stopped(let releases): stop(releases: releases, at: now)
    }
    defer { effects = [] }
    return effects
  }

  package var nextDeadline: Moment? {
    switch state {
    case .initialize(.delay(let until)): until
    case .initialize(.start), .initialize(.scripts), .initialize(.nothing), .fault: nil
    case .backup(let backup): backup.downDeadline
    case .master(let master): deadline(of: master)
    }
  }

  private mutating func deadlineReached(at now: Moment) {
    switch state {
    case .initialize(.delay(let until)):
      guard now >= until else { return }
      state = .initialize(.scripts)
      evaluate(at: now)
    case .initialize(.start), .initialize(.scripts), .initialize(.nothing), .fault: break
    case .backup(let backup): deadlineReached(backup, at: now)
    case .master(let master): deadlineReached(master, at: now)
    }
  }

  private mutating func packetReceived(_ packet: ReceivedPacket, at now: Moment) {
    switch state {
    case .initialize, .fault: break
    case .backup(let backup):
      guard let advert = accept(packet, isMaster: false, knownMaster: backup.master?.address, at: now) else { return }
      heard(advert, from: packet.source, backup, at: now)
    case .master(let master):
      guard let advert = accept(packet, isMaster: true, knownMaster: nil, at: now) else { return }
      heard(advert, from: packet.source, master, at: now)
    }
  }
}

// What the state depends on.
extension RouterMachine {
  /// The effective priority and how it comes about.
  package var priority: PriorityArithmetic {
    PriorityArithmetic(base: settings.priority, trackers: settings.trackers, values: inputs.trackers)
  }

  /// The priority adverts carry: after a restart of the process the remembered one, until all trackers have reported.
  package var effectivePriority: UInt8 {
    guard settings.trackers.contains(where: { $0.weight != 0 }) else {
      return PriorityArithmetic.bounded(Int(settings.priority), base: settings.priority)
    }
    let arithmetic = priority
    guard let remembered = rememberedPriority, !settings.isOwner,
      arithmetic.contributions.contains(where: { $0.value == .unknown && $0.tracker.weight != 0 })
    else { return arithmetic.effective }
    return remembered
  }

  /// The faults of this router itself.
  package var ownFaults: [FaultCause] {
    var causes: [FaultCause] = []
    if let text = settings.configurationFault { causes.append(.configuration(text)) }
    if case .unicast(let peers, _) = settings.delivery, peers.isEmpty, settings.needsPeers { causes.append(.noPeer) }
    switch inputs.interface {
    case .missing: causes.append(.interfaceMissing(settings.interface ?? ""))
    case .down where settings.tracksInterface: causes.append(.interfaceDown(settings.interface ?? ""))
    case .down, .running: break
    }
    if let text = inputs.transportFault { causes.append(.transport(text)) }
    if inputs.interface != .missing, inputs.source == nil { causes.append(.noSourceAddress(settings.family)) }
    if let source = settings.source, settings.tracksSource, !inputs.hasConfiguredSource {
      causes.append(.sourceAddressMissing(source))
    }
    for tracker in settings.trackers where tracker.isFault(inputs.trackers[tracker.identity] ?? .unknown) {
      // An owner's priority cannot change; a weight is no reason for it to fail either.
      if settings.isOwner, tracker.weight != 0 { continue }
      causes.append(.tracker(tracker.identity))
    }
    return causes
  }

  /// All faults, those of the group included.
  package var faults: [FaultCause] { ownFaults + group.failed.map(FaultCause.groupMember) }

  /// Scripts without weight that have not reported yet.
  var unresolvedTrackers: [Tracker.Identity] {
    settings.trackers.filter {
      $0.weight == 0 && $0.identity.kind == .script && (inputs.trackers[$0.identity] ?? .unknown) == .unknown
    }.map(\.identity)
  }

  /// Whether a script without weight has not reported yet.
  package var isUnresolved: Bool { !unresolvedTrackers.isEmpty }

  /// Whether it would wait for a script with these facts; without any it waits for nothing, because it cannot work.
  func isUnresolved(with inputs: RouterInputs?) -> Bool {
    guard let inputs else { return false }
    var router = self
    router.inputs = inputs
    return router.isUnresolved
  }

  /// Whether it has begun and waits for the end of a delay or for scripts.
  var isWaiting: Bool {
    switch state {
    case .initialize(.delay), .initialize(.scripts): true
    case .initialize(.start), .initialize(.nothing), .fault, .backup, .master: false
    }
  }

  /// Whether the router wants to be master.
  package var claimsMastership: Bool {
    if case .backup(let backup) = state { backup.claims } else { false }
  }

  /// What the next process should know.
  package var memory: RouterMemory {
    var interval = settings.advertisedInterval
    if case .backup(let backup) = state { interval = backup.masterInterval }
    return RouterMemory(
      name: settings.name, wasMaster: state.name == .master, effectivePriority: effectivePriority,
      lastAdvert: lastAdvert, peersWaitUntil: peersWaitUntil, masterInterval: interval)
  }
}
