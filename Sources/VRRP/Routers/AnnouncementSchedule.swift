package import Machines

/// When a master announces its addresses: a value of moments, asked for what is due.
package struct AnnouncementSchedule: Hashable, Sendable {
  /// Announcements wait for the virtual services, until this moment at most.
  package var servicesDeadline: Moment?
  /// The second block of a new master.
  package var secondBlock: Moment?
  /// The second block after a lower advert.
  package var lowerPriorityBlock: Moment?
  /// The next refresh.
  package var refresh: Moment?
  /// The next announcements on other interfaces.
  package var otherInterfaces: Moment?

  /// Nothing scheduled.
  init() {}

  /// What a new master, or one that has everything to tell anew, does now and later.
  mutating func begin(_ settings: AnnouncementSettings, at now: Moment) -> [RouterEffect] {
    servicesDeadline = nil
    secondBlock = settings.secondBlockDelay > .zero ? now + settings.secondBlockDelay : nil
    schedulePeriodic(settings, at: now)
    return [.announce(repeats: settings.repeats, occasion: .newMaster)]
  }

  /// As `begin`, but leaves out the first block: everybody knows the addresses, though a block may have been lost.
  mutating func resume(_ settings: AnnouncementSettings, at now: Moment) {
    _ = begin(settings, at: now)
  }

  /// Begins or ends the periodic announcements as the settings say.
  mutating func schedulePeriodic(_ settings: AnnouncementSettings, at now: Moment) {
    refresh = settings.refreshPeriod > .zero ? now + settings.refreshPeriod : nil
    otherInterfaces = settings.otherInterfaces.flatMap { $0.period > .zero ? now + $0.period : nil }
  }

  /// A lower advert was heard: its sender may have announced the addresses too.
  mutating func lowerPriorityHeard(_ settings: AnnouncementSettings, at now: Moment) -> [RouterEffect] {
    guard servicesDeadline == nil else { return [] }
    let repeats = settings.lowerPriorityRepeats ?? settings.repeats
    guard repeats > 0 else { return [] }
    let delay = settings.lowerPriorityDelay ?? settings.secondBlockDelay
    lowerPriorityBlock = delay > .zero ? now + delay : nil
    return [.announce(repeats: repeats, occasion: .lowerPriority)]
  }

  /// Another lower advert was heard right after the first: the block that follows it comes at this moment already.
  mutating func lowerPriorityHeardAgain(_ settings: AnnouncementSettings, until moment: Moment) {
    guard servicesDeadline == nil, settings.lowerPriorityRepeats ?? settings.repeats > 0 else { return }
    lowerPriorityBlock = lowerPriorityBlock.map { min($0, moment) } ?? moment
  }

  /// The next moment at which something is due.
  var deadline: Moment? {
    [servicesDeadline, secondBlock, lowerPriorityBlock, refresh, otherInterfaces].compactMap { $0 }.min()
  }

  /// What is due by now.
  mutating func take(_ settings: AnnouncementSettings, at now: Moment) -> [RouterEffect] {
    if let deadline = servicesDeadline {
      return deadline <= now ? begin(settings, at: now) : []
    }
    var effects: [RouterEffect] = []
    if let due = secondBlock, due <= now {
      secondBlock = nil
      effects.append(.announce(repeats: settings.repeats, occasion: .secondBlock))
    }
    if let due = lowerPriorityBlock, due <= now {
      lowerPriorityBlock = nil
      let repeats = settings.lowerPriorityRepeats ?? settings.repeats
      effects.append(.announce(repeats: repeats, occasion: .secondBlock))
    }
    if let due = refresh, due <= now {
      refresh = settings.refreshPeriod > .zero ? now + settings.refreshPeriod : nil
      effects.append(.announce(repeats: settings.refreshRepeats, occasion: .refresh))
    }
    if let due = otherInterfaces, due <= now, let others = settings.otherInterfaces {
      otherInterfaces = now + others.period
      effects.append(.announceOnOtherInterfaces(all: others.includesAll))
    }
    return effects
  }
}
