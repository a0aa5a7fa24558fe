import ConfigurationLanguage
import Daemon
import Failover
import Machines
package import VRRP

/// Tells what a recording of a real daemon says, event by event, and whether the machines do the same again.
package struct ReplayStory {
  /// What is told, and what is asked.
  package struct Settings: Sendable {
    /// Whether events without consequence are told one by one, too.
    package var tellsEverything = false
    /// Numbers of events that are left out: what would have been without them?
    package var omitted: Set<Int> = []
    /// A configuration that is in force instead: what would have been with it?
    package var configuration: String?

    /// The recording as it is.
    package init() {}

    /// Whether something else than what was is asked for.
    var asksOtherwise: Bool { !omitted.isEmpty || configuration != nil }
  }

  /// How it ended.
  package struct Outcome: Hashable, Sendable {
    /// The events.
    package var events = 0
    /// Those of which something else came.
    package var differences = 0
    /// States that the events before do not explain.
    package var strangeStates = 0

    /// Whether the machines did what they did then.
    package var isSame: Bool { differences == 0 && strangeStates == 0 }
  }

  private var replay: ElectionReplay
  private let settings: Settings
  private let tell: (String) -> Void
  private var outcome = Outcome()
  private var passedOver = 0
  private var lastMoment: Moment?

  /// A story of a recording's octets.
  package init(_ octets: [UInt8], _ settings: Settings, tell: @escaping (String) -> Void) throws(RecordingError) {
    replay = try ElectionReplay(octets)
    replay.omitted = settings.omitted
    if let text = settings.configuration {
      let parsed = TextSource.parse(text)
      if !parsed.complaints.isEmpty { tell(parsed.complaints) }
      let groups = parsed.configuration.map { ElectionSettings($0).groups } ?? [:]
      replay.alter = { key, _ in groups[key]?.protocolSettings }
    }
    self.settings = settings
    self.tell = tell
  }

  /// Tells everything from the beginning to the end.
  package mutating func perform() throws(RecordingError) -> Outcome {
    while let item = try replay.next() {
      switch item {
      case .part: break
      case .state(let group, let machine, let moment, let isSame): note(group, machine, moment, isSame)
      case .step(let step): note(step)
      }
    }
    tellPassedOver()
    let words =
      outcome.isSame
      ? "the machines did the same again"
      : settings.asksOtherwise
        ? "\(outcome.differences) would have ended otherwise"
        : "DIFFERENCES: \(outcome.differences) ended otherwise, \(outcome.strangeStates) states are not explained"
    tell("\(outcome.events) events; \(words)")
    return outcome
  }

  private mutating func note(_ group: String, _ machine: GroupMachine, _ moment: Moment, _ isSame: Bool) {
    if !isSame {
      outcome.strangeStates += 1
      tell("\(time(moment)) \(group) DIFFERENCE: the events before do not lead to the state that was recorded")
    }
    guard lastMoment == nil || settings.tellsEverything || !isSame else { return }
    let routers = machine.routers.map { "\($0.settings.name) is \($0.state.name.rawValue) (\($0.cause))" }
    tell("\(time(moment)) \(group): \(routers.joined(separator: ", "))")
  }

  private mutating func note(_ step: ElectionReplay.Step) {
    outcome.events += 1
    defer { lastMoment = step.moment }
    if !step.isSame || !step.meanwhile.isEmpty { outcome.differences += 1 }
    for entry in step.meanwhile {
      tellPassedOver()
      tell("\(time(entry.moment)) \(step.group): in this case a deadline would have come")
      for effect in entry.effects { tell("    now:  \(effect)") }
    }
    guard !step.isSame || settings.tellsEverything || !step.isRoutine else { return passedOver += 1 }
    tellPassedOver()
    let gap = lastMoment.map { " +\(Self.seconds(step.moment - $0)) s" } ?? ""
    tell("\(time(step.moment))\(gap) \(step.group) #\(step.number): \(step.event)")
    for effect in step.isSame ? step.replayed : [] { tell("    \(effect)") }
    if !step.isSame {
      for effect in step.recorded { tell("    then: \(effect)") }
      for effect in step.replayed { tell("    now:  \(effect)") }
    }
    guard step.replayed.contains(where: { $0.kind == .report }), let machine = replay.machine(of: step.group) else {
      return
    }
    for router in machine.routers {
      tell(
        "      \(router.settings.name) \(router.state.name.rawValue), " + router.priority.lines.joined(separator: ", "))
    }
  }

  private mutating func tellPassedOver() {
    if passedOver > 0 { tell("    … \(passedOver) adverts as always") }
    passedOver = 0
  }

  /// The time of the day in UTC with microseconds.
  private func time(_ moment: Moment) -> String {
    let microseconds = replay.wallTime(at: moment).nanoseconds / 1000
    let day: Int64 = 86_400_000_000
    let rest = (microseconds % day + day) % day
    let seconds = rest / 1_000_000
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Self.padded($0, 2) }
    return "\(parts.joined(separator: ":")).\(Self.padded(rest % 1_000_000, 6))Z"
  }

  private static func seconds(_ duration: Duration) -> String {
    let microseconds = duration.wholeNanoseconds / 1000
    let sign = microseconds < 0 ? "-" : ""
    return "\(sign)\(microseconds.magnitude / 1_000_000).\(padded(Int64(microseconds.magnitude % 1_000_000), 6))"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

extension ElectionReplay.Step {
  /// Whether it is an advert heard, sent or waited for, of which nothing came.
  fileprivate var isRoutine: Bool {
    switch event {
    case .packetReceived, .deadlineReached, .awake: recorded.allSatisfy { $0.kind == .advert }
    case .started, .inputsChanged, .settingsChanged, .servicesInstalled, .holdingLost, .countersReset,
      .stepDownRequested, .handoverRequested, .handoverEnded, .handoverReceived, .stopped:
      false
    }
  }
}
