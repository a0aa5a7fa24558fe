import ArgumentParser

/// Asks a running daemon what it does and why.
@main
struct Control: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "understudyctl", abstract: "Asks a running Understudy what it does and why.",
    subcommands: [Status.self, Why.self], defaultSubcommand: Status.self)
}

/// Where the daemon listens.
struct SocketOptions: ParsableArguments {
  @Option(help: "The daemon's control socket.")
  var socket = "/run/understudy/control.sock"
}
