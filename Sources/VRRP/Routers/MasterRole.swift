import Machines
import Wire

// What a master does (RFC 9568 §6.4.3).
extension RouterMachine {
  /// How often things may be put back in a row before there is a pause of a second for each.
  private static var restorationAllowance: Int { 5 }

  func deadline(of master: RouterState.Master) -> Moment? {
    var earliest = master.nextAdvert
    if master.silentUntil == nil, let moment = master.announcements.deadline { earliest = min(earliest, moment) }
    if let moment = master.restorationDue { earliest = min(earliest, moment) }
    if let moment = master.handover?.deadline { earliest = min(earliest, moment) }
    return earliest
  }

  mutating func promoted(by member: String?, at now: Moment) {
    guard case .backup(let backup) = state else { return }
    let cause = member.map(TransitionCause.groupMember) ?? claimCause(backup, at: now)
    var master = freshMaster(at: now)
    counters.becameMaster &+= 1
    rememberedPriority = nil
    enter(.master(master), cause, at: now)
    sendAdverts(priority: effectivePriority, at: now)
    effects.append(.install)
    if member != nil || backup.ignored != nil {
      master.announcements.takeOverFromTheLiving(settings.announcements, at: now)
    }
    if let limit = settings.announcesAfterServices {
      master.announcements.servicesDeadline = now + limit
    } else {
      effects += master.announcements.begin(settings.announcements, at: now)
    }
    // To a third router the former master's priority 0 may come after this advert: it hears the next one soon.
    let isHandedOver = backup.handedOverBy != nil
    master.nextAdvert = now + (isHandedOver ? settings.advertisedInterval / 10 : settings.advertisedInterval)
    state = .master(master)
  }

  /// Goes on as master after a restart of the process: an advert at once, the addresses are there already.
  mutating func resume(_ memory: RouterMemory, at now: Moment) {
    var master = freshMaster(at: now)
    rememberedPriority = memory.effectivePriority
    master.announcements.resume(settings.announcements, at: now)
    enter(.master(master), .resumed, at: now)
    sendAdverts(priority: effectivePriority, at: now)
    effects += [.install, .report(.resumed(priority: effectivePriority))]
    knownPriority = effectivePriority
  }

  private func freshMaster(at now: Moment) -> RouterState.Master {
    RouterState.Master(
      since: now, nextAdvert: now + settings.advertisedInterval, silentUntil: nil,
      announcements: AnnouncementSchedule(), lastAnswer: nil, lastContest: nil,
      restorations: Self.restorationAllowance, restorationDue: nil, hasLoss: false)
  }

  /// Sends an advert to everybody it has to go to and remembers until when they will wait for the next one.
  mutating func sendAdverts(priority: UInt8, at now: Moment) {
    for packet in adverts(priority: priority, at: now) { effects.append(.sendAdvert(packet)) }
    counters.advertsSent &+= 1
    if priority == 0 { counters.priorityZeroSent &+= 1 }
    lastAdvert = now
    peersWaitUntil = now + settings.shortestMasterDown
    if case .master(var master) = state {
      master.nextAdvert = now + settings.advertisedInterval
      state = .master(master)
    }
  }

  mutating func deadlineReached(_ master: RouterState.Master, at now: Moment) {
    guard var master = listeningAfterStall(master, at: now) else { return }
    if now >= master.nextAdvert {
      let due = master.nextAdvert
      let wasSilent = master.silentUntil != nil
      master.silentUntil = nil
      state = .master(master)
      sendAdverts(priority: effectivePriority, at: now)
      if wasSilent { effects += master.announcements.begin(settings.announcements, at: now) }
      // A little lateness is made up for, so that the pace is that of the interval.
      let interval = settings.advertisedInterval
      master.nextAdvert = now - due < interval / 2 ? due + interval : now + interval
    }
    if master.silentUntil == nil { effects += master.announcements.take(settings.announcements, at: now) }
    restoreWhenDue(&master, at: now)
    state = .master(master)
    if let handover = master.handover, handover.deadline <= now { concludeHandover(handover, at: now) }
  }

  /// See "Stalls" in AboutVRRP.swift. Returns nil when the stall was found now, and nothing else is to be done.
  private mutating func listeningAfterStall(_ master: RouterState.Master, at now: Moment) -> RouterState.Master? {
    guard master.silentUntil == nil, let limit = peersWaitUntil, now > limit else { return master }
    let slept = now - (lastAdvert ?? now)
    if let other = settings.stallPriority,
      slept > settings.masterDown(priority: other, masterInterval: settings.advertisedInterval)
    {
      counters.stalls &+= 1
      becomeBackup(.stalled(slept), at: now)
      return nil
    }
    var master = master
    master.nextAdvert = now + settings.advertisedInterval
    master.silentUntil = master.nextAdvert
    master.handover = nil
    state = .master(master)
    counters.stalls &+= 1
    effects.append(.report(.stalled(slept)))
    return nil
  }

  mutating func heard(
    _ advert: Advertisement, from source: IPAddress, _ master: RouterState.Master, at now: Moment
  ) {
    // A stall is noticed at whatever wakes the router; what was heard counts all the same.
    let master = listeningAfterStall(master, at: now) ?? currentMaster(or: master)
    if case .backup(let backup) = state { return heard(advert, from: source, backup, at: now) }
    let own = effectivePriority
    if advert.priority == 0 {
      // §6.4.3 (710): another master resigns; its peers are told who is left.
      counters.priorityZeroReceived &+= 1
      if master.silentUntil == nil, mayAnswer(master, at: now) { answer(master, at: now) }
      return
    }
    let isHigherAddress = inputs.source.map { source > $0 } ?? true
    if advert.priority > own || (advert.priority == own && isHigherAddress) {
      yield(to: advert, from: source, wasSilent: master.silentUntil != nil, at: now)
    } else if master.silentUntil == nil {
      heardLower(advert, from: source, master, at: now)
    }
  }

  private func currentMaster(or other: RouterState.Master) -> RouterState.Master {
    if case .master(let master) = state { master } else { other }
  }

  /// §6.4.3 (725): somebody better is there. No advert of priority 0 is sent, for the other is master already.
  private mutating func yield(to advert: Advertisement, from source: IPAddress, wasSilent: Bool, at now: Moment) {
    if settings.advertisesWhenYielding, !wasSilent { sendAdverts(priority: effectivePriority, at: now) }
    let cause: TransitionCause =
      advert.priority > effectivePriority
      ? .higherPriority(from: source, priority: advert.priority) : .higherAddress(from: source)
    becomeBackup(cause, at: now)
    guard case .backup(var backup) = state else { return }
    if settings.version == .three, advert.intervalField > 0 { backup.masterInterval = advert.interval }
    backup.master = RouterState.Speaker(address: source, priority: advert.priority)
    backup.runTimer(.masterDown, settings, priority: effectivePriority, at: now)
    state = .backup(backup)
  }

  mutating func demoted(by member: String, at now: Moment) {
    guard case .master = state else { return }
    becomeBackup(.groupMember(member), at: now)
  }

  /// An operator's wish: priority 0, so that another router takes over, the successor at once and others after their
  /// skew time. This one takes back what it gave only when nobody is heard any more for its own, longer, master-down
  /// interval.
  mutating func stepDown(to successor: RouterState.Offer?, at now: Moment) {
    guard case .master = state else { return }
    sendAdverts(priority: 0, at: now)
    becomeBackup(.steppedDown(to: successor?.address), at: now)
    guard case .backup(var backup) = state else { return }
    backup.hasSteppedDown = true
    backup.master = successor.map { RouterState.Speaker(address: $0.address, priority: $0.priority) }
    state = .backup(backup)
  }

  private mutating func becomeBackup(_ cause: TransitionCause, at now: Moment) {
    counters.releasedMaster &+= 1
    effects.append(.withdraw)
    enter(.backup(freshBackup(claims: false, at: now)), cause, at: now)
  }

  /// Somebody who should be backup speaks as master: he is told at once, and the neighbours are told anew where the
  /// addresses are, for he may have told them otherwise. Nobody can make this happen more than ten times per interval.
  private mutating func heardLower(
    _ advert: Advertisement, from source: IPAddress, _ master: RouterState.Master, at now: Moment
  ) {
    guard mayAnswer(master, at: now) else { return announceSoon(master, at: now) }
    var master = master
    effects.append(.report(.lowerPriorityHeard(from: source, priority: advert.priority)))
    let isFresh = now - master.since <= settings.advertisedInterval
    if !isFresh, master.lastContest.map({ now - $0 > .seconds(10) }) ?? true {
      counters.contests &+= 1
      effects.append(.report(.contested(by: source, priority: advert.priority)))
    }
    if !isFresh { master.lastContest = now }
    if settings.version == .three, advert.interval != settings.advertisedInterval,
      limits.pass(.interval, at: now) != nil
    {
      effects.append(.report(.intervalDiffers(from: source, theirs: advert.interval)))
    }
    if settings.answersLowerPriority { answer(master, at: now) }
    guard case .master(let answered) = state else { return }
    master.nextAdvert = answered.nextAdvert
    master.lastAnswer = now
    effects += master.announcements.lowerPriorityHeard(settings.announcements, at: now)
    state = .master(master)
  }

  /// The other announced the addresses after our answer to it, perhaps. They are announced once more as soon as we may
  /// answer again: until then some neighbour may send to the wrong one.
  private mutating func announceSoon(_ master: RouterState.Master, at now: Moment) {
    var master = master
    let soonest = (master.lastAnswer ?? now) + settings.advertisedInterval / 10
    master.announcements.lowerPriorityHeardAgain(settings.announcements, until: soonest)
    state = .master(master)
  }

  private func mayAnswer(_ master: RouterState.Master, at now: Moment) -> Bool {
    master.lastAnswer.map { now - $0 >= settings.advertisedInterval / 10 } ?? true
  }

  private mutating func answer(_ master: RouterState.Master, at now: Moment) {
    var master = master
    master.lastAnswer = now
    state = .master(master)
    sendAdverts(priority: effectivePriority, at: now)
  }

  mutating func memberHeardLowerPriority(at now: Moment) {
    guard case .master(var master) = state, master.silentUntil == nil else { return }
    effects += master.announcements.lowerPriorityHeard(settings.announcements, at: now)
    state = .master(master)
  }

  mutating func servicesInstalled(at now: Moment) {
    guard case .master(var master) = state, master.announcements.servicesDeadline != nil else { return }
    effects += master.announcements.begin(settings.announcements, at: now)
    state = .master(master)
  }

  /// Puts back what was lost, at first at once, then once a second: against a program that takes it away again and
  /// again nothing else helps, and nobody should be busy with it.
  mutating func holdingLost(at now: Moment) {
    guard case .master(var master) = state else { return }
    if master.restorations > 0 {
      master.restorations -= 1
      master.restorationDue = master.restorationDue ?? now + .seconds(1)
      counters.restored &+= 1
      effects += [.restore, .report(.restored)]
    } else {
      master.hasLoss = true
    }
    state = .master(master)
  }

  private mutating func restoreWhenDue(_ master: inout RouterState.Master, at now: Moment) {
    guard let due = master.restorationDue, due <= now else { return }
    if master.hasLoss {
      master.hasLoss = false
      counters.restored &+= 1
      effects += [.restore, .report(.restored)]
    } else {
      master.restorations += 1
    }
    master.restorationDue = master.restorations < Self.restorationAllowance ? now + .seconds(1) : nil
  }
}
