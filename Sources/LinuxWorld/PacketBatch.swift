import CLinux

/// Room for many packets received with one call (recvmmsg(2)). It is used again for the next.
@safe final class PacketBatch {
  private let batch: OpaquePointer
  let capacity: Int

  /// Room for `capacity` packets of `size` octets; nil without memory.
  init?(capacity: Int, size: Int) {
    guard let batch = unsafe linux_batch_create(Int32(capacity), size) else { return nil }
    unsafe self.batch = batch
    self.capacity = capacity
  }

  deinit {
    unsafe linux_batch_destroy(batch)
  }

  /// Receives what waits in a socket, up to the capacity; returns how many packets.
  func receive(from socket: Int32) -> Int {
    max(0, Int(unsafe linux_batch_receive(batch, socket)))
  }

  /// The packet at `index` of those received last, and its octets; nil when it did not fit.
  func packet(_ index: Int) -> (packet: linux_packet, octets: ArraySlice<UInt8>)? {
    let packet = unsafe linux_batch_packet(batch, Int32(index))
    guard unsafe packet.is_cut == 0 else { return nil }
    let octets = unsafe Array(UnsafeBufferPointer(start: packet.octets, count: packet.length))
    return unsafe (packet, octets[...])
  }
}
