import Machines
import Notifications
import Testing

@Suite struct `Notify scripts of one subject` {
  private func notice(_ state: String, scripts: Int = 1) -> ScriptNotice {
    ScriptNotice(
      subject: "instance A", state: state,
      commands: (0..<scripts).map { ScriptCommand(arguments: ["/usr/bin/\(state)-\($0)"]) })
  }

  private func run(_ state: String, _ number: Int = 0) -> ScriptQueueMachine.Effect {
    .run(ScriptCommand(arguments: ["/usr/bin/\(state)-\(number)"]), subject: "instance A", state: state)
  }

  private let ended = ScriptQueueMachine.Event.ended(subject: "instance A")

  @Test func `run one after the other`() {
    var queue = ScriptQueueMachine()
    #expect(queue.handle(.noticed(notice("BACKUP", scripts: 2)), at: .origin) == [run("BACKUP")])
    #expect(queue.handle(.noticed(notice("MASTER")), at: .origin) == [])
    #expect(queue.handle(ended, at: .origin) == [run("BACKUP", 1)])
    #expect(queue.handle(ended, at: .origin) == [run("MASTER")])
    #expect(!queue.isIdle)
    #expect(queue.handle(ended, at: .origin) == [])
    #expect(queue.isIdle)
  }

  @Test func `skip what was overtaken, and end with the latest state`() {
    var queue = ScriptQueueMachine()
    _ = queue.handle(.noticed(notice("BACKUP")), at: .origin)
    #expect(queue.handle(.noticed(notice("MASTER")), at: .origin) == [])
    #expect(queue.handle(.noticed(notice("FAULT")), at: .origin) == [.skipped(notice("MASTER"))])
    #expect(queue.handle(ended, at: .origin) == [run("FAULT")])
  }

  @Test func `of different subjects do not wait for each other`() {
    var queue = ScriptQueueMachine()
    _ = queue.handle(.noticed(notice("BACKUP")), at: .origin)
    let other = ScriptNotice(subject: "group G", state: "BACKUP", commands: [ScriptCommand(arguments: ["/x"])])
    #expect(
      queue.handle(.noticed(other), at: .origin)
        == [.run(ScriptCommand(arguments: ["/x"]), subject: "group G", state: "BACKUP")])
  }

  @Test func `do not appear where none are configured`() {
    var queue = ScriptQueueMachine()
    #expect(queue.handle(.noticed(notice("BACKUP", scripts: 0)), at: .origin) == [])
    #expect(queue.handle(ended, at: .origin) == [])
    #expect(queue.isIdle)
  }

  @Test func `never wait in numbers, however fast states change`() {
    var queue = ScriptQueueMachine()
    var skipped = 0
    for number in 0..<1000 {
      for effect in queue.handle(.noticed(notice("S\(number)")), at: .origin) {
        if case .skipped = effect { skipped += 1 }
      }
    }
    #expect(skipped == 998)
    #expect(queue.handle(ended, at: .origin) == [run("S999")])
  }
}
