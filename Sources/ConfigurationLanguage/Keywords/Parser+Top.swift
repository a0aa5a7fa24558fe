import Wire

/// Blocks at the top whose heads and ends need more than their tables.
extension Parser {
  /// The one name of a block; without exactly one the block is skipped.
  mutating func blockName() -> (String, Origin)? {
    let keyword = lexer.words[first]
    guard let word = take() else {
      report(
        .badBlockName, .error, .faulty, "\(text(keyword)) needs a name; its block is skipped", keyword)
      skipBlockOf(text(keyword))
      return nil
    }
    if let surplus = peeked {
      report(
        .badBlockName, .error, .faulty,
        "\(text(keyword)) takes one name; its block is skipped", surplus, through: lexer.words[lexer.words.count - 1],
        notes: ["a name with blanks is written in double quotes"])
      takeAll()
      skipBlockOf(text(keyword))
      return nil
    }
    return (text(word), origin(keyword))
  }

  /// A `vrrp_script` block.
  mutating func readVRRPScript(_ root: inout Configuration) {
    guard let (name, origin) = blockName() else { return }
    var script = VRRPScript(name: name, origin: origin)
    block(TrackingKeywords.script, &script, title: "vrrp_script \(name)")
    script.$timeout.inherit(script.interval)
    if script.script == nil {
      return report(
        .incomplete, .error, .faulty, "vrrp_script \(name) has no script and is dropped", origin, 11)
    }
    if let user = script.user, let environment, !environment.hasUser(user.user) {
      return report(
        .unknownUser, .error, .faulty,
        "vrrp_script \(name) is to run as '\(user.user)', whom this machine does not know; it is dropped",
        user.origin, user.user.utf8.count)
    }
    guard names.scripts[name] == nil else {
      return report(
        .duplicate, .warning, .none, "there is a vrrp_script \(name) already; the first one counts", origin, 11)
    }
    names.scripts[name] = DefinedNames.Weight(weight: script.weight, reverse: script.reverse)
    root.vrrpScripts.append(script)
  }

  /// A `bfd_instance` block.
  mutating func readBFDInstance(_ root: inout Configuration) {
    guard let (name, origin) = blockName() else { return }
    var session = BFDInstance(name: name, origin: origin)
    block(BFDKeywords.table, &session, title: "bfd_instance \(name)")
    func fail(_ parser: inout Parser, _ code: DiagnosticCode, _ message: String) {
      parser.report(code, .error, .faulty, "bfd_instance \(name) \(message) and is dropped", origin, 12)
    }
    guard name.utf8.count <= 31 else { return fail(&self, .valueTooLong, "has a name of more than 31 octets") }
    guard names.sessions[name] == nil else { return fail(&self, .duplicate, "is there already") }
    guard let neighbor = session.neighborAddress else { return fail(&self, .incomplete, "has no neighbor_ip") }
    if let source = session.sourceAddress, source.family != neighbor.family {
      return fail(&self, .familyMismatch, "has addresses of different families")
    }
    let isTaken = root.bfdInstances.contains {
      $0.neighborAddress == neighbor && $0.sourceAddress == session.sourceAddress
    }
    if isTaken { return fail(&self, .duplicate, "has the addresses of another") }
    session.$timeToLive.inherit(neighbor.family == .ipv4 ? 255 : 64)
    if session.maximumHops > session.timeToLive {
      report(
        .adjustedValue, .error, .faulty, "max_hops of \(name) is larger than its ttl; \(session.timeToLive) is taken",
        origin, 12)
      session.maximumHops = session.timeToLive
    }
    names.sessions[name] = DefinedNames.Weight(weight: session.weight, reverse: session.reverse)
    root.bfdInstances.append(session)
  }

  /// Takes the interfaces out of a group that are in another already.
  mutating func dropTakenInterfaces(_ group: inout GARPGroup, _ others: [GARPGroup]) {
    var taken = Set(others.flatMap { $0.interfaces + [$0.interface].compactMap { $0 } })
    func isFree(_ name: String, _ parser: inout Parser) -> Bool {
      if taken.insert(name).inserted { return true }
      parser.report(
        .duplicate, .error, .faulty, "\(name) is in a garp_group already and is left out", group.origin, 10)
      return false
    }
    if let interface = group.interface, !isFree(interface, &self) { group.interface = nil }
    let names = group.interfaces
    group.interfaces = []
    for name in names where isFree(name, &self) { group.interfaces.append(name) }
  }

  /// `INTERFACE DOWN [UP]`.
  mutating func interfaceDelay() -> InterfaceDelay? {
    guard let word = take() else { return nil }
    guard let downWord = take() else {
      report(.incomplete, .error, .none, "the entry has no time", word)
      return nil
    }
    let range: ClosedRange<Duration> = .zero ... .seconds(255)
    guard let down = duration(downWord, range, decimals: 6) else { return nil }
    var delay = InterfaceDelay(interface: text(word), down: down, up: .zero, origin: origin(word))
    if let upWord = take() { delay.up = duration(upWord, range, decimals: 6) ?? .zero }
    return delay
  }

  /// A `virtual_server_group` block.
  mutating func readServerGroup(_ root: inout Configuration) {
    guard let (name, origin) = blockName() else { return }
    var group = VirtualServerGroup(name: name, origin: origin)
    entries("virtual_server_group \(name)") { parser in
      if let entry = parser.groupEntry() { group.entries.append(entry) }
    }
    func fail(_ parser: inout Parser, _ code: DiagnosticCode, _ message: String) {
      parser.report(code, .error, .faulty, "virtual_server_group \(name) \(message) and is dropped", origin, 20)
    }
    if group.entries.isEmpty { return fail(&self, .emptyBlock, "has no entries") }
    let families = Set(
      group.entries.map { entry in
        switch entry {
        case .addresses(let first, _, _): first.family.rawValue
        case .firewallMark(_, let family): family?.rawValue ?? "none"
        }
      })
    if families.count > 2 { return fail(&self, .familyMismatch, "mixes IPv4, IPv6 and marks without family") }
    guard names.serverGroups.insert(name).inserted else { return fail(&self, .duplicate, "is there already") }
    root.virtualServerGroups.append(group)
  }

  /// One entry of a `virtual_server_group`.
  private mutating func groupEntry() -> VirtualServerGroup.Entry? {
    guard let word = take() else { return nil }
    if isWord(word, "fwmark") {
      guard let value = take(), let mark = integer(value, 0...Int(UInt32.max)) else { return nil }
      var family: AddressFamily?
      if let option = peeked, isWord(option, "inet") || isWord(option, "inet6") {
        cursor += 1
        family = isWord(option, "inet") ? .ipv4 : .ipv6
      }
      return .firewallMark(UInt32(clamping: mark), family)
    }
    guard let range = addressRange(word) else {
      takeAll()
      return nil
    }
    var port: UInt16 = 0
    if let portWord = take() {
      guard let number = integer(portWord, 0...65535) else { return nil }
      port = UInt16(number)
    }
    return .addresses(first: range.0, last: range.1, port: port)
  }

  /// An address, `a.b.c.d-N`, `a.b.c.d-e.f.g.h`, `x::y-zzzz` or a network.
  private mutating func addressRange(_ word: Word) -> (IPAddress, IPAddress)? {
    let bytes = octets(word)
    let cut = bytes.firstIndex { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") }
    guard let first = silentAddress(word.start, cut ?? word.end) else {
      report(
        .invalidAddress, .error, .faulty, "'\(text(word))' is neither an address nor a range; the entry is dropped",
        word)
      return nil
    }
    guard let cut else { return (first, first) }
    let last =
      bytes[cut] == UInt8(ascii: "/")
      ? lastOfNetwork(first, bytes[(cut + 1)...]) : lastOfRange(first, cut + 1, word.end)
    guard let last else {
      report(
        .invalidValue, .error, .faulty, "'\(bytes[cut...].text)' makes no range with \(first); the entry is dropped",
        word,
        notes: ["written as 192.0.2.1-20, 192.0.2.1-192.0.3.7, 192.0.2.8/29 (host bits zero), 2001:db8::1-ff"])
      return nil
    }
    return (first, last)
  }

  private func lastOfNetwork(_ first: IPAddress, _ digits: ArraySlice<UInt8>) -> IPAddress? {
    guard let length = Number.decimal(digits), (1...first.family.bitWidth).contains(length) else { return nil }
    switch first {
    case .v4(let address):
      let hosts = ~IPv4Address.mask(length: length).rawValue
      guard address.rawValue & hosts == 0 else { return nil }
      return .v4(IPv4Address(rawValue: address.rawValue | hosts))
    case .v6(let address):
      let hosts = length == 128 ? 0 : UInt128.max >> UInt128(length)
      guard address.rawValue & hosts == 0 else { return nil }
      return .v6(IPv6Address(rawValue: address.rawValue | hosts))
    }
  }

  private func lastOfRange(_ first: IPAddress, _ start: Int, _ end: Int) -> IPAddress? {
    if let last = silentAddress(start, end) {
      return last.family == first.family && first < last ? last : nil
    }
    let digits = lexer.bytes[start..<end]
    switch first {
    case .v4(let address):
      guard let octet = Number.decimal(digits), octet <= 255, octet > Int(address.rawValue & 255) else { return nil }
      return .v4(IPv4Address(rawValue: address.rawValue & ~255 | UInt32(octet)))
    case .v6(let address):
      guard !digits.isEmpty, digits.count <= 4, let group = UInt16(digits.text, radix: 16),
        group > UInt16(truncatingIfNeeded: address.rawValue)
      else { return nil }
      return .v6(IPv6Address(rawValue: address.rawValue & ~0xFFFF | UInt128(group)))
    }
  }
}

/// How services and group entries are written.
enum ServerGroupSyntax {
  private static func range(_ first: IPAddress, _ last: IPAddress) -> String {
    guard first != last else { return first.description }
    guard case .v6(let low) = first, case .v6(let high) = last else { return "\(first)-\(last)" }
    // Ranges of IPv6 are written by their last group, wider ones as networks.
    let bits = 128 - (low.rawValue ^ high.rawValue).leadingZeroBitCount
    let isNetwork = (high.rawValue - low.rawValue) & (high.rawValue - low.rawValue + 1) == 0
    if bits <= 16, !isNetwork || low.rawValue & 0xFFFF != 0 {
      return "\(first)-\(String(UInt16(truncatingIfNeeded: high.rawValue), radix: 16))"
    }
    return isNetwork ? "\(first)/\(128 - bits)" : "\(first)-\(last)"
  }

  static func words(_ entry: VirtualServerGroup.Entry) -> [String] {
    switch entry {
    case .addresses(let first, let last, let port):
      return [range(first, last)] + (port == 0 ? [] : [String(port)])
    case .firewallMark(let mark, let family):
      return ["fwmark", String(mark)] + (family.map { [$0 == .ipv4 ? "inet" : "inet6"] } ?? [])
    }
  }

  static func words(_ identity: VirtualServer.Identity) -> [String] {
    switch identity {
    case .endpoint(let endpoint): EndpointSyntax.words(endpoint)
    case .firewallMark(let mark): ["fwmark", String(mark)]
    case .group(let name): ["group", CanonicalWriter.quoted(name)]
    }
  }
}
