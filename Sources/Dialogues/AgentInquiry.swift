package import Machines

/// What an agent on a real server says, in HAProxy's agent-check grammar. Of each class of words the last counts.
package struct AgentReply: Hashable, Sendable {
  /// How a weight is said.
  package enum Weight: Hashable, Sendable {
    /// Percent of the configured weight.
    case percentage(UInt32)
    /// Instead of the configured weight, 0 to 256.
    case absolute(UInt32)
  }

  /// What the agent says of its health.
  package enum Health: Hashable, Sendable {
    case up
    /// down, failed or stopped, with the agent's description.
    case down(String)
  }

  /// What the administrator of the server says.
  package enum Administration: Hashable, Sendable {
    case ready
    /// No new connections.
    case drain
    /// Out of use.
    case maintenance
  }

  package var weight: Weight?
  package var health: Health?
  package var administration: Administration?

  /// Reads a line without its end; nil when a word in it is unknown or there is none.
  package init?(line: some Collection<UInt8>) {
    let text = String(decoding: line, as: UTF8.self)
    let halves = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let description = halves.count > 1 ? printable(Array(halves[1].utf8)) : ""
    let words = (halves.first ?? "").split { $0 == " " || $0 == "\t" || $0 == "," }
    guard !words.isEmpty else { return nil }
    for word in words {
      guard take(word.lowercased(), description: description) else { return nil }
    }
  }

  private mutating func take(_ word: String, description: String) -> Bool {
    switch word {
    case "up": health = .up
    case "down", "fail", "failed", "stopped":
      health = .down(description.isEmpty ? word : "\(word): \(description)")
    case "ready": administration = .ready
    case "drain": administration = .drain
    case "maint": administration = .maintenance
    case _ where word.hasPrefix("maxconn:"): return decimal(Array(word.utf8.dropFirst(8))) != nil
    case _ where word.hasPrefix("weight:"): return takeWeight(word.dropFirst(7), allowsAbsolute: true)
    case _: return takeWeight(word[...], allowsAbsolute: false)
    }
    return true
  }

  private mutating func takeWeight(_ word: Substring, allowsAbsolute: Bool) -> Bool {
    let isPercentage = word.hasSuffix("%")
    guard let number = decimal(Array(word.utf8.dropLast(isPercentage ? 1 : 0))) else { return false }
    if isPercentage {
      guard number <= 25_600 else { return false }
      weight = .percentage(UInt32(number))
      return true
    }
    guard allowsAbsolute, number <= 256 else { return false }
    weight = .absolute(UInt32(number))
    return true
  }
}

/// AGENT_CHECK: an agent is connected to, told a greeting if there is one, and says one line.
package struct AgentInquiry: Dialogue, Equatable {
  private let greeting: [UInt8]
  private var patience: Patience?
  private var line: [UInt8] = []

  /// What it said; nil until it has.
  package private(set) var reply: AgentReply?

  /// The longest line an agent may say.
  static let longestLine = 1_024

  /// Waits `timeout` for the connection and again for the line.
  package init(greeting: String, timeout: Duration, from now: Moment) {
    self.greeting = Array(greeting.utf8)
    patience = Patience(step: timeout, steps: 1, from: now)
  }

  package var nextDeadline: Moment? { patience?.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    guard let waiting = patience else { return [] }
    switch event {
    case .connected:
      patience?.renew(at: now)
      return greeting.isEmpty ? [] : [.send(greeting)]
    case .received(let octets): return take(octets)
    case .ended: return finish(.failure(reason: "the agent closed the connection before the end of its line"))
    case .failed(let reason): return finish(.failure(reason: reason))
    case .deadlineReached:
      guard now >= waiting.deadline else { return [] }
      return finish(.failure(reason: "the agent said nothing within \(waiting.text)"))
    }
  }

  private mutating func take(_ octets: ArraySlice<UInt8>) -> [DialogueEffect] {
    let end = octets.firstIndex { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    line.append(contentsOf: octets[..<(end ?? octets.endIndex)])
    guard line.count <= Self.longestLine else { return finish(.failure(reason: "the agent's line is too long")) }
    guard end != nil else { return [] }
    guard let reply = AgentReply(line: line) else {
      return finish(.failure(reason: "the agent said \"\(printable(line))\", which is not understood"))
    }
    self.reply = reply
    return finish(.success(detail: printable(line)))
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    patience = nil
    return [.finish(verdict)]
  }
}
