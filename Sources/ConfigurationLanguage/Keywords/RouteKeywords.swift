import Wire

/// Route entries of `virtual_routes` and `static_routes`.
enum RouteKeywords {
  static let types: [String: UInt8] = [
    "unicast": 1, "local": 2, "broadcast": 3, "brd": 3, "anycast": 4, "multicast": 5, "blackhole": 6, "unreachable": 7,
    "prohibit": 8, "throw": 9, "nat": 10, "xresolve": 11,
  ]

  /// Metrics (RTAX_* of linux/rtnetlink.h), and whether `lock` may stand before the value.
  static let metrics: [String: (number: UInt16, mayLock: Bool)] = [
    "mtu": (2, true), "window": (3, false), "rtt": (4, true), "rttvar": (5, true), "ssthresh": (6, true),
    "cwnd": (7, true), "advmss": (8, true), "reordering": (9, true), "hoplimit": (10, false), "initcwnd": (11, false),
    "features": (12, false), "rto_min": (13, true), "initrwnd": (14, false), "quickack": (15, false),
    "fastopen_no_cookie": (17, false),
  ]

  static let options =
    [
      "to", "default", "any", "all", "default6", "inet", "inet6", "src", "via", "gw", "or", "from", "as", "tos",
      "dsfield", "table", "protocol", "scope", "metric", "priority", "preference", "dev", "oif", "onlink", "encap",
      "expires", "realms", "congctl", "pref", "ttl-propagate", "add", "prepend", "append", "nexthop", "no_track", "vrf",
      "track_group",
    ] + metrics.keys.sorted() + types.keys.sorted()

  static func block<Root>(
    _ name: String, _ path: any WritableKeyPath<Root, [ConfiguredRoute]> & Sendable, isStatic: Bool
  ) -> Keyword<Root> {
    Keyword(name, "{ DESTINATION [via ADDRESS] [dev INTERFACE] … }", opensBlock: true, required: 0) { root, parser in
      var routes: [ConfiguredRoute] = []
      parser.entries(name) { parser in
        var reader = RouteReader(isStatic: isStatic)
        if let route = reader.read(&parser) { routes.append(route) }
      }
      root[keyPath: path] += routes
    } write: { root, writer in
      writer.entries(name, root[keyPath: path].map(words))
    }
  }

  /// An entry as words.
  static func words(_ route: ConfiguredRoute) -> [String] {
    var words: [String] = []
    if route.type != 1 {
      let name = types.filter { $0.value == route.type && $0.key != "brd" }.keys.first
      words.append(name ?? String(route.type))
    }
    words.append(route.destination.description)
    func add(_ name: String, _ value: String?) {
      if let value { words += [name, value] }
    }
    func flag(_ name: String, _ isSet: Bool) {
      if isSet { words.append(name) }
    }
    add("from", route.sourcePrefix?.description)
    add("src", route.preferredSource?.description)
    add("via", route.gateway?.description)
    add("dev", route.interface.map(CanonicalWriter.quoted))
    add("table", route.table != 254 && route.vrf == nil ? String(route.table) : nil)
    add("vrf", route.vrf.map(CanonicalWriter.quoted))
    add("scope", route.scope.map { String($0) })
    add("tos", route.typeOfService != 0 ? String(route.typeOfService) : nil)
    add("metric", route.metric.map { String($0) })
    flag("onlink", route.isOnLink)
    add("expires", route.expires.map(CanonicalWriter.seconds))
    add("realms", route.realms.map(realms))
    for (name, metric) in metrics.sorted(by: { $0.value.number < $1.value.number }) {
      guard let value = route.metrics.values[metric.number] else { continue }
      let isLocked = route.metrics.locked & (1 << UInt32(metric.number)) != 0
      words += [name] + (isLocked ? ["lock"] : []) + [name == "features" ? "ecn" : String(value)]
    }
    if let name = route.metrics.congestionControl {
      words += ["congctl"] + (route.metrics.locked & (1 << 16) != 0 ? ["lock"] : []) + [CanonicalWriter.quoted(name)]
    }
    add("pref", route.preference.map { String($0) })
    add("ttl-propagate", route.propagatesTTL.map { $0 ? "enabled" : "disabled" })
    flag("no_track", route.isUntracked)
    add("protocol", route.protocolNumber != 18 ? String(route.protocolNumber) : nil)
    flag(route.placement.rawValue, route.placement != .prepend)
    add("track_group", route.trackGroup.map(CanonicalWriter.quoted))
    words += encapsulation(route.encapsulation)
    for hop in route.nextHops { words += self.words(hop) }
    return words
  }

  private static func realms(_ value: UInt32) -> String {
    value >> 16 == 0 ? String(value) : "\(value >> 16)/\(value & 0xFFFF)"
  }

  private static func words(_ hop: ConfiguredRoute.NextHop) -> [String] {
    var words = ["nexthop"]
    if let gateway = hop.gateway { words += ["via", gateway.description] }
    if let interface = hop.interface { words += ["dev", CanonicalWriter.quoted(interface)] }
    if hop.weight != 1 { words += ["weight", String(hop.weight)] }
    if hop.isOnLink { words.append("onlink") }
    if let realms = hop.realms { words += ["realms", self.realms(realms)] }
    return words + encapsulation(hop.encapsulation)
  }

  private static func encapsulation(_ value: ConfiguredRoute.Encapsulation?) -> [String] {
    switch value {
    case nil: return []
    case .ip(let family, let identifier, let destination, let source, let tos, let ttl, let flags):
      var words = ["encap", family == .ipv4 ? "ip" : "ip6"]
      if let identifier { words += ["id", String(identifier)] }
      if let destination { words += ["dst", destination.description] }
      if let source { words += ["src", source.description] }
      if let tos { words += [family == .ipv4 ? "tos" : "tc", String(tos)] }
      if let ttl { words += [family == .ipv4 ? "ttl" : "hoplimit", String(ttl)] }
      if let flags { words += ["flags", String(flags)] }
      return words
    case .mpls(let labels): return ["encap", "mpls", labels.map { String($0) }.joined(separator: "/")]
    case .ila(let locator):
      let groups = stride(from: 48, through: 0, by: -16).map { String(locator >> UInt64($0) & 0xFFFF, radix: 16) }
      return ["encap", "ila", groups.joined(separator: ":")]
    }
  }
}
