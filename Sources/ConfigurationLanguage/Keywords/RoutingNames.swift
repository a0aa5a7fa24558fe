/// The names that iproute2 gives to numbers, as far as they are built in.
extension RoutingNames {
  var builtIn: [String: UInt32] {
    switch self {
    case .tables: ["unspec": 0, "default": 253, "main": 254, "local": 255]
    case .scopes: ["global": 0, "universe": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255]
    case .protocols:
      [
        "none": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10, "zebra": 11,
        "bird": 12, "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42, "bgp": 186,
        "isis": 187, "ospf": 188, "rip": 189, "eigrp": 192,
      ]
    case .typesOfService:
      [
        "default": 0, "lowdelay": 0x10, "throughput": 0x08, "reliability": 0x04, "CS0": 0, "CS1": 0x20, "CS2": 0x40,
        "CS3": 0x60, "CS4": 0x80, "CS5": 0xA0, "CS6": 0xC0, "CS7": 0xE0, "AF11": 0x28, "AF12": 0x30, "AF13": 0x38,
        "AF21": 0x48, "AF22": 0x50, "AF23": 0x58, "AF31": 0x68, "AF32": 0x70, "AF33": 0x78, "AF41": 0x88,
        "AF42": 0x90, "AF43": 0x98, "EF": 0xB8,
      ]
    case .realms: ["cosmos": 0]
    case .linkGroups: ["default": 0]
    }
  }

  var title: String {
    switch self {
    case .tables: "routing table"
    case .scopes: "scope"
    case .protocols: "routing protocol"
    case .typesOfService: "type of service"
    case .realms: "realm"
    case .linkGroups: "link group"
    }
  }
}

extension Parser {
  /// A number in C's syntax, or a name of iproute2.
  mutating func routingNumber(_ word: Word, _ kind: RoutingNames, _ range: ClosedRange<Int>) -> Int? {
    let name = text(word)
    let value: Int? =
      Number.literal(octets(word)) ?? kind.builtIn[name].map(Int.init)
      ?? environment?.number(of: name, in: kind).map(Int.init)
    guard let value, range.contains(value) else {
      report(
        .invalidValue, .error, .faulty, "'\(name)' is no \(kind.title)", word,
        suggestion: suggestion(for: name, among: kind.builtIn.keys.sorted()))
      return nil
    }
    return value
  }

  /// `[FROM/]TO` as one number, source in the upper half.
  mutating func realms(_ word: Word) -> UInt32? {
    let fields = octets(word).split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    var value = 0
    for field in fields {
      let name = field.text
      let number: Int? =
        Number.literal(field) ?? RoutingNames.realms.builtIn[name].map(Int.init)
        ?? environment?.number(of: name, in: .realms).map(Int.init)
      guard let number, (0...0xFFFF).contains(number) else {
        report(.invalidValue, .error, .faulty, "'\(name)' is no realm", word)
        return nil
      }
      value = value << 16 | number
    }
    return UInt32(clamping: value)
  }

  /// A number in C's syntax.
  mutating func literal(_ word: Word, _ range: ClosedRange<Int>) -> Int? {
    guard let value = Number.literal(octets(word)) else {
      report(.invalidNumber, .error, .faulty, "'\(text(word))' is not a number", word)
      return nil
    }
    guard range.contains(value) else {
      report(.numberOutOfRange, .error, .faulty, "\(text(word)) is out of range", word)
      return nil
    }
    return value
  }
}
