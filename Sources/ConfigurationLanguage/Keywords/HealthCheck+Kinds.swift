/// Ways to what is particular to a kind of check. Setting one of another kind changes the kind, which no table does.
extension HealthCheck {
  /// The keyword.
  package var name: String {
    switch kind {
    case .tcp: "TCP_CHECK"
    case .http(let check): check.isTLS ? "SSL_GET" : "HTTP_GET"
    case .smtp: "SMTP_CHECK"
    case .dns: "DNS_CHECK"
    case .udp: "UDP_CHECK"
    case .ping: "PING_CHECK"
    case .misc: "MISC_CHECK"
    case .file: "FILE_CHECK"
    case .bfd: "BFD_CHECK"
    case .agent: "AGENT_CHECK"
    }
  }

  var http: HTTPCheck {
    get { if case .http(let check) = kind { check } else { HTTPCheck() } }
    set { kind = .http(newValue) }
  }

  var smtp: SMTPCheck {
    get { if case .smtp(let check) = kind { check } else { SMTPCheck() } }
    set { kind = .smtp(newValue) }
  }

  var dns: DNSCheck {
    get { if case .dns(let check) = kind { check } else { DNSCheck() } }
    set { kind = .dns(newValue) }
  }

  var udp: UDPCheck {
    get { if case .udp(let check) = kind { check } else { UDPCheck() } }
    set { kind = .udp(newValue) }
  }

  var misc: MiscCheck {
    get { if case .misc(let check) = kind { check } else { MiscCheck() } }
    set { kind = .misc(newValue) }
  }

  var file: FileCheck {
    get { if case .file(let check) = kind { check } else { FileCheck() } }
    set { kind = .file(newValue) }
  }

  var agent: AgentCheck {
    get { if case .agent(let check) = kind { check } else { AgentCheck() } }
    set { kind = .agent(newValue) }
  }
}

/// Hexadecimal digits in the file and in words.
enum UDPSyntax {
  /// Octets of pairs of digits; wildcards count as 0.
  static func octets(_ nibbles: [UDPCheck.Nibble]) -> [UInt8] {
    stride(from: 0, to: nibbles.count - 1, by: 2).map { (nibbles[$0] ?? 0) << 4 | (nibbles[$0 + 1] ?? 0) }
  }

  static func text(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static func text(_ nibbles: [UDPCheck.Nibble]) -> String {
    nibbles.map { $0.map { String($0, radix: 16) } ?? "x" }.joined()
  }
}

extension Parser {
  /// The rest of the line as hexadecimal digits; a single digit of a word is an octet.
  mutating func nibbles(wildcards: Bool) -> [UDPCheck.Nibble]? {
    var nibbles: [UDPCheck.Nibble] = []
    while let word = take() {
      var digits: [UDPCheck.Nibble] = []
      for byte in octets(word) where !byte.isBlank {
        if let value = byte.hexadecimalValue {
          digits.append(value)
        } else if wildcards, byte | 0x20 == UInt8(ascii: "x") {
          digits.append(nil)
        } else {
          report(.invalidValue, .error, .faulty, "'\(text(word))' is not made of hexadecimal digits", word)
          takeAll()
          return nil
        }
      }
      if !digits.count.isMultiple(of: 2) { digits.insert(0, at: digits.count - 1) }
      nibbles += digits
    }
    return nibbles
  }

  /// `CODE[-CODE] …`.
  mutating func statusCodes() -> [ClosedRange<Int>]? {
    var codes: [ClosedRange<Int>] = []
    while let word = takeOptional() {
      let fields = octets(word).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      let numbers = fields.compactMap { Number.decimal($0) }
      guard fields.count <= 2, numbers.count == fields.count, let low = numbers.first, let high = numbers.last,
        (100...599).contains(low), (100...599).contains(high), low <= high
      else {
        report(
          .invalidValue, .error, .faulty,
          "'\(text(word))' is neither a status code from 100 to 599 nor a range of them",
          word)
        continue
      }
      codes.append(low...high)
    }
    return codes.isEmpty ? nil : codes
  }

  /// Whether a check has what it cannot do without; reports what is missing.
  mutating func isUsable(_ check: HealthCheck, _ name: String) -> Bool {
    let missing: String? =
      switch check.kind {
      case .http(let http): http.urls.isEmpty ? "url" : nil
      case .misc(let misc): misc.script == nil ? "misc_path" : nil
      case .file(let file): file.trackFile.isEmpty ? "track_file" : nil
      case .bfd(let session): session.isEmpty ? "name" : nil
      case .tcp, .smtp, .dns, .udp, .ping, .agent: nil
      }
    guard let missing else {
      guard case .misc(let misc) = check.kind, let user = misc.user else { return true }
      return checkAccount(user, at: user.origin, user.user.utf8.count, "the check")
    }
    report(
      .incomplete, .error, .faulty, "\(name) has no \(missing) and is dropped", check.origin, name.utf8.count)
    return false
  }
}
