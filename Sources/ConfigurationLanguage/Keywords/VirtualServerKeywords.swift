import Wire

/// `virtual_server`.
enum VirtualServerKeywords {
  static let table = KeywordTable<VirtualServer>(
    "virtual_server", checking + scheduling + persistence + quorum + sorry + extensions + servers)

  private typealias Entry = Keyword<VirtualServer>

  static let schedulers = [
    "rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos",
  ]

  private static let checking: [Entry] = [
    Keyword("ip_family", "inet|inet6", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      let family: AddressFamily? =
        parser.isWord(word, "inet") ? .ipv4 : parser.isWord(word, "inet6") ? .ipv6 : nil
      guard let family else {
        parser.report(
          .invalidChoice, .error, .faulty, "'\(parser.text(word))' is neither inet nor inet6", word,
          suggestion: parser.suggestion(for: parser.text(word), among: ["inet", "inet6"]))
        return
      }
      if let fixed = root.family, fixed != family {
        parser.report(.familyMismatch, .error, .faulty, "the service is \(fixed.title) already", word)
      } else {
        root.family = family
      }
    } write: { root, writer in
      guard case .firewallMark = root.identity, let family = root.family else { return }
      writer.line("ip_family", family == .ipv4 ? "inet" : "inet6")
    },
    .seconds("delay_loop", \.checkDefaults.delayLoop, .microseconds(1) ... .unlimited),
    .integer("retry", \.checkDefaults.retry, 1...Int(Int32.max)),
    .seconds("delay_before_retry", \.checkDefaults.delayBeforeRetry),
    .seconds("warmup", \.checkDefaults.warmup),
    .seconds("connect_timeout", \.checkDefaults.connectTimeout, .microseconds(1) ... .unlimited),
    .flag("inhibit_on_failure", \.inhibitsOnFailure),
    .flag("alpha", \.alpha),
    .flag("omega", \.omega),
    .flag("ha_suspend", \.suspendsWithoutAddress),
    .boolean("smtp_alert", \.mailsAlerts),
    .word("virtualhost", \.virtualHost, "HOST"),
    .word("snmp_name", \.snmpName, "NAME"),
  ]

  private static let scheduling: [Entry] = {
    let scheduler = Entry("lvs_sched", schedulers.joined(separator: "|"), required: 1) { root, parser in
      guard let word = parser.take() else { return }
      let name = parser.text(word)
      if schedulers.contains(name) {
        root.scheduler = name
      } else {
        parser.report(
          .invalidChoice, .error, .faulty, "there is no scheduler '\(name)'", word,
          suggestion: parser.suggestion(for: name, among: schedulers))
      }
    } write: { root, writer in
      writer.line("lvs_sched", root.scheduler)
    }
    let method = Entry("lvs_method", ForwardingSyntax.text, required: 1) { root, parser in
      if let method = parser.forwardingMethod() { root.forwarding = method }
    } write: { root, writer in
      writer.line(["lvs_method"] + ForwardingSyntax.words(root.forwarding))
    }
    return [
      scheduler,
      scheduler.alias("lb_algo"),
      method,
      method.alias("lb_kind"),
      Keyword("hashed", "", required: 0) { root, parser in
        parser.checkScheduler(root, "hashed", ["sh", "mh"])
      } write: { _, _ in
      },
      flag("ops", .onePacket, []),
      flag("flag-1", .flag1, []),
      flag("flag-2", .flag2, []),
      flag("flag-3", .flag3, []),
      flag("sh-fallback", .flag1, ["sh"]),
      flag("sh-port", .flag2, ["sh"]),
      flag("mh-fallback", .flag1, ["mh"]),
      flag("mh-port", .flag2, ["mh"]),
      Keyword("protocol", "TCP|UDP|SCTP", required: 1) { root, parser in
        guard let word = parser.take(), let transport = parser.choice(word, VirtualServer.TransportProtocol.self, true)
        else { return }
        root.transport = transport
      } write: { root, writer in
        if let transport = root.transport { writer.line("protocol", transport.rawValue) }
      },
    ]
  }()

  private static func flag(_ name: String, _ flag: SchedulerFlags, _ schedulers: [String]) -> Entry {
    Keyword(name, "", required: 0) { root, parser in
      if !schedulers.isEmpty { parser.checkScheduler(root, name, schedulers) }
      root.schedulerFlags.insert(flag)
    } write: { root, writer in
      if schedulers.isEmpty, root.schedulerFlags.contains(flag) { writer.line(name) }
    }
  }

  private static let persistence: [Entry] = [
    .word("persistence_engine", \.persistenceEngine, "NAME"),
    Keyword("persistence_timeout", "[SECONDS]", required: 0) { root, parser in
      guard let word = parser.takeOptional() else {
        root.persistenceTimeout = .seconds(360)
        return
      }
      if let seconds = parser.integer(word, 1...2_678_400) { root.persistenceTimeout = .seconds(seconds) }
    } write: { root, writer in
      if let timeout = root.persistenceTimeout {
        writer.line("persistence_timeout", CanonicalWriter.seconds(timeout))
      }
    },
    Keyword("persistence_granularity", "NETMASK|PREFIX", required: 1) { root, parser in
      parser.readGranularity(&root)
    } write: { root, writer in
      guard let length = root.persistenceGranularity else { return }
      writer.line(
        "persistence_granularity",
        root.persistenceMask?.description ?? String(length))
    },
  ]

  private static let quorum: [Entry] = [
    .script("quorum_up", \.quorumUp),
    .script("quorum_down", \.quorumDown),
    .integer("quorum", \.quorum, 1...Int(Int32.max), clamped: true),
    .integer("hysteresis", \.hysteresis, 0...Int(Int32.max), clamped: true),
    .integer("weight", \.weight, 1...Int(Int32.max)),
  ]

  private static let sorry: [Entry] = [
    Keyword("sorry_server", "ADDRESS [PORT]", required: 1) { root, parser in
      let word = parser.lexer.words[parser.first + 1]
      guard let endpoint = parser.serverEndpoint() else { return }
      root.sorryServer = SorryServer(endpoint: endpoint, origin: parser.origin(word))
    } write: { root, writer in
      if let server = root.sorryServer {
        writer.line(["sorry_server"] + EndpointSyntax.words(server.endpoint))
      }
    },
    Keyword("sorry_server_inhibit", "", required: 0) { root, parser in
      if parser.requireSorryServer(root) { root.sorryServer?.inhibits = true }
    } write: { root, writer in
      if root.sorryServer?.inhibits == true { writer.line("sorry_server_inhibit") }
    },
    Keyword("sorry_server_lvs_method", ForwardingSyntax.text, required: 1) { root, parser in
      guard let method = parser.forwardingMethod(), parser.requireSorryServer(root) else { return }
      root.sorryServer?.forwarding = method
    } write: { root, writer in
      if let server = root.sorryServer {
        writer.line(["sorry_server_lvs_method"] + ForwardingSyntax.words(server.forwarding))
      }
    },
  ]

  private static let extensions: [Entry] = [
    .choice("lvs_on_backup", \.onBackup, omitting: .auto),
    .seconds("drain_timeout", \.drainTimeout),
    .seconds("slow_start", \.slowStart),
  ]

  private static let servers: [Entry] = [
    Keyword("real_server", "ADDRESS [PORT] { … }", opensBlock: true, required: 1) { root, parser in
      parser.readRealServer(&root)
    } write: { root, writer in
      for server in root.realServers {
        let words = ["real_server"] + EndpointSyntax.words(server.endpoint)
        writer.block(words.joined(separator: " ")) { RealServerKeywords.table.write(server, to: &$0) }
      }
    }
  ]
}

/// `real_server`.
enum RealServerKeywords {
  static let table = KeywordTable<RealServer>(
    "virtual_server/real_server",
    [
      .integer("weight", \.weight, 0...Int(Int32.max)),
      Keyword("lvs_method", ForwardingSyntax.text, required: 1) { root, parser in
        if let method = parser.forwardingMethod() { root.forwarding = method }
      } write: { root, writer in
        writer.line(["lvs_method"] + ForwardingSyntax.words(root.forwarding))
      },
      .integer("uthreshold", \.upperThreshold, 0...Int(UInt32.max)),
      .integer("lthreshold", \.lowerThreshold, 0...Int(UInt32.max)),
      .boolean("inhibit_on_failure", \.inhibitsOnFailure),
      .script("notify_up", \.notifyUp),
      .script("notify_down", \.notifyDown),
      .boolean("alpha", \.alpha),
      .integer("retry", \.checkDefaults.retry, 1...Int(Int32.max)),
      .seconds("delay_before_retry", \.checkDefaults.delayBeforeRetry),
      .seconds("warmup", \.checkDefaults.warmup),
      .seconds("connect_timeout", \.checkDefaults.connectTimeout, .microseconds(1) ... .unlimited),
      .seconds("delay_loop", \.checkDefaults.delayLoop, .microseconds(1) ... .unlimited),
      .boolean("smtp_alert", \.mailsAlerts),
      .word("virtualhost", \.virtualHost, "HOST"),
      .word("snmp_name", \.snmpName, "NAME"),
      .seconds("drain_timeout", \.drainTimeout),
      .seconds("slow_start", \.slowStart),
    ] + CheckKeywords.blocks)
}

/// How addresses with ports are written.
enum EndpointSyntax {
  static func words(_ endpoint: Endpoint) -> [String] {
    [endpoint.address.description] + (endpoint.port == 0 ? [] : [String(endpoint.port)])
  }
}

/// How forwarding methods are written.
enum ForwardingSyntax {
  static let text = "NAT|DR|TUN [type ipip|gue port PORT|gre] [nocsum|csum|remcsum]"

  static func words(_ method: ForwardingMethod) -> [String] {
    switch method {
    case .nat: ["NAT"]
    case .directRouting: ["DR"]
    case .tunnel(let settings):
      ["TUN", "type", settings.kind.rawValue] + (settings.kind == .gue ? ["port", String(settings.port)] : [])
        + (settings.checksum == .none ? [] : [settings.checksum.rawValue])
    }
  }
}
