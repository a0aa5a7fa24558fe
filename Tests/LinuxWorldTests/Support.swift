import CLinux
import Glibc
import LinuxWorld
import Machines
import Synchronization
import World

/// What callbacks leave behind for the test to look at.
final class Collected<Element: Sendable>: Sendable {
  private let storage = Mutex<[Element]>([])

  var all: [Element] { storage.withLock { $0 } }
  var count: Int { storage.withLock { $0.count } }

  func append(_ element: Element) {
    storage.withLock { $0.append(element) }
  }
}

/// A variable that callbacks and the test share.
final class Cell<Value: Sendable>: Sendable {
  private let storage: Mutex<Value>

  init(_ value: Value) {
    storage = Mutex(value)
  }

  var value: Value {
    get { storage.withLock { $0 } }
    set { storage.withLock { $0 = newValue } }
  }
}

extension Reactor {
  /// Turns until the condition holds; false when it does not within the time.
  func turns(within limit: Duration = .seconds(10), until condition: () -> Bool) -> Bool {
    let end = now + limit
    while !condition() {
      guard now < end else { return false }
      // The condition may come true without an event of this reactor.
      turn(until: min(end, now + .milliseconds(10)))
    }
    return true
  }

  /// Turns for some time, for tests of what must not happen.
  func turns(for time: Duration) {
    let end = now + time
    while now < end { turn(until: end) }
  }
}

/// A pipe or a connected pair, closed at the end of the test.
struct Ends {
  let first: Descriptor
  let second: Descriptor

  init(_ pair: linux_socket_pair) throws(SystemFailure) {
    guard pair.error == 0 else { throw SystemFailure("pair", code: pair.error) }
    first = Descriptor(pair.first)
    second = Descriptor(pair.second)
  }

  static func pipe() throws(SystemFailure) -> Ends { try Ends(linux_pipe()) }
  static func sockets() throws(SystemFailure) -> Ends { try Ends(linux_connected_pair()) }
}

extension Descriptor {
  /// Writes the octets, which must fit.
  func put(_ octets: [UInt8]) {
    let written = unsafe octets.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
    precondition(written == octets.count, "the test's pipe is full")
  }

  /// Reads at most so many octets; nil when there is nothing.
  func take(_ count: Int) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: count)
    let length = unsafe octets.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
    return length < 0 ? nil : Array(octets.prefix(length))
  }
}

/// A thread outside the pool that runs one closure.
final class OtherThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  private var identity = pthread_t()

  init(_ run: @escaping @Sendable () -> Void) {
    let body = unsafe Unmanaged.passRetained(Body(run)).toOpaque()
    let result = unsafe pthread_create(
      &identity, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body)
    precondition(result == 0, "no thread")
  }

  func join() {
    _ = pthread_join(identity, nil)
  }
}
