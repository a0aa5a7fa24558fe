/// How a mail is protected on its way to the relay, and how the sender shows who it is.
package struct MailSecurity: Hashable, Sendable {
  /// When TLS begins.
  package enum Transport: Hashable, Sendable {
    /// Never.
    case clear
    /// When the server has agreed to STARTTLS (RFC 3207); without that, no mail.
    case upgraded
    /// With the connection (RFC 8314).
    case immediate
  }

  /// A name and its password.
  package struct Credentials: Hashable, Sendable {
    package var user: String
    package var password: String

    /// A name and its password.
    package init(user: String, password: String) {
      self.user = user
      self.password = password
    }
  }

  package var transport: Transport
  /// Shown with AUTH (RFC 4954), but never in clear; nil for nothing.
  package var credentials: Credentials?

  /// A way to the relay.
  package init(_ transport: Transport = .clear, credentials: Credentials? = nil) {
    self.transport = transport
    self.credentials = credentials
  }

  /// Whether the relay must be asked what it can do.
  var needsExtensions: Bool { transport != .clear || credentials != nil }
}

/// What a relay says it can do, from its reply to EHLO (RFC 5321 section 4.1.1.1).
struct MailExtensions: Hashable {
  var offersTLS = false
  var mechanisms: Set<String> = []

  /// Reads the lines of the reply.
  init(_ reply: SMTPReplies.Reply) {
    for line in reply.lines {
      // "AUTH=PLAIN" is what old servers write beside "AUTH PLAIN".
      let words = line.dropFirst(4).uppercased().split { $0 == " " || $0 == "=" }
      switch words.first {
      case "STARTTLS": offersTLS = true
      case "AUTH": mechanisms.formUnion(words.dropFirst().map(String.init))
      default: break
      }
    }
  }
}

/// Octets as text (RFC 4648 section 4).
package func base64(_ octets: some Collection<UInt8>) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  var rest = Array(octets)[...]
  while !rest.isEmpty {
    let piece = Array(rest.prefix(3))
    rest = rest.dropFirst(3)
    let bits = piece.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - piece.count))
    for place in 0..<4 {
      text.append(place <= piece.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
