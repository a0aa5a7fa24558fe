package import Dialogues
import Machines
package import VirtualServices
import Wire
import World

/// Makes a searcher for bodies out of an expression; the error says what of it is not understood.
package typealias BodyMatcherMaker = @Sendable (BodyPattern) throws(BodyExpression.Mistake) -> any BodyMatcher

/// The searcher we have ourselves, whose time no body can stretch.
@Sendable package func makeBodyMatcher(_ pattern: BodyPattern) throws(BodyExpression.Mistake) -> any BodyMatcher {
  try BodyExpression(
    pattern.expression, options: BodyExpression.Options(words: pattern.options), inverts: pattern.inverts,
    beginnings: pattern.beginnings)
}

/// Chance and searchers, which a conversation may need.
struct ConversationTools {
  var chance: SeededGenerator
  private let make: BodyMatcherMaker
  private var made: [BodyPattern: any BodyMatcher] = [:]

  init(chance: SeededGenerator, matchers: @escaping BodyMatcherMaker) {
    self.chance = chance
    make = matchers
  }

  /// The searcher for a pattern, made when it is asked for the first time.
  mutating func matcher(_ pattern: BodyPattern) throws(BodyExpression.Mistake) -> any BodyMatcher {
    if let known = made[pattern] { return known }
    let new = try make(pattern)
    made[pattern] = new
    return new
  }

  /// Lets go of searchers, which the next configuration may not need.
  mutating func forgetMatchers() {
    made = [:]
  }
}

extension ProbeSettings {
  /// How many conversations one attempt takes, one after another.
  var stepCount: Int {
    if case .http(let check) = kind { check.urls.count } else { 1 }
  }

  /// The connection of a step.
  func request(step: Int) -> ConnectionRequest {
    var request = ConnectionRequest(to: endpoint, over: .tcp, local: local, interface: interface)
    request.firewallMark = firewallMark
    switch kind {
    case .tcp, .smtp, .agent, .misc, .file, .bfd: break
    case .http(let check):
      guard let tls = check.tls else { break }
      let virtualHost = check.urls.indices.contains(step) ? check.urls[step].virtualHost : nil
      request.transport = .tls(TLSSettings(tls, virtualHost: virtualHost))
    case .dns, .udp: request.transport = .udp
    case .ping: request.transport = .ping
    }
    return request
  }

  /// The dialogue of a step; nil when it cannot be held, for the reason of the error.
  func dialogue(
    step: Int, tools: inout ConversationTools, at now: Moment
  ) throws(CheckFailure) -> any Dialogue {
    let timeout = schedule.connectTimeout
    switch kind {
    case .tcp: return TCPProbe(timeout: timeout, from: now)
    case .http(let check):
      guard check.urls.indices.contains(step) else { throw CheckFailure(.couldNotCheck, "there is no URL") }
      return HTTPExchange(try settings(of: check, check.urls[step], &tools), timeout: timeout, from: now)
    case .smtp(let heloName): return SMTPGreeting(heloName: heloName, timeout: timeout, from: now)
    case .dns(let check):
      let identifier = UInt16.random(in: 0 ... .max, using: &tools.chance)
      return DNSQuestion(name: check.name, type: check.type, identifier: identifier, timeout: timeout, from: now)
    case .udp(let check): return UDPExchange(settings(of: check), timeout: timeout, from: now)
    case .ping: return EchoRequest(nonce: tools.chance.next(), timeout: timeout, from: now)
    case .agent(let check): return AgentInquiry(greeting: check.greeting, timeout: timeout, from: now)
    case .misc, .file, .bfd: throw CheckFailure(.couldNotCheck, "\(kind.word) holds no conversation")
    }
  }

  private func settings(
    of check: HTTPCheck, _ url: HTTPCheckURL, _ tools: inout ConversationTools
  ) throws(CheckFailure) -> HTTPExchange.Settings {
    var settings = HTTPExchange.Settings(
      path: url.path, host: url.virtualHost ?? endpoint.description, version: check.version == .http11 ? "1.1" : "1.0",
      closes: check.version != .http10, statusCodes: url.statusCodes, digest: url.digest)
    settings.keepsConnection = check.keepsConnections
    if let pattern = url.pattern {
      do throws(BodyExpression.Mistake) {
        settings.matcher = try tools.matcher(pattern)
      } catch {
        throw CheckFailure(.couldNotCheck, "the expression \"\(pattern.expression)\" has \(error)")
      }
    }
    return settings
  }

  private func settings(of check: UDPCheck) -> UDPExchange.Settings {
    var settings = UDPExchange.Settings(
      payload: check.payload, requiresReply: check.requiresReply, length: check.replyLength)
    settings.expected = check.expected.map { .init(value: $0.value, mask: $0.mask) }
    return settings
  }

  /// What a failed step is called when there are several.
  func stepText(_ step: Int) -> String {
    guard case .http(let check) = kind, check.urls.count > 1, check.urls.indices.contains(step) else { return "" }
    return "\(check.urls[step].path): "
  }
}

extension TLSSettings {
  fileprivate init(_ check: CheckTLS, virtualHost: String?) {
    self.init(serverName: check.sendsServerName ? check.serverName ?? virtualHost : nil, verifies: check.verifies)
    authorityFile = check.authorityFile
    certificateFile = check.certificateFile
    keyFile = check.keyFile
    keyPassword = check.keyPassword
    oldestVersion = check.oldestVersion
  }
}

extension AgentReply {
  /// What the reply means for the server.
  var result: CheckResult {
    if case .down(let reason) = health { return .failure(CheckFailure(.declared, reason)) }
    switch administration {
    case .maintenance: return .failure(CheckFailure(.declared, "in maintenance"))
    case .drain: return .success(detail: "draining", .absolute(0))
    case .ready, nil: break
    }
    return switch weight {
    case .percentage(let percentage): .success(detail: "\(percentage) %", .percentage(percentage))
    case .absolute(let weight): .success(detail: "weight \(weight)", .absolute(weight))
    case nil: .success(detail: "up")
    }
  }
}

extension MiscCheck {
  /// What the end of the program means: 0 is good, 1 is not, anything else is good and may set the weight.
  func result(_ outcome: ScriptOutcome) -> CheckResult {
    switch outcome {
    case .exited(0): return .success(detail: "exit status 0")
    case .exited(1): return .failure(CheckFailure(.answer, "exit status 1"))
    case .exited(let status) where (2...255).contains(status):
      return .success(detail: "exit status \(status)", isDynamic ? .absolute(UInt32(status) - 2) : .none)
    case .exited(let status): return .failure(CheckFailure(.answer, "exit status \(status)"))
    case .killed(let signal): return .failure(CheckFailure(.answer, "ended by signal \(signal)"))
    case .timedOut: return .failure(CheckFailure(.timedOut, "no end within its time"))
    case .notStarted(let reason): return .failure(CheckFailure(.couldNotCheck, reason))
    }
  }
}

extension FileCheck {
  /// What a number in the file means; without a file the number is zero, as with keepalived.
  func state(_ value: Int64?, since now: Moment) -> CheckState {
    let value = value ?? 0
    guard weight != 0 else {
      guard (value != 0) != reverses else { return CheckState(.good, detail: "\(value)", since: now) }
      return CheckState(.failed(CheckFailure(.answer, "the file says \(value)")), since: now)
    }
    let (product, overflows) = value.multipliedReportingOverflow(by: reverses ? -Int64(weight) : Int64(weight))
    let isNegative = (value < 0) != ((weight < 0) != reverses)
    let influence = overflows ? (isNegative ? -Int64.max : Int64.max) : product
    guard influence > Int64(Int32.min) else {
      return CheckState(.failed(CheckFailure(.answer, "the file says \(value)")), since: now)
    }
    return CheckState(.good, influence: .added(influence), detail: "\(value)", since: now)
  }
}
