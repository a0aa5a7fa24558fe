package import Machines
import Wire

/// Searches the body of an answer; implemented outside of the dialogues, with whatever library does regular
/// expressions there.
package protocol BodyMatcher: Sendable {
  /// The expression, for messages.
  var expression: String { get }
  /// Whether the body, cut to `HTTPExchange.mostBodyToSearch` octets, is as it should be.
  func accepts(_ body: ArraySlice<UInt8>) -> Bool
}

/// HTTP_GET and SSL_GET: one URL, asked over one connection. With TLS the octets are the same.
package struct HTTPExchange: Dialogue {
  /// What is asked and what is right about the answer.
  package struct Settings: Sendable {
    /// "1.0" or "1.1".
    package var version: String
    /// Whether "Connection: close" is sent.
    package var closes: Bool
    /// Whether the server is asked to leave the connection open for the next request; `closes` is then void.
    package var keepsConnection = false
    /// The path with its query.
    package var path: String
    /// The Host header.
    package var host: String
    /// Accepted status codes; empty for none configured.
    package var statusCodes: [ClosedRange<UInt16>]
    /// The MD5 digest of the body, 32 lower-case hexadecimal digits.
    package var digest: String?
    package var matcher: (any BodyMatcher)?

    /// A request of HTTP/1.0 for whose answer any success will do.
    package init(
      path: String, host: String, version: String = "1.0", closes: Bool = false,
      statusCodes: [ClosedRange<UInt16>] = [], digest: String? = nil, matcher: (any BodyMatcher)? = nil
    ) {
      self.path = path
      self.host = host
      self.version = version
      self.closes = closes
      self.statusCodes = statusCodes
      self.digest = digest
      self.matcher = matcher
    }

    /// The octets of the request; the field order is keepalived's.
    package var request: [UInt8] {
      let connection =
        switch (keepsConnection, closes) {
        case (true, _): version == "1.0" ? "Connection: keep-alive\r\n" : ""
        case (false, true): "Connection: close\r\n"
        case (false, false): ""
        }
      let text =
        "GET \(path) HTTP/\(version)\r\nUser-Agent: KeepAliveClient\r\n\(connection)Host: \(host)\r\n\r\n"
      return Array(text.utf8)
    }
  }

  /// How much of a body that nobody judges is read before the connection is closed.
  package static let mostUnjudgedBody = 262_144
  /// How much of a body is digested before it counts as endless.
  package static let mostBody = 67_108_864
  /// How much of a body is kept for an expression.
  package static let mostBodyToSearch = 1_048_576

  private let settings: Settings
  private var inquiry: HTTPInquiry
  private var status: UInt16?
  private var digest = MD5()
  private var bodyOctets = 0
  private var body: [UInt8] = []

  /// Waits `timeout` for the connection and for each piece of the answer, and four times that for all of it.
  package init(_ settings: Settings, timeout: Duration, from now: Moment) {
    self.settings = settings
    inquiry = HTTPInquiry(settings.request, Patience(step: timeout, steps: 4, from: now))
  }

  /// Whether, after the end, the connection may be used for another request.
  package var leavesConnectionOpen: Bool { settings.keepsConnection && inquiry.response.leavesConnectionOpen }

  package var nextDeadline: Moment? { inquiry.nextDeadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    switch inquiry.handle(event, at: now) {
    case .effects(let effects): return effects
    case .failed(let reason): return finish(.failure(reason: reason))
    case .parts(let parts):
      for part in parts {
        if let effects = take(part) { return effects }
      }
      return []
    }
  }

  /// What a part of the response means; nil while more is needed.
  private mutating func take(_ part: HTTPResponse.Part) -> [DialogueEffect]? {
    switch part {
    case .status(let code):
      status = code
      // A wrong status decides at once, whatever follows.
      guard isAccepted(code) else { return finish(.failure(reason: "HTTP status \(code) instead of \(acceptedText)")) }
      return nil
    case .body(let octets): return takeBody(octets)
    case .complete: return finish(verdict)
    case .malformed(let reason): return finish(.failure(reason: "the answer is not HTTP: \(reason)"))
    }
  }

  private mutating func takeBody(_ octets: ArraySlice<UInt8>) -> [DialogueEffect]? {
    bodyOctets += octets.count
    guard settings.digest != nil || settings.matcher != nil else {
      return bodyOctets > Self.mostUnjudgedBody ? finish(verdict) : nil
    }
    guard bodyOctets <= Self.mostBody else {
      return finish(.failure(reason: "the body is longer than \(Self.mostBody) octets"))
    }
    if settings.digest != nil { digest.add(octets) }
    if settings.matcher != nil { body.append(contentsOf: octets.prefix(Self.mostBodyToSearch - body.count)) }
    return nil
  }

  private var verdict: Verdict {
    if let wanted = settings.digest {
      let found = digest.hexadecimal
      guard found == wanted else { return .failure(reason: "MD5 digest \(found) instead of \(wanted)") }
    }
    if let matcher = settings.matcher, !matcher.accepts(body[...]) {
      return .failure(reason: "the body is not as \"\(matcher.expression)\" says")
    }
    return .success(detail: "HTTP \(status ?? 0), \(bodyOctets) octets")
  }

  /// Without any rule, success is; with other rules, the status does not matter unless it is among them.
  private func isAccepted(_ code: UInt16) -> Bool {
    guard settings.statusCodes.isEmpty else { return settings.statusCodes.contains { $0.contains(code) } }
    return settings.digest != nil || settings.matcher != nil || (200...299).contains(code)
  }

  private var acceptedText: String {
    guard !settings.statusCodes.isEmpty else { return "200-299" }
    return settings.statusCodes.map { range in
      range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }.joined(separator: " ")
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    inquiry.finish()
    return [.finish(verdict)]
  }
}
