import Wire

/// Reads one route. The family stays open until a word decides it.
struct RouteReader {
  let isStatic: Bool
  private var route: ConfiguredRoute
  private var family: AddressFamily?
  private var destination: AddressPrefix?
  private var isDefault = false
  private var isDropped = false

  init(isStatic: Bool) {
    self.isStatic = isStatic
    route = ConfiguredRoute(destination: AddressPrefix(.v4(.any), length: 0), origin: .nowhere)
  }

  /// The route of the line; nil after a report.
  mutating func read(_ parser: inout Parser) -> ConfiguredRoute? {
    let head = parser.lexer.words[parser.first]
    route.origin = parser.origin(head)
    var isFirst = true
    while !isDropped, let word = parser.take() {
      let name = parser.text(word)
      if isFirst, let type = RouteKeywords.types[name] {
        route.type = type
      } else {
        option(name, word, &parser)
      }
      isFirst = false
    }
    guard !isDropped else {
      parser.takeAll()
      return nil
    }
    return finish(head, &parser)
  }

  private mutating func finish(_ head: Word, _ parser: inout Parser) -> ConfiguredRoute? {
    guard destination != nil || isDefault else {
      parser.report(.incomplete, .error, .faulty, "the route has no destination and is dropped", head)
      return nil
    }
    route.family = family ?? .ipv4
    route.destination =
      destination ?? AddressPrefix(route.family == .ipv4 ? .v4(.any) : .v6(.any), length: 0)
    if !route.isUntracked {
      if route.protocolNumber != 18 {
        parser.report(
          .trackingIgnored, .error, .faulty,
          "a route that is watched has the protocol of keepalived (18); \(route.protocolNumber) is not used", head,
          suggestion: "no_track")
        route.protocolNumber = 18
      }
      if route.interface == nil, route.nextHops.isEmpty {
        parser.report(
          .trackingIgnored, .warning, .faulty, "a route without dev cannot be watched", head,
          suggestion: "dev INTERFACE, or no_track")
        route.isUntracked = true
      }
    }
    return route
  }

  private mutating func fix(_ found: AddressFamily, _ word: Word, _ parser: inout Parser) {
    if let family, family != found {
      parser.report(
        .familyMismatch, .error, .faulty, "\(parser.text(word)) is not \(family.title) like the words before it",
        word, notes: ["the route is dropped"])
      isDropped = true
    }
    family = found
  }

  private mutating func drop(_ code: DiagnosticCode, _ message: String, _ word: Word, _ parser: inout Parser) {
    parser.report(code, .error, .faulty, message, word, notes: ["the route is dropped"])
    isDropped = true
  }

  /// The value of an option; drops the route when there is none.
  private mutating func value(_ name: String, _ word: Word, _ parser: inout Parser) -> Word? {
    guard let value = parser.take() else {
      drop(.incomplete, "\(name) has no value", word, &parser)
      return nil
    }
    return value
  }

  private mutating func option(_ name: String, _ word: Word, _ parser: inout Parser) {
    if let metric = RouteKeywords.metrics[name] {
      self.metric(name, metric.number, metric.mayLock, word, &parser)
      return
    }
    switch name {
    case "default", "any", "all": isDefault = true
    case "default6":
      isDefault = true
      fix(.ipv6, word, &parser)
      parser.report(.deprecated, .warning, .faulty, "default6 is an old spelling", word, suggestion: "default inet6")
    case "inet": fix(.ipv4, word, &parser)
    case "inet6": fix(.ipv6, word, &parser)
    case "onlink": route.isOnLink = true
    case "no_track": route.isUntracked = true
    case "add": route.placement = .add
    case "prepend": route.placement = .prepend
    case "append": route.placement = .append
    case "nexthop": nextHops(word, &parser)
    case "to", "src", "via", "gw", "or", "from", "as", "tos", "dsfield", "table", "protocol", "scope", "metric",
      "priority", "preference", "dev", "oif", "encap", "expires", "realms", "congctl", "pref", "ttl-propagate", "vrf",
      "track_group":
      if let value = value(name, word, &parser) { valued(name, word, value, &parser) }
    default: readDestination(word, &parser)
    }
  }

  private mutating func readDestination(_ word: Word, _ parser: inout Parser) {
    guard let prefix = parser.networkPrefix(word) else {
      let name = parser.text(word)
      parser.report(
        .unknownOption, .error, .faulty, "'\(name)' is neither a destination nor an option of a route", word,
        notes: ["the route is dropped"], suggestion: parser.suggestion(for: name, among: RouteKeywords.options))
      isDropped = true
      return
    }
    fix(prefix.address.family, word, &parser)
    destination = prefix
  }

  private mutating func address(_ word: Word, _ parser: inout Parser) -> IPAddress? {
    guard let address = parser.silentAddress(word) else {
      drop(.invalidAddress, "'\(parser.text(word))' is not an address", word, &parser)
      return nil
    }
    fix(address.family, word, &parser)
    return address
  }

  private mutating func valued(_ name: String, _ word: Word, _ value: Word, _ parser: inout Parser) {
    switch name {
    case "to": readDestination(value, &parser)
    case "src": route.preferredSource = address(value, &parser)
    case "via", "gw":
      if name == "gw" {
        parser.report(.deprecated, .warning, .faulty, "gw is an old spelling", word, suggestion: "via")
      }
      var hop = value
      if parser.isWord(value, "inet") || parser.isWord(value, "inet6"), let next = parser.take() { hop = next }
      route.gateway = address(hop, &parser)
    case "or":
      parser.report(.deprecated, .warning, .faulty, "or is an old spelling", word, suggestion: "nexthop via")
      guard let second = address(value, &parser) else { return }
      var hops = [route.gateway, second].compactMap { $0 }.map { gateway in
        var hop = ConfiguredRoute.NextHop()
        hop.gateway = gateway
        return hop
      }
      route.gateway = nil
      swap(&route.nextHops, &hops)
    case "from":
      guard let prefix = parser.networkPrefix(value) else {
        return drop(.invalidAddress, "'\(parser.text(value))' is not a prefix", value, &parser)
      }
      fix(prefix.address.family, value, &parser)
      route.sourcePrefix = prefix
    case "as":
      parser.report(.unsupported, .error, .faulty, "as is not supported in a route, by keepalived neither", word)
    case "dev", "oif": route.interface = parser.interfaceName(value)
    case "vrf": route.vrf = parser.interfaceName(value)
    case "encap": route.encapsulation = encapsulation(value, &parser)
    case "track_group": trackGroup(value, &parser)
    case "ttl-propagate":
      if parser.isWord(value, "enabled") || parser.isWord(value, "disabled") {
        route.propagatesTTL = parser.isWord(value, "enabled")
      } else {
        parser.reportUnknownOption(value, of: name, ["enabled", "disabled"])
      }
    case "congctl":
      var algorithm = value
      if parser.isWord(value, "lock"), let next = parser.take() {
        route.metrics.locked |= 1 << 16
        algorithm = next
      }
      route.metrics.congestionControl = parser.text(algorithm)
    default: numbered(name, value, &parser)
    }
  }

  private mutating func numbered(_ name: String, _ value: Word, _ parser: inout Parser) {
    let number: Int?
    switch name {
    case "tos", "dsfield": number = parser.routingNumber(value, .typesOfService, 0...255)
    case "table": number = parser.routingNumber(value, .tables, 0...Int(UInt32.max))
    case "protocol": number = parser.routingNumber(value, .protocols, 0...255)
    case "scope": number = parser.routingNumber(value, .scopes, 0...255)
    case "realms": number = parser.realms(value).map(Int.init)
    case "pref":
      let levels = ["medium": 0, "high": 1, "low": 3]
      number = levels[parser.text(value)] ?? parser.literal(value, 0...255)
    default: number = parser.literal(value, 0...Int(UInt32.max))
    }
    guard let number else {
      isDropped = true
      return
    }
    switch name {
    case "tos", "dsfield": route.typeOfService = UInt8(clamping: number)
    case "table": route.table = UInt32(clamping: number)
    case "protocol": route.protocolNumber = UInt8(clamping: number)
    case "scope": route.scope = UInt8(clamping: number)
    case "realms": route.realms = UInt32(clamping: number)
    case "pref": route.preference = UInt8(clamping: number)
    case "expires": route.expires = .seconds(number)
    default: route.metric = UInt32(clamping: number)
    }
  }

  private mutating func trackGroup(_ value: Word, _ parser: inout Parser) {
    let group = parser.text(value)
    if isStatic, parser.names.trackGroups.contains(group) {
      route.trackGroup = group
    } else {
      parser.reportUnknownName(group, "track_group", parser.names.trackGroups, value)
    }
  }

  private mutating func metric(
    _ name: String, _ number: UInt16, _ mayLock: Bool, _ word: Word, _ parser: inout Parser
  ) {
    guard var value = value(name, word, &parser) else { return }
    if mayLock, parser.isWord(value, "lock") {
      route.metrics.locked |= 1 << UInt32(number)
      guard let next = self.value(name, word, &parser) else { return }
      value = next
    }
    let result: Int?
    switch name {
    case "features":
      if !parser.isWord(value, "ecn") { parser.reportUnknownOption(value, of: name, ["ecn"]) }
      result = parser.isWord(value, "ecn") ? 1 : nil
    case "rtt": result = time(value, unitsPerMillisecond: 8, &parser)
    case "rttvar": result = time(value, unitsPerMillisecond: 4, &parser)
    case "rto_min": result = time(value, unitsPerMillisecond: 1, &parser)
    case "quickack", "fastopen_no_cookie": result = parser.literal(value, 0...1)
    case "hoplimit": result = parser.literal(value, 0...255)
    default: result = parser.literal(value, 0...Int(UInt32.max))
    }
    if let result { route.metrics.values[number] = UInt32(clamping: result) } else { isDropped = true }
  }

  /// A time with suffix, or in the kernel's units.
  private func time(_ word: Word, unitsPerMillisecond: Int, _ parser: inout Parser) -> Int? {
    let text = parser.octets(word)
    let digits = text.prefix { $0.isDigit }
    let suffix = text[digits.endIndex...].text.lowercased()
    guard let number = Number.decimal(digits), number <= Int(UInt32.max) else {
      parser.report(.invalidNumber, .error, .faulty, "'\(text.text)' is not a time", word)
      return nil
    }
    switch suffix {
    case "": return number
    case "s", "sec", "secs": return number * 1000 * unitsPerMillisecond
    case "ms", "msec", "msecs": return number * unitsPerMillisecond
    default:
      parser.report(.invalidNumber, .error, .faulty, "'\(suffix)' is no unit of time", word)
      return nil
    }
  }

  // MARK: Several hops and tunnels

  private mutating func nextHops(_ word: Word, _ parser: inout Parser) {
    var hop = ConfiguredRoute.NextHop()
    while !isDropped, let option = parser.take() {
      let name = parser.text(option)
      if name == "nexthop" {
        route.nextHops.append(hop)
        hop = ConfiguredRoute.NextHop()
        continue
      }
      if name == "onlink" {
        hop.isOnLink = true
        continue
      }
      guard ["via", "dev", "weight", "encap", "realms", "as"].contains(name) else {
        parser.reportUnknownOption(
          option, of: "nexthop", ["via", "dev", "weight", "encap", "realms", "onlink", "nexthop"])
        isDropped = true
        return
      }
      guard var value = value(name, option, &parser) else { return }
      switch name {
      case "via":
        if parser.isWord(value, "inet") || parser.isWord(value, "inet6"), let next = parser.take() { value = next }
        hop.gateway = address(value, &parser)
      case "dev": hop.interface = parser.interfaceName(value)
      case "weight": hop.weight = parser.integer(value, 1...256) ?? 1
      case "encap": hop.encapsulation = encapsulation(value, &parser)
      case "realms": hop.realms = parser.realms(value)
      default: drop(.unsupported, "as is not supported", option, &parser)
      }
    }
    route.nextHops.append(hop)
  }

  private mutating func encapsulation(_ kind: Word, _ parser: inout Parser) -> ConfiguredRoute.Encapsulation? {
    switch parser.text(kind) {
    case "ip": return tunnel(.ipv4, kind, &parser)
    case "ip6": return tunnel(.ipv6, kind, &parser)
    case "mpls":
      guard let word = value("mpls", kind, &parser) else { return nil }
      let labels = parser.octets(word).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .map { Number.literal($0) }
      guard labels.allSatisfy({ $0.map { (0..<(1 << 20)).contains($0) } ?? false }) else {
        drop(.invalidValue, "'\(parser.text(word))' is no stack of MPLS labels", word, &parser)
        return nil
      }
      return .mpls(labels.compactMap { $0 }.map { UInt32(clamping: $0) })
    case "ila":
      guard let word = value("ila", kind, &parser) else { return nil }
      let groups = parser.text(word).split(separator: ":", omittingEmptySubsequences: false)
        .compactMap { UInt16($0, radix: 16) }
      guard groups.count == 4 else {
        drop(.invalidValue, "'\(parser.text(word))' is no ILA locator", word, &parser)
        return nil
      }
      return .ila(groups.reduce(0) { $0 << 16 | UInt64($1) })
    default:
      drop(.invalidChoice, "'\(parser.text(kind))' is no encapsulation", kind, &parser)
      return nil
    }
  }

  private mutating func tunnel(
    _ family: AddressFamily, _ kind: Word, _ parser: inout Parser
  ) -> ConfiguredRoute.Encapsulation? {
    var identifier: UInt64?
    var destination: IPAddress?
    var source: IPAddress?
    var numbers: [String: Int] = [:]
    let options =
      family == .ipv4
      ? ["id", "dst", "src", "tos", "ttl", "flags"]
      : [
        "id", "dst", "src", "tc", "hoplimit", "flags",
      ]
    while let option = parser.peeked, options.contains(parser.text(option)) {
      parser.cursor += 1
      let name = parser.text(option)
      guard let word = value(name, option, &parser) else { return nil }
      switch name {
      case "id": identifier = parser.literal(word, 0...Int.max).map { UInt64($0) }
      case "dst": destination = parser.address(word, of: family)
      case "src": source = parser.address(word, of: family)
      case "flags": numbers[name] = parser.literal(word, 0...65535)
      case "tos", "tc": numbers["tos"] = parser.routingNumber(word, .typesOfService, 0...255)
      default: numbers["ttl"] = parser.literal(word, 0...255)
      }
    }
    guard identifier != nil || destination != nil else {
      drop(.incomplete, "the encapsulation needs id or dst", kind, &parser)
      return nil
    }
    return .ip(
      family, identifier: identifier, destination: destination, source: source,
      typeOfService: numbers["tos"].map { UInt8(clamping: $0) }, timeToLive: numbers["ttl"].map { UInt8(clamping: $0) },
      flags: numbers["flags"].map { UInt16(clamping: $0) })
  }
}

extension Parser {
  /// A prefix as routes and rules write it: without length a host, `0/0` for everything; nil without a report.
  func networkPrefix(_ word: Word) -> AddressPrefix? {
    let bytes = octets(word)
    let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
    let address: IPAddress?
    if let slash, bytes[..<slash].elementsEqual([Character8.zero]) {
      address = .v4(.any)
    } else {
      address = silentAddress(word.start, slash ?? word.end)
    }
    guard let address else { return nil }
    guard let slash else { return AddressPrefix(host: address) }
    guard let length = Number.decimal(bytes[(slash + 1)...]), length <= address.family.bitWidth else { return nil }
    return AddressPrefix(address, length: UInt8(clamping: length))
  }
}
