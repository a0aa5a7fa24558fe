import ArgumentParser
import ControlProtocol
import Glibc

/// Who is master, and what the services do.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Who is master since when, and how the services and servers are.")

  @OptionGroup var options: SocketOptions

  @Flag(help: "Print the daemon's document instead of columns.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print again and again, with rates per second.")
  var watch = false

  @Option(help: "Seconds between two prints of --watch.")
  var interval = 2.0

  func validate() throws {
    guard (0.2...3600).contains(interval) else { throw ValidationError("--interval is 0.2 to 3600 seconds") }
  }

  func run() throws {
    var document = try Client.ask(.status, options)
    guard watch else { return show(document, before: nil, 1) }
    var before: JSON?
    var elapsed = interval
    let clock = ContinuousClock()
    while true {
      if isatty(1) == 1, !json { print("\u{1B}[H\u{1B}[2J", terminator: "") }
      show(document, before: before, elapsed)
      if !json, isatty(1) == 0 { print("") }
      fflush(nil)
      let began = clock.now
      usleep(UInt32(interval * 1_000_000))
      before = document
      document = try Client.ask(.status, options)
      elapsed =
        Double((clock.now - began).components.seconds)
        + Double((clock.now - began).components.attoseconds) / 1e18
    }
  }

  private func show(_ document: JSON, before: JSON?, _ elapsed: Double) {
    if json {
      print(document)
    } else {
      let rates = before.map { Rates(document, before: $0, seconds: elapsed) }
      print(StatusText.lines(document, rates: rates, width: watch).joined(separator: "\n"))
    }
  }
}

/// Why something is as it is.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Why an instance, a group, a service or a server is as it is.",
    discussion: "Prints causes, the arithmetic of the priority, the last answers to checks, and what happened last.")

  @OptionGroup var options: SocketOptions

  @Flag(help: "Print the daemon's document instead of lines.")
  var json = false

  @Argument(help: "The name of an instance, a group, a service or a server, as `status` prints it.")
  var name: String

  func run() throws {
    let document = try Client.ask(.why(name: name), options)
    if json { return print(document) }
    let lines = WhyText.lines(document, name)
    guard !lines.isEmpty else {
      throw ClientError(description: "there is nothing called \(name); see `understudyctl status`")
    }
    print(lines.joined(separator: "\n"))
  }
}

/// What happened.
struct Events: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What happened last, and with --follow what happens from now on.")

  @OptionGroup var options: SocketOptions

  @Flag(name: .shortAndLong, help: "Go on with what happens from now on.")
  var follow = false

  @Option(name: [.customShort("n"), .long], help: "How many of the last events.")
  var lines = 20

  @Flag(help: "Print each event as JSON.")
  var json = false

  @Argument(help: "Only what is about an instance, a group, a service or a server.")
  var name: String?

  func validate() throws {
    guard (0...ControlRequest.mostEvents).contains(lines) else {
      throw ValidationError("--lines is 0 to \(ControlRequest.mostEvents)")
    }
  }

  func run() throws {
    let client = try Client(options.path)
    let answer = try client.ask(.events(limit: lines, name: name, follows: follow))
    guard follow else {
      for event in answer["events"]?.array ?? [] { show(event) }
      return
    }
    show(answer)
    client.setPatience(seconds: 0)
    while true { show(try client.next()) }
  }

  private func show(_ event: JSON) {
    print(json ? event.description : EventText.line(event))
    fflush(nil)
  }
}

/// The kernel's table.
struct Table: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ipvs", abstract: "The kernel's table of virtual services, as `ipvsadm -Ln` prints it.")

  @OptionGroup var options: SocketOptions

  @Flag(help: "As `ipvsadm --save -n` prints it and `ipvsadm --restore` reads it.")
  var save = false

  @Flag(help: "Connections, packets and octets, as `ipvsadm -Ln --stats --exact`.")
  var stats = false

  @Flag(help: "Print the table as JSON.")
  var json = false

  func run() throws {
    let document = try Client.ask(.ipvs, options)
    if json { return print(document) }
    let lines =
      save ? TableText.save(document) : stats ? TableText.statistics(document) : TableText.list(document)
    for line in lines { print(line) }
  }
}

/// The metrics.
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The metrics, as Prometheus reads them from metrics_address.")

  @OptionGroup var options: SocketOptions

  func run() throws {
    print(try Client.ask(.metrics, options).string ?? "", terminator: "")
  }
}
