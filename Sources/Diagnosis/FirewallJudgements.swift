import Wire

// Whether the packet filter lets adverts through. This is no simulation of a packet filter: it looks for the two mistakes
// that are made, a rule against VRRP, and a chain that drops what it does not know without a rule for VRRP.
extension HostFacts {
  var firewallFindings: [Finding] {
    let transports = Set(intent.routers.map(\.transport)).sorted()
    return transports.flatMap { transport -> [Finding] in
      let users = intent.routers.filter { $0.transport == transport }.map(\.name).joined(separator: ", ")
      let chains = (nftables.map(FilterChain.nftables) ?? []) + (iptables.map(FilterChain.iptables) ?? [])
      return chains.filter { $0.drops(transport) }.map { chain in
        Finding(
          .trouble, "firewall",
          "\(chain.title) drops IP protocol \(transport): \(chain.isInput ? "adverts of peers do not arrive" : "adverts do not leave")"
            + " (\(users))", fixes: [chain.fix(transport)])
      }
    }
  }
}

/// A chain that sees what comes in or goes out.
struct FilterChain: Hashable {
  /// The program it was read from.
  enum Program: Hashable {
    case nftables(table: String)
    case iptables
  }

  var program: Program
  var name: String
  var isInput: Bool
  /// Whether what no rule decides is dropped.
  var dropsByDefault: Bool
  /// Its rules, and those of the chains that it may jump to.
  var rules: [String]

  var title: String {
    switch program {
    case .nftables(let table): "the chain \(name) of the nftables table \(table)"
    case .iptables: "the iptables chain \(name)"
    }
  }

  /// Whether packets of an IP protocol are lost here.
  func drops(_ transport: UInt8) -> Bool {
    for rule in rules {
      let words = rule.split(whereSeparator: { " ,{}".contains($0) }).map(String.init)
      let speaksOfIt =
        Self.selectors.contains(where: words.contains) && Self.names(transport).contains(where: words.contains)
      let refuses =
        words.contains("drop") || words.contains("reject") || words.contains("DROP") || words.contains("REJECT")
      let accepts = words.contains("accept") || words.contains("ACCEPT")
      if speaksOfIt, refuses { return true }
      if speaksOfIt, accepts { return false }
      // It lets some senders or interfaces through, of which the peers may well be.
      if accepts, Self.mayMeanPeers(rule) { return false }
      // A bare verdict ends the chain for everything that has come this far.
      if Self.isBare(words, ["accept", "ACCEPT"]) { return false }
      if Self.isBare(words, ["drop", "reject", "DROP", "REJECT"]) { return true }
    }
    return dropsByDefault
  }

  /// The words in front of the number or name of an IP protocol.
  private static let selectors = ["protocol", "l4proto", "nexthdr", "-p"]

  private static func mayMeanPeers(_ rule: String) -> Bool {
    let isLoopback = rule.contains("\"lo\"") || rule.contains("-i lo")
    let places = ["saddr", "daddr", "iif", "oif", "pkttype", "-s ", "-d ", "-i ", "-o ", "--pkt-type"]
    let isAboutPorts =
      rule.contains("dport") || rule.contains("sport") || selectors.contains { rule.contains("\($0) ") }
    return !isLoopback && !isAboutPorts && places.contains { rule.contains($0) }
  }

  private static func isBare(_ words: [String], _ verdicts: [String]) -> Bool {
    let known = words.filter { !["counter", "packets", "bytes", "log", "-j"].contains($0) && Int($0) == nil }
    return known.first.map(verdicts.contains) ?? false
  }

  func fix(_ transport: UInt8) -> String {
    switch program {
    case .nftables(let table): "nft insert rule \(table) \(name) meta l4proto \(transport) accept"
    case .iptables: "iptables -I \(name) -p \(transport) -j ACCEPT"
    }
  }

  private static func names(_ transport: UInt8) -> [String] {
    switch transport {
    case 51: ["51", "ah"]
    case 112: ["112", "vrrp"]
    default: ["\(transport)"]
    }
  }
}

extension FilterChain {
  /// The chains of `nft list ruleset` that are hooked to input or output.
  static func nftables(_ text: String) -> [FilterChain] {
    var rulesByChain: [String: [String]] = [:]
    var hooked: [(table: String, name: String, isInput: Bool, drops: Bool)] = []
    var (table, chain): (String?, String?)
    for raw in text.split(separator: "\n") {
      let line = raw.split(separator: " ").joined(separator: " ").split(separator: "\t").joined(separator: " ")
      let words = line.split(separator: " ").map(String.init)
      if words.first == "table", words.count >= 3 {
        (table, chain) = (words[1...2].joined(separator: " "), nil)
      } else if words.first == "chain", words.count >= 2 {
        chain = words[1]
      } else if line == "}" {
        if chain != nil { chain = nil } else { table = nil }
      } else if let table, let chain {
        let key = "\(table) \(chain)"
        if words.first == "type", let hook = words.firstIndex(of: "hook"), hook + 1 < words.count {
          let (place, isFilter) = (words[hook + 1], line.hasPrefix("type filter"))
          guard isFilter, place == "input" || place == "output" else { continue }
          hooked.append((table, chain, place == "input", line.contains("policy drop")))
        } else {
          rulesByChain[key, default: []].append(line)
        }
      }
    }
    return hooked.map { entry in
      FilterChain(
        program: .nftables(table: entry.table), name: entry.name, isInput: entry.isInput, dropsByDefault: entry.drops,
        rules: expanded(rulesByChain["\(entry.table) \(entry.name)"] ?? [], jump: "jump") {
          rulesByChain["\(entry.table) \($0)"]
        })
    }
  }

  /// The chains INPUT and OUTPUT of `iptables-save`.
  static func iptables(_ text: String) -> [FilterChain] {
    var policies: [String: Bool] = [:]
    var rulesByChain: [String: [String]] = [:]
    var isFilter = false
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if line.hasPrefix("*") {
        isFilter = line == "*filter"
      } else if isFilter, line.hasPrefix(":"), words.count >= 2 {
        policies[String(words[0].dropFirst())] = words[1] == "DROP"
      } else if isFilter, words.first == "-A", words.count >= 2 {
        rulesByChain[words[1], default: []].append(words.dropFirst(2).joined(separator: " "))
      }
    }
    return ["INPUT", "OUTPUT"].filter { policies[$0] != nil }.map { name in
      FilterChain(
        program: .iptables, name: name, isInput: name == "INPUT", dropsByDefault: policies[name] ?? false,
        rules: expanded(rulesByChain[name] ?? [], jump: "-j") { rulesByChain[$0] })
    }
  }

  /// The rules with those of an unconditional jump in its place; a conditional jump may decide about VRRP too, so that
  /// rules about it count from there as well.
  private static func expanded(_ rules: [String], jump: String, chain: (String) -> [String]?) -> [String] {
    rules.flatMap { rule -> [String] in
      let words = rule.split(separator: " ").map(String.init)
      guard let at = words.firstIndex(of: jump), at + 1 < words.count, let target = chain(words[at + 1]) else {
        return [rule]
      }
      let relevant = at == 0 ? target : target.filter { $0.contains("vrrp") || $0.contains("112") }
      return relevant.filter { !$0.contains("\(jump) ") || jump == "-j" }
    }
  }
}
