import ConfigurationLanguage
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
      server: mail.server?.host, port: mail.server?.port ?? 25,
      heloName: mail.heloName.isEmpty ? node : mail.heloName,
      sender: mail.sender.isEmpty ? "keepalived@\(node)" : mail.sender, recipients: mail.recipients,
      routerIdentifier: globals.routerID.isEmpty ? node : globals.routerID, timeout: mail.connectTimeout)
  }
}

/// Looks host names up in threads of their own, because the C library's resolver waits.
enum HostResolver {
  /// Looks a name up and calls back on the loop; nil when there is no such name.
  static func resolve(_ name: String, on reactor: Reactor, _ completion: @escaping @Sendable (IPAddress?) -> Void) {
    BackgroundWork.run(on: reactor, { lookUp(name) }, completion)
  }

  private static func lookUp(_ name: String) -> IPAddress? {
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
