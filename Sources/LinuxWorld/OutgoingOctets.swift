/// Octets that wait to be sent, in order.
struct OutgoingOctets {
  private var octets: [UInt8] = []
  private var sent = 0

  var count: Int { octets.count - sent }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: some Sequence<UInt8>) {
    octets.append(contentsOf: more)
  }

  /// The next octets, at most `limit`; nil when there are none.
  func next(_ limit: Int) -> ArraySlice<UInt8>? {
    isEmpty ? nil : octets[sent..<min(sent + limit, octets.count)]
  }

  /// Removes octets that were sent. Those before them are given back when they are half of what is held, so that the cost
  /// of moving the rest stays in proportion.
  mutating func remove(_ count: Int) {
    sent += min(count, self.count)
    if sent == octets.count {
      octets = []
      sent = 0
    } else if sent > octets.count / 2 {
      octets.removeFirst(sent)
      sent = 0
    }
  }
}
