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
