import Machines
package import Wire
import World

/// A real server on a segment, which answers checks as well as it can.
package final class SimulatedServer: @unchecked Sendable {
  /// What it is good for at present.
  package enum Health: Hashable, Sendable {
    /// Answers at once.
    case well
    /// Answers, but late.
    case slow(Duration)
    /// Nobody listens on the port: refused.
    case refusing
    /// Takes the connection and says the wrong thing.
    case failing
    /// Says nothing at all, as a host without power.
    case silent
  }

  /// What it speaks.
  package enum Language: Hashable, Sendable {
    /// Takes connections and says nothing.
    case plain
    case http
    case smtp
    case dns
    /// Echoes datagrams, and pings.
    case echo
    /// Says a line about itself.
    case agent(String)
  }

  /// Where it is.
  package let endpoint: Endpoint
  /// What it speaks.
  package let language: Language
  /// What it is good for at present.
  package var health = Health.well

  /// A healthy server.
  package init(_ endpoint: Endpoint, _ language: Language) {
    self.endpoint = endpoint
    self.language = language
  }

  /// What it says first.
  var greeting: [UInt8]? {
    switch (language, health) {
    case (.smtp, .failing): Array("421 not now\r\n".utf8)
    case (.smtp, _): Array("220 mail.example\r\n".utf8)
    case (.agent(let line), .failing): Array("down#broken \(line)\n".utf8)
    case (.agent(let line), _): Array("\(line)\n".utf8)
    case (.plain, _), (.http, _), (.dns, _), (.echo, _): nil
    }
  }

  /// What it answers, and whether it hangs up then.
  func answer(_ octets: [UInt8]) -> (octets: [UInt8], isLast: Bool)? {
    let isFailing = health == .failing
    switch language {
    case .plain, .agent: return nil
    case .http:
      let status = isFailing ? "503 Service Unavailable" : "200 OK"
      let body = isFailing ? "broken" : "welcome"
      return (
        Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)".utf8), true
      )
    case .smtp: return (Array((isFailing ? "550 no\r\n" : "250 well\r\n").utf8), false)
    case .dns:
      guard octets.count >= 12 else { return nil }
      var answer = octets
      (answer[2], answer[3]) = (0x81, isFailing ? 0x82 : 0x80)
      return (answer, false)
    case .echo: return (isFailing ? [0] : octets, false)
    }
  }
}
