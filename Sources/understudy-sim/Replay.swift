import ArgumentParser
import Glibc
import Simulation

extension Simulator {
  /// The largest file that is read.
  private static let largest = 256 << 20

  /// Plays a recording; fails when it cannot be read, or when the machines do something else now.
  func play(_ path: String) throws {
    var settings = ReplayStory.Settings()
    settings.tellsEverything = trace
    settings.omitted = try omitted()
    settings.configuration = try configuration.map { String(decoding: try Self.octets(of: $0), as: UTF8.self) }
    let octets = try Self.octets(of: path)
    let outcome: ReplayStory.Outcome
    do {
      var story = try ReplayStory(octets, settings) { print($0) }
      outcome = try story.perform()
    } catch {
      throw ReplayFailure(description: "\(path): \(error)")
    }
    if !outcome.isSame, without == nil, configuration == nil { throw ExitCode(1) }
  }

  private static func octets(of path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else {
      throw ValidationError("\(path): \(unsafe String(cString: strerror(errno)))")
    }
    defer { unsafe _ = fclose(file) }
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while octets.count <= largest {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return octets }
      octets += buffer[..<count]
    }
    throw ValidationError("\(path) is larger than any recording")
  }
}

/// Why a recording cannot be played.
struct ReplayFailure: Error, CustomStringConvertible {
  let description: String
}
