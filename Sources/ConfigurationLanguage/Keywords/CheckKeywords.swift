import Wire

/// The checks of a real server.
enum CheckKeywords {
  private typealias Entry = Keyword<HealthCheck>

  /// The keywords that open a check.
  static let blocks: [Keyword<RealServer>] = [
    block("MISC_CHECK", .misc(MiscCheck()), misc),
    block("SMTP_CHECK", .smtp(SMTPCheck()), smtp),
    block("TCP_CHECK", .tcp, tcp),
    block("PING_CHECK", .ping, ping),
    block("UDP_CHECK", .udp(UDPCheck()), udp),
    block("HTTP_GET", .http(HTTPCheck()), http),
    block("SSL_GET", .http(HTTPCheck(isTLS: true)), ssl),
    block("DNS_CHECK", .dns(DNSCheck()), dns),
    block("FILE_CHECK", .file(FileCheck()), file),
    block("BFD_CHECK", .bfd(""), bfd),
    block("AGENT_CHECK", .agent(AgentCheck()), agent),
  ]

  /// All tables, for the list of keywords.
  static let tables = [misc, smtp, tcp, ping, udp, http, ssl, dns, file, bfd, agent]

  private static func block(
    _ name: String, _ kind: HealthCheck.Kind, _ table: KeywordTable<HealthCheck>
  ) -> Keyword<RealServer> {
    Keyword(name, "{ … }", opensBlock: true, required: 0) { root, parser in
      var check = HealthCheck(kind, origin: parser.origin(parser.lexer.words[parser.first]))
      parser.block(table, &check, title: name)
      if parser.isUsable(check, name) { root.checks.append(check) }
    } write: { root, writer in
      // The first of the keywords prints the checks of all kinds, in the order in which they are written.
      guard name == "MISC_CHECK" else { return }
      for check in root.checks { writer.block(check.name) { self.table(of: check).write(check, to: &$0) } }
    }
  }

  private static func table(of check: HealthCheck) -> KeywordTable<HealthCheck> {
    switch check.kind {
    case .tcp: tcp
    case .http(let http): http.isTLS ? ssl : self.http
    case .smtp: smtp
    case .dns: dns
    case .udp: udp
    case .ping: ping
    case .misc: misc
    case .file: file
    case .bfd: bfd
    case .agent: agent
    }
  }

  // MARK: Common words

  private static let connection: [Entry] = [
    .address("connect_ip", \.connectAddress),
    .integer("connect_port", \.connectPort, 1...65535, arguments: "PORT"),
    .address("bindto", \.bindAddress),
    .integer("bind_port", \.bindPort, 1...65535, arguments: "PORT"),
    .word("bind_if", \.bindInterface, "INTERFACE", limit: 15),
    .seconds("connect_timeout", \.connectTimeout, .microseconds(1) ... .unlimited),
    .integer("fwmark", \.firewallMark, 0...Int(UInt32.max)),
  ]

  private static let common: [Entry] = {
    let retry = Entry.integer("retry", \.retry, 0...Int(Int32.max))
    return [
      retry,
      retry.alias("nb_get_retry", deprecated: true),
      .seconds("delay_before_retry", \.delayBeforeRetry),
      .seconds("warmup", \.warmup),
      .seconds("delay_loop", \.delayLoop, .microseconds(1) ... .unlimited),
      .boolean("alpha", \.alpha),
      .boolean("log_all_failures", \.logsAllFailures),
    ]
  }()

  private static func table(_ name: String, _ entries: [Entry]) -> KeywordTable<HealthCheck> {
    KeywordTable("virtual_server/real_server/\(name)", entries)
  }

  static let tcp = table("TCP_CHECK", connection + common)
  static let ping = table("PING_CHECK", connection + common)

  // MARK: HTTP

  private static let httpWords: [Entry] = [
    .word("virtualhost", \.http.virtualHost, "HOST"),
    Keyword("http_protocol", "1.0|1.0C|1.1", required: 1) { root, parser in
      guard let word = parser.take(), let version = parser.choice(word, HTTPCheck.Version.self, true) else { return }
      root.http.version = version
    } write: { root, writer in
      writer.line("http_protocol", root.http.version.rawValue)
    },
    .boolean("enable_sni", \.http.sendsServerName),
    Keyword("sni_name", "[HOST]", required: 0) { root, parser in
      root.http.sendsServerName = true
      root.http.serverName = parser.takeOptional().map { parser.text($0) }
    } write: { root, writer in
      if let name = root.http.serverName { writer.line("sni_name", writer.quoted(name)) }
    },
    .boolean("fast_recovery", \.http.fastRecovery, omitsFalse: true),
    .boolean("keep_alive", \.http.keepsConnections, omitsFalse: true),
    .boolean("ssl_verify", \.http.verifiesCertificate, omitsFalse: true),
    .word("ssl_ca_file", \.http.authorities, "PATH"),
    .choice("ssl_min_version", \.http.minimumTLSVersion),
  ]

  private static func url(_ table: KeywordTable<HTTPURL>) -> Entry {
    Keyword("url", "{ path PATH … }", opensBlock: true, required: 0) { root, parser in
      var url = HTTPURL(origin: parser.origin(parser.lexer.words[parser.first]))
      parser.block(table, &url, title: "url")
      if url.path == nil {
        parser.report(.incomplete, .error, .faulty, "the url has no path and is dropped", url.origin, 3)
      } else {
        root.http.urls.append(url)
      }
    } write: { root, writer in
      for url in root.http.urls { writer.block("url") { table.write(url, to: &$0) } }
    }
  }

  static let http = table("HTTP_GET", connection + common + httpWords + [url(URLKeywords.http)])
  static let ssl = table(
    "SSL_GET",
    connection + common + httpWords + [.boolean("tls_compliant", \.http.tlsCompliant), url(URLKeywords.ssl)])

  // MARK: Others

  static let smtp = table(
    "SMTP_CHECK",
    [
      .word("helo_name", \.smtp.heloName),
      Keyword("host", "{ … }", opensBlock: true, required: 0) { root, parser in
        parser.report(
          .deprecated, .warning, .faulty, "host is an old form; its words count for the whole check",
          parser.lexer.words[parser.first], suggestion: "a second SMTP_CHECK")
        parser.block(smtpHost, &root, title: "host")
      } write: { _, _ in
      },
    ] + connection + common)

  static let smtpHost = table("SMTP_CHECK/host", connection + common)

  static let udp = table(
    "UDP_CHECK",
    [
      Keyword("payload", "HEX DIGITS", required: 1) { root, parser in
        if let nibbles = parser.nibbles(wildcards: false) { root.udp.payload = UDPSyntax.octets(nibbles) }
      } write: { root, writer in
        if let payload = root.udp.payload { writer.line("payload", UDPSyntax.text(payload)) }
      },
      Keyword("require_reply", "[HEX DIGITS]", required: 0) { root, parser in
        root.udp.requiresReply = true
        guard let word = parser.peeked, !parser.isKeywordHere(word) else { return }
        if let nibbles = parser.nibbles(wildcards: true) { root.udp.expectedReply = nibbles }
      } write: { root, writer in
        guard root.udp.requiresReply else { return }
        let reply = root.udp.expectedReply
        writer.line(["require_reply"] + (reply.isEmpty ? [] : [UDPSyntax.text(reply)]))
      },
      .integer("min_reply_length", \.udp.minimumReplyLength, 0...65535),
      .integer("max_reply_length", \.udp.maximumReplyLength, 0...65535),
    ] + connection + common)

  static let dns = table(
    "DNS_CHECK",
    [
      .choice("type", \.dns.type, ignoringCase: true),
      Keyword("name", "DOMAIN", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        let name = parser.text(word)
        let labels = (name.hasSuffix(".") ? String(name.dropLast()) : name)
          .split(separator: ".", omittingEmptySubsequences: false)
        if name != ".", labels.contains(where: { $0.isEmpty || $0.utf8.count > 63 }) || name.utf8.count > 255 {
          parser.report(.invalidValue, .error, .faulty, "'\(name)' is no domain name", word)
        } else {
          root.dns.name = name
        }
      } write: { root, writer in
        writer.line("name", writer.quoted(root.dns.name))
      },
    ] + connection + common)

  static let misc = table(
    "MISC_CHECK",
    [
      Keyword("misc_path", "COMMAND", required: 1) { root, parser in
        if let script = parser.command() { root.misc.script = script }
      } write: { root, writer in
        if let script = root.misc.script { writer.script("misc_path", script) }
      }.forgiving,
      .seconds("misc_timeout", \.misc.timeout, decimals: 0, omitsZero: true),
      .flag("misc_dynamic", \.misc.isDynamic),
      TrackingKeywords.user("user", \HealthCheck.misc.user),
    ] + common)

  static let file = table(
    "FILE_CHECK",
    [
      Keyword("track_file", "NAME", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        let name = parser.text(word)
        guard let defined = parser.names.files[name] else {
          return parser.reportUnknownName(name, "track_file", parser.names.files.keys, word)
        }
        root.file.trackFile = name
        var check = root.file
        check.$weight.inherit(defined.weight)
        check.$reverse.inherit(defined.reverse)
        root.file = check
      } write: { root, writer in
        writer.line("track_file", writer.quoted(root.file.trackFile))
      },
      Keyword("weight", "NUMBER [reverse|noreverse]", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        if let weight = parser.integer(word, -Int(Int32.max)...Int(Int32.max)) { root.file.weight = weight }
        guard let option = parser.peeked, parser.isWord(option, "reverse") || parser.isWord(option, "noreverse")
        else { return }
        parser.cursor += 1
        root.file.reverse = parser.isWord(option, "reverse")
      } write: { root, writer in
        writer.line("weight", String(root.file.weight), root.file.reverse ? "reverse" : "noreverse")
      },
    ])

  static let bfd = table(
    "BFD_CHECK",
    [
      Keyword("name", "NAME", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        let name = parser.text(word)
        if parser.names.sessions[name] == nil {
          parser.reportUnknownName(name, "bfd_instance", parser.names.sessions.keys, word)
        } else {
          root.kind = .bfd(name)
        }
      } write: { root, writer in
        if case .bfd(let name) = root.kind { writer.line("name", writer.quoted(name)) }
      },
      .boolean("alpha", \.alpha),
    ])

  static let agent = table(
    "AGENT_CHECK", [.word("send", \.agent.send, "TEXT")] + connection + common)
}

/// `url`.
enum URLKeywords {
  private typealias Entry = Keyword<HTTPURL>

  private static let common: [Entry] = [
    .word("path", \.path, "PATH"),
    Keyword("digest", "32 HEX DIGITS", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      let digits = parser.octets(word).map(\.hexadecimalValue)
      guard digits.count == 32, !digits.contains(nil) else {
        parser.report(
          .invalidValue, .error, .faulty, "a digest is 32 hexadecimal digits; these are \(digits.count) characters",
          word)
        return
      }
      let values = digits.compactMap { $0 }
      root.digest = stride(from: 0, to: 32, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    } write: { root, writer in
      if let digest = root.digest { writer.line("digest", UDPSyntax.text(digest)) }
    },
    Keyword("status_code", "CODE[-CODE] …", required: 1) { root, parser in
      if let codes = parser.statusCodes() { root.statusCodes = codes }
    } write: { root, writer in
      let words = root.statusCodes.map {
        $0.count == 1 ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)"
      }
      writer.line(["status_code"] + words)
    },
    .word("virtualhost", \.virtualHost, "HOST"),
    Keyword("regex", "PATTERN", required: 1) { root, parser in
      if let expression = parser.expression() { root.editPattern { $0.expression = expression } }
    } write: { root, writer in
      guard let pattern = root.pattern else { return }
      writer.line("regex", "\"\(ScriptArguments.escaped(pattern.expression))\"")
    },
    Keyword("regex_no_match", "", required: 0) { root, _ in
      root.editPattern { $0.isInverted = true }
    } write: { root, writer in
      if root.pattern?.isInverted == true { writer.line("regex_no_match") }
    },
    Keyword("regex_options", "OPTION …", required: 1) { root, parser in
      while let word = parser.take() {
        let option = parser.text(word)
        if patternOptions.contains(option) {
          root.editPattern { $0.options.append(option) }
          if let loss = lostOptions[option] {
            parser.report(.unsupported, .warning, .none, "\(option) is not supported: \(loss)", word)
          }
        } else {
          parser.reportUnknownOption(word, of: "regex_options", patternOptions, verdict: .none)
        }
      }
    } write: { root, writer in
      if let options = root.pattern?.options, !options.isEmpty { writer.line(["regex_options"] + options) }
    },
    number("regex_min_offset") {
      $0.minimumOffset = $1
    } get: {
      $0.minimumOffset == 0 ? nil : $0.minimumOffset
    },
    number("regex_max_offset") {
      $0.maximumOffset = $1
    } get: {
      $0.maximumOffset
    },
    Keyword("regex_stack", "START MAXIMUM", required: 2) { root, parser in
      guard let first = parser.take(), let second = parser.take(),
        let start = parser.integer(first, 0...Int(Int32.max)), let most = parser.integer(second, 0...Int(Int32.max))
      else { return }
      root.editPattern {
        $0.stackStart = start
        $0.stackMaximum = most
      }
    } write: { root, writer in
      guard let start = root.pattern?.stackStart, let most = root.pattern?.stackMaximum else { return }
      writer.line("regex_stack", String(start), String(most))
    },
  ]

  private static func number(
    _ name: String, set: @escaping @Sendable (inout HTTPURL.Pattern, Int) -> Void,
    get: @escaping @Sendable (HTTPURL.Pattern) -> Int?
  ) -> Entry {
    Keyword(name, "NUMBER", required: 1) { root, parser in
      guard let word = parser.take(), let value = parser.integer(word, 0...Int(Int32.max)) else { return }
      root.editPattern { set(&$0, value) }
    } write: { root, writer in
      if let value = root.pattern.flatMap(get) { writer.line(name, String(value)) }
    }
  }

  /// Options that can decide whether a body matches, and what is different without them.
  private static let lostOptions = [
    "allow_empty_class": "[] does not stand for a class without members",
    "alt_bsux": "\\u and \\U are not read as JavaScript's",
    "alt_circumflex": "^ does not match after a line feed that ends the body",
    "firstline": "a match may begin in any line; see regex_max_offset",
    "match_unset_backref": "there are no back references",
    "ucp": "classes like \\w know the letters of ASCII only",
  ]

  private static let patternOptions = [
    "allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended",
    "firstline", "match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess",
    "no_dotstar_anchor", "no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex",
    "alt_verbnames", "use_offset_limit",
  ]

  static let http = KeywordTable<HTTPURL>("virtual_server/real_server/HTTP_GET/url", common)
  static let ssl = KeywordTable<HTTPURL>(
    "virtual_server/real_server/SSL_GET/url", common + [.boolean("tls_compliant", \.tlsCompliant)])
}

extension HTTPURL {
  /// Changes the pattern, which begins to exist with its first word.
  mutating func editPattern(_ change: (inout Pattern) -> Void) {
    var edited = pattern ?? Pattern(expression: "")
    change(&edited)
    pattern = edited
  }
}
