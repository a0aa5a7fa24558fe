import Glibc
import LinuxWorld
import Machines
import Testing
import World

@Suite struct ScriptTests {
  let reactor: Reactor
  let runner: ScriptRunner
  let scratch: Scratch
  let results = Collected<ScriptResult>()

  init() throws {
    reactor = try Reactor()
    runner = ScriptRunner(reactor, limit: 4)
    scratch = try Scratch()
  }

  func result(_ request: ScriptRequest) -> ScriptResult? {
    runner.run(request) { [results] in results.append($0) }
    #expect(results.count == 0)
    #expect(reactor.turns { results.count == 1 })
    return results.all.first
  }

  func shell(_ text: String) -> ScriptRequest {
    ScriptRequest(["/bin/sh", "-c", text], environment: ["PATH=/usr/bin:/bin"])
  }

  @Test(arguments: [UInt8(0), 1, 77, 255])
  func `the status of a script is what it exits with`(status: UInt8) {
    #expect(result(shell("exit \(status)")) == .exited(status: status))
    #expect(runner.count == 0)
  }

  @Test func `a script that a signal ends says which`() {
    #expect(result(shell("kill -9 $$")) == .killed(signal: SIGKILL))
  }

  @Test func `a script that is not there could not be run`() {
    let wanted = ScriptResult.couldNotRun(SystemFailure("execve", code: ENOENT, subject: "/nowhere/script"))
    #expect(result(ScriptRequest(["/nowhere/script"])) == wanted)
  }

  @Test func `a script that is not executable could not be run`() throws {
    try command("echo '#!/bin/sh' > \(scratch.path)/script")
    let wanted = ScriptResult.couldNotRun(SystemFailure("execve", code: EACCES, subject: "\(scratch.path)/script"))
    #expect(result(ScriptRequest(["\(scratch.path)/script"])) == wanted)
  }

  @Test func `a directory that is not there is named as the reason`() {
    let wanted = ScriptResult.couldNotRun(SystemFailure("chdir", code: ENOENT, subject: "/bin/true"))
    #expect(result(ScriptRequest(["/bin/true"], directory: "/nowhere")) == wanted)
  }

  @Test func `a script gets its arguments, environment, directory and identity, and nothing else`() throws {
    try command("chmod 777 \(scratch.path)")
    var request = ScriptRequest(
      [
        "/bin/sh", "-c",
        """
        { echo "$0|$1|$2"; env | grep -v '^_=\\|^PWD=\\|^SHLVL=\\|^OLDPWD='; pwd; id -u; id -g; id -G; \
        ls /proc/self/fd | wc -l; readlink /proc/$$/fd/0 /proc/$$/fd/2; \
        grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '[:space:]'; } > \(scratch.path)/seen
        """, "zero", "one two", "",
      ], environment: ["NAME=value with spaces"])
    request.identity = ProcessIdentity(user: 4711, group: 4712, groups: [4712, 4713])
    request.directory = scratch.path
    #expect(result(request) == .exited(status: 0))
    let seen = try SmallFile.read("\(scratch.path)/seen", atMost: 4096)
    let zeros = "0000000000000000"
    #expect(
      String(decoding: seen, as: UTF8.self) == """
        zero|one two|
        NAME=value with spaces
        \(scratch.path)
        4711
        4712
        4712 4713
        4
        /dev/null
        /dev/null
        SigBlk:\(zeros)SigIgn:\(zeros)
        """)
  }

  @Test func `the time-out ends the whole process group`() throws {
    var request = shell("sleep 1000 & echo $! > \(scratch.path)/child; sleep 1000")
    request.timeout = .milliseconds(200)
    #expect(result(request) == .timedOut)
    let child = try number(in: "\(scratch.path)/child")
    #expect(reactor.turns { !isAlive(child) })
    #expect(reactor.turns { runner.count == 0 })
  }

  @Test func `who does not heed SIGTERM is killed two seconds later`() throws {
    var request = shell("trap '' TERM; while :; do sleep 0.05; done")
    request.timeout = .milliseconds(100)
    let start = reactor.now
    #expect(result(request) == .timedOut)
    #expect(reactor.now - start >= .milliseconds(2100))
    #expect(runner.count == 0)
  }

  @Test func `a child that outlives its script's SIGTERM is killed with the group`() throws {
    var request = shell("(trap '' TERM; while :; do sleep 0.05; done) & echo $! > \(scratch.path)/child; sleep 1000")
    request.timeout = .milliseconds(200)
    let start = reactor.now
    #expect(result(request) == .timedOut)
    #expect(reactor.now - start < .milliseconds(1500))
    let child = try number(in: "\(scratch.path)/child")
    #expect(isAlive(child))
    #expect(reactor.turns { runner.count == 0 })
    #expect(reactor.turns { !isAlive(child) })
  }

  @Test func `stopping a script ends it`() throws {
    let running = runner.run(shell("sleep 1000")) { [results] in results.append($0) }
    let script = try #require(running)
    script.stop()
    #expect(reactor.turns { results.count == 1 })
    #expect(results.all == [.stopped])
  }

  @Test func `no more scripts run at a time than may`() {
    for _ in 0..<4 { runner.run(shell("sleep 1000")) { [results] in results.append($0) } }
    runner.run(shell("exit 0")) { [results] in results.append($0) }
    #expect(reactor.turns { results.count == 1 })
    guard case .couldNotRun(let failure) = results.all.first else {
      Issue.record("\(results.all)")
      return
    }
    #expect(failure.code == EAGAIN)
    runner.stopAll()
    #expect(reactor.turns { results.count == 5 })
    #expect(Set(results.all.dropFirst()) == [.stopped])
  }

  func number(in path: String) throws -> Int32 {
    let text = String(decoding: try SmallFile.read(path, atMost: 100), as: UTF8.self)
    return try #require(Int32(text.split(separator: "\n").first ?? ""))
  }

  /// Whether a process is there and no zombie.
  func isAlive(_ process: Int32) -> Bool {
    guard let status = try? SmallFile.read("/proc/\(process)/stat", atMost: 4096) else { return false }
    return !String(decoding: status, as: UTF8.self).contains(") Z ")
  }
}
