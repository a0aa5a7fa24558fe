import Dialogues
import Machines
import Testing

/// An answer of DNS whose question and records are these octets.
private func answer(
  _ rest: [UInt8], identifier: UInt16 = 0x1234, flags: UInt16 = 0x8180, counts: [UInt16] = [1, 1, 0, 0]
) -> [UInt8] {
  ([identifier, flags] + counts).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + rest
}

private struct Datagram: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var octets: [UInt8]
  /// What the check makes of it; nil when it goes on waiting.
  var verdict: Verdict?

  init(_ description: String, _ octets: [UInt8], _ verdict: Verdict? = .success(detail: "DNS answered NOERROR")) {
    (testDescription, self.octets, self.verdict) = (description, octets, verdict)
  }
}

private let name: [UInt8] = [3, 0x77, 0x77, 0x77, 0]
private let record: [UInt8] = [0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]

/// As with keepalived the header decides, so what follows it may say what it likes: nobody follows its names.
private let datagrams = [
  Datagram("a name that points at itself", answer([0xC0, 12, 0, 1, 0, 1] + record)),
  Datagram("two names that point at each other", answer([0xC0, 14, 0xC0, 12, 0, 1, 0, 1])),
  Datagram("a name that points ahead", answer([0xC0, 0xFF, 0, 1, 0, 1])),
  Datagram("a pointer cut in two", answer([0xC0])),
  Datagram("a label beyond the end", answer([63, 0x61])),
  Datagram("a label of a reserved kind", answer([0x80, 0x61, 0, 0, 1, 0, 1])),
  Datagram("a name beyond 255 octets", answer([UInt8](repeating: 1, count: 600))),
  Datagram("a name without end", answer([UInt8](repeating: 63, count: 65_000))),
  Datagram("more records than there are", answer(name, counts: [65_535, 65_535, 65_535, 65_535])),
  Datagram("no question", answer([], counts: [0, 0, 0, 0])),
  Datagram(
    "a record longer than the datagram", answer(name + [0, 1, 0, 1] + name + [0, 1, 0, 1, 0, 0, 0, 60, 0xFF, 0xFF])),
  Datagram("a truncated answer", answer(name, flags: 0x8380)),
  Datagram("the number of another question", answer(name + record, identifier: 0x1235), nil),
  Datagram("the number in the other order", answer(name + record, identifier: 0x3412), nil),
  Datagram("a question", answer(name, flags: 0x0100), nil), Datagram("nothing", [], nil),
  Datagram("one octet", [0x12], nil), Datagram("a header but for an octet", Array(answer([]).dropLast()), nil),
  Datagram("zeros", [UInt8](repeating: 0, count: 512), nil),
  Datagram("ones", [UInt8](repeating: 0xFF, count: 65_507), nil),
  Datagram("a format error", answer([], flags: 0x8181), .failure(reason: "DNS answered FORMERR")),
  Datagram("no such name", answer(name, flags: 0x8183), .failure(reason: "DNS answered NXDOMAIN")),
  Datagram("not implemented", answer(name, flags: 0x8184), .failure(reason: "DNS answered NOTIMP")),
  Datagram("refused", answer(name, flags: 0x8185), .failure(reason: "DNS answered REFUSED")),
  Datagram("an error nobody knows", answer(name, flags: 0x818F), .failure(reason: "DNS answered error 15")),
]

@Suite struct `A hostile sender of datagrams` {
  private func question() -> HostilePeer {
    HostilePeer(DNSQuestion(name: "www", type: 1, identifier: 0x1234, timeout: .seconds(1), from: .origin))
  }

  @Test(arguments: datagrams)
  private func `cannot confuse a DNS check`(datagram: Datagram) {
    var peer = question()
    peer.happen(.received(datagram.octets[...]))
    #expect(peer.verdicts == (datagram.verdict.map { [$0] } ?? []))
    guard datagram.verdict == nil else { return }
    // What is not ours neither hides our answer nor puts the deadline off.
    peer.wait(.milliseconds(500))
    peer.happen(.received(datagram.octets[...]))
    var other = peer
    other.happen(.received(answer(name + record)[...]))
    #expect(other.verdicts == [.success(detail: "DNS answered NOERROR")])
    peer.wait()
    #expect(peer.failure == "no answer within 1 s" && peer.now == .origin + .seconds(1))
  }

  @Test func `cannot keep a check waiting or make it hold anything`() {
    for dialogue in [
      DNSQuestion(name: "www", type: 1, identifier: 0x1234, timeout: .seconds(1), from: .origin),
      EchoRequest(nonce: 77, timeout: .seconds(1), from: .origin),
    ] as [any Dialogue] {
      var peer = HostilePeer(dialogue)
      for number in 0..<5_000 where !peer.isOver {
        peer.say([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 2_000))
        peer.wait(.milliseconds(1))
      }
      #expect(peer.failure?.hasSuffix("within 1 s") == true && peer.mostHeld < 256)
      #expect(peer.now <= .origin + .milliseconds(1_001))
    }
  }

  @Test(arguments: [0, 1, 8, 55, 57, 65_507])
  func `cannot pass off other octets for an echo`(length: Int) {
    var ping = Conversation(EchoRequest(nonce: 0x0102_0304_0506_0708, timeout: .seconds(1), from: .origin))
    ping.happen(.connected)
    let echo = (0..<length).map { ping.said.indices.contains($0) ? ping.said[$0] : 0 }
    ping.happen(.received(echo[...]))
    var wrong = ping.said
    wrong[7] ^= 1
    ping.happen(.received(wrong[...]))
    #expect(ping.verdict == nil)
    ping.happen(.failed(reason: "host unreachable"))
    #expect(ping.failure == "host unreachable")
  }

  @Test(
    arguments: [
      ([], "a reply of 0 octets instead of 2 to 4"), ([UInt8](repeating: 1, count: 65_507), "a reply of 65507 octets"),
      ([1, 2, 3, 4, 5], "a reply of 5 octets"), ([1, 0], "octet 2 of the reply is wrong"),
      ([0, 2], "octet 1 of the reply"),
    ] as [([UInt8], String)])
  func `fails a UDP check that requires another reply, once`(reply: [UInt8], failure: String) {
    var settings = UDPExchange.Settings(payload: [9], requiresReply: true, length: 2...4)
    settings.expected = [.init(value: 1, mask: 0xFF), .init(value: 2, mask: 0xFF)]
    var peer = HostilePeer(UDPExchange(settings, timeout: .seconds(1), from: .origin))
    peer.happen(.received(reply[...]))
    peer.happen(.received([1, 2]))
    #expect(peer.verdicts.count == 1 && peer.failure?.hasPrefix(failure) == true, "\(peer.verdicts)")
  }
}
