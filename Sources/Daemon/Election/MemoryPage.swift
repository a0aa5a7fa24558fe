import CLinux
import Glibc
import LinuxWorld
import Machines
import VRRP
import Wire

/// What routers leave behind for an election role that is started again after a crash: one slot for each router in a
/// memory file that the supervisor holds.
///
/// A slot is written with every advert, so writing is one small system call that never waits.
final class MemoryPage: Sendable {
  private static let slotLength = 64
  private static let mark: UInt64 = 0x554e_4445_5253_5459  // "UNDERSTY"
  /// The most routers one daemon remembers.
  private static let capacity = 16_384

  private let file: Descriptor

  /// The page in a memory file.
  init(_ file: Descriptor) { self.file = file }

  /// What was left behind for routers of these names.
  func recall(_ names: [String]) -> [RouterMemory] {
    let byKey = Dictionary(names.map { (Self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
    var memories: [RouterMemory] = []
    var buffer = [UInt8](repeating: 0, count: Self.slotLength)
    for index in 0..<Self.capacity {
      guard unsafe pread(file.number, &buffer, Self.slotLength, off_t(index * Self.slotLength)) == Self.slotLength
      else { break }
      var reader = ByteReader(buffer)
      guard reader.number(UInt64.self) == Self.mark, let key = reader.number(UInt64.self), let name = byKey[key],
        let memory = RouterMemory(name: name, &reader)
      else { continue }
      memories.append(memory)
    }
    return memories
  }

  /// Writes a router's memory to a slot.
  func write(_ memory: RouterMemory, slot: Int) {
    guard slot < Self.capacity else { return }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.slotLength)
    bytes.append(number: Self.mark)
    bytes.append(number: Self.key(memory.name))
    memory.write(to: &bytes)
    while bytes.count < Self.slotLength { bytes.append(0) }
    unsafe _ = pwrite(file.number, bytes, Self.slotLength, off_t(slot * Self.slotLength))
  }

  /// Forgets everything: the role leaves in order, and whoever comes next begins anew.
  func clear() { _ = ftruncate(file.number, 0) }

  /// FNV-1a: the name's key in a slot. Two names of one configuration with equal keys would share their memory, which
  /// costs an election at worst.
  private static func key(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension RouterMemory {
  fileprivate func write(to bytes: inout [UInt8]) {
    bytes.append(wasMaster ? 1 : 0)
    bytes.append(effectivePriority)
    bytes.append(number: UInt64(bitPattern: lastAdvert?.nanoseconds ?? .min))
    bytes.append(number: UInt64(bitPattern: peersWaitUntil?.nanoseconds ?? .min))
    bytes.append(number: UInt64(bitPattern: masterInterval.wholeNanoseconds))
  }

  fileprivate init?(name: String, _ reader: inout ByteReader) {
    guard let master = reader.octet(), let priority = reader.octet(), let last = reader.number(UInt64.self),
      let wait = reader.number(UInt64.self), let interval = reader.number(UInt64.self)
    else { return nil }
    func moment(_ raw: UInt64) -> Moment? {
      let value = Int64(bitPattern: raw)
      return value == .min ? nil : Moment(nanoseconds: value)
    }
    self.init(
      name: name, wasMaster: master == 1, effectivePriority: priority, lastAdvert: moment(last),
      peersWaitUntil: moment(wait), masterInterval: .nanoseconds(Int64(bitPattern: interval)))
  }
}
