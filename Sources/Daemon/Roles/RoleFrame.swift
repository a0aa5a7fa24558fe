import ControlProtocol
import Notifications

/// A message with its destination, as it travels: version, destination, kind, fields.
///
/// The supervisor forwards a frame for another role by looking at its first two octets only.
package struct RoleFrame: Hashable, Sendable {
  /// The version of the form; roles of different builds do not talk.
  static let version: UInt8 = 1

  /// Who is to receive it.
  package var destination: Role
  /// The message.
  package var message: RoleMessage

  /// A message for `destination`.
  package init(to destination: Role, _ message: RoleMessage) {
    self.destination = destination
    self.message = message
  }

  /// Whom a frame is for, without reading the rest.
  package static func destination(of frame: ArraySlice<UInt8>) -> Role? {
    guard frame.count >= 3, frame[frame.startIndex] == version else { return nil }
    return Role(rawValue: frame[frame.startIndex + 1])
  }

  /// The octets of the frame.
  package var encoded: [UInt8] {
    var writer = FieldWriter()
    writer.add(Self.version)
    writer.add(destination.rawValue)
    writer.add(Kind(message).rawValue)
    message.write(to: &writer)
    return writer.bytes
  }

  /// Reads a frame.
  package init(_ frame: ArraySlice<UInt8>) throws(FrameError) {
    var reader = FieldReader(frame)
    let version: UInt8 = try reader.number()
    guard version == Self.version else { throw .unknownVersion(version) }
    let destination: UInt8 = try reader.number()
    guard let role = Role(rawValue: destination) else { throw .unknownRole(destination) }
    let number: UInt8 = try reader.number()
    guard let kind = Kind(rawValue: number) else { throw .unknownKind(number) }
    self.destination = role
    message = try RoleMessage(kind, &reader)
  }

  /// The numbers of the messages.
  enum Kind: UInt8 {
    case heartbeat = 1
    case configuration, stop, scriptEnded, alive, configured, configurationRead, runScript, notice, fifo, routerState
    case servicesInstalled, mail, query, answer, dump, write, event, serverOrder, announcement

    init(_ message: RoleMessage) {
      self =
        switch message {
        case .heartbeat: .heartbeat
        case .configuration: .configuration
        case .stop: .stop
        case .scriptEnded: .scriptEnded
        case .alive: .alive
        case .configured: .configured
        case .configurationRead: .configurationRead
        case .runScript: .runScript
        case .notice: .notice
        case .fifo: .fifo
        case .routerState: .routerState
        case .servicesInstalled: .servicesInstalled
        case .mail: .mail
        case .query: .query
        case .answer: .answer
        case .dump: .dump
        case .write: .write
        case .event: .event
        case .serverOrder: .serverOrder
        case .announcement: .announcement
        }
    }
  }
}

extension RoleMessage {
  fileprivate func write(to writer: inout FieldWriter) {
    switch self {
    case .heartbeat(let number), .alive(let number), .configuration(let number), .configured(let number):
      writer.add(number)
    case .stop:
      break
    case .scriptEnded(let identifier, let outcome):
      writer.add(identifier)
      outcome.write(to: &writer)
    case .configurationRead(let summary):
      summary.write(to: &writer)
    case .runScript(let identifier, let command, let timeout):
      writer.add(identifier)
      command.write(to: &writer)
      writer.add(timeout)
    case .notice(let notice):
      writer.add(notice.subject)
      writer.add(notice.state)
      writer.add(notice.commands) { $1.write(to: &$0) }
    case .fifo(let kind, let line):
      writer.add(kind.rawValue)
      writer.add(line)
    case .routerState(let name, let virtualRouterID, let isMaster):
      writer.add(name)
      writer.add(virtualRouterID)
      writer.add(isMaster)
    case .servicesInstalled(let router):
      writer.add(router)
    case .mail(let subject, let body):
      writer.add(subject)
      writer.add(body)
    case .query(let identifier, let text):
      writer.add(identifier)
      writer.add(text)
    case .answer(let identifier, let role, let text, let isLast):
      writer.add(identifier)
      writer.add(role.rawValue)
      writer.add(text)
      writer.add(isLast)
    case .event(let notice):
      notice.write(to: &writer)
    case .serverOrder(let order):
      order.write(to: &writer)
    case .announcement(let announcement):
      announcement.write(to: &writer)
    case .dump(let kind):
      writer.add(kind.rawValue)
    case .write(let kind, let text):
      writer.add(kind.rawValue)
      writer.add(text)
    }
  }

  fileprivate init(_ kind: RoleFrame.Kind, _ reader: inout FieldReader) throws(FrameError) {
    switch kind {
    case .heartbeat: self = .heartbeat(try reader.number())
    case .alive: self = .alive(try reader.number())
    case .configuration: self = .configuration(generation: try reader.number())
    case .configured: self = .configured(generation: try reader.number())
    case .stop: self = .stop
    case .scriptEnded: self = .scriptEnded(identifier: try reader.number(), try ScriptOutcome(&reader))
    case .configurationRead: self = .configurationRead(try ConfigurationSummary(&reader))
    case .runScript:
      self = .runScript(
        identifier: try reader.number(), try ScriptCommand(&reader), timeoutMilliseconds: try reader.number())
    case .notice:
      self = .notice(
        ScriptNotice(
          subject: try reader.text(), state: try reader.text(), commands: try reader.list(ScriptCommand.init)))
    case .fifo: self = .fifo(try FIFOKind(&reader), line: try reader.text())
    case .routerState:
      self = .routerState(
        name: try reader.text(), virtualRouterID: try reader.number(), isMaster: try reader.flag())
    case .servicesInstalled: self = .servicesInstalled(router: try reader.text())
    case .mail: self = .mail(subject: try reader.text(), body: try reader.text())
    case .query: self = .query(identifier: try reader.number(), text: try reader.text())
    case .answer:
      self = .answer(
        identifier: try reader.number(), role: try Role(&reader), text: try reader.text(), isLast: try reader.flag())
    case .event: self = .event(try EventNotice(&reader))
    case .serverOrder: self = .serverOrder(try ServerOrder(&reader))
    case .announcement: self = .announcement(try Announcement(&reader))
    case .dump: self = .dump(try DumpKind(&reader))
    case .write: self = .write(try DumpKind(&reader), text: try reader.text())
    }
  }
}

extension Role {
  init(_ reader: inout FieldReader) throws(FrameError) {
    guard let role = Role(rawValue: try reader.number()) else { throw .badField }
    self = role
  }
}

extension EventNotice {
  fileprivate func write(to writer: inout FieldWriter) {
    writer.add(role.rawValue)
    writer.add(level)
    writer.add(about) { $0.add($1) }
    writer.add(text)
  }

  fileprivate init(_ reader: inout FieldReader) throws(FrameError) {
    self.init(
      role: try Role(&reader), level: try reader.text(),
      about: try reader.list { (reader) throws(FrameError) in try reader.text() }, text: try reader.text())
  }
}

extension ServerOrder {
  fileprivate func write(to writer: inout FieldWriter) {
    writer.add(service)
    writer.add(server)
    switch action {
    case .drain: writer.add(UInt8(0))
    case .weight(let weight):
      writer.add(UInt8(1))
      writer.add(weight)
    case .disable: writer.add(UInt8(2))
    case .enable: writer.add(UInt8(3))
    case .add(let weight, let like):
      writer.add(UInt8(4))
      writer.add(weight) { $0.add($1) }
      writer.add(like) { $0.add($1) }
    case .remove: writer.add(UInt8(5))
    }
  }

  fileprivate init(_ reader: inout FieldReader) throws(FrameError) {
    let (service, server) = (try reader.text(), try reader.text())
    let kind: UInt8 = try reader.number()
    let action: Action
    switch kind {
    case 0: action = .drain
    case 1: action = .weight(try reader.number())
    case 2: action = .disable
    case 3: action = .enable
    case 4:
      action = .add(
        weight: try reader.optional { (reader) throws(FrameError) in try reader.number() },
        like: try reader.optional { (reader) throws(FrameError) in try reader.text() })
    case 5: action = .remove
    default: throw .badField
    }
    self.init(service: service, server: server, action: action)
  }
}

extension DumpKind {
  fileprivate init(_ reader: inout FieldReader) throws(FrameError) {
    guard let kind = DumpKind(rawValue: try reader.text()) else { throw .badField }
    self = kind
  }
}

extension FIFOKind {
  init(_ reader: inout FieldReader) throws(FrameError) {
    guard let kind = FIFOKind(rawValue: try reader.text()) else { throw .badField }
    self = kind
  }
}

extension ScriptOutcome {
  fileprivate func write(to writer: inout FieldWriter) {
    switch self {
    case .exited(let status):
      writer.add(UInt8(0))
      writer.add(UInt32(bitPattern: status))
    case .signalled(let number):
      writer.add(UInt8(1))
      writer.add(UInt32(bitPattern: number))
    case .timedOut:
      writer.add(UInt8(2))
    case .notRun(let reason):
      writer.add(UInt8(3))
      writer.add(reason)
    }
  }

  fileprivate init(_ reader: inout FieldReader) throws(FrameError) {
    let kind: UInt8 = try reader.number()
    switch kind {
    case 0: self = .exited(status: Int32(bitPattern: try reader.number()))
    case 1: self = .signalled(number: Int32(bitPattern: try reader.number()))
    case 2: self = .timedOut
    case 3: self = .notRun(reason: try reader.text())
    default: throw .badField
    }
  }
}
