import Wire

/// Values of `global_defs` that are more than a word.
extension Parser {
  /// `smtp_server HOST [PORT]`.
  mutating func readMailServer(_ root: inout GlobalDefinitions) {
    guard let word = take() else { return }
    var server = MailServer(host: text(word), origin: origin(word))
    if let portWord = takeOptional() {
      guard let port = port(portWord) else { return }
      server.port = port
    }
    if silentAddress(word) == nil, let environment, !environment.resolves(server.host) {
      report(
        .unresolvedHost, .error, .faulty, "the mail server '\(server.host)' cannot be resolved; no mail is sent", word)
      return
    }
    root.mail.server = server
  }

  /// A multicast address of a family.
  mutating func multicastGroup(_ family: AddressFamily) -> IPAddress? {
    guard let word = take(), let address = address(word, of: family) else { return nil }
    guard address.isMulticast else {
      report(.invalidAddress, .error, .faulty, "\(text(word)) is not a multicast address", word)
      return nil
    }
    return address
  }

  /// 2 or 3.
  mutating func version() -> VRRPInstance.Version? {
    guard let word = take(), let number = integer(word, 2...3) else { return nil }
    return VRRPInstance.Version(rawValue: number)
  }

  /// `lvs_timeouts tcp N tcpfin N udp N`.
  mutating func readTimeouts(_ root: inout LVSSettings) {
    while let word = peeked {
      cursor += 1
      let name = text(word)
      guard ["tcp", "tcpfin", "udp"].contains(name) else {
        reportUnknownOption(word, of: "lvs_timeouts", ["tcp", "tcpfin", "udp"])
        continue
      }
      guard let value = take() else {
        report(.incomplete, .error, .faulty, "\(name) has no value", word)
        return
      }
      guard let seconds = integer(value, 0...2_678_400) else { continue }
      switch name {
      case "tcp": root.tcpTimeout = .seconds(seconds)
      case "tcpfin": root.tcpFinTimeout = .seconds(seconds)
      default: root.udpTimeout = .seconds(seconds)
      }
    }
  }

  /// A mask of file modes: a number in C's syntax or names joined by |.
  mutating func fileMask(_ word: Word) -> UInt32? {
    if let number = Number.literal(octets(word)) {
      guard (0...0o777).contains(number) else {
        report(.numberOutOfRange, .error, .faulty, "\(text(word)) is no mask of file modes", word)
        return nil
      }
      return UInt32(number)
    }
    let bits: [String: UInt32] = [
      "IRUSR": 0o400, "IWUSR": 0o200, "IXUSR": 0o100, "IRWXU": 0o700, "IRGRP": 0o40, "IWGRP": 0o20, "IXGRP": 0o10,
      "IRWXG": 0o70, "IROTH": 0o4, "IWOTH": 0o2, "IXOTH": 0o1, "IRWXO": 0o7,
    ]
    var mask: UInt32 = 0
    for name in text(word).split(separator: "|") {
      guard let bit = bits[String(name)] else {
        report(
          .invalidChoice, .error, .faulty, "'\(name)' is no name of a file mode", word,
          suggestion: suggestion(for: String(name), among: bits.keys.sorted()))
        return nil
      }
      mask |= bit
    }
    return mask
  }

  /// Reports a word that is none of a keyword's options.
  mutating func reportUnknownOption(
    _ word: Word, of subject: String, _ legal: [String], verdict: Diagnostic.Verdict = .faulty
  ) {
    report(
      .unknownOption, .error, verdict, "\(subject) has no option '\(text(word))'", word,
      suggestion: suggestion(for: text(word), among: legal))
  }
}

/// `lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id N] …`.
enum SyncDaemonOption {
  static let syntax = "INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]"
  static let names = ["inst", "id", "maxlen", "port", "ttl", "group"]

  static func words(_ daemon: SyncDaemon) -> [String] {
    var words = [daemon.interface]
    if let instance = daemon.instance { words += ["inst", CanonicalWriter.quoted(instance)] }
    words += ["id", String(daemon.identifier)]
    if let length = daemon.maximumLength { words += ["maxlen", String(length)] }
    if let port = daemon.port { words += ["port", String(port)] }
    if let ttl = daemon.timeToLive { words += ["ttl", String(ttl)] }
    if let group = daemon.group { words += ["group", group.description] }
    return words
  }
}

extension Parser {
  /// The words of `lvs_sync_daemon`.
  mutating func syncDaemon() -> SyncDaemon? {
    guard let interface = take() else { return nil }
    var daemon = SyncDaemon(interface: text(interface), origin: origin(interface))
    var position = 1
    while let word = take() {
      position += 1
      let name = text(word)
      guard SyncDaemonOption.names.contains(name) else {
        if position == 2 {
          daemon.instance = name
        } else if position == 3, let number = Number.decimal(octets(word)), number <= 255 {
          daemon.identifier = UInt8(number)
          report(
            .deprecated, .warning, .faulty, "the sync id needs the word id before it", word,
            suggestion: "id \(number)")
        } else {
          reportUnknownOption(word, of: "lvs_sync_daemon", SyncDaemonOption.names)
        }
        continue
      }
      guard let value = take() else {
        report(.incomplete, .error, .faulty, "\(name) has no value", word)
        break
      }
      position += 1
      switch name {
      case "inst": daemon.instance = text(value)
      case "id": if let number = integer(value, 0...255) { daemon.identifier = UInt8(number) }
      case "maxlen": if let number = integer(value, 1...65507) { daemon.maximumLength = number }
      case "port": if let number = port(value) { daemon.port = number }
      case "ttl": if let number = integer(value, 1...255) { daemon.timeToLive = UInt8(number) }
      default: if let group = address(value), group.isMulticast { daemon.group = group }
      }
    }
    return daemon
  }
}
