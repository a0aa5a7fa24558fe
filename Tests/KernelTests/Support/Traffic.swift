/// What a client of the service sees.
extension Lab {
  private static let client = Paths.checkout + "/contrib/lab/client"

  /// The terminals of case a, twenty addresses of the client.
  static let terminals = (101...120).map { "192.168.0.\($0)" }

  /// Answers per server to HTTP requests, one after the other; failures under "failed".
  func requests(_ host: String, _ port: Int, count: Int, from sources: [String] = []) throws -> [String: Int] {
    try client("tally", [host, "\(port)", "\(count)"] + sources)
  }

  /// Greetings per mail server; failures under "failed".
  func greetings(_ host: String, count: Int) throws -> [String: Int] {
    try client("greetings", [host, "25", "\(count)"])
  }

  private func client(_ verb: String, _ words: [String]) throws -> [String: Int] {
    let outcome = try run(
      ["ip", "netns", "exec", prefix + "client", Lab.client, verb] + words, within: 180)
    guard outcome.status == 0 else { throw NotSo(description: "client \(verb): \(outcome.output)") }
    var answers: [String: Int] = [:]
    for line in outcome.lines {
      let words = line.split(separator: " ")
      if words.count == 2, let number = Int(words[1]) { answers[String(words[0])] = number }
    }
    guard answers["failed"] != nil else { throw NotSo(description: "client \(verb): \(outcome.output)") }
    return answers
  }

  /// Requests at regular intervals while something happens; the longest time in seconds without an answer.
  func longestGap(
    _ host: String, _ port: Int, from sources: [String] = [], while happening: () throws -> Void
  ) throws -> Double {
    let file = try path("client", "watched")
    let watch = try Background(
      ["ip", "netns", "exec", prefix + "client", Lab.client, "watch", host, "\(port)", file] + sources)
    try until("the client runs") { (try? contents(of: file).contains("\n")) == true }
    do {
      try happening()
    } catch {
      _ = watch.stop()
      throw error
    }
    _ = watch.stop()
    let words = try run([Lab.client, "gaps", file]).output.split(separator: " ")
    guard let at = words.firstIndex(of: "gap"), at + 1 < words.count, let gap = Double(words[at + 1]) else {
      throw NotSo(description: "no gaps in \(words)")
    }
    return gap
  }
}

/// One connection of the client that is used all the time.
struct HeldConnection {
  private let client: Background
  private let file: String

  init(_ lab: Lab, _ host: String, _ port: Int) throws {
    file = try lab.path("client", "held")
    client = try Background(
      [
        "ip", "netns", "exec", lab.prefix + "client", Paths.checkout + "/contrib/lab/client", "hold", host, "\(port)",
        file,
      ])
    let path = file
    try lab.until("the connection is up") { (try? contents(of: path).contains("1 ")) == true }
  }

  /// The requests answered up to now, nil when it is broken.
  var answered: Int? {
    guard let lines = try? contents(of: file).split(separator: "\n"), let last = lines.last, !last.hasPrefix("broken")
    else { return nil }
    return last.split(separator: " ").first.flatMap { Int($0) }
  }

  /// The server at its other end.
  var server: String? {
    (try? contents(of: file))?.split(separator: "\n").first?.split(separator: " ").last.map(String.init)
  }

  func close() {
    _ = client.stop()
  }
}
