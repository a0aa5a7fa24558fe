import ControlProtocol
import Daemon
import Notifications
import Testing

@Suite struct `Messages between the roles` {
  static let script = ScriptCommand(arguments: ["/usr/bin/a", "b c", ""], user: "web", group: nil)

  static let summary: ConfigurationSummary = {
    var summary = ConfigurationSummary()
    summary.status = 5
    summary.errors = ["402 é"]
    summary.diagnostics = ["line one\nline two", "é"]
    summary.roles = [.election, .balancing]
    summary.fifos = [FIFOSettings(path: "/run/f", kinds: [.lvs, .vrrp], script: script)]
    summary.shutdownScript = script
    let account = ScriptAccount(
      user: "web", group: nil, userNumber: 7, groupNumber: 8, supplementaryGroups: [9, 10])
    summary.accounts = [account]
    summary.fifos.append(FIFOSettings(path: "/run/g", kinds: [.vrrp], script: nil, owner: account))
    (summary.place.namespace, summary.place.instance, summary.place.usesDirectory) = ("red", "2", true)
    (summary.fileMask, summary.processName, summary.readingMark) = (0o22, "ka", "")
    summary.schedule = ReloadSchedule(path: "/t", seconds: -1, keepsFile: true)
    return summary
  }()

  static let messages: [RoleMessage] = [
    .heartbeat(1), .alive(.max), .configuration(generation: 3), .configured(generation: 3), .stop,
    .scriptEnded(identifier: 9, .exited(status: -1)), .scriptEnded(identifier: 9, .signalled(number: 15)),
    .scriptEnded(identifier: 9, .timedOut), .scriptEnded(identifier: 9, .notRun(reason: "no such file")),
    .configurationRead(summary), .runScript(identifier: 1, script, timeoutMilliseconds: 1000),
    .notice(ScriptNotice(subject: "s", state: "MASTER", commands: [script, script])), .fifo(.lvs, line: "VS x UP\n"),
    .routerState(name: "V1", virtualRouterID: 51, isMaster: true), .servicesInstalled(router: "V1"),
    .mail(subject: "s", body: "b"), .query(identifier: 5, text: "{}"),
    .answer(identifier: 5, role: .election, text: "{}", isLast: true), .dump(.statsClear), .write(.json, text: "[]"),
    .event(EventNotice(role: .balancing, level: "notice", about: ["a", "b"], text: "é")),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .weight(7))),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .drain)),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .disable)),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .enable)),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .add(weight: 7, like: "q"))),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .add(weight: nil, like: nil))),
    .serverOrder(ServerOrder(service: "s", server: "r", action: .remove)),
    .announcement(Announcement(type: "t", name: "n", service: "s", state: "UP", priority: 7, cause: "c")),
  ]

  @Test(arguments: messages)
  func `arrive as they were sent`(message: RoleMessage) throws {
    let frame = RoleFrame(to: .control, message)
    #expect(try RoleFrame(frame.encoded[...]) == frame)
    #expect(RoleFrame.destination(of: frame.encoded[...]) == .control)
  }

  @Test(arguments: messages)
  func `cut short anywhere are refused`(message: RoleMessage) {
    let bytes = RoleFrame(to: .election, message).encoded
    for length in 0..<bytes.count {
      #expect(throws: FrameError.self) { try RoleFrame(bytes[..<length]) }
    }
  }

  @Test func `with wrong octets never trap`() {
    var state: UInt64 = 1
    for message in Self.messages {
      let bytes = RoleFrame(to: .election, message).encoded
      for _ in 0..<500 {
        var mutant = bytes
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        mutant[Int(state >> 33) % mutant.count] = UInt8(truncatingIfNeeded: state >> 20)
        if let frame = try? RoleFrame(mutant[...]) { #expect((try? RoleFrame(frame.encoded[...])) == frame) }
      }
    }
  }

  @Test func `of another version are refused`() {
    var bytes = RoleFrame(to: .election, .stop).encoded
    bytes[0] = 99
    #expect(throws: FrameError.unknownVersion(99)) { try RoleFrame(bytes[...]) }
    #expect(RoleFrame.destination(of: bytes[...]) == nil)
  }
}
