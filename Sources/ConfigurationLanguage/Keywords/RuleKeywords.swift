import Wire

/// Rule entries of `virtual_rules` and `static_rules`.
enum RuleKeywords {
  static let options = [
    "inet", "inet6", "from", "to", "table", "lookup", "not", "preference", "order", "priority", "tos", "dsfield",
    "fwmark", "realms", "suppress_prefixlength", "sup_pl", "suppress_ifgroup", "sup_group", "dev", "iif", "oif",
    "tunnel-id", "uidrange", "l3mdev", "protocol", "ipproto", "sport", "dport", "no_track", "type", "goto", "nop",
    "blackhole", "unreachable", "prohibit", "track_group",
  ]
  static let transports: [String: Int] = [
    "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
    "ipv6-icmp": 58, "ospf": 89, "vrrp": 112, "sctp": 132, "udplite": 136,
  ]

  static func block<Root>(
    _ name: String, _ path: any WritableKeyPath<Root, [ConfiguredRule]> & Sendable, isStatic: Bool
  ) -> Keyword<Root> {
    Keyword(name, "{ [from PREFIX] [to PREFIX] table TABLE … }", opensBlock: true, required: 0) { root, parser in
      var rules: [ConfiguredRule] = []
      parser.entries(name) { parser in
        var reader = RuleReader(isStatic: isStatic)
        if let rule = reader.read(&parser) { rules.append(rule) }
      }
      root[keyPath: path] += rules
    } write: { root, writer in
      writer.entries(name, root[keyPath: path].map(words))
    }
  }

  /// An entry as words.
  static func words(_ rule: ConfiguredRule) -> [String] {
    var words: [String] = []
    func add(_ name: String, _ value: String?) {
      if let value { words += [name, value] }
    }
    if rule.isInverted { words.append("not") }
    add("from", rule.source?.description ?? "all")
    add("to", rule.destination?.description)
    add("preference", String(rule.preference))
    add("tos", rule.typeOfService.map { String($0) })
    add("fwmark", rule.mark.map { mark in rule.markMask.map { "\(mark)/\($0)" } ?? String(mark) })
    add("iif", rule.inputInterface.map(CanonicalWriter.quoted))
    add("oif", rule.outputInterface.map(CanonicalWriter.quoted))
    add("tunnel-id", rule.tunnelIdentifier.map { String($0) })
    add("uidrange", rule.users.map { "\($0.lowerBound)-\($0.upperBound)" })
    add("ipproto", rule.transport.map { String($0) })
    add("sport", rule.sourcePorts.map { "\($0.lowerBound)-\($0.upperBound)" })
    add("dport", rule.destinationPorts.map { "\($0.lowerBound)-\($0.upperBound)" })
    add("suppress_prefixlength", rule.suppressPrefixLength.map { String($0) })
    add("suppress_ifgroup", rule.suppressInterfaceGroup.map { String($0) })
    add("realms", rule.realms.map { $0 >> 16 == 0 ? String($0) : "\($0 >> 16)/\($0 & 0xFFFF)" })
    if rule.isUntracked { words.append("no_track") }
    add("protocol", rule.protocolNumber != 18 ? String(rule.protocolNumber) : nil)
    add("track_group", rule.trackGroup.map(CanonicalWriter.quoted))
    switch rule.action {
    case .table(let table): words += ["table", String(table)]
    case .l3MasterDevice: words.append("l3mdev")
    case .goTo(let preference): words += ["goto", String(preference)]
    case .nop: words.append("nop")
    case .blackhole: words.append("blackhole")
    case .unreachable: words.append("unreachable")
    case .prohibit: words.append("prohibit")
    }
    return words + (rule.family == .ipv6 ? ["inet6"] : [])
  }
}

/// Reads one rule.
struct RuleReader {
  let isStatic: Bool
  private var rule = ConfiguredRule(action: .nop, origin: .nowhere)
  private var family: AddressFamily?
  private var action: ConfiguredRule.Action?
  private var isDropped = false

  init(isStatic: Bool) { self.isStatic = isStatic }

  /// The rule of the line; nil after a report.
  mutating func read(_ parser: inout Parser) -> ConfiguredRule? {
    let head = parser.lexer.words[parser.first]
    rule.origin = parser.origin(head)
    while !isDropped, let word = parser.take() { option(parser.text(word), word, &parser) }
    guard !isDropped else {
      parser.takeAll()
      return nil
    }
    guard let action else {
      parser.report(
        .incomplete, .error, .faulty, "the rule does nothing and is dropped", head, suggestion: "table TABLE")
      return nil
    }
    rule.action = action
    rule.family = family ?? .ipv4
    if rule.protocolNumber != 18, !rule.isUntracked {
      parser.report(
        .trackingIgnored, .error, .faulty,
        "a rule that is watched has the protocol of keepalived (18); \(rule.protocolNumber) is not used", head,
        suggestion: "no_track")
      rule.protocolNumber = 18
    }
    return rule
  }

  private mutating func drop(_ code: DiagnosticCode, _ message: String, _ word: Word, _ parser: inout Parser) {
    parser.report(code, .error, .faulty, message, word, notes: ["the rule is dropped"])
    isDropped = true
  }

  private mutating func option(_ name: String, _ word: Word, _ parser: inout Parser) {
    switch name {
    case "inet": family = .ipv4
    case "inet6": family = .ipv6
    case "not": rule.isInverted = true
    case "no_track": rule.isUntracked = true
    case "type": break
    case "l3mdev": setAction(.l3MasterDevice, word, &parser)
    case "nop": setAction(.nop, word, &parser)
    case "blackhole": setAction(.blackhole, word, &parser)
    case "unreachable": setAction(.unreachable, word, &parser)
    case "prohibit": setAction(.prohibit, word, &parser)
    default:
      guard RuleKeywords.options.contains(name) else {
        parser.reportUnknownOption(word, of: "a rule", RuleKeywords.options)
        isDropped = true
        return
      }
      guard let value = parser.take() else { return drop(.incomplete, "\(name) has no value", word, &parser) }
      valued(name, value, &parser)
    }
  }

  private mutating func setAction(_ action: ConfiguredRule.Action, _ word: Word, _ parser: inout Parser) {
    if self.action != nil {
      drop(.contradiction, "the rule has an action already", word, &parser)
    } else {
      self.action = action
    }
  }

  private mutating func valued(_ name: String, _ value: Word, _ parser: inout Parser) {
    switch name {
    case "from": rule.source = prefix(value, &parser)
    case "to": rule.destination = prefix(value, &parser)
    case "dev", "iif": rule.inputInterface = parser.interfaceName(value)
    case "oif": rule.outputInterface = parser.interfaceName(value)
    case "fwmark": mark(value, &parser)
    case "realms": rule.realms = parser.realms(value)
    case "uidrange":
      if let range = range(value, 0...Int(UInt32.max), &parser) {
        rule.users = UInt32(clamping: range.lowerBound)...UInt32(clamping: range.upperBound)
      }
    case "sport":
      if let range = range(value, 0...65535, &parser) {
        rule.sourcePorts = UInt16(clamping: range.lowerBound)...UInt16(clamping: range.upperBound)
      }
    case "dport":
      if let range = range(value, 0...65535, &parser) {
        rule.destinationPorts = UInt16(clamping: range.lowerBound)...UInt16(clamping: range.upperBound)
      }
    case "track_group":
      let group = parser.text(value)
      if isStatic, parser.names.trackGroups.contains(group) {
        rule.trackGroup = group
      } else {
        parser.reportUnknownName(group, "track_group", parser.names.trackGroups, value)
      }
    default: numbered(name, value, &parser)
    }
  }

  private mutating func prefix(_ word: Word, _ parser: inout Parser) -> AddressPrefix? {
    if ["all", "any", "default"].contains(parser.text(word)) { return nil }
    guard let prefix = parser.networkPrefix(word) else {
      drop(.invalidAddress, "'\(parser.text(word))' is not a prefix", word, &parser)
      return nil
    }
    if let family, family != prefix.address.family {
      drop(.familyMismatch, "\(prefix) is not \(family.title) like the words before it", word, &parser)
    }
    family = prefix.address.family
    return prefix
  }

  private mutating func mark(_ word: Word, _ parser: inout Parser) {
    let fields = parser.octets(word).split(separator: UInt8(ascii: "/"), maxSplits: 1)
    let numbers = fields.map { Number.literal($0) }
    guard let mark = numbers.first ?? nil, !numbers.contains(nil), numbers.allSatisfy({ ($0 ?? -1) >= 0 }) else {
      return drop(.invalidNumber, "'\(parser.text(word))' is no mark", word, &parser)
    }
    rule.mark = UInt32(clamping: mark)
    if numbers.count > 1, let mask = numbers[1] { rule.markMask = UInt32(clamping: mask) }
  }

  private mutating func range(
    _ word: Word, _ limits: ClosedRange<Int>, _ parser: inout Parser
  ) -> ClosedRange<Int>? {
    let fields = parser.octets(word).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let numbers = fields.compactMap { Number.decimal($0) }
    // keepalived refuses a single number; it can only mean the range of that number.
    guard numbers.count == fields.count, let low = numbers.first, let high = numbers.last, fields.count <= 2,
      limits.contains(low), limits.contains(high), low <= high
    else {
      drop(.invalidValue, "'\(parser.text(word))' is no range", word, &parser)
      return nil
    }
    return low...high
  }

  private mutating func numbered(_ name: String, _ value: Word, _ parser: inout Parser) {
    let number: Int?
    switch name {
    case "table", "lookup": number = parser.routingNumber(value, .tables, 1...Int(UInt32.max))
    case "tos", "dsfield": number = parser.routingNumber(value, .typesOfService, 0...255)
    case "suppress_prefixlength", "sup_pl": number = parser.literal(value, 0...128)
    case "suppress_ifgroup", "sup_group": number = parser.routingNumber(value, .linkGroups, 0...Int(Int32.max))
    case "tunnel-id": number = parser.literal(value, 0...Int.max)
    case "protocol": number = parser.literal(value, 0...255)
    case "ipproto": number = RuleKeywords.transports[parser.text(value)] ?? parser.literal(value, 0...255)
    default: number = parser.literal(value, 0...Int(UInt32.max))
    }
    guard let number else {
      isDropped = true
      return
    }
    switch name {
    case "table", "lookup": setAction(.table(UInt32(clamping: number)), value, &parser)
    case "goto": setAction(.goTo(UInt32(clamping: number)), value, &parser)
    case "tos", "dsfield": rule.typeOfService = UInt8(clamping: number)
    case "suppress_prefixlength", "sup_pl": rule.suppressPrefixLength = Int32(clamping: number)
    case "suppress_ifgroup", "sup_group": rule.suppressInterfaceGroup = UInt32(clamping: number)
    case "tunnel-id": rule.tunnelIdentifier = UInt64(clamping: number)
    case "protocol": rule.protocolNumber = UInt8(clamping: number)
    case "ipproto": rule.transport = UInt8(clamping: number)
    default: rule.preference = UInt32(clamping: number)
    }
  }
}
