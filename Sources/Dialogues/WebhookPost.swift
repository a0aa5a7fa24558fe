package import Machines

/// The address of a web service, as the configuration writes it: "http://host:port/path" or "https://…".
package struct WebAddress: Hashable, Sendable {
  package var isSecure: Bool
  /// A name, or an address without brackets.
  package var host: String
  package var port: UInt16
  /// The path with its query, from the first slash on.
  package var path: String

  /// Reads an address; nil for what is none, and for one with a user name or with characters that a request line
  /// cannot carry.
  package init?(_ text: String) {
    let scheme: String
    if text.hasPrefix("https://") {
      (scheme, isSecure) = ("https://", true)
    } else if text.hasPrefix("http://") {
      (scheme, isSecure) = ("http://", false)
    } else {
      return nil
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let path = rest[authority.endIndex...].prefix { $0 != "#" }
    self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
    guard !authority.contains("@") else { return nil }
    var name = authority
    port = isSecure ? 443 : 80
    let bracket = name.lastIndex(of: "]")
    if let colon = name.lastIndex(of: ":"), bracket.map({ colon > $0 }) ?? true {
      guard let number = UInt16(name[name.index(after: colon)...]), number > 0 else { return nil }
      port = number
      name = name[..<colon]
    }
    if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
    guard !name.isEmpty else { return nil }
    host = String(name)
  }

  /// The Host field.
  var hostField: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }
}

/// How a post ended, for whoever decides about trying again.
package enum PostOutcome: Hashable, Sendable {
  case accepted
  /// It may succeed later: no connection, a time-out, a server's fault (5xx), "too many requests".
  case temporary(reason: String)
  /// It will not: another status.
  case permanent(reason: String)
}

/// The delivery of one JSON text to a web service: POST, and a status that says what became of it (RFC 9110).
package struct WebhookPost: Dialogue {
  private var inquiry: HTTPInquiry

  /// How it ended; nil while it is going on.
  package private(set) var outcome: PostOutcome?

  /// Posts `body`, a JSON text; waits `timeout` for the connection and for the answer.
  package init(_ body: [UInt8], to address: WebAddress, agent: String, timeout: Duration, from now: Moment) {
    let head = [
      "POST \(address.path) HTTP/1.1", "Host: \(address.hostField)", "User-Agent: \(agent)",
      "Content-Type: application/json", "Content-Length: \(body.count)", "Connection: close", "", "",
    ]
    inquiry = HTTPInquiry(
      Array(head.joined(separator: "\r\n").utf8) + body, Patience(step: timeout, steps: 3, from: now))
  }

  package var nextDeadline: Moment? { inquiry.nextDeadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    switch inquiry.handle(event, at: now) {
    case .effects(let effects): return effects
    case .failed(let reason): return finish(.temporary(reason: reason))
    case .parts(let parts):
      for part in parts {
        if let effects = take(part) { return effects }
      }
      return []
    }
  }

  /// The status decides; nobody reads the body.
  private mutating func take(_ part: HTTPResponse.Part) -> [DialogueEffect]? {
    switch part {
    case .status(let code):
      let reason = "HTTP status \(code)"
      if (200...299).contains(code) { return finish(.accepted) }
      return finish(
        code >= 500 || [408, 425, 429].contains(code) ? .temporary(reason: reason) : .permanent(reason: reason))
    case .body, .complete: return nil
    case .malformed(let reason): return finish(.temporary(reason: "the answer is not HTTP: \(reason)"))
    }
  }

  private mutating func finish(_ outcome: PostOutcome) -> [DialogueEffect] {
    inquiry.finish()
    self.outcome = outcome
    switch outcome {
    case .accepted: return [.finish(.success(detail: "accepted"))]
    case .temporary(let reason), .permanent(let reason): return [.finish(.failure(reason: reason))]
    }
  }
}
