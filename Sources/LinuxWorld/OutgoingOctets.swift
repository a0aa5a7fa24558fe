/// Octets that wait to be sent, in order.
///
/// What is large is not copied: many clients that wait for the same long answer hold one copy of it.
struct OutgoingOctets {
  /// What is shorter is put together with what came before.
  private static let largeEnough = 16_384

  private var pieces: [[UInt8]] = []
  /// How many octets of the first piece were sent.
  private var sent = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: [UInt8]) {
    guard !more.isEmpty else { return }
    count += more.count
    if more.count < Self.largeEnough, let last = pieces.last, last.count < Self.largeEnough {
      pieces[pieces.count - 1] += more
    } else {
      pieces.append(more)
    }
  }

  /// The next octets, at most `limit` and perhaps fewer than there are; nil when there are none.
  func next(_ limit: Int) -> ArraySlice<UInt8>? {
    guard let first = pieces.first else { return nil }
    return first[sent..<min(sent + limit, first.count)]
  }

  /// Removes octets that were sent, at most as many as `next` gave.
  mutating func remove(_ octets: Int) {
    guard let first = pieces.first else { return }
    let octets = min(octets, first.count - sent)
    sent += octets
    count -= octets
    guard sent == first.count else { return }
    pieces.removeFirst()
    sent = 0
  }
}
