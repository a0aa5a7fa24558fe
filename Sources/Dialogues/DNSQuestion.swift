package import Machines
import Wire

/// DNS_CHECK: a question over UDP, and an answer without error to exactly this question's number.
///
/// Nothing of the answer beyond its header is looked at, so there are no names to follow in circles.
package struct DNSQuestion: Dialogue, Equatable {
  private let identifier: UInt16
  private let query: [UInt8]?
  private var patience: Patience?

  /// Asks for the records of `type` of `name`; waits `timeout` for the answer. `identifier` ought to be random.
  package init(name: String, type: UInt16, identifier: UInt16, timeout: Duration, from now: Moment) {
    self.identifier = identifier
    query = Self.query(name: name, type: type, identifier: identifier)
    patience = Patience(step: timeout, steps: 1, from: now)
  }

  package var nextDeadline: Moment? { patience?.deadline }

  package mutating func handle(_ event: DialogueEvent, at now: Moment) -> [DialogueEffect] {
    guard let waiting = patience else { return [] }
    switch event {
    case .connected:
      guard let query else { return finish(.failure(reason: "the name cannot be asked for")) }
      return [.send(query)]
    case .received(let octets): return judge(octets)
    case .ended: return []
    case .failed(let reason): return finish(.failure(reason: reason))
    case .deadlineReached:
      guard now >= waiting.deadline else { return [] }
      return finish(.failure(reason: "no answer within \(waiting.text)"))
    }
  }

  /// RFC 1035 section 4.1.1: identifier, flags with QR in the highest and RCODE in the four lowest bits.
  private mutating func judge(_ octets: ArraySlice<UInt8>) -> [DialogueEffect] {
    var reader = ByteReader(octets)
    guard octets.count >= 12, let number = reader.number(UInt16.self), let flags = reader.number(UInt16.self),
      number == identifier, flags & 0x8000 != 0
    else { return [] }  // somebody else's answer, or none at all: ours may still come
    let code = flags & 0xF
    guard code == 0 else { return finish(.failure(reason: "DNS answered \(Self.name(of: code))")) }
    return finish(.success(detail: "DNS answered NOERROR"))
  }

  /// RFC 1035 section 4.1: a header with recursion desired, one question of class IN; nil for an impossible name.
  static func query(name: String, type: UInt16, identifier: UInt16) -> [UInt8]? {
    var octets: [UInt8] = []
    octets.append(number: identifier)
    octets.append(number: 0x0100 as UInt16)
    octets.append(number: 1 as UInt16)
    octets += [0, 0, 0, 0, 0, 0]
    var labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.last?.isEmpty == true { labels.removeLast() }
    if name.isEmpty || name == "." { labels = [] }
    let length = labels.reduce(1) { $0 + 1 + $1.count }
    guard length <= 255, labels.allSatisfy({ (1...63).contains($0.count) }) else { return nil }
    for label in labels {
      octets.append(UInt8(label.count))
      octets.append(contentsOf: label)
    }
    octets.append(0)
    octets.append(number: type)
    octets.append(number: 1 as UInt16)
    return octets
  }

  private static func name(of code: UInt16) -> String {
    switch code {
    case 1: "FORMERR"
    case 2: "SERVFAIL"
    case 3: "NXDOMAIN"
    case 4: "NOTIMP"
    case 5: "REFUSED"
    default: "error \(code)"
    }
  }

  private mutating func finish(_ verdict: Verdict) -> [DialogueEffect] {
    patience = nil
    return [.finish(verdict)]
  }
}
