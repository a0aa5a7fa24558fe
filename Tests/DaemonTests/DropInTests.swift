import ConfigurationLanguage
import Daemon
import Machines
import Testing

@Suite struct `The place of a daemon` {
  @Test(
    arguments: [
      (nil, nil, false, "/run/keepalived.pid", "/run/vrrp.pid"),
      (nil, nil, true, "/run/keepalived/keepalived.pid", "/run/keepalived/vrrp.pid"),
      (nil, "X", false, "/run/keepalived/keepalived_X.pid", "/run/keepalived/vrrp_X.pid"),
      ("red", nil, false, "/run/keepalived/red/keepalived.pid", "/run/keepalived/red/vrrp.pid"),
    ] as [(String?, String?, Bool, String, String)])
  func `decides about pid files`(namespace: String?, instance: String?, usesDirectory: Bool, main: String, vrrp: String)
  {
    var place = DaemonPlace()
    (place.namespace, place.instance, place.usesDirectory) = (namespace, instance, usesDirectory)
    #expect(place.pidFile(of: .supervisor, calledAs: "keepalived") == main)
    #expect(place.pidFile(of: .election, calledAs: "keepalived") == vrrp)
    #expect(place.pidFile(of: .control, calledAs: "keepalived") == nil)
  }

  @Test func `does not take the names of a keepalived that runs beside it`() {
    #expect(DaemonPlace().pidFile(of: .election, calledAs: "understudy") == "/run/understudy_vrrp.pid")
  }

  @Test func `is told in the log and in the names of dump files`() {
    var place = DaemonPlace()
    (place.namespace, place.instance) = ("red", "2")
    #expect(place.suffix == "_red_2")
    #expect(place.dumpName("/tmp/keepalived.data") == "/tmp/keepalived.red_2.data")
    #expect(DaemonPlace().dumpName("/tmp/keepalived.data") == "/tmp/keepalived.data")
  }

  @Test func `leaves dump files where the configuration wants them`() {
    var configuration = Configuration()
    let files = { DumpFiles(ControlSettings(configuration), directory: "/t", place: DaemonPlace()) }
    #expect(files().path(of: .data) == "/t/keepalived.data")
    #expect(files().path(of: .checkerData) == "/t/keepalived_check.data")
    configuration.globals.files.stateDump = "/var/lib/x.y/"
    #expect(files().path(of: .parentData) == "/var/lib/x.y/keepalived_parent.data")
    configuration.globals.files.stateDump = "/var/lib/x.y/state"
    #expect(files().path(of: .parentData) == "/var/lib/x.y/state_parent", "the dot is the directory's")
    #expect(files().path(of: .json) == "/t/keepalived.json")
  }
}

@Suite struct `A reload at a set time` {
  /// 2026-11-21 14:00:00 UTC.
  private let now: Int64 = 1_795_269_600

  @Test(
    arguments: [
      ("15:00:00", 3600, 0), ("14:00:00", 86_400, 0), ("13:00:00Z", 82_800, 7200), ("17:00:00", 3600, 7200),
      ("2026-11-22 14:00:00Z", 86_400, 7200), ("26-11-21 16:00:01", 1, 7200), ("2028-02-29 14:00:00", 40_176_000, 0),
    ] as [(String, Int64, Int)])
  func `is due when the file says`(text: String, pause: Int64, zone: Int) throws {
    let written = try #require(ReloadSchedule.Written(text))
    #expect(written.moment(after: now, zone: zone) == now + pause)
  }

  @Test func `that is over is none`() throws {
    #expect(try #require(ReloadSchedule.Written("2026-11-21 13:59:59")).moment(after: now, zone: 0) == nil)
  }

  @Test(arguments: ["", "soon", "24:00:00", "12:00", "12:60:00", "2026-13-01 12:00:00", "1-1 12:00:00", "12:00:00 x y"])
  func `is not guessed`(text: String) { #expect(ReloadSchedule.Written(text) == nil) }
}

@Suite struct `Lines of the log` {
  private func line(_ text: String, _ fields: [String: String] = [:]) -> LogLine {
    LogLine(
      text, severity: 4, level: "warning", identity: "Understudy_vrrp", role: "election", process: 7, fields: fields)
  }

  @Test func `are objects for programs`() {
    #expect(
      line("a \"b\"", ["name": "VI_1"]).json(time: 1.5)
        == #"{"time":1.5,"level":"warning","identity":"Understudy_vrrp","role":"election","process":7,"#
        + #""message":"a \"b\"","name":"VI_1"}"#)
  }

  @Test func `are entries for journald, with their length when they have several lines`() {
    let plain = String(decoding: line("text", ["router-name": "VI_1"]).journalEntry(facility: 3), as: UTF8.self)
    #expect(plain.hasPrefix("MESSAGE=text\nPRIORITY=4\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=Understudy_vrrp\n"))
    #expect(plain.hasSuffix("UNDERSTUDY_ROLE=election\nUNDERSTUDY_ROUTER_NAME=VI_1\n"))
    let long = line("a\nb").journalEntry(facility: 3)
    #expect(Array(long.prefix(20)) == Array("MESSAGE\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0] + Array("a\nb\n".utf8))
  }

  @Test func `that come again and again are counted`() {
    var lines = RepeatedLines()
    #expect(lines.take("x", at: .origin) == "x")
    for second in 1..<60 { #expect(lines.take("x", at: .origin + .seconds(second)) == nil) }
    #expect(lines.take("y", at: .origin + .seconds(59)) == "y", "another line is news")
    #expect(
      lines.take("x", at: .origin + .seconds(60)) == "x (and 59 times more since it was last written)")
    #expect(lines.take("x", at: .origin + .seconds(200)) == "x")
  }

  @Test func `are remembered within bounds`() {
    var lines = RepeatedLines()
    for number in 0...RepeatedLines.capacity { _ = lines.take("\(number)", at: .origin + .seconds(number)) }
    #expect(lines.take("0", at: .origin + .seconds(59)) == "0", "the oldest was forgotten")
    #expect(lines.take("\(RepeatedLines.capacity)", at: .origin + .seconds(100)) == nil)
  }
}

@Suite struct `The command line of genhash` {
  @Test func `is keepalived's`() throws {
    let options = try GenhashOptions(["-SIs", "192.0.2.1", "-p443", "--url=/a", "-V", "www", "-P", "1.0c", "-t", "3"])
    #expect(options.usesTLS && options.namesServer && options.closes)
    #expect((options.server, options.port, options.path) == ("192.0.2.1", 443, "/a"))
    #expect((options.virtualHost, options.version, options.timeout) == ("www", "1.0", 3))
    #expect(try GenhashOptions(["-h"]).wantsHelp)
  }

  @Test(arguments: [
    [], ["-s", "a"], ["-s", "a", "-p", "0", "-u", "/"], ["-Q"], ["-s"], ["x"], ["--use"], ["-P", "2"],
  ])
  func `is refused with a reason`(words: [String]) {
    #expect(throws: GenhashOptions.Mistake.self) { try GenhashOptions(words) }
  }
}
