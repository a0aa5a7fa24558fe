import Wire

/// Values of `virtual_server` and `real_server` that are more than a word.
extension Parser {
  /// `ADDRESS [PORT]` of a server, after the keyword.
  mutating func serverEndpoint() -> Endpoint? {
    guard let word = take() else { return nil }
    guard let address = address(word) else { return nil }
    guard let portWord = takeOptional() else { return Endpoint(address, port: 0) }
    guard let port = integer(portWord, 0...65535) else { return nil }
    return Endpoint(address, port: UInt16(port))
  }

  /// `NAT|DR|TUN` with the options of a tunnel.
  mutating func forwardingMethod() -> ForwardingMethod? {
    guard let word = take() else { return nil }
    if isWord(word, "NAT") { return .nat }
    if isWord(word, "DR") { return .directRouting }
    guard isWord(word, "TUN") else {
      report(
        .invalidChoice, .error, .faulty, "'\(text(word))' is no forwarding method", word,
        suggestion: suggestion(for: text(word), among: ["NAT", "DR", "TUN"]))
      takeAll()
      return nil
    }
    var settings = TunnelSettings()
    while let option = peeked {
      let name = text(option)
      if name == "type" || name == "port" {
        cursor += 1
        guard let value = take() else {
          report(.incomplete, .error, .faulty, "\(name) has no value", option)
          break
        }
        if name == "port" {
          settings.port = port(value) ?? 0
        } else if let kind = choice(value, TunnelSettings.Kind.self) {
          settings.kind = kind
        }
      } else if let checksum = TunnelSettings.Checksum(rawValue: name) {
        cursor += 1
        settings.checksum = checksum
      } else {
        break
      }
    }
    if (settings.kind == .gue) != (settings.port != 0) {
      report(
        .contradiction, .error, .faulty,
        settings.kind == .gue ? "a gue tunnel needs a port" : "only a gue tunnel has a port", word)
    }
    return .tunnel(settings)
  }

  /// A netmask, or the length of a prefix for IPv6.
  mutating func readGranularity(_ root: inout VirtualServer) {
    guard let word = take() else { return }
    let length: UInt8
    let family: AddressFamily
    if octets(word).contains(UInt8(ascii: ".")) {
      guard let address = address(word, of: .ipv4), case .v4(let mask) = address else { return }
      family = .ipv4
      length = UInt8(mask.rawValue.nonzeroBitCount)
      guard length > 0 else {
        report(.invalidValue, .error, .faulty, "\(mask) is no netmask", word)
        return
      }
      if mask != .mask(length: Int(length)) {
        report(.invalidValue, .warning, .none, "the netmask \(mask) has holes, which is hardly meant", word)
      }
      root.persistenceMask = mask
    } else {
      guard let number = integer(word, 1...128) else { return }
      (family, length) = (.ipv6, UInt8(number))
    }
    if let fixed = root.family, fixed != family {
      report(
        .familyMismatch, .error, .faulty, "the service is \(fixed.title); the granularity is ignored", word)
      return
    }
    root.family = family
    root.persistenceGranularity = length
    if root.persistenceTimeout == nil { root.persistenceTimeout = .seconds(360) }
  }

  /// Reports a scheduler flag that the scheduler has no use for.
  mutating func checkScheduler(_ root: VirtualServer, _ flag: String, _ schedulers: [String]) {
    guard !schedulers.contains(root.scheduler) else { return }
    report(
      .contradiction, .error, .faulty, "\(flag) needs the scheduler \(schedulers.joined(separator: " or ")) before it",
      lexer.words[first])
  }

  /// Whether there is a sorry server already.
  mutating func requireSorryServer(_ root: VirtualServer) -> Bool {
    if root.sorryServer != nil { return true }
    report(
      .forwardReference, .error, .faulty, "\(text(lexer.words[first])) has to stand after sorry_server",
      lexer.words[first])
    return false
  }

  /// A `virtual_server` block.
  mutating func readVirtualServer(_ root: inout Configuration) {
    let keyword = lexer.words[first]
    let start = origin(keyword)
    let title = "virtual_server " + lexer.words.dropFirst(first + 1).map { text($0) }.joined(separator: " ")
    guard let identity = serviceIdentity() else {
      takeAll()
      return skipBlockOf(title)
    }
    var server = VirtualServer(identity, origin: start)
    switch identity {
    case .endpoint(let endpoint):
      server.family = endpoint.address.family
    case .firewallMark, .group: break
    }
    // An array of tens of thousands that grows step by step touches three times the memory.
    server.realServers.reserveCapacity(lexer.estimateLines(beginningWith: "real_server", before: "virtual_server"))
    block(VirtualServerKeywords.table, &server, title: title)
    root.virtualServers.append(server)
  }

  /// Skips the block of a keyword whose head is of no use.
  mutating func skipBlockOf(_ title: String) {
    open(title, nil)
    skipBlock()
    blocks.removeLast()
  }

  /// `ADDRESS [PORT]`, `fwmark N` or `group NAME`.
  private mutating func serviceIdentity() -> VirtualServer.Identity? {
    guard let word = take() else { return nil }
    if isWord(word, "fwmark") {
      guard let value = take() else {
        reportMissingParameter("fwmark", "NUMBER")
        return nil
      }
      return integer(value, 0...Int(UInt32.max)).map { .firewallMark(UInt32(clamping: $0)) }
    }
    if isWord(word, "group") {
      guard let value = take() else {
        reportMissingParameter("group", "NAME")
        return nil
      }
      return .group(text(value))
    }
    guard let address = address(word) else { return nil }
    guard let portWord = take() else { return .endpoint(Endpoint(address, port: 0)) }
    guard let port = integer(portWord, 0...65535) else { return nil }
    return .endpoint(Endpoint(address, port: UInt16(port)))
  }

  /// A `real_server` block.
  mutating func readRealServer(_ root: inout VirtualServer) {
    let keyword = lexer.words[first]
    let start = origin(keyword)
    guard let endpoint = serverEndpoint() else {
      takeAll()
      return skipBlockOf("real_server")
    }
    var server = RealServer(endpoint, origin: start)
    block(RealServerKeywords.table, &server, title: "real_server")
    root.realServers.append(server)
  }
}
