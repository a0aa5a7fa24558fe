import CLinux
import Daemon
import LinuxWorld
import Machines
import Testing
import VRRP

@Suite struct `What an election role leaves behind` {
  private func file() throws -> Descriptor {
    let number = unsafe linux_memory_file("memory")
    try #require(number >= 0)
    return Descriptor(number)
  }

  private func memory(_ number: Int, isMaster: Bool = true) -> RouterMemory {
    RouterMemory(
      name: "V\(number)", wasMaster: isMaster, effectivePriority: UInt8(number % 256),
      lastAdvert: number == 0 ? nil : Moment(nanoseconds: Int64(number) << 33),
      peersWaitUntil: isMaster ? Moment(nanoseconds: .max - Int64(number)) : nil,
      masterInterval: .milliseconds(10 * number))
  }

  @Test func `is found by the next, however many routers there are`() throws {
    let file = try file()
    let page = MemoryPage(file)
    let memories = (0..<700).map { memory($0, isMaster: $0 % 3 == 0) }
    // The last first, so that the file has to grow at once.
    for (slot, memory) in memories.enumerated().reversed() { page.write(memory, slot: slot) }
    #expect(MemoryPage(file).recall(memories.map(\.name)) == memories)
    #expect(MemoryPage(file).recall(["V8", "unknown"]) == [memories[8]])
  }

  @Test func `is the latest of each`() throws {
    let file = try file()
    let page = MemoryPage(file)
    page.write(memory(7), slot: 0)
    page.write(memory(7, isMaster: false), slot: 0)
    #expect(MemoryPage(file).recall(["V7"]) == [memory(7, isMaster: false)])
  }

  @Test func `is gone when it left in order, and begins anew`() throws {
    let file = try file()
    let page = MemoryPage(file)
    page.write(memory(7), slot: 300)
    page.clear()
    #expect(MemoryPage(file).recall(["V7"]).isEmpty)
    page.write(memory(9), slot: 1)
    #expect(MemoryPage(file).recall(["V7", "V9"]) == [memory(9)])
    // Beyond what it can hold nothing is written.
    page.write(memory(8), slot: 1 << 20)
    #expect(MemoryPage(file).recall(["V8"]).isEmpty)
  }
}
