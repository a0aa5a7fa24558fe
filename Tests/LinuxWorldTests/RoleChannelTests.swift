import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import World

@Suite struct RoleChannelTests {
  let reactor: Reactor
  let ends: Ends
  let received = Collected<[UInt8]>()
  let descriptors = Collected<[Descriptor]>()
  let closed = Collected<String>()

  init() throws {
    reactor = try Reactor()
    ends = try Ends.sockets()
  }

  func channel(_ descriptor: Descriptor) throws -> RoleChannel {
    try RoleChannel(
      reactor, descriptor,
      received: { [received, descriptors] frame, came in
        received.append(frame)
        descriptors.append(came)
      }, closed: { [closed] in closed.append($0) })
  }

  @Test func `frames of all sizes arrive whole and in order`() throws {
    let (near, far) = (try channel(ends.first), try channel(ends.second))
    let frames = [0, 1, 7, 8, 65_535, 65_536, 1_000_000, 3, RoleChannel.largestFrame].map { size in
      [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
    }
    for frame in frames { near.send(frame) }
    #expect(reactor.turns { received.count == frames.count })
    // Compared one by one and in size only, lest a failure print them.
    #expect(zip(received.all, frames).allSatisfy { $0 == $1 } == true)
    #expect(closed.count == 0)
    near.close()
    far.close()
  }

  @Test func `both sides may talk at once`() throws {
    let (near, far) = (try channel(ends.first), try channel(ends.second))
    for number in 0..<100 {
      near.send([UInt8](repeating: UInt8(number), count: 50_000))
      far.send([UInt8(number)])
    }
    #expect(reactor.turns { received.count == 200 })
    #expect(received.all.filter { $0.count == 1 } == (0..<100).map { [$0] })
    near.close()
    far.close()
  }

  @Test func `descriptors arrive with the frame they were sent with`() throws {
    let (near, far) = (try channel(ends.first), try channel(ends.second))
    near.send([1])
    for number in 2...4 {
      let pipe = try Ends.pipe()
      pipe.second.put([UInt8(number)])
      near.send([UInt8](repeating: UInt8(number), count: 100_000), descriptors: [pipe.first, pipe.second])
    }
    near.send([5])
    #expect(reactor.turns { received.count == 5 })
    #expect(descriptors.all.map(\.count) == [0, 2, 2, 2, 0])
    for (index, pair) in descriptors.all.enumerated() where !pair.isEmpty {
      #expect(pair[0].take(10) == [UInt8(index + 1)])
      #expect(fcntl(pair[0].number, F_GETFD) & FD_CLOEXEC != 0)
    }
    near.close()
    far.close()
  }

  @Test func `the end of the other side is told once, after what it sent`() throws {
    let far = try channel(ends.second)
    let near = try RoleChannel(reactor, ends.first, received: { _, _ in }, closed: { _ in })
    let sent = Collected<Bool>()
    near.send([1, 2, 3])
    near.finish {
      sent.append(true)
      near.close()
      shutdown(ends.first.number, Int32(SHUT_RDWR))
    }
    #expect(reactor.turns { closed.count == 1 })
    reactor.turns(for: .milliseconds(2))
    #expect(received.all == [[1, 2, 3]])
    #expect(closed.all == ["closed by the other side"])
    #expect(sent.count == 1)
    far.close()
  }

  @Test func `what was sent just before the end arrives`() throws {
    let far = try channel(ends.second)
    let near = try RoleChannel(reactor, ends.first, received: { _, _ in }, closed: { _ in })
    near.send([1, 2, 3])
    near.send([4])
    near.close()
    shutdown(ends.first.number, Int32(SHUT_RDWR))
    #expect(reactor.turns { closed.count == 1 })
    #expect(received.all == [[1, 2, 3], [4]])
    far.close()
  }

  @Test func `a side that does not read is given up`() throws {
    let near = try channel(ends.first)
    for _ in 0..<5 { near.send([UInt8](repeating: 0, count: 8 << 20)) }
    #expect(reactor.turns { closed.count == 1 })
    #expect(closed.all.first?.hasPrefix("the other side does not read") == true)
  }

  @Test(
    arguments: [
      [0, 0, 0, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0x55, 0x46], [0, 0, 0, 1, 0, 17, 0x55, 0x46, 1],
      [0, 0, 0, 1, 0, 1, 0x55, 0x46, 1], Array("GET / HTTP/1.0\r\n\r\n".utf8),
    ] as [[UInt8]])
  func `what is no frame ends the channel`(octets: [UInt8]) throws {
    let far = try channel(ends.second)
    ends.first.put(octets)
    #expect(reactor.turns { closed.count == 1 })
    #expect(received.count == 0)
    #expect(closed.all != ["closed by the other side"])
    far.close()
  }

  @Test func `a frame that is too large is not sent`() throws {
    let (near, far) = (try channel(ends.first), try channel(ends.second))
    near.send([UInt8](repeating: 0, count: RoleChannel.largestFrame + 1))
    #expect(reactor.turns { closed.count > 0 })
    #expect(received.count == 0)
    near.close()
    far.close()
  }

  @Test func `a program talks over its descriptor 3`() throws {
    let far = try channel(ends.second)
    var program = Program("/bin/sh", ["sh", "-c", #"printf '\0\0\0\2\0\0UFhi' >&3; exit 7"#])
    program.channel = ends.first.number
    let how = Collected<ProcessEnd>()
    let child = try ChildProcess(program, on: reactor) { how.append($0) }
    #expect(reactor.turns { how.count == 1 && received.count == 1 })
    #expect(received.all == [Array("hi".utf8)])
    #expect(how.all == [.exited(status: 7)])
    #expect(child.process > 0)
    far.close()
  }
}
