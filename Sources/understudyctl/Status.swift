import ArgumentParser
import ControlProtocol

/// Who is master, and what the services do.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Who is master since when, and how the services are.")

  @OptionGroup var options: SocketOptions

  @Flag(help: "Print the daemon's document instead of columns.")
  var json = false

  func run() throws {
    let document = try Client.ask(ControlRequest(.status), socket: options.socket)
    print(json ? document.description : StatusText.lines(document).joined(separator: "\n"))
  }
}

/// Why something is as it is.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Why an instance, a service or a server is as it is: causes, arithmetic, last answers.")

  @OptionGroup var options: SocketOptions

  @Argument(help: "The name of an instance, a service or a server, as `status` prints it.")
  var name: String

  func run() throws {
    let document = try Client.ask(ControlRequest(.status), socket: options.socket)
    let lines = WhyText.lines(document, name)
    guard !lines.isEmpty else {
      throw ClientError(description: "there is nothing called \(name); see `understudyctl status`")
    }
    print(lines.joined(separator: "\n"))
  }
}
