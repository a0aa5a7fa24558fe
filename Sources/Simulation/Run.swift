import Machines
import SimulatedWorld

/// What a run consists of: everything that follows from a seed, and what somebody chose.
package struct RunSettings: Hashable, Sendable {
  package var seed: UInt64
  /// How many directors; nil lets the seed choose 2 to 4.
  package var nodes: Int?
  /// For how long faults happen.
  package var duration = Duration.seconds(300)
  /// A deliberately wrong program on all nodes; nil for the right one.
  package var mutant: Mutant?

  package init(seed: UInt64) { self.seed = seed }
}

/// What came of a run.
package struct Outcome: Sendable {
  /// The first thing that must not be; nil when all was well.
  package var violation: Violation?
  /// A number that stands for everything that happened.
  package var hash: UInt64
  /// How much time passed in the simulation.
  package var simulated: Duration
  /// How many happenings there were.
  package var happenings: UInt64
  /// The faults that were to happen.
  package var schedule: [ScheduledFault]
}

/// A run, from the start of the daemons to the calm after everything.
package struct Run {
  /// Everything settles within this time after the last fault, if all daemons run.
  private static let settling = Duration.seconds(60)
  /// Then nothing moves for this long.
  private static let calm = Duration.seconds(60)
  /// Before the first fault.
  private static let beginning = Duration.seconds(12)

  package let settings: RunSettings
  package let plans: [Plan]
  package let schedule: [ScheduledFault]

  /// The run of a seed. With a schedule of one's own only the plans follow from the seed.
  package init(_ settings: RunSettings, schedule: [ScheduledFault]? = nil) {
    self.settings = settings
    let source = Timeline(seed: settings.seed)
    var chance = source.chance("plan")
    let nodes = settings.nodes ?? chance.pick([2, 2, 2, 3, 3, 4])
    var plans = [Plan.random(nodes: nodes, &chance)]
    for _ in 0..<4 { plans.append((plans.last ?? plans[0]).changed(&chance)) }
    self.plans = plans
    var faults = source.chance("faults")
    self.schedule =
      schedule
      ?? Fault.schedule(plans[0], from: Self.beginning, to: Self.beginning + settings.duration, &faults)
  }

  /// Lets it happen. `read` takes the lines of the story, when somebody reads along.
  package func perform(read: ((String) -> Void)? = nil) -> Outcome {
    let trace = Trace()
    trace.read = read
    let timeline = Timeline(seed: settings.seed, trace: trace)
    let cluster = Cluster(timeline, plans: plans)
    settings.mutant?.infect(cluster)
    for fault in schedule { timeline.plan(at: .origin + fault.at) { [unowned cluster] in cluster.apply(fault.fault) } }
    cluster.start()
    let end = Moment.origin + Self.beginning + settings.duration
    timeline.run(until: end)
    if cluster.judge.violation == nil { finish(cluster, timeline) }
    return Outcome(
      violation: cluster.judge.violation, hash: trace.hash, simulated: timeline.now - .origin,
      happenings: timeline.count, schedule: schedule)
  }

  private func finish(_ cluster: Cluster, _ timeline: Timeline) {
    cluster.heal()
    // A role that died often is started again after a minute at most.
    for _ in 0..<90 where !cluster.judge.isComplete { timeline.run(until: timeline.now + .seconds(1)) }
    timeline.run(until: timeline.now + Self.settling)
    guard cluster.judge.violation == nil else { return }
    cluster.judge.judgeEnd()
    cluster.judge.isCalm = true
    timeline.run(until: timeline.now + Self.calm)
    guard cluster.judge.violation == nil else { return }
    cluster.judge.judgeEnd()
  }
}
