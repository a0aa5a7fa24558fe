import ArgumentParser
import Dialogues
import Wire

/// The agent, and what its administrator tells it.
struct Agent: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells directors which share of its weight this host asks for.",
    discussion: """
      Without an action it serves until a signal ends it, with one line for each connection, such as "up ready 75%". \
      Up to half of a limit the share is 100 percent, from the limit on the least one.

      ready, drain and maint change what is said, also of an agent that is started later; state tells which it is.
      """)

  enum Action: String, ExpressibleByArgument, CaseIterable {
    case serve
    case ready
    case drain
    case maint
    case state
  }

  @Argument(help: "serve, ready, drain, maint or state.")
  var action = Action.serve

  @Option(
    parsing: .singleValue,
    help: "[ADDRESS:]PORT to listen at; may be repeated. Without an address, all of IPv4. (default: 7777)")
  var listen: [ListeningEndpoint] = []

  @Option(help: "The load average per processor at which the share is the least; 0 when it does not matter.")
  var load = 2.0

  @Option(help: "The established TCP connections at which the share is the least; 0 when they do not matter.")
  var connections = 0

  @Option(help: "The least share in percent, 1 to 100.")
  var least = 10

  @Option(name: .customLong("state-file"), help: "Where ready, drain and maint are kept.")
  var stateFile = AgentState.usualPath

  func validate() throws {
    guard load >= 0, load.isFinite else { throw ValidationError("--load must not be negative") }
    guard connections >= 0 else { throw ValidationError("--connections must not be negative") }
    guard (1...100).contains(least) else { throw ValidationError("--least is 1 to 100") }
  }

  func run() throws {
    let state = AgentState(path: stateFile)
    try reportingTrouble { () throws(Trouble) in
      switch action {
      case .serve: try serve(state)
      case .ready: try state.write(.ready)
      case .drain: try state.write(.drain)
      case .maint: try state.write(.maintenance)
      case .state: Output.line(AgentState.word(try state.read()))
      }
    }
  }

  private func serve(_ state: AgentState) throws(Trouble) {
    let settings = AgentGauge.Settings(
      loadLimit: load > 0 ? load : nil, connectionLimit: connections > 0 ? connections : nil, least: least)
    let endpoints = listen.isEmpty ? [Endpoint(.v4(.any), port: 7777)] : listen.map(\.endpoint)
    var server = try AgentServer(endpoints, AgentGauge(settings), state)
    Output.line("agent listens at \(endpoints.map(\.description).joined(separator: ", "))")
    try server.run()
  }
}

/// "7777", "192.0.2.1:7777" or "[2001:db8::1]:7777".
struct ListeningEndpoint: ExpressibleByArgument {
  let endpoint: Endpoint

  init?(argument: String) {
    let colon = argument.lastIndex(of: ":")
    guard let port = UInt16(colon.map { argument[argument.index(after: $0)...] } ?? argument[...]), port > 0 else {
      return nil
    }
    guard let colon else {
      endpoint = Endpoint(.v4(.any), port: port)
      return
    }
    var text = argument[..<colon]
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    guard let address = IPAddress(String(text)) else { return nil }
    endpoint = Endpoint(address, port: port)
  }
}
