package import Machines

/// When a master announces its addresses: a value of moments, asked for what is due.
package struct AnnouncementSchedule: Hashable, Sendable {
  /// Announcements wait for the virtual services, until this moment at most.
  package var servicesDeadline: Moment?
  /// The second block of a new master.
  package var secondBlock: Moment?
  /// The second block after a lower advert.
  package var lowerPriorityBlock: Moment?
  /// When the addresses are announced once more because another master may have announced them just after this one.
  package var lastWord: Moment?
  /// The next refresh.
  package var refresh: Moment?
  /// The next announcements on other interfaces.
  package var otherInterfaces: Moment?

  /// How long a master that hears of a better one may go on announcing: until it has read the advert.
  private static var lastWordDelay: Duration { .milliseconds(100) }

  /// Nothing scheduled.
  init() {}

  /// Another master lives when this one takes over: `begin`, now or later, is followed by a last word.
  mutating func takeOverFromTheLiving(_ settings: AnnouncementSettings, at now: Moment) {
    guard settings.repeatsAgainstOthers > 0, settings.delayAgainstOthers > .zero else { return }
    lastWord = now + Self.lastWordDelay
  }

  /// What a new master, or one that has everything to tell anew, does now and later.
  mutating func begin(_ settings: AnnouncementSettings, at now: Moment) -> [RouterEffect] {
    servicesDeadline = nil
    if lastWord != nil { lastWord = now + Self.lastWordDelay }
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
    let repeats = settings.repeatsAgainstOthers
    guard repeats > 0 else { return [] }
    let delay = settings.delayAgainstOthers
    lowerPriorityBlock = delay > .zero ? now + delay : nil
    // Who wants one block and no second one gets just that.
    if delay > .zero { lastWord = now + Self.lastWordDelay }
    return [.announce(repeats: repeats, occasion: .lowerPriority)]
  }

  /// Another lower advert was heard right after the first: the last word is not said before this moment.
  mutating func lowerPriorityHeardAgain(_ settings: AnnouncementSettings, until moment: Moment) {
    guard servicesDeadline == nil, settings.repeatsAgainstOthers > 0 else { return }
    lastWord = lastWord.map { max($0, moment) } ?? moment
  }

  /// The next moment at which something is due.
  var deadline: Moment? {
    // Nothing else is announced before the services are there.
    servicesDeadline ?? [secondBlock, lowerPriorityBlock, lastWord, refresh, otherInterfaces].compactMap { $0 }.min()
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
      effects.append(.announce(repeats: settings.repeatsAgainstOthers, occasion: .secondBlock))
    }
    if let due = lastWord, due <= now {
      lastWord = nil
      effects.append(.announce(repeats: settings.repeatsAgainstOthers, occasion: .lastWord))
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
