import Wire

/// `use_vmac`, `use_ipvlan` and `unicast_peer` as words.
enum LinkOption {
  static func words(_ vmac: VirtualMAC) -> [String] {
    var words: [String] = []
    if let name = vmac.name { words += ["name", CanonicalWriter.quoted(name)] }
    if let address = vmac.hardwareAddress { words.append(address.description) }
    if vmac.sendsNetlinkNotification { words.append("netlink_notify_msg") }
    if let group = vmac.group { words += ["group", CanonicalWriter.quoted(group)] }
    return words
  }

  static func words(_ ipvlan: IPVLAN) -> [String] {
    var words: [String] = []
    if let name = ipvlan.name { words += ["name", CanonicalWriter.quoted(name)] }
    if let address = ipvlan.address { words.append(address.description) }
    words.append(ipvlan.mode.rawValue)
    if let group = ipvlan.group { words += ["group", CanonicalWriter.quoted(group)] }
    return words
  }
}

extension Parser {
  /// The words of `use_vmac`.
  mutating func virtualMAC() -> VirtualMAC {
    var vmac = VirtualMAC(origin: origin(lexer.words[first]))
    while let word = takeOptional() {
      if isWord(word, "netlink_notify_msg") {
        vmac.sendsNetlinkNotification = true
      } else if isWord(word, "group") || isWord(word, "name") {
        guard let value = take() else {
          report(.incomplete, .error, .faulty, "\(text(word)) has no value", word)
          break
        }
        if isWord(word, "name") {
          vmac.name = interfaceName(value)
        } else if let number = routingNumber(value, .linkGroups, 0...Int(Int32.max)) {
          vmac.group = String(number)
        }
      } else if octets(word).contains(UInt8(ascii: ":")) {
        vmac.hardwareAddress = hardwareAddress(word)
        vmac.lacksLastOctet = text(word).split(separator: ":").count == 5
      } else if vmac.name == nil {
        vmac.name = interfaceName(word)
      } else {
        reportUnknownOption(word, of: "use_vmac", ["name", "netlink_notify_msg", "group"])
      }
    }
    return vmac
  }

  /// Six octets, or five to which the VRID is added when the instance is complete (its last octet is 0 until then).
  private mutating func hardwareAddress(_ word: Word) -> HardwareAddress? {
    let fields = text(word).split(separator: ":", omittingEmptySubsequences: false)
    var octets = fields.compactMap { $0.utf8.count <= 2 ? UInt8($0, radix: 16) : nil }
    guard octets.count == fields.count, (5...6).contains(octets.count) else {
      report(.invalidAddress, .error, .faulty, "'\(text(word))' is not a hardware address", word)
      return nil
    }
    if octets.count == 5 { octets.append(0) }
    guard octets[0] & 1 == 0, !octets.starts(with: [0, 0, 0x5E, 0, 1]), !octets.starts(with: [0, 0, 0x5E, 0, 2]) else {
      report(
        .invalidAddress, .error, .faulty, "\(text(word)) is a multicast or a VRRP address, which cannot be set", word)
      return nil
    }
    return HardwareAddress(octets: octets)
  }

  /// The words of `use_ipvlan`.
  mutating func ipvlan() -> IPVLAN {
    var ipvlan = IPVLAN(origin: origin(lexer.words[first]))
    while let word = takeOptional() {
      if let mode = IPVLAN.Mode(rawValue: text(word)) {
        ipvlan.mode = mode
      } else if isWord(word, "group") || isWord(word, "name") {
        guard let value = take() else {
          report(.incomplete, .error, .faulty, "\(text(word)) has no value", word)
          break
        }
        if isWord(word, "name") {
          ipvlan.name = interfaceName(value)
        } else if let number = routingNumber(value, .linkGroups, 0...Int(Int32.max)) {
          ipvlan.group = String(number)
        }
      } else if let address = networkPrefix(word) {
        ipvlan.address = address
      } else if ipvlan.name == nil {
        ipvlan.name = interfaceName(word)
      } else {
        reportUnknownOption(word, of: "use_ipvlan", ["name", "bridge", "private", "vepa", "group"])
      }
    }
    return ipvlan
  }

  /// `ADDRESS [min_ttl N] [max_ttl N]`.
  mutating func unicastPeer() -> UnicastPeer? {
    guard let word = take() else { return nil }
    guard let address = address(word) else {
      takeAll()
      return nil
    }
    var peer = UnicastPeer(address: address, origin: origin(word))
    while let option = take() {
      guard isWord(option, "min_ttl") || isWord(option, "max_ttl") else {
        reportUnknownOption(option, of: "a peer", ["min_ttl", "max_ttl"])
        continue
      }
      guard let value = take(), let number = integer(value, 0...255) else { continue }
      if isWord(option, "min_ttl") { peer.minimumTTL = UInt8(number) } else { peer.maximumTTL = UInt8(number) }
    }
    return peer
  }
}

/// `authentication` and `auth_hmac`.
enum AuthenticationKeywords {
  static let table = KeywordTable<Authentication>(
    "vrrp_instance/authentication",
    [
      .choice("auth_type", \.scheme),
      Keyword("auth_pass", "PASSWORD", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        let octets = parser.octets(word)
        if octets.count > 8 {
          parser.report(
            .valueTooLong, .warning, .faulty, "a password has 8 octets; only '\(octets.prefix(8).text)' counts", word,
            notes: ["keepalived cuts it as well, so that both sides agree"])
        }
        root.password = Array(octets.prefix(8))
      } write: { root, writer in
        if !root.password.isEmpty { writer.line("auth_pass", writer.quoted(root.password.text)) }
      },
    ])

  static let hmac = KeywordTable<HMACAuthentication>(
    "vrrp_instance/auth_hmac",
    [
      Keyword("key", "ID TEXT|hex:DIGITS|file:PATH", required: 2) { root, parser in
        guard let key = parser.hmacKey() else { return }
        if root.keys.contains(where: { $0.identifier == key.identifier }) {
          parser.report(
            .duplicate, .error, .faulty, "there is a key \(key.identifier) already", parser.lexer.words[parser.first])
        } else {
          root.keys.append(key)
        }
      } write: { root, writer in
        for key in root.keys {
          switch key.source {
          case .octets(let octets):
            let digits = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            writer.line("key", String(key.identifier), "hex:\(digits)")
          case .file(let path): writer.line("key", String(key.identifier), writer.quoted("file:\(path)"))
          }
        }
      },
      .integer("active_key", \.activeKey, 1...255),
      .seconds("time_window", \.timeWindow, .seconds(1) ... .seconds(300), decimals: 0),
      .choice("anti_replay", \.replayProtection),
      .choice("mode", \.mode),
    ])
}

extension Parser {
  /// `ID TEXT|hex:DIGITS|file:PATH`.
  mutating func hmacKey() -> HMACAuthentication.Key? {
    guard let idWord = take(), let word = take(), let identifier = integer(idWord, 1...255) else { return nil }
    let value = text(word)
    var source = HMACAuthentication.KeySource.octets(Array(octets(word)))
    if value.hasPrefix("file:") {
      source = .file(String(value.dropFirst(5)))
    } else if value.hasPrefix("hex:") {
      let digits = octets(word).dropFirst(4).map(\.hexadecimalValue)
      guard !digits.contains(nil), digits.count.isMultiple(of: 2) else {
        report(.invalidValue, .error, .faulty, "the key is not a row of pairs of hexadecimal digits", word)
        return nil
      }
      let values = digits.compactMap { $0 }
      source = .octets(stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] })
    }
    if case .octets(let octets) = source, !(32...64).contains(octets.count) {
      report(.invalidValue, .error, .faulty, "a key has 32 to 64 octets; this one has \(octets.count)", word)
      return nil
    }
    return HMACAuthentication.Key(identifier: UInt8(identifier), source: source, origin: origin(idWord))
  }
}

extension Parser {
  /// Lets an address decide the family of an instance, or reports one that does not fit and gives false.
  mutating func decide(_ instance: inout VRRPInstance, _ address: IPAddress, _ word: Word) -> Bool {
    guard let family = instance.decidedFamily else {
      instance.decidedFamily = address.family
      return true
    }
    guard family != address.family else { return true }
    report(
      .familyMismatch, .error, .faulty,
      "\(address) is not \(family.title) like the addresses of \(instance.name) before it; it is ignored", word,
      notes: ["an instance has one family; virtual_ipaddress_excluded takes both"])
    return false
  }
}
