package import Wire

/// What this program has the kernel's packet filter do: one table of nf_tables in the family inet.
package struct FirewallRules: Hashable, Sendable {
  /// The name of the table, which is ours alone.
  package var table = "keepalived"
  /// The priority of its chains among others on the same hook.
  package var priority: Int32 = -1
  /// Names of interfaces that must not speak by themselves: no reports about multicast groups, no solicitation of
  /// routers.
  package var silentInterfaces: Set<String> = []
  /// Addresses that take no packets from other hosts (`no_accept`), but for neighbour discovery.
  package var refusedAddresses: Set<IPAddress> = []

  /// No rules.
  package init() {}

  /// Whether no table is needed.
  package var isEmpty: Bool { silentInterfaces.isEmpty && refusedAddresses.isEmpty }
}

/// The messages that make the table (linux/netfilter/nf_tables.h). All numbers in them are in network order.
///
/// The table, in the language of nft(8):
///
///     set silent { type ifname }  set reports { type icmpv6_type }  set refused4 { type ipv4_addr }  set refused6 ...
///     chain output { type filter hook output priority PRIORITY
///       oifname @silent meta l4proto igmp drop
///       oifname @silent icmpv6 type @reports drop }
///     chain input { type filter hook input priority PRIORITY
///       iif 1 accept
///       ip daddr @refused4 drop
///       icmpv6 type @discovery accept
///       ip6 daddr @refused6 drop }
enum FirewallMessages {
  private typealias Nest = Attribute<AttributeSet>
  private typealias Number = Attribute<NetworkOrder<UInt32>>
  private typealias Text = Attribute<String>

  /// NFT_MSG_*.
  private enum Kind: UInt16 {
    case newTable = 0
    case deleteTable = 2
    case newChain = 3
    case newRule = 6
    case newSet = 9
    case newElements = 12
  }

  /// What a rule of ours is made of.
  fileprivate enum Expression {
    /// Loads NFT_META_*.
    case meta(UInt32)
    /// Loads octets from the network header (1) or the transport header (2).
    case payload(base: UInt32, offset: UInt32, length: UInt32)
    /// Goes on when what was loaded is this.
    case equals([UInt8])
    /// Goes on when what was loaded is in the set.
    case isIn(set: String)
    /// Ends with NF_DROP 0 or NF_ACCEPT 1.
    case verdict(UInt32)
  }

  private enum Meta {
    static let inputInterface: UInt32 = 4
    static let outputName: UInt32 = 7
    static let family: UInt32 = 15
    static let transport: UInt32 = 16
  }

  private static let subsystem: UInt16 = 10  // NFNL_SUBSYS_NFTABLES
  private static let elementsInMessage = 1000
  private static let ifname: UInt32 = 41

  /// Tells nft that the keys of a set are in the host's order, without which it cannot print names (a note of libnftnl:
  /// kind 0, four octets, 1).
  private static var hostOrder: [UInt8] { [0, 4] + octets(1) }

  private static func octets(_ number: UInt32) -> [UInt8] {
    var octets: [UInt8] = []
    number.append(to: &octets)
    return octets
  }

  /// Begins or ends a transaction (NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END).
  static func writeBracket(isBegin: Bool, _ writer: inout MessageWriter) {
    writer.message(type: isBegin ? 0x10 : 0x11, flags: 1) { message in
      message.number(UInt8(0))
      message.number(UInt8(0))
      message.number(subsystem.bigEndian)
    }
  }

  /// Removes the table with all that is in it. It is made first, because what is not there cannot be removed.
  static func writeRemoval(_ table: String, _ writer: inout MessageWriter) {
    write(.newTable, &writer) { $0.put(Text(1), table) }
    write(.deleteTable, &writer) { $0.put(Text(1), table) }
  }

  /// Makes the table.
  static func writeTable(_ rules: FirewallRules, _ writer: inout MessageWriter) {
    let table = rules.table
    write(.newTable, &writer) { $0.put(Text(1), table) }
    writeSet("silent", type: ifname, length: 16, identifier: 1, table, &writer)
    writeSet("reports", type: 29, length: 1, identifier: 2, table, &writer)
    writeSet("discovery", type: 29, length: 1, identifier: 3, table, &writer)
    writeSet("refused4", type: 7, length: 4, identifier: 4, table, &writer)
    writeSet("refused6", type: 8, length: 16, identifier: 5, table, &writer)
    let silent = rules.silentInterfaces.sorted().map { name in
      Array((Array(name.utf8.prefix(15)) + [UInt8](repeating: 0, count: 16)).prefix(16))
    }
    writeElements(silent, "silent", table, &writer)
    writeElements([[131], [132], [133], [143]], "reports", table, &writer)  // MLD 1, router solicitation, MLD 2
    writeElements([[135], [136]], "discovery", table, &writer)
    for (set, family) in [("refused4", AddressFamily.ipv4), ("refused6", .ipv6)] {
      let addresses = rules.refusedAddresses.filter { $0.family == family }.sorted()
      writeElements(addresses.map(\.octets), set, table, &writer)
    }
    writeChain("output", hook: 3, rules, &writer)
    writeRule("output", table, isSilent + [.meta(Meta.transport), .equals([2]), .verdict(0)], &writer)
    writeRule("output", table, isSilent + isOfType(in: "reports") + [.verdict(0)], &writer)
    writeChain("input", hook: 1, rules, &writer)
    writeRule("input", table, [.meta(Meta.inputInterface), .equals(loopback), .verdict(1)], &writer)
    writeRule("input", table, isTo("refused4", family: 2, offset: 16, length: 4) + [.verdict(0)], &writer)
    writeRule("input", table, isOfType(in: "discovery") + [.verdict(1)], &writer)
    writeRule("input", table, isTo("refused6", family: 10, offset: 24, length: 16) + [.verdict(0)], &writer)
  }

  /// The index of the loopback interface is 1 in every namespace.
  private static var loopback: [UInt8] { octets(1) }

  private static var isSilent: [Expression] { [.meta(Meta.outputName), .isIn(set: "silent")] }

  private static func isOfType(in set: String) -> [Expression] {
    [
      .meta(Meta.family), .equals([10]), .meta(Meta.transport), .equals([58]), .payload(base: 2, offset: 0, length: 1),
      .isIn(set: set),
    ]
  }

  private static func isTo(_ set: String, family: UInt8, offset: UInt32, length: UInt32) -> [Expression] {
    [.meta(Meta.family), .equals([family]), .payload(base: 1, offset: offset, length: length), .isIn(set: set)]
  }

  private static func write(_ kind: Kind, _ writer: inout MessageWriter, _ body: (inout MessageWriter) -> Void) {
    let flags: UInt16 = kind == .deleteTable ? 1 : 0x401  // NLM_F_REQUEST, NLM_F_CREATE
    writer.message(type: subsystem << 8 | kind.rawValue, flags: kind == .newRule ? flags | 0x800 : flags) { message in
      message.number(UInt8(1))  // NFPROTO_INET
      message.number(UInt8(0))
      message.number(UInt16(0))
      body(&message)
    }
  }

  /// `type` is nft's number of the type of the keys, for those who list the table.
  private static func writeSet(
    _ name: String, type: UInt32, length: UInt32, identifier: UInt32, _ table: String, _ writer: inout MessageWriter
  ) {
    write(.newSet, &writer) { message in
      message.put(Text(1), table)
      message.put(Text(2), name)
      message.put(Number(3), NetworkOrder(0))
      message.put(Number(4), NetworkOrder(type))
      message.put(Number(5), NetworkOrder(length))
      message.put(Number(10), NetworkOrder(identifier))
      if type == ifname { message.put(Attribute<RawOctets>(13), RawOctets(hostOrder)) }
    }
  }

  private static func writeElements(
    _ keys: [[UInt8]], _ set: String, _ table: String, _ writer: inout MessageWriter
  ) {
    var rest = keys[...]
    while !rest.isEmpty {
      let part = rest.prefix(elementsInMessage)
      rest = rest.dropFirst(elementsInMessage)
      write(.newElements, &writer) { message in
        message.put(Text(1), table)
        message.put(Text(2), set)
        message.nest(Nest(3)) { elements in
          for key in part {
            elements.nest(Nest(1)) { element in
              element.nest(Nest(1)) { $0.put(Attribute<RawOctets>(1), RawOctets(key)) }
            }
          }
        }
      }
    }
  }

  private static func writeChain(
    _ name: String, hook: UInt32, _ rules: FirewallRules, _ writer: inout MessageWriter
  ) {
    write(.newChain, &writer) { message in
      message.put(Text(1), rules.table)
      message.put(Text(3), name)
      message.nest(Nest(4)) {
        $0.put(Number(1), NetworkOrder(hook))
        $0.put(Number(2), NetworkOrder(UInt32(bitPattern: rules.priority)))
      }
      message.put(Text(7), "filter")
    }
  }

  private static func writeRule(
    _ chain: String, _ table: String, _ expressions: [Expression], _ writer: inout MessageWriter
  ) {
    write(.newRule, &writer) { message in
      message.put(Text(1), table)
      message.put(Text(2), chain)
      message.nest(Nest(4)) { list in
        for expression in expressions {
          list.nest(Nest(1)) { element in
            element.put(Text(1), expression.name)
            element.nest(Nest(2)) { expression.write(&$0) }
          }
        }
      }
    }
  }
}

extension FirewallMessages.Expression {
  private typealias Nest = Attribute<AttributeSet>
  private typealias Number = Attribute<NetworkOrder<UInt32>>

  fileprivate var name: String {
    switch self {
    case .meta: "meta"
    case .payload: "payload"
    case .equals: "cmp"
    case .isIn: "lookup"
    case .verdict: "immediate"
    }
  }

  /// Everything passes through register 1; register 0 is the verdict's.
  fileprivate func write(_ message: inout MessageWriter) {
    switch self {
    case .meta(let key):
      message.put(Number(1), NetworkOrder(1))
      message.put(Number(2), NetworkOrder(key))
    case .payload(let base, let offset, let length):
      message.put(Number(1), NetworkOrder(1))
      message.put(Number(2), NetworkOrder(base))
      message.put(Number(3), NetworkOrder(offset))
      message.put(Number(4), NetworkOrder(length))
    case .equals(let octets):
      message.put(Number(1), NetworkOrder(1))
      message.put(Number(2), NetworkOrder(0))
      message.nest(Nest(3)) { $0.put(Attribute<RawOctets>(1), RawOctets(octets)) }
    case .isIn(let set):
      message.put(Attribute<String>(1), set)
      message.put(Number(2), NetworkOrder(1))
    case .verdict(let code):
      message.put(Number(1), NetworkOrder(0))
      message.nest(Nest(2)) { data in
        data.nest(Nest(2)) { $0.put(Number(1), NetworkOrder(code)) }
      }
    }
  }
}
