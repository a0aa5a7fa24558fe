import Wire

/// `global_defs`.
enum GlobalKeywords {
  static let table = KeywordTable<GlobalDefinitions>(
    "global_defs",
    mail + scripts + vrrp + announcements + lvs + fifos + firewall + files + vrrpProcess + checkerProcess + bfdProcess
      + management + buffers + machine + extensions)

  private typealias Entry = Keyword<GlobalDefinitions>

  private static let mail: [Entry] = [
    Entry.word("router_id", \.routerID).forgiving,
    Keyword("notification_email", "{ ADDRESS … }", opensBlock: true, required: 0) { root, parser in
      let origin = parser.origin(parser.lexer.words[parser.first])
      var recipients: [String] = []
      parser.entries("notification_email") { parser in
        while let word = parser.take() { recipients.append(parser.text(word)) }
      }
      if recipients.isEmpty {
        parser.report(.emptyBlock, .warning, .faulty, "notification_email names nobody", origin, 18)
      }
      root.mail.recipients += recipients
    } write: { root, writer in
      writer.entries("notification_email", root.mail.recipients.map { [writer.quoted($0)] })
    },
    Entry.word("notification_email_from", \.mail.sender, "MAILBOX").forgiving,
    Keyword("smtp_server", "ADDRESS|HOST [PORT]", required: 1) { root, parser in
      parser.readMailServer(&root)
    } write: { root, writer in
      if let server = root.mail.server {
        writer.line(["smtp_server", writer.quoted(server.host)] + (server.port.map { [String($0)] } ?? []))
      }
    },
    .word("smtp_helo_name", \.mail.heloName),
    .seconds("smtp_connect_timeout", \.mail.connectTimeout, .seconds(1) ... .unlimited, decimals: 0, clamped: true),
    .boolean("smtp_alert", \.mail.alerts),
    .boolean("smtp_alert_vrrp", \.mail.alertsVRRP),
    .boolean("smtp_alert_checker", \.mail.alertsCheckers),
    .flag("no_email_faults", \.mail.omitsFaults),
    .boolean("no_checker_emails", \.mail.omitsCheckers),
  ]

  private static let scripts: [Entry] = [
    Keyword("script_user", "USER [[:]GROUP]", required: 1) { root, parser in
      let word = parser.lexer.words[parser.first + 1]
      guard let user = parser.scriptUser() else { return }
      if parser.checkAccount(user, word, "no script") { root.scripts.user = user }
    } write: { root, writer in
      if let user = root.scripts.user { writer.line(["script_user"] + CanonicalWriter.account(user)) }
    }.forgiving,
    .flag("enable_script_security", \.scripts.isSecure),
    .boolean("use_symlink_paths", \.scripts.usesSymbolicLinkPaths),
    .boolean("set_supplementary_groups", \.scripts.setsSupplementaryGroups),
    Entry.script("startup_script", \.scripts.startup).forgiving,
    .seconds("startup_script_timeout", \.scripts.startupTimeout, .seconds(1) ... .seconds(1000), decimals: 0),
    Entry.script("shutdown_script", \.scripts.shutdown).forgiving,
    .seconds("shutdown_script_timeout", \.scripts.shutdownTimeout, .seconds(1) ... .seconds(1000), decimals: 0),
  ]

  private static let vrrp: [Entry] = [
    Keyword("vrrp_mcast_group4", "ADDRESS", required: 1) { root, parser in
      if let address = parser.multicastGroup(.ipv4), case .v4(let group) = address { root.vrrp.multicastGroup4 = group }
    } write: { root, writer in
      writer.line("vrrp_mcast_group4", root.vrrp.multicastGroup4.description)
    },
    Keyword("vrrp_mcast_group6", "ADDRESS", required: 1) { root, parser in
      if let address = parser.multicastGroup(.ipv6), case .v6(let group) = address { root.vrrp.multicastGroup6 = group }
    } write: { root, writer in
      writer.line("vrrp_mcast_group6", root.vrrp.multicastGroup6.description)
    },
    Keyword("vrrp_version", "2|3", required: 1) { root, parser in
      if let version = parser.version() { root.vrrp.version = version }
    } write: { root, writer in
      writer.line("vrrp_version", String(root.vrrp.version.rawValue))
    },
    .integer("vrrp_down_timer_adverts", \.vrrp.behaviour.downTimerAdverts, 1...100),
    .boolean("vrrp_lower_prio_no_advert", \.vrrp.behaviour.lowerPriorityNoAdvert),
    .boolean("vrrp_higher_prio_send_advert", \.vrrp.behaviour.higherPrioritySendAdvert),
    .boolean("vrrp_owner_ignore_adverts", \.vrrp.behaviour.ownerIgnoresAdverts),
    .flag("v3_checksum_as_v2", \.vrrp.behaviour.v3ChecksumAsV2),
    .flag("vrrp_check_unicast_src", \.vrrp.checksUnicastSource),
    .boolean("vrrp_skip_check_adv_addr", \.vrrp.behaviour.skipsAddressCheck),
    .boolean("vrrp_strict", \.vrrp.behaviour.isStrict),
    .seconds("vrrp_startup_delay", \.vrrp.startupDelay, .milliseconds(1) ... .unlimited, omitsZero: true),
    .seconds("vrrp_delay_after_boot", \.vrrp.delayAfterBoot, .milliseconds(1) ... .unlimited, omitsZero: true),
    .flag("log_unknown_vrids", \.vrrp.logsUnknownRouters),
    .word("vmac_prefix", \.vrrp.vmacPrefix, "PREFIX"),
    .word("vmac_addr_prefix", \.vrrp.vmacAddressPrefix, "PREFIX"),
    .flag("disable_local_igmp", \.disablesLocalIGMP),
    .word("default_interface", \.defaultInterface, "INTERFACE", limit: 15),
    Keyword("dynamic_interfaces", "[allow_if_changes]", required: 0) { root, parser in
      root.allowsMissingInterfaces = true
      guard let word = parser.takeOptional() else { return }
      if parser.isWord(word, "allow_if_changes") {
        root.allowsInterfaceChanges = true
      } else {
        parser.reportUnknownOption(word, of: "dynamic_interfaces", ["allow_if_changes"])
      }
    } write: { root, writer in
      guard root.allowsMissingInterfaces else { return }
      writer.line(["dynamic_interfaces"] + (root.allowsInterfaceChanges ? ["allow_if_changes"] : []))
    },
  ]

  private static let announcements: [Entry] =
    AnnouncementKeywords.entries(prefix: "vrrp_", \GlobalDefinitions.vrrp.announcements, extra: 1...86400) + [
      .seconds(
        "vrrp_garp_interval", \.vrrp.garpInterval, .microseconds(1) ... .microseconds(4_294_967_295), omitsZero: true),
      .seconds(
        "vrrp_gna_interval", \.vrrp.gnaInterval, .microseconds(1) ... .microseconds(4_294_967_295), omitsZero: true),
      .boolean("vrrp_min_garp", \.vrrp.minimalAnnouncements),
    ]

  private static let lvs: [Entry] = [
    Keyword("lvs_timeouts", "[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]", required: 1) { root, parser in
      parser.readTimeouts(&root.lvs)
    } write: { root, writer in
      let all = [("tcp", root.lvs.tcpTimeout), ("tcpfin", root.lvs.tcpFinTimeout), ("udp", root.lvs.udpTimeout)]
      let words = all.flatMap { name, value in value.map { [name, CanonicalWriter.seconds($0)] } ?? [] }
      if !words.isEmpty { writer.line(["lvs_timeouts"] + words) }
    }.forgiving,
    .flag("lvs_flush", \.lvs.flushesAtStart),
    flushOnStop,
    flushOnStop.alias("lvs_flush_onstop", deprecated: true),
    Keyword("lvs_sync_daemon", SyncDaemonOption.syntax, required: 1) { root, parser in
      if root.lvs.syncDaemon != nil {
        parser.reportDuplicateSetting()
        parser.takeAll()
      } else {
        root.lvs.syncDaemon = parser.syncDaemon()
      }
    } write: { root, writer in
      if let daemon = root.lvs.syncDaemon { writer.line(["lvs_sync_daemon"] + SyncDaemonOption.words(daemon)) }
    }.forgiving,
    .boolean("rs_init_notifies", \.lvs.notifiesInitialState),
    .boolean("checker_log_all_failures", \.logsAllCheckFailures),
  ]

  private static let flushOnStop = Entry("lvs_flush_on_stop", "[VS]", required: 0) { root, parser in
    root.lvs.flushOnStop = .all
    guard let word = parser.takeOptional() else { return }
    if parser.isWord(word, "VS") {
      root.lvs.flushOnStop = .managedServices
    } else {
      parser.reportUnknownOption(word, of: "lvs_flush_on_stop", ["VS"])
    }
  } write: { root, writer in
    switch root.lvs.flushOnStop {
    case .no: break
    case .all: writer.line("lvs_flush_on_stop")
    case .managedServices: writer.line("lvs_flush_on_stop", "VS")
    }
  }

  private static let fifos: [Entry] = [
    fifo("notify_fifo", \.fifos.all).forgiving,
    Entry.script("notify_fifo_script", \.fifos.allScript).forgiving,
    fifo("vrrp_notify_fifo", \.fifos.vrrp).forgiving,
    Entry.script("vrrp_notify_fifo_script", \.fifos.vrrpScript).forgiving,
    fifo("lvs_notify_fifo", \.fifos.lvs).forgiving,
    Entry.script("lvs_notify_fifo_script", \.fifos.lvsScript).forgiving,
    .boolean("vrrp_notify_priority_changes", \.fifos.writesPriorityChanges),
    .flag("fifo_write_vrrp_states_on_reload", \.fifos.writesStatesOnReload),
  ]

  private static func fifo(_ name: String, _ path: Entry.Path<NotifyFIFO?>) -> Entry {
    Keyword(name, "PATH [USER [GROUP]]", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      var fifo = NotifyFIFO(path: parser.text(word), origin: parser.origin(word))
      fifo.user = parser.takeOptional().map { parser.text($0) }
      if fifo.user != nil { fifo.group = parser.takeOptional().map { parser.text($0) } }
      if let user = fifo.user {
        parser.checkAccount(ScriptUser(user: user, group: fifo.group), word, "the pipe")
      }
      if root[keyPath: path] != nil {
        parser.reportDuplicateSetting()
      } else {
        root[keyPath: path] = fifo
      }
    } write: { root, writer in
      guard let fifo = root[keyPath: path] else { return }
      writer.line([name, writer.quoted(fifo.path)] + [fifo.user, fifo.group].compactMap { $0 }.map(writer.quoted))
    }
  }

  private static let firewall: [Entry] = [
    Keyword("vrrp_iptables", "[IN [OUT]]", required: 0) { root, parser in
      let input = parser.takeOptional().map { parser.text($0) } ?? "INPUT"
      root.firewall.iptables = [input, parser.takeOptional().map { parser.text($0) } ?? "OUTPUT"]
      parser.report(
        .deprecated, .warning, .faulty, "there is no iptables here; nftables is used in its place",
        parser.lexer.words[parser.first], suggestion: "nftables")
    } write: { root, writer in
      if let chains = root.firewall.iptables { writer.line(["vrrp_iptables"] + chains.map(writer.quoted)) }
    },
    Keyword("vrrp_ipsets", "[SET …]", required: 0) { root, parser in
      var sets: [String] = []
      while sets.count < 6, let word = parser.takeOptional() { sets.append(parser.text(word)) }
      root.firewall.ipsets = sets
    } write: { root, writer in
      if let sets = root.firewall.ipsets { writer.line(["vrrp_ipsets"] + sets.map(writer.quoted)) }
    },
    nftables("nftables", "keepalived", \.firewall.nftables),
    .integer("nftables_priority", \.firewall.nftablesPriority, Int(Int32.min)...Int(Int32.max)),
    .flag("nftables_ifindex", \.firewall.nftablesUsesIndex),
    nftables("nftables_ipvs", "keepalived_ipvs", \.firewall.nftablesIPVS),
    .integer("nftables_ipvs_priority", \.firewall.nftablesIPVSPriority, Int(Int32.min)...Int(Int32.max)),
    .integer("nftables_ipvs_start_fwmark", \.firewall.nftablesIPVSFirstMark, 1...Int(UInt32.max)),
    .flag("nftables_counters", \.firewall.nftablesCounters),
  ]

  private static func nftables(_ name: String, _ table: String, _ path: Entry.Path<String?>) -> Entry {
    Keyword(name, "[TABLE]", required: 0) { root, parser in
      let word = parser.takeOptional()
      if root[keyPath: path] != nil {
        parser.reportDuplicateSetting()
      } else {
        root[keyPath: path] = word.map { parser.text($0) } ?? table
      }
    } write: { root, writer in
      if let table = root[keyPath: path] { writer.line(name, writer.quoted(table)) }
    }
  }

  private static let files: [Entry] = [
    .flag("process_names", \.files.usesProcessNames),
    .word("process_name", \.files.processName, "NAME", limit: 15),
    Keyword("umask", "MASK", required: 1) { root, parser in
      if let word = parser.take(), let mask = parser.fileMask(word) { root.files.umask = mask }
    } write: { root, writer in
      if let mask = root.files.umask { writer.line("umask", "0" + String(mask, radix: 8)) }
    },
    .integer("random_seed", \.files.randomSeed, 0...Int(UInt32.max)),
    optionalPath("reload_check_config", "LOG", "/dev/null", \.files.reloadCheckLog),
    .word("reload_time_file", \.files.reloadTimeFile, "PATH"),
    .flag("reload_repeat", \.files.repeatsReload),
    optionalPath("reload_file", "PATH", "", \.files.reloadFile),
    Keyword("include_check", "[+|-]read|match|wildcard_match|brace_match …", required: 0) { _, parser in
      var isFirst = true
      while let word = parser.take() {
        let text = parser.text(word)
        let isSigned = text.hasPrefix("+") || text.hasPrefix("-")
        if IncludeChecks(word: isSigned ? text.dropFirst() : text[...]) == nil || !(isSigned || isFirst) {
          parser.reportUnknownOption(word, of: "include_check", ["read", "match", "wildcard_match", "brace_match"])
        }
        isFirst = false
      }
    } write: { _, _ in
    },
    .word("config_save_dir", \.files.saveDirectory, "DIRECTORY"),
    .word("tmp_config_directory", \.files.temporaryDirectory, "DIRECTORY"),
    .boolean("data_use_instance", \.files.dumpNamesHoldInstance),
    .integer("json_version", \.files.jsonVersion, 1...2),
    .word("iproute_usr_dir", \.files.iprouteVendorDirectory, "DIRECTORY"),
    .word("iproute_etc_dir", \.files.iprouteLocalDirectory, "DIRECTORY"),
    .word("state_dump_file", \.files.stateDump, "PATH"),
    .word("stats_dump_file", \.files.statisticsDump, "PATH"),
    .word("json_dump_file", \.files.jsonDump, "PATH"),
  ]

  private static func optionalPath(
    _ name: String, _ arguments: String, _ missing: String, _ path: Entry.Path<String?>
  ) -> Entry {
    Keyword(name, "[\(arguments)]", required: 0) { root, parser in
      root[keyPath: path] = parser.takeOptional().map { parser.text($0) } ?? missing
    } write: { root, writer in
      guard let value = root[keyPath: path] else { return }
      writer.line([name] + (value == missing ? [] : [writer.quoted(value)]))
    }
  }
}
