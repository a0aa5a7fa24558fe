import ArgumentParser

/// Looks for what most often goes wrong on a host.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Looks on this host for what most often goes wrong.")

  func run() throws {}
}
