import ArgumentParser
import Machines
import Simulation

@main
struct Simulator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "understudy-sim", abstract: "Runs whole clusters in virtual time while everything goes wrong.",
    discussion: """
      One seed is one run, the same every time. A run that violates a rule is printed with its seed; --trace tells its
      story, --shrink finds the few faults that matter, and --keep runs only those.

      --replay plays what a real daemon recorded, as `understudyctl recording` fetched it, through the same machines,
      tells each event with what came of it, and fails when something else comes of it now.
      """)

  @Option(help: "Run these seeds: FROM..TO.")
  var seeds: String?

  @Option(help: "Run this seed.")
  var seed: UInt64?

  @Flag(help: "Tell the story of each run.")
  var trace = false

  @Flag(help: "Write the configurations of the first node, too.")
  var configurations = false

  @Option(help: "Find the shortest schedule with which this seed fails.")
  var shrink: UInt64?

  @Option(help: "Let only these faults of the schedule happen, by number: 3,17.")
  var keep: String?

  @Option(help: "Number of directors, 2 to 16; by default the seed chooses 2 to 4.")
  var routers: Int?

  @Option(help: "Minutes of faults in each run.")
  var minutes: Double = 5

  @Option(help: "Run a deliberately wrong program: \(Mutant.allCases.map(\.rawValue).joined(separator: ", ")).")
  var mutant: Mutant?

  @Flag(help: "End with the first violation.")
  var first = false

  @Option(help: "Replay this recording of a real daemon.", completion: .file())
  var replay: String?

  @Option(help: "Replay without these events, by number: 3,17.")
  var without: String?

  @Option(help: "Replay as if this configuration had been in force.", completion: .file())
  var configuration: String?

  func validate() throws {
    guard replay != nil || (without == nil && configuration == nil) else {
      throw ValidationError("--without and --configuration go with --replay")
    }
    _ = try omitted()
    if let routers, !(2...16).contains(routers) { throw ValidationError("there are 2 to 16 directors") }
    guard minutes > 0, minutes <= 10_000 else { throw ValidationError("minutes are more than 0") }
    _ = try range()
    _ = try kept()
  }

  func run() throws {
    if let replay { return try play(replay) }
    if let shrink { return try shorten(shrink) }
    let range = try range()
    let clock = ContinuousClock()
    let begin = clock.now
    var simulated = Duration.zero
    var (failed, done) = (0, 0)
    for seed in range {
      let outcome = perform(try self.run(of: seed))
      simulated += outcome.simulated
      done += 1
      if let violation = outcome.violation {
        print("seed \(seed): \(violation)")
        failed += 1
        if first { break }
      }
      if range.count == 1 {
        print("seed \(seed): hash \(String(outcome.hash, radix: 16)), \(outcome.happenings) happenings")
      }
    }
    let elapsed = clock.now - begin
    print(
      "\(done) seeds, \(failed) violations, \(simulated) in \(elapsed): \(Int(simulated / elapsed)) times real time")
    if failed > 0 { throw ExitCode(1) }
  }

  private func range() throws -> ClosedRange<UInt64> {
    if let seed = seed ?? shrink { return seed...seed }
    guard let seeds else { return 1...100 }
    let parts = seeds.split(separator: ".").compactMap { UInt64($0) }
    guard parts.count == 2, parts[0] <= parts[1] else { throw ValidationError("seeds are FROM..TO") }
    return parts[0]...parts[1]
  }

  private func kept() throws -> [Int]? { try Self.numbers(keep) }

  func omitted() throws -> Set<Int> { Set(try Self.numbers(without) ?? []) }

  private static func numbers(_ text: String?) throws -> [Int]? {
    guard let text else { return nil }
    let parts = text.split(separator: ",")
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count else {
      throw ValidationError("\(text): these are numbers with commas between them")
    }
    return numbers
  }

  private func settings(_ seed: UInt64) -> RunSettings {
    var settings = RunSettings(seed: seed)
    settings.nodes = routers
    settings.duration = .milliseconds(Int64(minutes * 60_000))
    settings.mutant = mutant
    return settings
  }

  private func run(of seed: UInt64) throws -> Run {
    guard let kept = try kept() else { return Run(settings(seed)) }
    return Run(settings(seed), keeping: kept)
  }

  private func perform(_ run: Run) -> Outcome {
    if configurations {
      for (number, plan) in run.plans.enumerated() { print("--- version \(number)\n\(plan.text(node: 0))") }
    }
    return run.perform(read: trace ? { print($0) } : nil)
  }

  private func shorten(_ seed: UInt64) throws {
    guard let kept = Run.shrink(settings(seed)) else {
      print("seed \(seed) violates nothing")
      return
    }
    let run = Run(settings(seed), keeping: kept)
    for (number, fault) in zip(kept, run.schedule) { print("\(number): \(fault)") }
    if let violation = perform(run).violation { print(violation) }
    let chosen = mutant.map { " --mutant \($0.rawValue)" } ?? ""
    print(
      "understudy-sim --seed \(seed)\(chosen) --minutes \(minutes) --keep "
        + kept.map(String.init).joined(separator: ",") + " --trace")
    throw ExitCode(1)
  }
}

extension Mutant: ExpressibleByArgument {}
