import ArgumentParser
import ControlProtocol

/// Asks a running daemon what it does and why, and tells it the few things that are not for the configuration.
@main
struct Control: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "understudyctl", abstract: "Asks a running Understudy what it does and why, and tells it what to do.",
    discussion: """
      Without a subcommand the status is printed. What only asks may be done by root and by members of the group that \
      control_group names in the configuration; everything else by root.
      """,
    subcommands: [
      Status.self, Why.self, Events.self, Server.self, Failover.self, Reload.self, Recording.self, Table.self,
      Metrics.self, Check.self,
      Keywords.self, Doctor.self,
    ], defaultSubcommand: Status.self)
}

/// Where the daemon listens.
struct SocketOptions: ParsableArguments {
  @Option(help: "The daemon's control socket.")
  var socket: String?

  @Option(help: "The instance or network namespace of the daemon, when it has one.")
  var instance: String?

  var path: String {
    socket ?? instance.map { "\(ControlSocket.directory)/control_\($0).sock" } ?? ControlSocket.path
  }
}
