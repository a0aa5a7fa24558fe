import CLinux
import Glibc
import LinuxWorld
import Machines
import Testing
import World

@Suite struct FileWatchTests {
  let reactor: Reactor
  let scratch: Scratch
  let seen = Collected<String?>()

  init() throws {
    reactor = try Reactor()
    scratch = try Scratch()
  }

  func follow(_ name: String) throws -> FileWatch {
    try FileWatch(reactor, path: "\(scratch.path)/\(name)") { [seen] content in
      seen.append(content.map { String(decoding: $0, as: UTF8.self) })
    }
  }

  @Test func `a file is followed through writing, renaming and removing`() throws {
    let watch = try follow("file")
    var expected: [String?] = [nil]
    #expect(reactor.turns { seen.count == 1 })
    let steps: [(String, String?)] = [
      ("echo 1 > file", "1\n"), ("echo 22 > other; mv other file", "22\n"), ("rm file", nil), ("echo 3 > file", "3\n"),
      ("mv file away", nil), ("mv away file", "3\n"),
      ("head -c 10000 /dev/zero | tr '\\0' x > file", String(repeating: "x", count: 4096)),
    ]
    for (step, content) in steps {
      try command("cd \(scratch.path) && \(step)")
      expected.append(content)
      #expect(reactor.turns { seen.count == expected.count }, "\(step)")
    }
    #expect(seen.all == expected)
    watch.cancel()
  }

  @Test func `what is the same, or another file, or after cancelling, is not told`() throws {
    try command("echo 1 > \(scratch.path)/file")
    let watch = try follow("file")
    #expect(reactor.turns { seen.count == 1 })
    try command("cd \(scratch.path) && echo 1 > file && echo 2 > neighbour && echo 1 > file")
    reactor.turns(for: .milliseconds(20))
    #expect(seen.all == ["1\n"])
    watch.cancel()
    try command("echo 5 > \(scratch.path)/file")
    reactor.turns(for: .milliseconds(20))
    #expect(seen.count == 1)
  }

  @Test func `many files of one directory share its watch, by whatever path`() throws {
    try command("cd \(scratch.path) && mkdir real && ln -s real alias && echo 0 > real/file")
    let watches = try [follow("real/file"), follow("alias/file"), follow("real/file")]
    #expect(reactor.turns { seen.count == 3 })
    watches[0].cancel()
    try command("echo 1 > \(scratch.path)/alias/file")
    #expect(reactor.turns { seen.count == 5 })
    #expect(seen.all.suffix(2) == ["1\n", "1\n"])
    watches[1].cancel()
    try command("echo 2 > \(scratch.path)/alias/file")
    #expect(reactor.turns { seen.count == 6 })
    watches[2].cancel()
  }

  @Test func `a directory that comes later, goes and comes again is found`() throws {
    let watch = try follow("deep/file")
    #expect(reactor.turns { seen.count == 1 })
    try command("cd \(scratch.path) && mkdir deep && echo 1 > deep/file")
    #expect(reactor.turns { seen.count == 2 })
    try command("rm -r \(scratch.path)/deep")
    #expect(reactor.turns { seen.count == 3 })
    try command("cd \(scratch.path) && mkdir deep && echo 2 > deep/file")
    #expect(reactor.turns { seen.count == 4 })
    try command("echo 3 > \(scratch.path)/deep/file")
    #expect(reactor.turns { seen.count == 5 })
    #expect(seen.all == [nil, "1\n", nil, "2\n", "3\n"])
    watch.cancel()
  }

  @Test func `a pipe without writer does not hold the loop up`() throws {
    try command("mkfifo \(scratch.path)/file")
    let watch = try follow("file")
    #expect(reactor.turns { seen.count == 1 })
    watch.cancel()
  }
}

@Suite struct HostFileTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  @Test func `a pid file is held by one at a time and removed by its holder`() throws {
    let path = "\(scratch.path)/pid"
    try command("echo 'something much longer than a number' > \(path)")
    let first = try #require(try PidFile.lock(path))
    #expect(try SmallFile.read(path, atMost: 100) == Array("\(getpid())\n".utf8))
    #expect(try PidFile.lock(path) == nil)
    first.remove()
    #expect(throws: SystemFailure.self) { try SmallFile.read(path, atMost: 100) }
    let second = try #require(try PidFile.lock(path))
    first.remove()
    #expect(try SmallFile.read(path, atMost: 100) == Array("\(getpid())\n".utf8))
    second.remove()
  }

  @Test func `a pid file that cannot be made says why`() {
    let failure = #expect(throws: SystemFailure.self) { _ = try PidFile.lock("/nowhere/pid") }
    #expect(failure?.description == "open /nowhere/pid: No such file or directory")
  }

  @Test func `a file larger than allowed is not read`() throws {
    try command("head -c 101 /dev/zero > \(scratch.path)/file")
    #expect(try SmallFile.read("\(scratch.path)/file", atMost: 101).count == 101)
    let failure = #expect(throws: SystemFailure.self) { try SmallFile.read("\(scratch.path)/file", atMost: 100) }
    #expect(failure?.code == EFBIG)
  }

  @Test func `kernel values are read and set`() throws {
    let namespace = try Namespace()
    try namespace.inside {
      #expect(try SmallFile.kernelValue("net/ipv4/ip_forward") == "0")
      try SmallFile.setKernelValue("net/ipv4/ip_forward", to: "1")
      #expect(try SmallFile.kernelValue("net/ipv4/ip_forward") == "1")
    }
  }

  @Test func `the service manager hears the lines, at a path and at an abstract name`() throws {
    for path in ["\(scratch.path)/notify", "@understudy-tests-\(getpid())"] {
      let receiver = Descriptor(socket(AF_UNIX, 2 | O_NONBLOCK, 0))
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
        for (index, octet) in path.utf8.enumerated() { unsafe buffer[index] = octet == UInt8(ascii: "@") ? 0 : octet }
      }
      let length = socklen_t(2 + path.utf8.count + (path.hasPrefix("@") ? 0 : 1))
      let bound = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(receiver.number, $0, length) }
      }
      try #require(bound == 0)
      unsafe _ = setenv("NOTIFY_SOCKET", path, 1)
      ServiceNotifier().send("READY=1\nMAINPID=7")
      unsafe _ = unsetenv("NOTIFY_SOCKET")
      #expect(receiver.take(100) == Array("READY=1\nMAINPID=7".utf8))
    }
    ServiceNotifier().send("READY=1")
  }
}
