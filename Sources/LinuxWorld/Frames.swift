import CLinux
import Glibc
import Wire
import World

/// What came of moving frames.
enum FrameProgress {
  /// All that was there was moved.
  case more
  /// The descriptor has to become ready first.
  case wait
  case broken(String)
}

/// The header of a frame.
enum FrameHeader {
  static let size = 8
  /// Tells a frame from what is none.
  private static let mark: UInt16 = 0x5546

  static func encoded(length: Int, descriptors: Int) -> [UInt8] {
    var header: [UInt8] = []
    header.append(number: UInt32(truncatingIfNeeded: length))
    header.append(number: UInt16(truncatingIfNeeded: descriptors))
    header.append(number: mark)
    return header
  }

  /// Length and descriptors; nil when it is no header of ours.
  static func read(_ octets: ArraySlice<UInt8>) -> (length: Int, descriptors: Int)? {
    var reader = ByteReader(octets)
    guard let length = reader.number(UInt32.self), let descriptors = reader.number(UInt16.self),
      reader.number(UInt16.self) == mark, length <= RoleChannel.largestFrame, descriptors <= linux_most_descriptors
    else { return nil }
    return (Int(length), Int(descriptors))
  }
}

/// Cuts what is received into frames.
struct FrameReader {
  private var octets: [UInt8] = []
  private var consumed = 0
  private var descriptors: [Descriptor] = []
  /// Why no frame can follow any more.
  private(set) var fault: String?

  /// Receives once.
  mutating func receive(from descriptor: Descriptor, _ size: Int) -> FrameProgress {
    var numbers = [Int32](repeating: -1, count: Int(linux_most_descriptors))
    var arrived: Int32 = 0
    let count = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { room in
      let count = unsafe linux_receive_descriptors(descriptor.number, room.baseAddress, size, &numbers, &arrived)
      if count > 0 { unsafe octets.append(contentsOf: room[..<count]) }
      return count
    }
    descriptors += numbers.prefix(Int(arrived)).map { Descriptor($0) }
    switch count {
    case -Int(EAGAIN): return .wait
    case 0: return .broken("closed by the other side")
    case ..<0: return .broken(SystemFailure("recvmsg", code: Int32(-count)).description)
    default: break
    }
    // A side that sends descriptors without frames would otherwise use up ours.
    if descriptors.count > 4 * Int(linux_most_descriptors) { fault = "more descriptors than its frames announce" }
    return .more
  }

  /// The next whole frame.
  mutating func next() -> (content: [UInt8], descriptors: [Descriptor])? {
    guard fault == nil, octets.count - consumed >= FrameHeader.size else { return nil }
    let start = consumed + FrameHeader.size
    guard let header = FrameHeader.read(octets[consumed..<start]) else {
      fault = "what came is no frame"
      return nil
    }
    guard octets.count - start >= header.length else { return nil }
    guard descriptors.count >= header.descriptors else {
      fault = "a frame without the descriptors it announces"
      return nil
    }
    let content = Array(octets[start..<start + header.length])
    let own = Array(descriptors.prefix(header.descriptors))
    descriptors.removeFirst(header.descriptors)
    consumed = start + header.length
    if consumed == octets.count {
      octets = []
      consumed = 0
    } else if consumed > octets.count / 2 {
      octets.removeFirst(consumed)
      consumed = 0
    }
    return (content, own)
  }
}

/// Frames that wait to be sent.
struct FrameQueue {
  private struct Frame {
    var octets: [UInt8]
    var sent = 0
    var descriptors: [Descriptor]
  }

  private var frames: [Frame] = []
  private var first = 0
  /// How many octets wait.
  private(set) var count = 0

  /// Up to this length frames without descriptors are put together, for one call to send them all.
  private static let joinedLength = 16_384

  mutating func append(_ content: [UInt8], _ descriptors: [Descriptor]) {
    let header = FrameHeader.encoded(length: content.count, descriptors: descriptors.count)
    if descriptors.isEmpty, let last = frames.indices.last, last >= first,
      frames[last].octets.count + content.count < Self.joinedLength
    {
      frames[last].octets += header
      frames[last].octets += content
    } else {
      frames.append(Frame(octets: header + content, descriptors: descriptors))
    }
    count += FrameHeader.size + content.count
  }

  /// Sends what the socket takes; `.more` when nothing is left.
  mutating func send(to descriptor: Descriptor) -> FrameProgress {
    while first < frames.count {
      // The descriptors go with the first octet; when that has gone they have.
      let numbers = frames[first].sent == 0 ? frames[first].descriptors.map(\.number) : []
      let frame = frames[first]
      let sent = unsafe frame.octets[frame.sent...].withUnsafeBytes { buffer in
        unsafe linux_send_descriptors(
          descriptor.number, buffer.baseAddress, buffer.count, numbers, Int32(numbers.count))
      }
      if sent == -Int(EAGAIN) { return .wait }
      guard sent > 0 else { return .broken(SystemFailure("sendmsg", code: Int32(-sent)).description) }
      count -= sent
      frames[first].sent += sent
      if frames[first].sent == frames[first].octets.count { removeFirst() }
    }
    return .more
  }

  private mutating func removeFirst() {
    frames[first] = Frame(octets: [], descriptors: [])
    first += 1
    if first == frames.count {
      frames = []
      first = 0
    } else if first > 64, first > frames.count / 2 {
      frames.removeFirst(first)
      first = 0
    }
  }
}
