import CLinux
import Glibc
import Netlink

/// Something the kernel reports about a process (linux/cn_proc.h). Threads other than the first of a process are left
/// out.
package enum ProcessEvent: Hashable, Sendable {
  /// Reports come from now on.
  case confirmed
  case forked(parent: Int32, child: Int32)
  /// It runs another program, or has another name.
  case renamed(Int32)
  case ended(Int32)

  /// Reads the payload of a message of the connector; nil for what does not concern us or is not as we know it.
  package init?(payload: ArraySlice<UInt8>) {
    var reader = HostReader(payload)
    // struct cn_msg: the identity of the process connector, two numbers, length and flags.
    guard reader.number(UInt32.self) == 1, reader.number(UInt32.self) == 1, reader.number(UInt64.self) != nil,
      reader.number(UInt32.self) != nil,
      // struct proc_event: what happened, on which CPU, when.
      let kind = reader.number(UInt32.self), reader.number(UInt32.self) != nil, reader.number(UInt64.self) != nil
    else { return nil }
    switch kind {
    case 0:
      guard reader.number(UInt32.self) == 0 else { return nil }
      self = .confirmed
    case 1:
      guard reader.number(Int32.self) != nil, let parent: Int32 = reader.number(), let child: Int32 = reader.number(),
        child == reader.number(Int32.self)
      else { return nil }
      self = .forked(parent: parent, child: child)
    case 2, 0x200:
      guard let process: Int32 = reader.number(), process == reader.number(Int32.self) else { return nil }
      self = .renamed(process)
    case 0x8000_0000:
      guard let process: Int32 = reader.number(), process == reader.number(Int32.self) else { return nil }
      self = .ended(process)
    default: return nil
    }
  }
}

/// The kernel's reports about processes.
final class ProcessEvents {
  /// What came of reading.
  enum Reading: Hashable {
    case events([ProcessEvent])
    /// Reports were lost: only looking at all processes tells what there is.
    case lost
  }

  /// Datagrams read in one turn, so that a storm of processes keeps nothing else waiting.
  private static let limit = 256

  private let socket: Descriptor
  private var buffer = [UInt8](repeating: 0, count: 1024)
  var fileDescriptor: Int32 { socket.number }

  /// Nil where the kernel has no such reports, or not for us.
  init?() {
    let number = linux_process_events_open()
    guard number >= 0 else { return nil }
    socket = Descriptor(number)
  }

  /// Takes in what waits.
  func read() -> Reading {
    var events: [ProcessEvent] = []
    for _ in 0..<Self.limit {
      let length = unsafe buffer.withUnsafeMutableBytes {
        unsafe linux_process_events_receive(socket.number, $0.baseAddress, $0.count)
      }
      if length == -Int(EAGAIN) { break }
      if length == -Int(EINTR) { continue }
      guard length >= 0 else { return .lost }
      var reader = DatagramReader(buffer[..<length])
      while let message = try? reader.next() {
        if let event = ProcessEvent(payload: message.payload) { events.append(event) }
      }
    }
    return .events(events)
  }
}
