import ArgumentParser

/// Looks for what most often goes wrong on a host.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks on this host for what most often goes wrong, and prints what to type.",
    discussion: """
      Reads the configuration, looks at the kernel, the packet filter, the interfaces and the programs that are named, \
      asks on the links who has the virtual addresses, and listens for a few seconds. The exit status is 1 when \
      something does not work. Some of it may be seen by root only.
      """)

  @Flag(help: "Print the findings as JSON.")
  var json = false

  @Argument(help: "The configuration file.", completion: .file())
  var file = "/etc/keepalived/keepalived.conf"

  func run() throws {
    try DaemonProgram.become(["--doctor", "--use-file", file] + (json ? ["--diagnostics", "json"] : []))
  }
}
