import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import World

@Suite struct `Processes are matched` {
  @Test(arguments: [
    ("sleep", "sleep", true), ("/usr/bin/sleep", "sleep", true), ("sleep", "sleeper", false), ("sl", "sleep", false),
    ("a-very-long-program", "a-very-long-pro", true), ("a-very-long-pro", "a-very-long-pro", true), ("", "", false),
    ("/", "sleep", false),
  ])
  func `by the kernel's name`(program: String, name: String, expected: Bool) {
    #expect(ProcessPattern(program: program).matches(name: name) == expected)
  }

  @Test(arguments: [
    ("sleep", ["/bin/sleep", "5"], true), ("/bin/sleep", ["/bin/sleep", "5"], true),
    ("/usr/bin/sleep", ["/bin/sleep", "5"], false), ("sleep", [], false), ("", [""], false), ("sleep", [""], false),
  ])
  func `by the command line`(program: String, commandLine: [String], expected: Bool) {
    #expect(ProcessPattern(program: program, usesCommandLine: true).matches(commandLine: commandLine) == expected)
  }

  @Test(arguments: [
    (ProcessPattern.ParameterMatch.exact, ["a", "b"], [["a", "b"]], [["a"], ["a", "b", "c"], ["a", "bc"], []]),
    (.exact, [], [[]], [["a"]]),
    (.partial, ["a", "b"], [["a", "b"], ["a", "b", "c"]], [["a"], ["a", "bc"], []]),
    (.initial, ["a", "b"], [["a", "b"], ["a", "bc"], ["a", "b", "c"]], [["a"], ["ab", "b"], []]),
    (.none, ["a"], [[], ["z"]], []),
  ])
  func `by their parameters`(
    match: ProcessPattern.ParameterMatch, parameters: [String], good: [[String]], bad: [[String]]
  ) {
    let pattern = ProcessPattern(program: "x", parameters: parameters, match: match)
    for arguments in good { #expect(pattern.matches(commandLine: ["x"] + arguments), "\(arguments)") }
    for arguments in bad { #expect(!pattern.matches(commandLine: ["x"] + arguments), "\(arguments)") }
  }
}

@Suite struct ProcessMonitorTests {
  let reactor: Reactor
  let scratch: Scratch
  let counts = Cell<[String: Int]>([:])

  init() throws {
    reactor = try Reactor()
    scratch = try Scratch()
  }

  /// A copy of sleep under another name, so that no process of the host is counted.
  private func program(_ name: String) throws -> String {
    try command("cp /bin/sleep \(scratch.path)/\(name)")
    return "\(scratch.path)/\(name)"
  }

  private func start(_ path: String, _ argument: String = "600") throws -> ChildProcess {
    try ChildProcess(Program(path, [path, argument]), on: reactor) { _ in }
  }

  private func monitor(_ patterns: [String: ProcessPattern], usesReports: Bool) -> ProcessMonitor {
    ProcessMonitor(reactor, patterns: patterns, usesReports: usesReports) { [counts] name, count in
      counts.value[name] = count
    }
  }

  @Test(arguments: [true, false])
  func `what begins and ends is counted`(usesReports: Bool) throws {
    let name = "us\(getpid())\(usesReports ? "r" : "p")"
    let path = try program(name)
    let first = try start(path)
    let monitor = monitor(
      [
        "short": ProcessPattern(program: name), "long": ProcessPattern(program: path, usesCommandLine: true),
        "seven": ProcessPattern(program: name, parameters: ["7"], match: .initial),
      ], usesReports: usesReports)
    defer { monitor.cancel() }
    #expect(reactor.turns { counts.value == ["short": 1, "long": 1, "seven": 0] })
    let second = try start(path, "700")
    #expect(reactor.turns { counts.value == ["short": 2, "long": 2, "seven": 1] })
    first.signal(SIGKILL)
    second.signal(SIGKILL)
    #expect(reactor.turns { counts.value == ["short": 0, "long": 0, "seven": 0] })
  }

  @Test(arguments: [true, false])
  func `after cancelling nothing is told`(usesReports: Bool) throws {
    let name = "us\(getpid())\(usesReports ? "s" : "q")"
    let monitor = monitor([name: ProcessPattern(program: name)], usesReports: usesReports)
    #expect(reactor.turns { counts.value == [name: 0] })
    monitor.cancel()
    let child = try start(program(name))
    reactor.turns(for: .milliseconds(700))
    child.signal(SIGKILL)
    #expect(counts.value == [name: 0])
  }
}

@Suite struct `Reports about processes` {
  /// The payload of a message of the process connector with these 32-bit fields behind the kind.
  static func message(_ kind: UInt32, _ fields: [Int32]) -> ArraySlice<UInt8> {
    var octets: [UInt8] = []
    for number in [1, 1, 0, 0, 40, kind, 0, 0, 0] + fields.map(UInt32.init(bitPattern:)) {
      for shift in [0, 8, 16, 24] { octets.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
    }
    return octets[...]
  }

  @Test(
    arguments: [
      (0, [0], .confirmed), (1, [4, 3, 7, 7], .forked(parent: 3, child: 7)),
      (2, [7, 7], .renamed(7)), (0x200, [7, 7, 0, 0, 0, 0], .renamed(7)), (0x8000_0000, [7, 7, 0, 17], .ended(7)),
    ] as [(UInt32, [Int32], ProcessEvent)])
  func `are understood`(kind: UInt32, fields: [Int32], expected: ProcessEvent) {
    #expect(ProcessEvent(payload: Self.message(kind, fields)) == expected)
  }

  @Test(
    arguments: [
      (0, [1]), (1, [4, 3, 8, 7]), (2, [8, 7]), (0x8000_0000, [8, 7, 0, 17]), (4, [7, 7]), (1, [4, 3, 7]), (2, []),
    ] as [(UInt32, [Int32])])
  func `about threads, of other kinds or cut off are left out`(kind: UInt32, fields: [Int32]) {
    #expect(ProcessEvent(payload: Self.message(kind, fields)) == nil)
  }
}
