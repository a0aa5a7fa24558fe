package import Machines

/// What has happened in a run: a hash of everything, and the lines of it while somebody reads along.
package final class Trace: @unchecked Sendable {
  /// The kinds of things worth a place in the trace.
  package enum Kind: UInt64, Sendable {
    case sent = 1
    case queued
    case lost
    case announced
    case kernel
    case table
    case report
    case process
    case fault
    case connection
    case notice
  }

  /// Folded from everything that happened, in order.
  package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  /// Takes the lines, one for each thing that happened; nil when nobody reads along.
  package var read: ((String) -> Void)?

  /// An empty trace.
  package init() {}

  /// Notes something. The numbers have to say all that matters; the text is for people and is made only for them.
  package func note(
    _ kind: Kind, at now: Moment, _ first: UInt64, _ second: UInt64 = 0, text: @autoclosure () -> String
  ) {
    fold(kind.rawValue ^ UInt64(bitPattern: now.nanoseconds) << 5)
    fold(first)
    if second != 0 { fold(second) }
    if let read { read("\(Self.seconds(now)) \(text())") }
  }

  /// Notes something whose text says all that matters.
  package func note(_ kind: Kind, at now: Moment, text: String) {
    note(kind, at: now, Self.digest(text.utf8), text: text)
  }

  /// A number that stands for octets.
  package static func digest(_ octets: some Sequence<UInt8>) -> UInt64 {
    octets.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private func fold(_ number: UInt64) {
    hash = (hash ^ number) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 29
  }

  /// Seconds with microseconds: "12.000345".
  private static func seconds(_ moment: Moment) -> String {
    let microseconds = moment.nanoseconds / 1_000
    let fraction = String(microseconds % 1_000_000)
    let whole = String(microseconds / 1_000_000)
    let padding = String(repeating: " ", count: max(0, 5 - whole.utf8.count))
    return padding + whole + "." + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
  }
}
