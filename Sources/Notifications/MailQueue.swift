package import Machines

/// A mail about an event.
package struct MailNotice: Hashable, Sendable {
  /// The subject line, without the router's name in front.
  package var subject: String
  /// The one line of text.
  package var body: String
  /// When the event happened.
  package var date: WallTime

  /// A mail about something that happened at `date`.
  package init(subject: String, body: String, date: WallTime) {
    self.subject = subject
    self.body = body
    self.date = date
  }
}

/// Decides when which mail is submitted: in order, one at a time, again after a failure with a growing pause.
///
/// keepalived gives every mail one try. A mail server that is down together with what it should report would so lose
/// the very mails that matter, hence the retries: after 5, 10, 20 … seconds, at most every five minutes, for a day.
/// The queue is bounded; when it is full the oldest mail goes, since the latest state is worth more.
package struct MailQueueMachine: Machine, Hashable {
  /// What happens to the queue.
  package enum Event: Hashable, Sendable {
    case mailed(MailNotice)
    /// The submission asked for has ended.
    case submitted
    /// It failed; a permanent failure is not tried again.
    case failed(reason: String, isPermanent: Bool)
    case deadlineReached
  }

  /// What is to be done.
  package enum Effect: Hashable, Sendable {
    /// Begin to submit; `submitted` or `failed` answers.
    case submit(MailNotice)
    /// The mail is given up; the reason is for the log.
    case giveUp(MailNotice, reason: String)
    /// It will be tried again after a pause.
    case postpone(MailNotice, reason: String, until: Moment)
  }

  /// The most mails that wait.
  package static let capacity = 256
  private static let firstPause = Duration.seconds(5)
  private static let longestPause = Duration.seconds(300)
  private static let patience = Duration.seconds(86_400)

  private enum State: Hashable {
    case idle
    case submitting
    case pausing(until: Moment)
  }

  private struct Entry: Hashable {
    var mail: MailNotice
    var since: Moment
  }

  private var state = State.idle
  private var entries: [Entry] = []
  private var pause = firstPause

  /// An empty queue.
  package init() {}

  /// How many mails wait, the one being submitted included.
  package var count: Int { entries.count }

  package var nextDeadline: Moment? {
    switch state {
    case .idle, .submitting: nil
    case .pausing(let until): until
    }
  }

  package mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch (state, event) {
    case (_, .mailed(let mail)):
      return enqueue(mail, at: now) + begin()
    case (.submitting, .submitted):
      if !entries.isEmpty { entries.removeFirst() }
      state = .idle
      pause = Self.firstPause
      return begin()
    case (.submitting, .failed(let reason, let isPermanent)):
      return fail(reason: reason, isPermanent: isPermanent, at: now)
    case (.pausing(let until), .deadlineReached):
      guard now >= until else { return [] }
      state = .idle
      return begin()
    case (.idle, .submitted), (.idle, .failed), (.idle, .deadlineReached), (.submitting, .deadlineReached),
      (.pausing, .submitted), (.pausing, .failed):
      return []
    }
  }

  private mutating func enqueue(_ mail: MailNotice, at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    if entries.count >= Self.capacity {
      // The first one may be under way; the one behind it is the oldest that can go.
      let victim = entries.remove(at: state == .submitting ? 1 : 0)
      effects.append(.giveUp(victim.mail, reason: "\(Self.capacity) mails are waiting already"))
    }
    entries.append(Entry(mail: mail, since: now))
    return effects
  }

  private mutating func begin() -> [Effect] {
    guard state == .idle, let first = entries.first else { return [] }
    state = .submitting
    return [.submit(first.mail)]
  }

  private mutating func fail(reason: String, isPermanent: Bool, at now: Moment) -> [Effect] {
    guard let first = entries.first else {
      state = .idle
      return []
    }
    if isPermanent || now - first.since > Self.patience {
      entries.removeFirst()
      state = .idle
      return [.giveUp(first.mail, reason: reason)] + begin()
    }
    let until = now + pause
    state = .pausing(until: until)
    pause = min(pause * 2, Self.longestPause)
    return [.postpone(first.mail, reason: reason, until: until)]
  }
}
