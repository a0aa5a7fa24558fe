import ArgumentParser
import ControlProtocol
import Wire

/// Fetches what the election recorded.
struct Recording: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the last events of the election to a file that `understudy-sim --replay` plays.",
    discussion: """
      The daemon records when `record_election` in global_defs says so. Passwords and keys are not in the file; names, \
      addresses and priorities are.
      """)

  @OptionGroup var options: SocketOptions

  @Argument(help: "The file, `-` for standard output.", completion: .file())
  var file: String

  func run() throws {
    let answer = try Client.ask(.recording, options)
    var recording: [UInt8] = []
    for piece in answer["recording"]?.array ?? [] {
      guard let text = piece.string, let octets = octets(base64: text) else {
        throw ClientError(description: "the daemon's reply cannot be understood")
      }
      recording += octets
    }
    guard file != "-" else {
      return try NewFile.write(recording, to: 1, "standard output")
    }
    try NewFile.write(recording, to: file)
    print("written to \(file): \(recording.count) octets")
  }
}
