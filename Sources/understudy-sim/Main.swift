import ArgumentParser
import Machines
import Simulation

@main
struct Simulator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "understudy-sim", abstract: "Runs whole clusters in virtual time while everything goes wrong.")

  @Option(help: "Run these seeds: FROM..TO.")
  var seeds: String?

  @Option(help: "Run this seed.")
  var seed: UInt64?

  @Flag(help: "Tell the story of the run.")
  var trace = false

  @Option(help: "Number of directors, 2 to 16; by default the seed chooses 2 to 4.")
  var routers: Int?

  @Option(help: "Minutes of faults in each run.")
  var minutes: Double = 5

  func run() throws {
    var first: UInt64 = 1
    var last: UInt64 = 100
    if let seed {
      (first, last) = (seed, seed)
    } else if let seeds {
      let parts = seeds.split(separator: ".").compactMap { UInt64($0) }
      guard parts.count == 2, parts[0] <= parts[1] else { throw ValidationError("seeds are FROM..TO") }
      (first, last) = (parts[0], parts[1])
    }
    let clock = ContinuousClock()
    let begin = clock.now
    var simulated = Duration.zero
    var failed = 0
    for seed in first...last {
      var settings = RunSettings(seed: seed)
      settings.nodes = routers
      settings.duration = .milliseconds(Int64(minutes * 60_000))
      let outcome = Run(settings).perform(read: trace ? { print($0) } : nil)
      simulated += outcome.simulated
      if let violation = outcome.violation {
        print("seed \(seed): \(violation)")
        failed += 1
      }
      if first == last {
        print("seed \(seed): hash \(String(outcome.hash, radix: 16)), \(outcome.happenings) happenings")
      }
    }
    let elapsed = clock.now - begin
    print(
      "\(last - first + 1) seeds, \(failed) violations, \(simulated) simulated in \(elapsed): \(simulated / elapsed) times real time"
    )
    if failed > 0 { throw ExitCode(1) }
  }
}
