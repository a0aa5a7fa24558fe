import Notifications

// The fields of what the supervisor is told of a configuration.

extension ScriptCommand {
  func write(to writer: inout FieldWriter) {
    writer.add(arguments) { $0.add($1) }
    writer.add(user) { $0.add($1) }
    writer.add(group) { $0.add($1) }
  }

  init(_ reader: inout FieldReader) throws(FrameError) {
    self.init(
      arguments: try reader.list { (reader) throws(FrameError) in try reader.text() },
      user: try reader.optional { (reader) throws(FrameError) in try reader.text() },
      group: try reader.optional { (reader) throws(FrameError) in try reader.text() })
  }
}

extension ScriptAccount {
  func write(to writer: inout FieldWriter) {
    writer.add(user) { $0.add($1) }
    writer.add(group) { $0.add($1) }
    writer.add(userNumber)
    writer.add(groupNumber)
    writer.add(supplementaryGroups) { $0.add($1) }
  }

  init(_ reader: inout FieldReader) throws(FrameError) {
    self.init(
      user: try reader.optional { (reader) throws(FrameError) in try reader.text() },
      group: try reader.optional { (reader) throws(FrameError) in try reader.text() },
      userNumber: try reader.number(), groupNumber: try reader.number(),
      supplementaryGroups: try reader.list { (reader) throws(FrameError) in try reader.number() })
  }
}

extension FIFOSettings {
  func write(to writer: inout FieldWriter) {
    writer.add(path)
    writer.add(kinds.map(\.rawValue).sorted()) { $0.add($1) }
    writer.add(script) { $1.write(to: &$0) }
    writer.add(owner) { $1.write(to: &$0) }
  }

  init(_ reader: inout FieldReader) throws(FrameError) {
    self.init(
      path: try reader.text(), kinds: Set(try reader.list(FIFOKind.init)),
      script: try reader.optional(ScriptCommand.init), owner: try reader.optional(ScriptAccount.init))
  }
}

extension ConfigurationSummary {
  func write(to writer: inout FieldWriter) {
    writer.add(UInt32(bitPattern: status))
    writer.add(errors) { $0.add($1) }
    writer.add(isFatal)
    writer.add(diagnostics) { $0.add($1) }
    writer.add(roles) { $0.add($1.rawValue) }
    writer.add(fifos) { $1.write(to: &$0) }
    writer.add(childWaitTime)
    writer.add(startupScript) { $1.write(to: &$0) }
    writer.add(shutdownScript) { $1.write(to: &$0) }
    writer.add(startupTimeout)
    writer.add(shutdownTimeout)
    writer.add(accounts) { $1.write(to: &$0) }
    writer.add(place.namespace) { $0.add($1) }
    writer.add(place.instance) { $0.add($1) }
    writer.add(place.usesDirectory)
    writer.add(fileMask) { $0.add($1) }
    writer.add(processName) { $0.add($1) }
    writer.add(readingMark) { $0.add($1) }
    writer.add(schedule) { $1.write(to: &$0) }
  }

  init(_ reader: inout FieldReader) throws(FrameError) {
    self.init()
    status = Int32(bitPattern: try reader.number())
    errors = try reader.list { (reader) throws(FrameError) in try reader.text() }
    isFatal = try reader.flag()
    diagnostics = try reader.list { (reader) throws(FrameError) in try reader.text() }
    roles = try reader.list(Role.init)
    fifos = try reader.list(FIFOSettings.init)
    childWaitTime = try reader.number()
    startupScript = try reader.optional(ScriptCommand.init)
    shutdownScript = try reader.optional(ScriptCommand.init)
    startupTimeout = try reader.number()
    shutdownTimeout = try reader.number()
    accounts = try reader.list(ScriptAccount.init)
    place.namespace = try reader.optional { (reader) throws(FrameError) in try reader.text() }
    place.instance = try reader.optional { (reader) throws(FrameError) in try reader.text() }
    place.usesDirectory = try reader.flag()
    fileMask = try reader.optional { (reader) throws(FrameError) in try reader.number() }
    processName = try reader.optional { (reader) throws(FrameError) in try reader.text() }
    readingMark = try reader.optional { (reader) throws(FrameError) in try reader.text() }
    schedule = try reader.optional(ReloadSchedule.init)
  }
}

extension ReloadSchedule {
  func write(to writer: inout FieldWriter) {
    writer.add(path)
    writer.add(UInt64(bitPattern: seconds))
    writer.add(keepsFile)
  }

  init(_ reader: inout FieldReader) throws(FrameError) {
    self.init(
      path: try reader.text(), seconds: Int64(bitPattern: try reader.number()), keepsFile: try reader.flag())
  }
}

extension Announcement {
  func write(to writer: inout FieldWriter) {
    writer.add(type)
    writer.add(name)
    writer.add(service) { $0.add($1) }
    writer.add(state)
    writer.add(priority) { $0.add($1) }
    writer.add(cause)
  }

  init(_ reader: inout FieldReader) throws(FrameError) {
    self.init(
      type: try reader.text(), name: try reader.text(),
      service: try reader.optional { (reader) throws(FrameError) in try reader.text() }, state: try reader.text(),
      priority: try reader.optional { (reader) throws(FrameError) in try reader.number() }, cause: try reader.text())
  }
}
