/// Processes, buffers, management and extensions in `global_defs`.
extension GlobalKeywords {
  private typealias Entry = Keyword<GlobalDefinitions>

  static let vrrpProcess: [Keyword<GlobalDefinitions>] = role("vrrp", \.vrrpProcess)
  static let bfdProcess: [Keyword<GlobalDefinitions>] = role("bfd", \.bfdProcess)
  static let checkerProcess: [Keyword<GlobalDefinitions>] = {
    let entries = role("checker", \.checkerProcess)
    return entries + entries.prefix(1).map { $0.alias("lvs_process_name", deprecated: true) }
  }()

  /// The words that each process has.
  private static func role(_ role: String, _ path: Entry.Path<RoleSettings>) -> [Entry] {
    func number(
      _ name: String, _ arguments: String, _ range: ClosedRange<Int>, clamped: Bool,
      _ field: any WritableKeyPath<RoleSettings, Int?> & Sendable
    ) -> Entry {
      Keyword("\(role)_\(name)", arguments, required: 1) { root, parser in
        guard let word = parser.take(), let value = parser.integer(word, range, clamped: clamped) else { return }
        root[keyPath: path][keyPath: field] = value
      } write: { root, writer in
        if let value = root[keyPath: path][keyPath: field] { writer.line("\(role)_\(name)", String(value)) }
      }
    }
    let limit = Entry("\(role)_rlimit_rttime", "MICROSECONDS", required: 1) { root, parser in
      guard let word = parser.take(),
        let value = parser.duration(word, .microseconds(1) ... .unlimited, decimals: 0, unit: .microseconds)
      else { return }
      root[keyPath: path].realTimeLimit = value
    } write: { root, writer in
      if let value = root[keyPath: path].realTimeLimit {
        writer.line("\(role)_rlimit_rttime", TimeUnit.microseconds.text(of: value))
      }
    }
    return [
      Keyword("\(role)_process_name", "NAME", required: 1) { root, parser in
        if let word = parser.take() { root[keyPath: path].name = parser.text(word, limit: 15) }
      } write: { root, writer in
        if let name = root[keyPath: path].name { writer.line("\(role)_process_name", writer.quoted(name)) }
      },
      number("priority", "NICE", -20...19, clamped: true, \.nice),
      Keyword("\(role)_no_swap", "", required: 0) { root, _ in
        root[keyPath: path].isLockedInMemory = true
      } write: { root, writer in
        if root[keyPath: path].isLockedInMemory { writer.line("\(role)_no_swap") }
      },
      number("rt_priority", "PRIORITY", 1...99, clamped: true, \.realTimePriority),
      Keyword("\(role)_cpu_affinity", "CPU …", required: 1) { root, parser in
        var processors: [Int] = []
        while let word = parser.take() {
          guard let number = parser.integer(word, 0...4095) else {
            parser.takeAll()
            return
          }
          processors.append(number)
        }
        root[keyPath: path].processors = processors
      } write: { root, writer in
        if let processors = root[keyPath: path].processors {
          writer.line(["\(role)_cpu_affinity"] + processors.map(String.init))
        }
      },
      limit,
      limit.alias("\(role)_rlimit_rtime", deprecated: true),
    ]
  }

  static let machine: [Keyword<GlobalDefinitions>] = [
    Keyword("max_auto_priority", "[PRIORITY]", required: 0) { root, parser in
      guard let word = parser.takeOptional() else {
        root.maximumAutoPriority = 99
        return
      }
      if let value = parser.integer(word, -1...99, clamped: true) { root.maximumAutoPriority = value }
    } write: { root, writer in
      writer.line("max_auto_priority", String(root.maximumAutoPriority))
    },
    .seconds(
      "min_auto_priority_delay", \.minimumAutoPriorityDelay, .microseconds(1) ... .seconds(10), decimals: 0,
      unit: .microseconds),
  ]

  static let management: [Keyword<GlobalDefinitions>] = {
    let vrrp = Entry.flag("enable_snmp_vrrp", \.management.servesVRRP)
    return [
      .word("snmp_socket", \.management.snmpSocket, "SOCKET"),
      .flag("enable_traps", \.management.sendsTraps),
      vrrp,
      vrrp.alias("enable_snmp_keepalived"),
      Keyword("enable_snmp_rfc", "", required: 0) { root, _ in
        root.management.servesRFC2787 = true
        root.management.servesRFC6527 = true
      } write: { _, _ in
      },
      .flag("enable_snmp_rfcv2", \.management.servesRFC2787),
      .flag("enable_snmp_rfcv3", \.management.servesRFC6527),
      .flag("enable_snmp_checker", \.management.servesCheckers),
      .seconds(
        "snmp_vs_stats_update_interval", \.management.virtualServerStatisticsInterval,
        .milliseconds(1) ... .seconds(30)),
      .seconds(
        "snmp_rs_stats_update_interval", \.management.realServerStatisticsInterval, .milliseconds(1) ... .seconds(30)),
      .flag("enable_dbus", \.management.usesDBus),
      .word("dbus_service_name", \.management.dbusServiceName, "NAME"),
      .word("dbus_no_interface_name", \.management.dbusNoInterfaceName, "NAME"),
    ]
  }()

  static let buffers: [Keyword<GlobalDefinitions>] = [
    .integer("vrrp_netlink_cmd_rcv_bufs", \.vrrp.netlinkBuffers.command, 0...Int(Int32.max)),
    .boolean("vrrp_netlink_cmd_rcv_bufs_force", \.vrrp.netlinkBuffers.forcesCommand),
    .integer("vrrp_netlink_monitor_rcv_bufs", \.vrrp.netlinkBuffers.monitor, 0...Int(Int32.max)),
    .boolean("vrrp_netlink_monitor_rcv_bufs_force", \.vrrp.netlinkBuffers.forcesMonitor),
    .integer("process_monitor_rcv_bufs", \.vrrp.processMonitorBuffer, 0...Int(Int32.max)),
    .boolean("process_monitor_rcv_bufs_force", \.vrrp.forcesProcessMonitorBuffer),
    .integer("lvs_netlink_cmd_rcv_bufs", \.lvs.netlinkBuffers.command, 0...Int(Int32.max)),
    .boolean("lvs_netlink_cmd_rcv_bufs_force", \.lvs.netlinkBuffers.forcesCommand),
    .integer("lvs_netlink_monitor_rcv_bufs", \.lvs.netlinkBuffers.monitor, 0...Int(Int32.max)),
    .boolean("lvs_netlink_monitor_rcv_bufs_force", \.lvs.netlinkBuffers.forcesMonitor),
    Keyword("vrrp_rx_bufs_policy", "MTU|ADVERT|BYTES", required: 1) { root, parser in
      guard let word = parser.take() else { return }
      switch parser.text(word).uppercased() {
      case "MTU": root.vrrp.receiveBuffers = .mtu
      case "ADVERT": root.vrrp.receiveBuffers = .advert
      default:
        if let octets = parser.integer(word, 1...Int(Int32.max)) { root.vrrp.receiveBuffers = .octets(octets) }
      }
    } write: { root, writer in
      switch root.vrrp.receiveBuffers {
      case nil: break
      case .mtu: writer.line("vrrp_rx_bufs_policy", "MTU")
      case .advert: writer.line("vrrp_rx_bufs_policy", "ADVERT")
      case .octets(let octets): writer.line("vrrp_rx_bufs_policy", String(octets))
      }
    },
    .integer("vrrp_rx_bufs_multiplier", \.vrrp.receiveBufferMultiplier, 1...Int(Int32.max)),
  ]

  static let extensions: [Keyword<GlobalDefinitions>] = [
    .word("metrics_address", \.extensions.metricsAddress, "ADDRESS:PORT"),
    .word("smtp_user", \.extensions.smtpUser, "NAME"),
    .word("smtp_password", \.extensions.smtpPassword, "PASSWORD"),
    .choice("smtp_tls", \.extensions.smtpTLS, omitting: .off),
    .word("notify_webhook", \.extensions.notifyWebhook, "URL"),
    .word("control_group", \.extensions.controlGroup, "GROUP"),
    .integer("record_election", \.extensions.recordedMebibytes, 1...16, arguments: "MEBIBYTES"),
  ]
}
