import ConfigurationLanguage
import Dialogues
import Glibc
import LinuxWorld
import Logging
import Notifications
import Wire

extension Mailer.Settings {
  /// The settings of a configuration.
  init(_ globals: GlobalDefinitions) {
    let node = HostFiles().nodeName
    let mail = globals.mail
    self.init(
      server: mail.server?.host, port: mail.server?.port ?? Self.usualPort(globals.extensions.smtpTLS),
      heloName: mail.heloName.isEmpty ? node : mail.heloName,
      sender: mail.sender.isEmpty ? "keepalived@\(node)" : mail.sender, recipients: mail.recipients,
      routerIdentifier: globals.routerID.isEmpty ? node : globals.routerID, timeout: mail.connectTimeout,
      security: MailSecurity(globals.extensions))
  }

  private static func usualPort(_ tls: MailTLS) -> UInt16 {
    switch tls {
    case .off: 25
    case .starttls: 587
    case .on: 465
    }
  }
}

extension MailSecurity {
  /// TLS and the password of a configuration (smtp_tls, smtp_user, smtp_password).
  init(_ written: ExtensionSettings) {
    switch written.smtpTLS {
    case .off: self.init(.clear)
    case .starttls: self.init(.upgraded)
    case .on: self.init(.immediate)
    }
    credentials = written.smtpUser.map { Credentials(user: $0, password: written.smtpPassword ?? "") }
  }
}

/// Looks host names up in threads of their own, because the C library's resolver waits.
enum HostResolver {
  /// Looks a name up and calls back on the loop; nil when there is no such name.
  static func resolve(_ name: String, on reactor: Reactor, _ completion: @escaping @Sendable (IPAddress?) -> Void) {
    BackgroundWork.run(on: reactor, { lookUp(name) }, completion)
  }

  /// Looks a name up, and waits; nil when there is no such name.
  static func lookUp(_ name: String) -> IPAddress? {
    var results: UnsafeMutablePointer<addrinfo>?
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    guard unsafe getaddrinfo(name, nil, &hints, &results) == 0 else { return nil }
    defer { unsafe freeaddrinfo(results) }
    var buffer = [CChar](repeating: 0, count: 64)
    var next = unsafe results
    while let entry = unsafe next {
      let numeric = unsafe getnameinfo(
        entry.pointee.ai_addr, entry.pointee.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
      let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if numeric == 0, let address = IPAddress(text) { return address }
      unsafe next = entry.pointee.ai_next
    }
    return nil
  }
}
