/// Something that happened, for clients that look back or follow.
package struct ControlEvent: Hashable, Sendable {
  /// Its place in the daemon's life; a gap shows that some were lost.
  package var number: UInt64
  /// When it was told, in nanoseconds since 1970 by the wall clock.
  package var time: Int64
  /// The role that told it.
  package var role: String
  /// How much it matters: "info", "notice", "warning" or "error".
  package var level: String
  /// The names of what it is about: an instance, or a server and its service.
  package var about: [String]
  /// What happened and why, as in the log.
  package var text: String

  /// An event.
  package init(number: UInt64, time: Int64, role: String, level: String, about: [String], text: String) {
    self.number = number
    self.time = time
    self.role = role
    self.level = level
    self.about = about
    self.text = text
  }

  /// The event as clients get it.
  package var json: JSON {
    .object([
      JSON.Member("number", .integer(Int64(clamping: number))),
      JSON.Member("time", .number(Double(time / 1_000_000) / 1000)),
      JSON.Member("role", .string(role)), JSON.Member("level", .string(level)),
      JSON.Member("about", .array(about.map(JSON.string))), JSON.Member("text", .string(text)),
    ])
  }
}

/// The last events: so many and no more, whatever happens.
package struct EventHistory: Sendable {
  /// The longest text that is kept, in octets; what is longer is cut.
  package static let longestText = 2048

  private var ring: [ControlEvent] = []
  private var next = 0
  private let capacity: Int
  /// How many events there have been.
  package private(set) var count: UInt64 = 0

  /// A history of the last `capacity` events, at least one.
  package init(capacity: Int = ControlRequest.mostEvents) {
    self.capacity = max(1, capacity)
  }

  /// Remembers an event, which gets the next number, and returns it.
  package mutating func append(
    time: Int64, role: String, level: String, about: [String], text: String
  ) -> ControlEvent {
    count &+= 1
    let event = ControlEvent(
      number: count, time: time, role: role, level: level, about: about.prefix(4).map(Self.cut), text: Self.cut(text))
    if ring.count < capacity {
      ring.append(event)
    } else {
      ring[next] = event
    }
    next = (next + 1) % capacity
    return event
  }

  /// The last `limit` events, oldest first; with a name those about it.
  package func last(_ limit: Int, about name: String? = nil) -> [ControlEvent] {
    var found: [ControlEvent] = []
    for back in 0..<ring.count {
      guard found.count < limit else { break }
      let event = ring[(next - 1 - back + 2 * ring.count) % ring.count]
      if name.map({ event.about.contains($0) }) ?? true { found.append(event) }
    }
    return found.reversed()
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > longestText else { return text }
    return String(decoding: Array(text.utf8.prefix(longestText)), as: UTF8.self) + "…"
  }
}
