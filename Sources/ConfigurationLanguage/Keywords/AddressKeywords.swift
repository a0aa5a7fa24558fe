import Wire

/// Address entries of `virtual_ipaddress`, `virtual_ipaddress_excluded` and `static_ipaddress`.
enum AddressKeywords {
  /// Which block an entry stands in.
  enum Place: Sendable {
    case advertised
    case excluded
    case fixed
  }

  static let options = [
    "dev", "scope", "broadcast", "brd", "label", "peer", "home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin",
    "no_track", "preferred_lft", "track_group", "use_vmac",
  ]

  static func block<Root>(
    _ name: String, _ path: any WritableKeyPath<Root, [ConfiguredAddress]> & Sendable, _ place: Place,
    accepts: @escaping @Sendable (inout Root, IPAddress, Word, inout Parser) -> Bool
  ) -> Keyword<Root> {
    Keyword(name, "{ ADDRESS[/PREFIX] [dev INTERFACE] [label LABEL] … }", opensBlock: true, required: 0) {
      root, parser in
      var seen: Set<AddressKey> = []
      parser.entries(name) { parser in
        let word = parser.lexer.words[parser.first]
        guard let address = parser.addressEntry(place) else { return }
        guard accepts(&root, address.prefix.address, word, &parser) else { return }
        if seen.insert(AddressKey(address)).inserted {
          root[keyPath: path].append(address)
        } else {
          parser.report(
            .duplicate, .warning, .none, "\(address.prefix.address) is there already", word)
        }
      }
    } write: { root, writer in
      writer.entries(name, root[keyPath: path].map(words))
    }
  }

  /// An entry as words.
  static func words(_ entry: ConfiguredAddress) -> [String] {
    // A point-to-point address is written without prefix.
    var words = [entry.peer == nil ? entry.prefix.description : entry.prefix.address.description]
    if let interface = entry.interface { words += ["dev", CanonicalWriter.quoted(interface)] }
    if entry.scope != 0 { words += ["scope", String(entry.scope)] }
    switch entry.broadcast {
    case nil: break
    case .address(let address): words += ["broadcast", address.description]
    case .hostBitsSet: words += ["broadcast", "+"]
    case .hostBitsClear: words += ["broadcast", "-"]
    }
    if let label = entry.label { words += ["label", CanonicalWriter.quoted(label)] }
    if let peer = entry.peer { words += ["peer", peer.description] }
    if entry.isHome { words.append("home") }
    if entry.skipsDuplicateDetection { words.append("-nodad") }
    if entry.managesTemporaryAddresses { words.append("mngtmpaddr") }
    if entry.hasNoPrefixRoute { words.append("noprefixroute") }
    if entry.joinsMulticastGroup { words.append("autojoin") }
    if entry.isUntracked { words.append("no_track") }
    if let lifetime = entry.preferredLifetime { words += ["preferred_lft", CanonicalWriter.seconds(lifetime)] }
    if let group = entry.trackGroup { words += ["track_group", CanonicalWriter.quoted(group)] }
    if entry.usesVMAC { words.append("use_vmac") }
    return words
  }
}

/// What makes an address entry the same as another.
private struct AddressKey: Hashable {
  var address: IPAddress
  var interface: String?

  init(_ entry: ConfiguredAddress) {
    address = entry.prefix.address
    interface = entry.interface
  }
}

extension Parser {
  /// One address entry; nil after a report.
  mutating func addressEntry(_ place: AddressKeywords.Place) -> ConfiguredAddress? {
    guard let word = take() else { return nil }
    guard let prefix = prefix(word) else {
      takeAll()
      return nil
    }
    var entry = ConfiguredAddress(prefix, origin: origin(word))
    let hasPrefix = octets(word).contains(UInt8(ascii: "/"))
    while let option = take() {
      guard addressOption(option, &entry, place) else { return nil }
    }
    if entry.peer != nil {
      if hasPrefix {
        report(
          .contradiction, .error, .faulty, "an address with a peer takes no prefix length; it is ignored", word)
      }
      if entry.broadcast != nil {
        report(
          .contradiction, .error, .faulty, "an address with a peer has no broadcast address; it is ignored", word)
        entry.broadcast = nil
      }
      entry.prefix = AddressPrefix(host: prefix.address)
    }
    if prefix.address.family == .ipv6, entry.prefix.length == 128 { entry.$preferredLifetime.inherit(.zero) }
    return entry
  }

  /// Reads an option; false when the entry is dropped for it.
  private mutating func addressOption(
    _ option: Word, _ entry: inout ConfiguredAddress, _ place: AddressKeywords.Place
  ) -> Bool {
    let name = text(option)
    switch name {
    case "home": entry.isHome = true
    case "-nodad": entry.skipsDuplicateDetection = true
    case "mngtmpaddr": entry.managesTemporaryAddresses = true
    case "noprefixroute": entry.hasNoPrefixRoute = true
    case "autojoin": entry.joinsMulticastGroup = true
    case "no_track": entry.isUntracked = true
    case "use_vmac" where place != .fixed: entry.usesVMAC = true
    case "dev", "scope", "broadcast", "brd", "label", "peer", "preferred_lft", "track_group":
      if name == "track_group", place != .fixed { break }
      guard let value = take() else {
        report(.incomplete, .error, .faulty, "\(name) has no value", option)
        return true
      }
      return addressValue(name, value, &entry)
    default: break
    }
    if !AddressKeywords.options.contains(name) || (name == "track_group") || (name == "use_vmac" && place == .fixed) {
      reportUnknownOption(option, of: "an address", AddressKeywords.options)
    }
    return true
  }

  private mutating func addressValue(_ name: String, _ value: Word, _ entry: inout ConfiguredAddress) -> Bool {
    let family = entry.prefix.address.family
    switch name {
    case "dev":
      if entry.interface != nil {
        report(.duplicateSetting, .error, .faulty, "dev is set already", value)
      } else {
        entry.interface = interfaceName(value)
      }
    case "scope":
      if family == .ipv6 {
        report(.familyMismatch, .warning, .faulty, "an IPv6 address takes no scope; it is ignored", value)
      } else if let number = routingNumber(value, .scopes, 0...255) {
        entry.scope = UInt8(clamping: number)
      }
    case "broadcast", "brd": return broadcast(value, &entry)
    case "label":
      guard value.end - value.start <= 15 else {
        report(.valueTooLong, .error, .faulty, "a label has at most 15 octets; the address is dropped", value)
        takeAll()
        return false
      }
      entry.label = text(value)
    case "peer":
      guard let peer = prefix(value), peer.address.family == family else { return true }
      entry.peer = peer
    case "preferred_lft":
      if isWord(value, "forever") {
        entry.preferredLifetime = nil
      } else if let seconds = integer(value, 0...Int(UInt32.max)) {
        entry.preferredLifetime = .seconds(seconds)
      }
    default:
      let group = text(value)
      if names.trackGroups.contains(group) {
        entry.trackGroup = group
      } else {
        reportUnknownName(group, "track_group", names.trackGroups, value)
      }
    }
    return true
  }

  private mutating func broadcast(_ value: Word, _ entry: inout ConfiguredAddress) -> Bool {
    guard entry.prefix.address.family == .ipv4 else {
      report(.familyMismatch, .error, .faulty, "an IPv6 address has no broadcast address; it is dropped", value)
      takeAll()
      return false
    }
    if isWord(value, "+") || isWord(value, "-") {
      guard entry.prefix.length <= 30 else {
        report(
          .contradiction, .error, .faulty, "a network of /\(entry.prefix.length) has no broadcast address", value)
        return true
      }
      entry.broadcast = isWord(value, "+") ? .hostBitsSet : .hostBitsClear
    } else if let address = address(value, of: .ipv4), case .v4(let broadcast) = address {
      entry.broadcast = .address(broadcast)
    }
    return true
  }

  /// The name of an interface, at most 15 octets.
  mutating func interfaceName(_ word: Word) -> String? {
    guard word.end - word.start <= 15 else {
      report(
        .valueTooLong, .error, .faulty, "'\(text(word))' is too long for the name of an interface", word)
      return nil
    }
    return text(word)
  }
}
