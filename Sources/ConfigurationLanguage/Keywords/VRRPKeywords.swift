import Wire

/// `vrrp_instance`.
enum VRRPKeywords {
  static let table = KeywordTable<VRRPInstance>(
    "vrrp_instance",
    identity + addresses + authentication + following + transport + links + sending + behaviour + notify)

  private typealias Entry = Keyword<VRRPInstance>

  private static let identity: [Entry] = [
    Keyword("state", "MASTER|BACKUP", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      if parser.isWord(word, "MASTER") {
        root.state = .master
      } else if parser.isWord(word, "BACKUP") {
        if root.state == .master {
          parser.report(
            .contradiction, .error, .faulty, "state MASTER is set already; BACKUP is ignored", word)
        } else {
          root.state = .backup
        }
      } else {
        root.state = .backup
        parser.report(
          .invalidChoice, .error, .faulty, "'\(parser.text(word))' is no state; BACKUP is taken", word,
          suggestion: parser.suggestion(for: parser.text(word), among: ["MASTER", "BACKUP"]))
      }
    } write: { root, writer in
      writer.line("state", root.state.rawValue)
    },
    Keyword("interface", "INTERFACE", required: 1) { root, parser in
      if let word = parser.take() { root.interface = parser.interfaceName(word) }
    } write: { root, writer in
      if let interface = root.interface { writer.line("interface", writer.quoted(interface)) }
    },
    .integer("virtual_router_id", \.virtualRouterID, 1...255),
    Keyword("priority", "NUMBER", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      if let value = parser.integer(word, 1...255) {
        root.priority = UInt8(value)
      } else {
        root.priority = 100
      }
    } write: { root, writer in
      writer.line("priority", String(root.priority))
    },
    .seconds("advert_int", \.advertInterval, .milliseconds(10) ... .seconds(255)),
    Keyword("version", "2|3", required: 1) { root, parser in
      let word = parser.lexer.words[parser.first]
      guard let version = parser.version() else { return }
      if version == .v2, root.decidedFamily == .ipv6 {
        parser.report(
          .versionLimit, .error, .faulty, "an instance with IPv6 addresses has version 3; version 2 is ignored", word)
      } else {
        root.version = version
      }
    } write: { root, writer in
      writer.line("version", String(root.version.rawValue))
    },
    Keyword("native_ipv6", "", required: 0) { root, parser in
      let word = parser.lexer.words[parser.first]
      parser.report(
        .deprecated, .warning, .none, "native_ipv6 is not needed; the addresses decide the family", word)
      if let family = root.decidedFamily, family == .ipv4 {
        parser.report(.familyMismatch, .error, .faulty, "the instance is IPv4 by its addresses", word)
      } else {
        root.decidedFamily = .ipv6
      }
    } write: { _, _ in
    },
    .flag("nopreempt", \.preempts, to: false),
    Keyword("preempt", "", required: 0) { root, _ in
      root.preempts = true
    } write: { _, _ in
    },
    .seconds("preempt_delay", \.preemptDelay, .zero ... .seconds(1000), omitsZero: true),
  ]

  private static let addresses: [Entry] = [
    AddressKeywords.block("virtual_ipaddress", \.addresses, .advertised) { root, address, word, parser in
      parser.decide(&root, address, word)
    },
    AddressKeywords.block("virtual_ipaddress_excluded", \.excludedAddresses, .excluded) { _, _, _, _ in true },
    RouteKeywords.block("virtual_routes", \.routes, isStatic: false),
    RuleKeywords.block("virtual_rules", \.rules, isStatic: false),
    .flag("no_virtual_ipaddress", \.mayLackAddresses),
    .flag("promote_secondaries", \.promotesSecondaries),
  ]

  private static let authentication: [Entry] = [
    Keyword("authentication", "{ auth_type PASS|AH  auth_pass PASSWORD }", opensBlock: true, required: 0) {
      root, parser in
      var block = Authentication(origin: parser.origin(parser.lexer.words[parser.first]))
      parser.block(AuthenticationKeywords.table, &block, title: "authentication")
      root.authentication = block
    } write: { root, writer in
      guard let block = root.authentication else { return }
      writer.block("authentication") { AuthenticationKeywords.table.write(block, to: &$0) }
    },
    Keyword("auth_hmac", "{ key ID KEY …  active_key ID }", opensBlock: true, required: 0) { root, parser in
      var block = HMACAuthentication(origin: parser.origin(parser.lexer.words[parser.first]))
      parser.block(AuthenticationKeywords.hmac, &block, title: "auth_hmac")
      root.hmac = block
    } write: { root, writer in
      guard let block = root.hmac else { return }
      writer.block("auth_hmac") { AuthenticationKeywords.hmac.write(block, to: &$0) }
    },
  ]

  private static let following: [Entry] =
    TrackingKeywords.entries(\VRRPInstance.tracking) + [
      .flag("dont_track_primary", \.ignoresOwnInterface),
      .flag("track_src_ip", \.transport.tracksSourceAddress),
      .flag("linkbeat_use_polling", \.linkbeatUsesPolling),
    ]

  private static let transport: [Entry] = [
    Keyword("unicast_peer", "{ ADDRESS [min_ttl N] [max_ttl N] … }", opensBlock: true, required: 0) { root, parser in
      parser.entries("unicast_peer") { parser in
        guard let peer = parser.unicastPeer() else { return }
        guard parser.decide(&root, peer.address, parser.lexer.words[parser.first]) else { return }
        root.transport.peers.append(peer)
      }
    } write: { root, writer in
      writer.entries(
        "unicast_peer",
        root.transport.peers.map { peer in
          [peer.address.description] + (peer.minimumTTL > 0 ? ["min_ttl", String(peer.minimumTTL)] : [])
            + (peer.maximumTTL < 255 ? ["max_ttl", String(peer.maximumTTL)] : [])
        })
    },
    Keyword("unicast_src_ip", "ADDRESS", required: 1) { root, parser in
      guard let word = parser.take(), let address = parser.address(word) else { return }
      root.transport.isUnicast = true
      if parser.decide(&root, address, word) { root.transport.sourceAddress = address }
    } write: { root, writer in
      if root.transport.isUnicast, let address = root.transport.sourceAddress {
        writer.line("unicast_src_ip", address.description)
      }
    },
    Keyword("mcast_src_ip", "ADDRESS", required: 1) { root, parser in
      guard let word = parser.take(), let address = parser.address(word) else { return }
      if parser.decide(&root, address, word) { root.transport.sourceAddress = address }
    } write: { root, writer in
      if !root.transport.isUnicast, let address = root.transport.sourceAddress {
        writer.line("mcast_src_ip", address.description)
      }
    },
    Keyword("mcast_dst_ip", "ADDRESS", required: 1) { root, parser in
      guard let word = parser.take(), let address = parser.address(word) else { return }
      if address.isMulticast {
        if parser.decide(&root, address, word) { root.transport.multicastGroup = address }
      } else {
        parser.report(.invalidAddress, .error, .faulty, "\(address) is not a multicast address", word)
      }
    } write: { root, writer in
      writer.line("mcast_dst_ip", root.transport.multicastGroup.description)
    },
    .integer("unicast_ttl", \.transport.timeToLive, 0...255),
    .flag("unicast_fault_no_peer", \.transport.faultsWithoutPeers),
    .flag("check_unicast_src", \.transport.checksUnicastSource),
    Keyword("old_unicast_checksum", "[never]", required: 0) { root, parser in
      root.transport.oldUnicastChecksum = true
      guard let word = parser.takeOptional() else { return }
      if parser.isWord(word, "never") {
        root.transport.oldUnicastChecksum = false
      } else {
        parser.reportUnknownOption(word, of: "old_unicast_checksum", ["never"])
      }
    } write: { root, writer in
      if let old = root.transport.oldUnicastChecksum {
        writer.line(["old_unicast_checksum"] + (old ? [] : ["never"]))
      }
    },
    .word("vrf", \.transport.vrf, "INTERFACE", limit: 15),
    .integer("kernel_rx_buf_size", \.receiveBufferSize, 0...Int(Int32.max)),
  ]

  private static let links: [Entry] = [
    Keyword("use_vmac", "[[name] INTERFACE] [MAC] [netlink_notify_msg] [group GROUP]", required: 0) { root, parser in
      root.vmac = parser.virtualMAC()
    } write: { root, writer in
      if let vmac = root.vmac { writer.line(["use_vmac"] + LinkOption.words(vmac)) }
    },
    .flag("use_vmac_addr", \.usesVMACForAddresses),
    .flag("vmac_xmit_base", \.transmitsOnBase),
    Keyword("use_ipvlan", "[[name] INTERFACE] [ADDRESS] [bridge|private|vepa] [group GROUP]", required: 0) {
      root, parser in
      root.ipvlan = parser.ipvlan()
    } write: { root, writer in
      if let ipvlan = root.ipvlan { writer.line(["use_ipvlan"] + LinkOption.words(ipvlan)) }
    },
  ]

  private static let sending: [Entry] =
    AnnouncementKeywords.entries(prefix: "", \VRRPInstance.announcements, extra: 0...86400)

  private static let behaviour: [Entry] = {
    let expired = Entry("timer_expired_backup", "[PRIORITY]", required: 0) { root, parser in
      root.behaviour.timerExpiredBackup = 254
      if let word = parser.takeOptional(), let value = parser.integer(word, 1...254) {
        root.behaviour.timerExpiredBackup = value
      }
    } write: { root, writer in
      if let value = root.behaviour.timerExpiredBackup { writer.line("timer_expired_backup", String(value)) }
    }
    return [
      .integer("down_timer_adverts", \.behaviour.downTimerAdverts, 1...100),
      expired,
      expired.alias("thread_timer_expired", deprecated: true),
      .boolean("lower_prio_no_advert", \.behaviour.lowerPriorityNoAdvert),
      .boolean("higher_prio_send_advert", \.behaviour.higherPrioritySendAdvert),
      .boolean("owner_ignore_adverts", \.behaviour.ownerIgnoresAdverts),
      .boolean("v3_checksum_as_v2", \.behaviour.v3ChecksumAsV2),
      .boolean("skip_check_adv_addr", \.behaviour.skipsAddressCheck),
      .boolean("strict_mode", \.behaviour.isStrict),
      Keyword("accept", "", required: 0) { root, _ in
        root.accepts = true
      } write: { root, writer in
        writer.line(root.accepts ? "accept" : "no_accept")
      },
      Keyword("no_accept", "", required: 0) { root, _ in
        root.accepts = false
      } write: { _, _ in
      },
      .integer("debug", \.debugLevel, 0...4),
    ]
  }()

  private static let notify: [Entry] =
    NotifyKeywords.entries(\VRRPInstance.notify) + [
      .script("notify_master_rx_lower_pri", \.notify.masterReceivedLowerPriority),
      .script("notify_contested", \.notify.contested),
      Keyword("notify_deleted", "[SCRIPT [USER [[:]GROUP]]]", required: 0) { root, parser in
        root.notify.reportsDeleted = true
        if let word = parser.peeked, !parser.isKeywordHere(word) { root.notify.deleted = parser.script() }
      } write: { root, writer in
        if let script = root.notify.deleted {
          writer.script("notify_deleted", script)
        } else if root.notify.reportsDeleted {
          writer.line("notify_deleted")
        }
      },
      .boolean("notify_priority_changes", \.notifiesPriorityChanges),
      .boolean("smtp_alert", \.mailsAlerts),
      Keyword("lvs_sync_daemon_interface", "INTERFACE", required: 1) { root, parser in
        guard let word = parser.take() else { return }
        parser.report(
          .deprecated, .warning, .faulty, "the sync daemon belongs into global_defs", parser.lexer.words[parser.first],
          suggestion: "lvs_sync_daemon")
        root.syncDaemonInterface = parser.text(word)
      } write: { root, writer in
        if let interface = root.syncDaemonInterface {
          writer.line("lvs_sync_daemon_interface", writer.quoted(interface))
        }
      },
    ]
}

/// The scripts that instances and groups share.
enum NotifyKeywords {
  static func entries<Root>(_ path: any WritableKeyPath<Root, NotifyScripts> & Sendable) -> [Keyword<Root>] {
    func script(
      _ name: String, _ field: any WritableKeyPath<NotifyScripts, Script?> & Sendable
    ) -> Keyword<Root> {
      Keyword(name, "SCRIPT [USER [[:]GROUP]]", required: 1) { root, parser in
        guard let script = parser.script() else { return }
        if root[keyPath: path][keyPath: field] != nil {
          parser.reportDuplicateSetting()
        } else {
          root[keyPath: path][keyPath: field] = script
        }
      } write: { root, writer in
        if let script = root[keyPath: path][keyPath: field] { writer.script(name, script) }
      }
    }
    return [
      script("notify_backup", \.backup),
      script("notify_master", \.master),
      script("notify_fault", \.fault),
      script("notify_stop", \.stop),
      script("notify", \.any),
    ]
  }
}

/// `vrrp_sync_group`.
enum SyncGroupKeywords {
  static let table: KeywordTable<SyncGroup> = {
    let keepsWeights = Keyword<SyncGroup>.flag("sync_group_tracking_weight", \.keepsTrackingWeights)
    return KeywordTable(
      "vrrp_sync_group",
      [
        Keyword("group", "{ INSTANCE … }", opensBlock: true, required: 0) { root, parser in
          if !root.members.isEmpty { parser.reportDuplicateSetting() }
          let isFirst = root.members.isEmpty
          var members: [String] = []
          parser.entries("group") { parser in
            while let word = parser.take() { members.append(parser.text(word)) }
          }
          if isFirst { root.members = members }
        } write: { root, writer in
          writer.entries("group", root.members.map { [writer.quoted($0)] })
        }
      ] + TrackingKeywords.entries(\SyncGroup.tracking) + NotifyKeywords.entries(\SyncGroup.notify) + [
        .boolean("smtp_alert", \.mailsAlerts),
        keepsWeights.alias("global_tracking", deprecated: true),
        keepsWeights,
        .boolean("notify_priority_changes", \.notifiesPriorityChanges),
      ])
  }()
}
