/// What this program does about each word: the one place to edit when it learns something.
///
/// A keyword without entry is supported. An entry for a block holds for the words in it and below it.
enum SupportTable {
  /// The status of a keyword of a block.
  static func status(block: String, keyword: String) -> Support {
    let path = block.isEmpty ? keyword : "\(block)/\(keyword)"
    if let status = words[path] { return status }
    var parent = block[...]
    while !parent.isEmpty {
      if let status = blocks[String(parent)] { return status }
      parent = parent.lastIndex(of: "/").map { parent[..<$0] } ?? ""
    }
    return .supported
  }

  /// Whole blocks; the word that opens one is told about, its contents are not.
  private static let blocks: [String: Support] = [:]

  private static let words: [String: Support] = {
    var table: [String: Support] = [
      // The top
      "namespace_with_ipsets": .accepted("kernels in use need no such care"),
      "linkbeat_use_polling": .unsupported("links are followed by netlink only, not polled"),
      "linkbeat_interfaces": .unsupported("links are followed by netlink only, not polled"),
      "interface_up_down_delays": .unsupported("link changes count at once"),
      "garp_group": .unsupported("interfaces do not share one pace of announcements"),
      "bfd_instance": .unsupported("BFD sessions are not held, what follows one takes it for up"),
      "SSL": .unsupported("SSL_GET shows no client certificate"),
      "track_group": .unsupported("static items that vanish do not put instances at fault"),
      // global_defs: without meaning
      "global_defs/random_seed": .accepted("keepalived ignores it as well"),
      "global_defs/stats_dump_file": .accepted("keepalived ignores it as well"),
      "global_defs/json_dump_file": .accepted("keepalived ignores it as well"),
      "global_defs/tmp_config_directory": .accepted("the configuration is handed on in memory"),
      "global_defs/use_symlink_paths": .accepted("scripts run by the path that is written"),
      "global_defs/process_monitor_rcv_bufs": .accepted("buffers are sized by need"),
      "global_defs/process_monitor_rcv_bufs_force": .accepted("buffers are sized by need"),
      "global_defs/vrrp_rx_bufs_policy": .accepted("buffers are sized by need"),
      "global_defs/vrrp_rx_bufs_multiplier": .accepted("buffers are sized by need"),
      "vrrp_instance/debug": .accepted("keepalived ignores it as well"),
      "vrrp_instance/kernel_rx_buf_size": .accepted("buffers are sized by need"),
      "vrrp_instance/linkbeat_use_polling": .unsupported("links are followed by netlink only, not polled"),
      "vrrp_instance/old_unicast_checksum": .unsupported("the checksum of keepalived 1.3.6 and older is not used"),
      "vrrp_instance/auth_hmac": .unsupported("adverts carry no HMAC trailer, and none is checked"),
      "vrrp_instance/track_bfd": .unsupported("BFD sessions are taken for up"),
      "vrrp_sync_group/track_bfd": .unsupported("BFD sessions are taken for up"),
      "vrrp_instance/use_ipvlan": .unsupported("the instance runs on the interface itself"),
      "vrrp_instance/timer_expired_backup": .unsupported("a stall is noticed, but does not lead to BACKUP by itself"),
      "vrrp_instance/thread_timer_expired": .unsupported("a stall is noticed, but does not lead to BACKUP by itself"),
      "vrrp_instance/lvs_sync_daemon_interface": .unsupported("write lvs_sync_daemon in global_defs"),
      "virtual_server/snmp_name": .unsupported("there is no SNMP"),
      "virtual_server/real_server/snmp_name": .unsupported("there is no SNMP"),
      "virtual_server/hashed": .accepted("keepalived ignores it as well"),
      "virtual_server/drain_timeout": .unsupported("servers are not drained"),
      "virtual_server/slow_start": .unsupported("servers get their weight at once"),
      "virtual_server/real_server/drain_timeout": .unsupported("the server is not drained"),
      "virtual_server/real_server/slow_start": .unsupported("the server gets its weight at once"),
      "virtual_server/real_server/BFD_CHECK": .unsupported("the session is taken for up"),
      "virtual_server/real_server/AGENT_CHECK": .unsupported("agents are not asked"),
    ]
    for name in ["metrics_address", "smtp_user", "smtp_password", "smtp_tls", "notify_webhook", "control_group"] {
      table["global_defs/\(name)"] = .unsupported("planned")
    }
    for name in [
      "enable_traps", "enable_snmp_vrrp", "enable_snmp_keepalived", "enable_snmp_rfc", "enable_snmp_rfcv2",
      "enable_snmp_rfcv3", "enable_snmp_checker", "snmp_socket", "snmp_vs_stats_update_interval",
      "snmp_rs_stats_update_interval",
    ] {
      table["global_defs/\(name)"] = .unsupported("there is no SNMP")
    }
    for name in ["enable_dbus", "dbus_service_name", "dbus_no_interface_name"] {
      table["global_defs/\(name)"] = .unsupported("there is no D-Bus")
    }
    for name in [
      "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs", "lvs_netlink_cmd_rcv_bufs",
      "lvs_netlink_monitor_rcv_bufs",
    ] {
      table["global_defs/\(name)"] = .accepted("buffers are sized by need")
      table["global_defs/\(name)_force"] = .accepted("buffers are sized by need")
    }
    for name in ["ssl_verify", "ssl_ca_file", "ssl_min_version"] {
      for check in ["HTTP_GET", "SSL_GET"] {
        table["virtual_server/real_server/\(check)/\(name)"] = .unsupported("certificates are not verified")
      }
    }
    return table
  }()
}
