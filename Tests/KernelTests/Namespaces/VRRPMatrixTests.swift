import Glibc
import Testing

/// The same numbers from the same seed, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// Everything that decides what a router that is alone does.
private struct Inputs: Hashable {
  enum Switch: CaseIterable { case up, carrier, address, other }

  var off: Set<Switch> = []
  var file = 0
  var priority = 100

  var configuration: String {
    """
    global_defs {
        router_id matrix
    }
    track_file tracked {
        file "DIRECTORY/tracked"
        weight 1
    }
    vrrp_instance VI_1 {
        interface eth0
        version 3
        virtual_router_id 51
        priority \(priority)
        advert_int 0.1
        track_file {
            tracked
        }
        track_interface {
            other0 weight -20
        }
        virtual_ipaddress {
            192.0.2.100/24
            192.0.2.101/32
        }
    }

    """
  }

  /// Flips one input, by chance, on a host.
  mutating func change(on router: Router, by generator: inout SplitMix) throws -> String {
    switch Int.random(in: 0..<8, using: &generator) {
    case 0..<4:
      guard let which = Switch.allCases.randomElement(using: &generator) else { return "" }
      off.formSymmetricDifference([which])
      try set(which, on: router)
      return "\(which) \(off.contains(which) ? "off" : "on")"
    case 4..<6:
      file = [0, 5, 30, -20, -254].randomElement(using: &generator) ?? 0
      try setFile(on: router)
      return "file \(file)"
    case 6:
      // What another program takes away is no input: it comes back.
      _ = try run(["ip", "-n", router.namespace, "addr", "del", "192.0.2.100/24", "dev", "eth0"])
      return "virtual address taken away"
    default:
      priority = Int.random(in: 50...200, using: &generator)
      try router.reload(configuration(on: router))
      return "priority \(priority)"
    }
  }

  /// Makes a new host like this.
  func set(on router: Router) throws {
    try setFile(on: router)
    for which in off { try set(which, on: router) }
  }

  func configuration(on router: Router) -> String {
    configuration.replacing("DIRECTORY", with: router.directory)
  }

  private func setFile(on router: Router) throws {
    try write("\(file)\n", to: router.directory + "/tracked")
  }

  private func set(_ which: Switch, on router: Router) throws {
    let on = !off.contains(which)
    switch which {
    case .up: try router.ip("link", "set", "eth0", on ? "up" : "down")
    case .carrier: try router.ip("link", "set", "far0", on ? "up" : "down")
    case .other: try router.ip("link", "set", "other0", on ? "up" : "down")
    case .address: try router.ip("addr", on ? "add" : "del", "192.0.2.1/24", "dev", "eth0")
    }
  }
}

/// What became of a router.
private struct Result: Hashable {
  var state: Substring
  var priority: Substring
  var base: Substring
  var held: Substring
  var arithmetic: Substring
  var addresses: [String]

  init(_ router: Router) throws {
    let status = try router.status()
    guard
      let words = try? /"name":"VI_1","state":"(\w+)".*?"priority":(\d+),"base_priority":(\d+),"arithmetic":\[(.*?)\]/
        .firstMatch(in: status),
      let held = try? /"held":\[(.*?)\]/.firstMatch(in: status)
    else { throw NotSo(description: "no status of VI_1: \(status)") }
    (_, state, priority, base, arithmetic) = words.output
    self.held = held.output.1
    addresses = try router.addresses()
  }

  /// A router without peers is one or the other, after a while.
  var isFinal: Bool {
    switch state {
    case "MASTER": held.split(separator: ",").count == 2
    default: state == "FAULT"
    }
  }
}

@Suite(.needs(.namespaces), .serialized) struct `A router after many events` {
  /// How many random sequences; UNDERSTUDY_MATRIX says how many in a long run.
  private static let sequences = environment("UNDERSTUDY_MATRIX").flatMap { Int($0) } ?? 20

  @Test func `is where a new one with the same inputs is`() throws {
    let old = try Router(farAway: false)
    var inputs = Inputs()
    try inputs.set(on: old)
    try old.start(inputs.configuration(on: old))
    var seen: Set<Substring> = []
    for seed in 1...Self.sequences {
      var generator = SplitMix(state: UInt64(seed))
      var story: [String] = []
      for _ in 0..<Int.random(in: 3...12, using: &generator) {
        story.append(try inputs.change(on: old, by: &generator))
        // Sometimes the daemon has time to see it, sometimes not.
        usleep([0, 0, 1_000, 30_000, 150_000].randomElement(using: &generator) ?? 0)
      }
      let new = try Router(farAway: false)
      try inputs.set(on: new)
      try new.start(inputs.configuration(on: new))
      var (last, expected): (Result?, Result?)
      func agrees() throws -> Bool {
        (last, expected) = (try Result(old), try Result(new))
        return last == expected && last?.isFinal == true
      }
      do {
        try poll("the old router is like the new one", within: 60, until: agrees)
        try hold("and remains so", for: 0.3, while: agrees)
        if let last { seen.insert(last.state) }
      } catch let failure as NotSo {
        throw NotSo(
          description: """
            seed \(seed): \(failure); events: \(story.joined(separator: ", "))
            inputs: \(inputs)
            expected: \(expected.map { "\($0)" } ?? "nothing")
            found: \(last.map { "\($0)" } ?? "nothing")
            \(try old.status())
            \(old.log.split(separator: "\n").suffix(30).joined(separator: "\n"))
            """)
      }
    }
    // The matrix is none when all sequences end in the same place.
    #expect(seen == ["MASTER", "FAULT"])
  }
}
