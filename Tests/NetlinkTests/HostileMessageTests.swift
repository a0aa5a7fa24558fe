import Netlink
import Testing
import VirtualServices
import Wire
import World

/// A generator of numbers that gives the same for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

@Suite struct `Hostile messages` {
  /// Datagrams of every kind that we read.
  static func samples() throws -> [[UInt8]] {
    var writers: [MessageWriter] = []
    func add(_ write: (inout MessageWriter) -> Void) {
      var writer = MessageWriter()
      write(&writer)
      writers.append(writer)
    }
    let prefix = try #require(AddressPrefix(text: "192.0.2.1/24"))
    add { AddressMessages.writeAddition(AddressSpecification(interface: 2, prefix: prefix, label: "eth0:1"), &$0) }
    for route in try `Messages of rtnetlink`.routes() { add { RouteMessages.writeAddition(route, &$0) } }
    add { RuleMessages.writeAddition(Rule(family: .ipv6, table: 1000), &$0) }
    add { writer in
      writer.message(type: 16, flags: 0) { link in
        for _ in 0..<16 { link.number(UInt8(0)) }
        link.put(Attribute<String>(3), "eth0")
        link.put(Attribute<RawOctets>(1), RawOctets([2, 0, 0, 0, 0, 1]))
        link.put(Attribute<UInt32>(4), 1500)
      }
    }
    add { writer in
      writer.message(type: 2, flags: 0x300) { error in
        error.number(Int32(-22))
        error.number(UInt32(36))
        error.number(UInt32(0))
        error.number(UInt64(0))
        error.put(Attribute<String>(1), "no")
      }
    }
    for operation in `Messages of IPVS`.operations {
      add { DirectorMessages(family: 40).write(operation, &$0) }
    }
    var daemon = SyncDaemon(state: .master, interface: "eth0", identifier: 51)
    daemon.group = IPAddress("224.0.0.81")
    add { DirectorMessages(family: 40).writeStart(daemon, &$0) }
    return writers.map(\.octets)
  }

  /// Reads a datagram in every way there is; whatever comes of it, it must come to an end without a trap.
  static func readInEveryWay(_ datagram: [UInt8]) -> Int {
    var understood = 0
    var snapshot = NetworkSnapshot()
    var reader = DatagramReader(datagram[...])
    while true {
      do {
        guard let message = try reader.next() else { return understood }
        if let event = try? NetworkEvent(message) {
          understood += 1
          _ = snapshot.apply(event)
        }
        _ = try? Verdict(error: message)
        _ = Verdict(done: message)
        understood += (try? DirectorMessages.readService(message)) != nil ? 1 : 0
        understood += (try? DirectorMessages.readDestination(message, of: .ipv4)) != nil ? 1 : 0
        understood += (try? DirectorMessages.readDaemon(message)) != nil ? 1 : 0
      } catch {
        return understood
      }
    }
  }

  @Test(arguments: UInt64(1)...20) func `mutated messages never trap`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let samples = try Self.samples()
    var understood = 0
    for _ in 0..<2000 {
      guard var datagram = samples.randomElement(using: &random) else { return }
      for _ in 0..<Int.random(in: 1...6, using: &random) where !datagram.isEmpty {
        let place = Int.random(in: 0..<datagram.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: datagram[place] = UInt8.random(in: 0...255, using: &random)
        case 1: datagram[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: datagram.removeLast(datagram.count - place)
        case 3: datagram.insert(contentsOf: [0xFF, 0xFF, 0, 0], at: place)
        default: datagram += samples.randomElement(using: &random) ?? []
        }
      }
      understood += Self.readInEveryWay(datagram)
    }
    #expect(understood > 0, "some mutations leave a message that makes sense")
  }

  @Test func `a datagram of nothing but tiny attributes is read in bounded time`() {
    var writer = MessageWriter()
    writer.message(type: 20, flags: 0) { message in
      message.number(UInt64(2))
      for _ in 0..<16_000 { message.number(UInt32(0x0009_0004)) }
    }
    #expect(Self.readInEveryWay(writer.octets) == 0)
  }
}
