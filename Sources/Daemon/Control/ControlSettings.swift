package import ConfigurationLanguage
import Dialogues
import Machines
package import Notifications
import World

/// What the control role needs to know of a configuration. It is the role that strangers can speak to, and it gets
/// neither the text nor the secrets of the others.
package struct ControlSettings: Hashable, Sendable {
  /// Where mails go.
  package var mail: Mailer.Settings
  /// router_id, else the name of this machine.
  package var routerIdentifier: String
  /// notify_webhook, as written.
  package var webhook: String?
  /// Whether there is anything to elect, and to balance.
  package var hasRouters: Bool
  package var hasServices: Bool
  /// net_namespace and instance.
  package var namespace: String?
  package var instance: String?
  /// metrics_address and control_group.
  package var metricsAddress: String?
  package var group: String?
  /// state_dump_file, as written.
  package var dumpFile: String?
  /// data_use_instance.
  package var dumpNamesHoldInstance: Bool

  /// The settings of a configuration.
  package init(_ configuration: Configuration) {
    let globals = configuration.globals
    mail = Mailer.Settings(globals)
    routerIdentifier = globals.routerID.isEmpty ? HostFiles().nodeName : globals.routerID
    webhook = globals.extensions.notifyWebhook
    hasRouters = !configuration.vrrpInstances.isEmpty
    hasServices = !configuration.virtualServers.isEmpty
    namespace = configuration.process.netNamespace
    instance = configuration.process.instance
    metricsAddress = globals.extensions.metricsAddress
    group = globals.extensions.controlGroup
    dumpFile = globals.files.stateDump
    dumpNamesHoldInstance = globals.files.dumpNamesHoldInstance
  }

  /// The form in which they travel.
  package var encoded: [UInt8] {
    var writer = FieldWriter()
    mail.write(to: &writer)
    writer.add(routerIdentifier)
    writer.add(webhook) { $0.add($1) }
    writer.add(hasRouters)
    writer.add(hasServices)
    for text in [namespace, instance, metricsAddress, group, dumpFile] { writer.add(text) { $0.add($1) } }
    writer.add(dumpNamesHoldInstance)
    return writer.bytes
  }

  /// What `encoded` wrote.
  package init(encoded: [UInt8]) throws(FrameError) {
    var reader = FieldReader(encoded[...])
    func text() throws(FrameError) -> String? {
      try reader.optional { (reader) throws(FrameError) in try reader.text() }
    }
    mail = try Mailer.Settings(&reader)
    routerIdentifier = try reader.text()
    webhook = try text()
    hasRouters = try reader.flag()
    hasServices = try reader.flag()
    namespace = try text()
    instance = try text()
    metricsAddress = try text()
    group = try text()
    dumpFile = try text()
    dumpNamesHoldInstance = try reader.flag()
    guard reader.remaining.isEmpty else { throw .badField }
  }
}

extension Mailer.Settings {
  fileprivate func write(to writer: inout FieldWriter) {
    writer.add(server) { $0.add($1) }
    writer.add(port)
    for text in [heloName, sender, routerIdentifier] { writer.add(text) }
    writer.add(recipients) { $0.add($1) }
    writer.add(UInt64(clamping: timeout.wholeNanoseconds))
    writer.add(security.transport.number)
    writer.add(security.credentials) { writer, credentials in
      writer.add(credentials.user)
      writer.add(credentials.password)
    }
  }

  fileprivate init(_ reader: inout FieldReader) throws(FrameError) {
    let server = try reader.optional { (reader) throws(FrameError) in try reader.text() }
    let port: UInt16 = try reader.number()
    let (helo, sender, router) = (try reader.text(), try reader.text(), try reader.text())
    let recipients = try reader.list { (reader) throws(FrameError) in try reader.text() }
    let timeout = Duration.nanoseconds(Int64(clamping: try reader.number(UInt64.self)))
    guard let transport = MailSecurity.Transport(number: try reader.number()) else { throw .badField }
    var security = MailSecurity(transport)
    security.credentials = try reader.optional { (reader) throws(FrameError) in
      MailSecurity.Credentials(user: try reader.text(), password: try reader.text())
    }
    self.init(
      server: server, port: port, heloName: helo, sender: sender, recipients: recipients, routerIdentifier: router,
      timeout: timeout, security: security)
  }
}

extension MailSecurity.Transport {
  private static let all: [MailSecurity.Transport] = [.clear, .upgraded, .immediate]

  fileprivate init?(number: UInt8) {
    guard Int(number) < Self.all.count else { return nil }
    self = Self.all[Int(number)]
  }

  fileprivate var number: UInt8 {
    switch self {
    case .clear: 0
    case .upgraded: 1
    case .immediate: 2
    }
  }
}
