import CLinux
import Glibc
package import LinuxWorld
import Machines
package import VRRP
import Wire

/// What routers leave behind for an election role that is started again after a crash: one slot for each router in a
/// memory file that the supervisor holds.
///
/// A slot is written with every advert, so the file is part of this process's memory. A process that is killed may leave
/// a slot half written: each of its numbers is whole, and of an advert later than the one it tells of nobody minds.
@safe package final class MemoryPage {
  private static let slotLength = 64
  private static let mark: UInt64 = 0x554e_4445_5253_5459  // "UNDERSTY"
  /// The most routers one daemon remembers.
  private static let capacity = 16_384

  private let file: Descriptor
  private let place: UnsafeMutableRawPointer?
  /// Octets of the file. Beyond them the mapping must not be touched.
  private var length = 0

  /// The page in a memory file.
  package init(_ file: Descriptor) {
    self.file = file
    unsafe place = linux_map_shared(file.number, Self.capacity * Self.slotLength)
    length = max(0, Int(lseek(file.number, 0, SEEK_END)))
  }

  deinit {
    unsafe munmap(place, Self.capacity * Self.slotLength)
  }

  /// What was left behind for routers of these names.
  package func recall(_ names: [String]) -> [RouterMemory] {
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
  package func write(_ memory: RouterMemory, slot: Int) {
    guard slot < Self.capacity, let place = unsafe place, makeRoom(for: slot) else { return }
    let numbers = [
      Self.mark, Self.key(memory.name), memory.wasMaster ? 1 : 0, UInt64(memory.effectivePriority),
      UInt64(bitPattern: memory.lastAdvert?.nanoseconds ?? .min),
      UInt64(bitPattern: memory.peersWaitUntil?.nanoseconds ?? .min),
      UInt64(bitPattern: memory.masterInterval.wholeNanoseconds),
    ]
    for (index, number) in numbers.enumerated() {
      unsafe place.storeBytes(
        of: number.bigEndian, toByteOffset: slot * Self.slotLength + 8 * index, as: UInt64.self)
    }
  }

  private func makeRoom(for slot: Int) -> Bool {
    let needed = (slot + 1) * Self.slotLength
    if needed <= length { return true }
    let enough = min(Self.capacity * Self.slotLength, max(needed, 4096, 2 * length))
    // Not ftruncate: touching a page for which there is no memory left would end the process.
    guard posix_fallocate(file.number, 0, off_t(enough)) == 0 else { return false }
    length = enough
    return true
  }

  /// Forgets everything: the role leaves in order, and whoever comes next begins anew.
  package func clear() {
    length = 0
    _ = ftruncate(file.number, 0)
  }

  /// FNV-1a: the name's key in a slot. Two names of one configuration with equal keys would share their memory, which
  /// costs an election at worst.
  private static func key(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension RouterMemory {
  fileprivate init?(name: String, _ reader: inout ByteReader) {
    guard let master = reader.number(UInt64.self), let priority = reader.number(UInt64.self),
      let last = reader.number(UInt64.self), let wait = reader.number(UInt64.self),
      let interval = reader.number(UInt64.self)
    else { return nil }
    func moment(_ raw: UInt64) -> Moment? {
      let value = Int64(bitPattern: raw)
      return value == .min ? nil : Moment(nanoseconds: value)
    }
    self.init(
      name: name, wasMaster: master == 1, effectivePriority: UInt8(clamping: priority), lastAdvert: moment(last),
      peersWaitUntil: moment(wait), masterInterval: .nanoseconds(Int64(bitPattern: interval)))
  }
}
